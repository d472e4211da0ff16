"""The verdict of a week in one sentence, and what it is because of in another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.figures import promises, words
from app.reports.asked import Around
from app.reports.content import Cause
from app.reports.promised import Counted

KEPT, MISSED, NO_DATA = "kept", "missed", "no_data"


@dataclass(frozen=True, slots=True)
class Verdict:
    state: str
    sentence: str
    because: str
    headline: str | None = None  # the name of the promise it is about


def verdict_of(found: Sequence[Counted], causes: Sequence[Cause], around: Around) -> Verdict:
    """Whether the promises were kept; `causes` as `causes_of` gives them."""
    if not found:
        return Verdict(NO_DATA, "No promise is made, so nobody can say whether one was kept.", "Objectives come from OpenSLO files.")
    decided = [each for each in found if each.is_kept is not None]
    if not decided:
        because = "Nothing was decided in it, or too little of what was due could be judged."
        return Verdict(NO_DATA, f"Nobody can say how week {around.asked.week.number} went.", because)
    missed = [each for each in decided if each.is_kept is False]
    silent = _unsaid(len(found) - len(decided))
    if not missed:
        closest = min(decided, key=_spare)
        because = f"Closest was {closest.promise.title}: {_attained(closest)} against {promises.promise(closest.promise.target)}."
        return Verdict(KEPT, f"{_all(len(decided))} kept{_running(found, around)}.", f"{because}{silent}", closest.promise.name)
    worst = max(missed, key=lambda each: each.short)
    return Verdict(MISSED, f"{_said(missed, len(decided))}{_first(found)}.", f"{_because(worst, causes)}{silent}", worst.promise.name)


def _all(many: int) -> str:
    return "The one promise was" if many == 1 else f"All {many} promises were"


def _said(missed: Sequence[Counted], of: int) -> str:
    if len(missed) > 1:
        return f"{len(missed)} of {of} promises were missed"
    (only,) = missed
    return f"{only.promise.title} was missed: {_attained(only)} against {promises.promise(only.promise.target)}"


def _attained(found: Counted) -> str:
    attained = found.attained(-1)
    assert attained is not None
    return promises.share(attained, found.promise.target)


def _went(found: Sequence[Counted], week: int) -> bool | None:
    """Whether all promises were kept in one of the weeks; None where none was decided."""
    said = [each.kept(week) for each in found if each.kept(week) is not None]
    return all(said) if said else None


def _first(found: Sequence[Counted]) -> str:
    """For the first time in so many weeks, where these are known."""
    weeks = len(found[0].weeks)
    earlier = [_went(found, week) for week in range(weeks - 1)]
    known = [each for each in earlier if each is not None]
    running = 0
    while running < len(earlier) and earlier[-1 - running] is False:
        running += 1
    if running:
        return f", the {words_of(running + 1)} week running in which one was"
    return f", after {words.count(len(known), 'week')} in which all were kept" if known and all(known) else ""


def _running(found: Sequence[Counted], around: Around) -> str:
    running = 1
    weeks = len(found[0].weeks)
    while running < weeks and _went(found, weeks - 1 - running):
        running += 1
    return f", the {words_of(running)} week running" if running > 1 else f" in week {around.asked.week.number}"


def words_of(number: int) -> str:
    """2nd, 3rd, 13th"""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _because(worst: Counted, causes: Sequence[Cause]) -> str:
    mine = [each for each in causes if each.promise == worst.promise.name]
    if not mine:
        return ""
    (top, *_) = mine
    share = "" if top.share.value is None else f"{words.percent(float(top.share.value))} of "
    of = f"is behind {share}what {worst.promise.title} fell short by"
    without = top.without.value
    left = f" Without that it would have attained {promises.share(Fraction(without), worst.promise.target)}." if without is not None else ""
    return f"“{top.words}”{f', {top.where},' if top.where else ''} {of}.{left}"


def _spare(found: Counted) -> Fraction:
    """How much of what may be bad was not, as a share of it."""
    attained = found.attained(-1)
    assert attained is not None
    return (attained - found.promise.target) / (1 - found.promise.target)


def _unsaid(many: int) -> str:
    return f" Of {words.count(many, 'other promise')} nobody can say." if many else ""
