"""The sentences for what a workflow does otherwise than the week before."""

from __future__ import annotations

from app.figures import trails, words
from metrics.drift import LEAST, Change, Drift, Shift
from metrics.texts import _, _later

_CHANGES = {"new": _later("New variant:"), "gone": _later("Gone:"), "more": _later("More often:"), "fewer": _later("Less often:")}
_SHIFTS = {"slower": _later("Slower:"), "faster": _later("Faster:")}


def change(each: Change, drift: Drift) -> tuple[str, str]:
    """Its kind, and a sentence with the shares of both weeks."""
    before, after = words.percent(each.before / drift.before), words.percent(each.after / drift.after)
    return _(_CHANGES[each.kind]), _(
        "{steps}, {before} ({before_count}) before, {after} ({after_count}) now.",
        steps=trails.spoken(each.variant),
        before=before,
        before_count=each.before,
        after=after,
        after_count=each.after,
    )


def shift(each: Shift) -> tuple[str, str]:
    """Its kind, and a sentence with the medians of both weeks."""
    way = _("from {first} to {second}", first=trails.step(each.from_milestone), second=trails.step(each.to_milestone))
    before, after = words.duration(each.before_seconds), words.duration(each.after_seconds)
    return _(_SHIFTS[each.kind]), _(
        "{way}, median {before} ({before_count} times) before, {after} ({after_count} times) now.",
        way=way,
        before=before,
        before_count=each.before,
        after=after,
        after_count=each.after,
    )


def not_compared(drift: Drift, since: str) -> str:
    """Why nothing can be said."""
    if not drift.is_known:
        return _("Not compared: the first transaction is from {since}, too late to know the week before the last as a whole.", since=since)
    return _(
        "Not compared: {before} ended in the week before the last and {after} in the last; at least {least} are needed in each.",
        before=drift.before,
        after=drift.after,
        least=LEAST,
    )
