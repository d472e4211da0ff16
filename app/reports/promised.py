"""How the promises were kept in the week and the ones before, and what broke them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.components.tiles import name_of
from app.figures import words
from app.reports.asked import Around, count, figure
from app.reports.content import SHARE, Cause, Content, Figure, Point, Promise
from metrics import weekly
from metrics.objectives.budget import Counts
from metrics.objectives.model import Objective
from metrics.read import Reader

MOST_CAUSES = 12
WHY = {
    "transient": "the receiver could not be reached",
    "business": "refused because of its data",
    "contract": "could not be understood",
    "configuration": "access or setup is wrong",
    "dependency": "waited for another message",
    "unknown": "failed, nobody knows why",
    "late": "came late",
    "missing": "did not come",
    "differs": "quantities differ",
}
Row = Mapping[str, Any]
Both = tuple[Counts, Counts]  # cases, and what the target counts


@dataclass(frozen=True, slots=True)
class Counted:
    """One promise with what counts for it: week by week, and in more detail in the week of the report (None: nothing did)."""

    promise: Objective
    weeks: Sequence[Both]
    details: Mapping[str, Any] | None

    @property
    def units(self) -> Counts:
        return self.weeks[-1][1]

    @property
    def cases(self) -> Counts:
        return self.weeks[-1][0]

    @property
    def is_kept(self) -> bool | None:
        return self.kept(-1)

    def kept(self, week: int) -> bool | None:
        """Whether it was kept in one of the weeks; None where nobody can say."""
        attained = self.attained(week)
        units = self.weeks[week][1]
        return None if attained is None or not units.is_covered else attained >= self.promise.target

    def attained(self, week: int) -> Fraction | None:
        cases, units = self.weeks[week]
        return units.attainment if cases.decided else None

    @property
    def short(self) -> Fraction:
        """How many units too many were bad; below zero where it was kept."""
        return self.units.bad - (1 - self.promise.target) * self.units.decided


def counted(reader: Reader, around: Around, promises: Sequence[Objective]) -> list[Counted]:
    """In their order."""
    if not promises:
        return []
    trends = weekly.trend(reader, promises, around.bounds)
    details = weekly.week(reader, promises, around.stretch)
    return [Counted(each, weeks, details.get(place)) for place, (each, weeks) in enumerate(zip(promises, trends, strict=True))]


def promise_of(found: Counted, around: Around, before: Content | None) -> Promise:
    """As the report says it; `before` is that of the week before, as it was published."""
    promise, cases, details = found.promise, found.cases, found.details or {}
    limits: dict[str, Any] = {"site": promise.site, "workflow": promise.workflow, "partner": promise.partner}

    def opened(outcome: str, number: int) -> Figure:
        return count(number, around.cases(promise.metric, outcome=outcome, **limits))

    excluded = cases.decided - details.get("adjusted_good", 0) - details.get("adjusted_bad", 0)
    adjusted = Counts(details.get("adjusted_good", 0), details.get("adjusted_bad", 0)).attainment
    all_cases = around.cases(promise.metric, **limits)
    published = next((each.attained for each in before.promises if each.name == promise.name), None) if before else None
    return Promise(
        name=promise.name,
        title=promise.title,
        limits=_limits(promise, around),
        metric=promise.metric,
        target=float(promise.target),
        is_kept=found.is_kept,
        attained=figure(found.attained(-1), SHARE, all_cases if cases.decided else None),
        observed=figure(found.units.observed, SHARE, all_cases if cases.decided or cases.unjudged else None),
        good=opened("good", cases.good),
        bad=opened("bad", cases.bad),
        open=opened("open", cases.open),
        unjudged=opened("unjudged", cases.unjudged),
        clock_faults=opened("clock_fault", details.get("clock_faults", 0)),
        adjusted=figure(adjusted, SHARE, all_cases) if excluded else None,
        excluded=excluded,
        restated=figure(found.attained(-2), SHARE, around.cases(promise.metric, -2, **limits) if found.attained(-2) is not None else None),
        published=published,
        trend=tuple(_point(found, number, week, around, limits) for number, week in enumerate(around.weeks)),
    )


def _point(found: Counted, number: int, week: Any, around: Around, limits: Mapping[str, Any]) -> Point:
    attained, observed = found.attained(number), found.weeks[number][1].observed
    link = None if attained is None else around.cases(found.promise.metric, number, **limits)
    return Point(str(week), None if attained is None else float(attained), None if observed is None else float(observed), link)


def _limits(promise: Objective, around: Around) -> str:
    """What it is limited to beside the report itself."""
    site = [name_of(promise.site)] if promise.site and promise.site != around.asked.site else []
    titles = {each.name: each.title for each in around.settings.definitions.workflows}
    partners = {each.name: each.title or each.name for each in around.settings.definitions.partners}
    workflow = [titles.get(promise.workflow, promise.workflow)] if promise.workflow else []
    partner = [partners.get(promise.partner, promise.partner)] if promise.partner else []
    slices = [f"in slices of {words.duration(promise.slices.minutes * 60)}"] if promise.slices else []
    return ", ".join([*site, *workflow, *partner, *slices])


def causes_of(reader: Reader, found: Sequence[Counted], around: Around) -> list[Cause]:
    """What broke the promises that were missed, of each the most frequent, what cost most cases over its promise first."""
    missed = sorted((each for each in found if each.is_kept is False), key=lambda each: -each.short)
    if not missed:
        return []
    rows = weekly.causes(reader, [each.promise for each in missed], around.stretch)
    made = [_of_promise([row for row in rows if row["place"] == place], each, around) for place, each in enumerate(missed)]
    # Each missed promise shows what broke it most before any shows what broke it less.
    turns = [each[turn] for turn in range(max(map(len, made), default=0)) for each in made if turn < len(each)]
    return sorted(turns[:MOST_CAUSES], key=lambda cause: [each.promise.name for each in missed].index(cause.promise))


def _of_promise(rows: Sequence[Row], found: Counted, around: Around) -> list[Cause]:
    """One for each step and reason, whatever the sites; the most frequent first."""
    together: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        together.setdefault((row["workflow"], row["milestone"], row["why"]), []).append(row)
    made = [_cause(each, found, around) for each in together.values()]
    return sorted(made, key=lambda cause: -(cause.cases.value or 0))


def _cause(rows: Sequence[Row], found: Counted, around: Around) -> Cause:
    """`rows`: the same at several sites, the most frequent first."""
    cases, promise, number, (top, *others) = found.cases, found.promise, sum(int(row["cases"]) for row in rows), rows
    step = words.step_words(top["event_type"], top["system"]) if top["event_type"] else "Stock"
    site = promise.site if others else top["site"] or promise.site
    limits = {"site": site, "workflow": top["workflow"], "partner": promise.partner}
    broke = {"milestone": top["milestone"], "why": top["why"]} if top["milestone"] else {}
    # Of slices of time nobody can say how many would have been good without some of the cases in them.
    left = Counts(cases.good, cases.bad - number).attainment if promise.slices is None else None
    behind = around.cases(promise.metric, outcome="bad", **limits, **broke)
    return Cause(
        promise.name,
        f"{step}: {WHY.get(top['why'], top['why'])}",
        _where(rows, number, around),
        count(number, behind),
        figure(Fraction(number, cases.bad) if cases.bad else None, SHARE, behind),
        figure(left, SHARE, around.cases(promise.metric, site=promise.site, workflow=promise.workflow, partner=promise.partner)),
    )


def _where(rows: Sequence[Row], number: int, around: Around) -> str:
    """The site of all of them, or of most; nothing where that says nothing new."""
    site = rows[0]["site"]
    if site is None or site == around.asked.site:
        return ""
    if len(rows) == 1:
        return name_of(site)
    return f"mostly {name_of(site)}" if rows[0]["cases"] * 3 >= number * 2 else ""
