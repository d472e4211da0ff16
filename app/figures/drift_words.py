"""The sentences for what a workflow does otherwise than the week before."""

from __future__ import annotations

from app.figures import trails, words
from metrics.drift import LEAST, Change, Drift, Shift

_CHANGES = {"new": "New variant:", "gone": "Gone:", "more": "More often:", "fewer": "Less often:"}
_SHIFTS = {"slower": "Slower:", "faster": "Faster:"}


def change(each: Change, drift: Drift) -> tuple[str, str]:
    """Its kind, and a sentence with the shares of both weeks."""
    before, after = words.percent(each.before / drift.before), words.percent(each.after / drift.after)
    return _CHANGES[each.kind], f"{trails.spoken(each.variant)}, {before} ({each.before:,}) before, {after} ({each.after:,}) now."


def shift(each: Shift) -> tuple[str, str]:
    """Its kind, and a sentence with the medians of both weeks."""
    way = f"from {trails.step(each.from_milestone)} to {trails.step(each.to_milestone)}"
    before, after = words.duration(each.before_seconds), words.duration(each.after_seconds)
    return _SHIFTS[each.kind], f"{way}, median {before} ({each.before:,} times) before, {after} ({each.after:,} times) now."


def not_compared(drift: Drift, since: str) -> str:
    """Why nothing can be said."""
    if not drift.is_known:
        return f"Not compared: the first transaction is from {since}, too late to know the week before the last as a whole."
    ended = f"{drift.before:,} ended in the week before the last and {drift.after:,} in the last"
    return f"Not compared: {ended}; at least {LEAST} are needed in each."
