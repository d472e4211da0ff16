"""What a workflow does otherwise than the week before: variants new, gone, more or less frequent, steps that take longer or shorter.

Only what is beyond chance is told. Shares are compared by the two-proportion z-test; times by the same test on how many took longer than
the median of both weeks together (Mood's median test), because times are skewed and a mean is moved by one outlier. Of many comparisons
some differ by chance: the level is divided by their number (Bonferroni). What is too small to matter is not told either."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from metrics.calendars import SECOND_NS
from metrics.read import Reader

WEEK_NS = 7 * 86_400 * SECOND_NS
LEAST = 30  # so many must have ended, or taken the step, in each week; fewer are not compared
LEAST_EXPECTED = 5  # below so many expected in either week the normal distribution is no longer near the truth
CHANCE = 0.01  # of telling anything of a workflow that did the same in both weeks
APART = 0.02  # shares that differ by less are not told
LONGER = 1.25  # medians that differ by a smaller factor are not told


@dataclass(frozen=True, slots=True)
class Change:
    """A variant whose share changed: `kind` new, gone, more or fewer; how often in each week."""

    kind: str
    variant: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Shift:
    """A step that takes otherwise long after another: `kind` slower or faster; how often in each week, and the medians."""

    kind: str
    from_milestone: str
    to_milestone: str
    before: int
    after: int
    before_seconds: float
    after_seconds: float


@dataclass(frozen=True, slots=True)
class Drift:
    """Of one workflow. `before` and `after`: transactions that ended in each week. `since_ns`: when the first one known began; it is not
    `is_known` when that is too late for the earlier week to show all of them, the slow ones too."""

    workflow: str
    since_ns: int
    before: int
    after: int
    is_known: bool
    changes: tuple[Change, ...] = ()
    shifts: tuple[Shift, ...] = ()

    @property
    def is_compared(self) -> bool:
        return self.is_known and min(self.before, self.after) >= LEAST


def drifts(reader: Reader, workflow: str | None = None, site: str | None = None, length_ns: int = WEEK_NS) -> list[Drift]:
    """Of each workflow that ever ran: the seven days before the moment against the seven before these."""
    to_ns = reader.moment.as_of_ns
    known = _rows(reader, "drift_asked", "drift_known", workflow=workflow, site=site, to_ns=to_ns, length_ns=length_ns)
    ended, taken = _rows(reader, "drift_variants"), _rows(reader, "drift_edges")
    return [_drift(row, _of(row, ended), _of(row, taken), to_ns - 2 * length_ns) for row in known]


def _drift(row: dict[str, Any], ended: list[dict[str, Any]], taken: list[dict[str, Any]], from_ns: int) -> Drift:
    before, after = (sum(each[week] for each in ended) for week in ("before", "after"))
    is_known = row["since_ns"] + row["p90_ns"] <= from_ns
    drift = Drift(row["workflow"], row["since_ns"], before, after, is_known)
    if not drift.is_compared:
        return drift
    return Drift(row["workflow"], row["since_ns"], before, after, is_known, tuple(changes(ended)), tuple(shifts(taken)))


def changes(ended: list[dict[str, Any]]) -> list[Change]:
    """Of variants with before and after, those whose share of the whole changed."""
    of_before, of_after = (sum(each[week] for each in ended) for week in ("before", "after"))
    tested = [(each, z) for each in ended if (z := score(each["before"], of_before, each["after"], of_after)) is not None]
    told = []
    for each, z in tested:
        apart = each["after"] / of_after - each["before"] / of_before
        if abs(z) > _limit(len(tested)) and abs(apart) >= APART:
            kind = "new" if not each["before"] else "gone" if not each["after"] else "more" if apart > 0 else "fewer"
            told.append(Change(kind, each["variant"], each["before"], each["after"]))
    return told


def shifts(taken: list[dict[str, Any]]) -> list[Shift]:
    """Of steps that followed another with before and after, before_longer and after_longer, those that take longer or shorter."""
    enough = [each for each in taken if min(each["before"], each["after"]) >= LEAST]
    longer = [score(each["before_longer"], each["before"], each["after_longer"], each["after"]) for each in enough]
    tested = [(each, z) for each, z in zip(enough, longer, strict=True) if z is not None]
    told = []
    for each, z in tested:
        low, high = sorted((each["before_seconds"], each["after_seconds"]))
        if abs(z) > _limit(len(tested)) and high >= LONGER * low:
            names = ("from_milestone", "to_milestone", "before", "after", "before_seconds", "after_seconds")
            told.append(Shift("slower" if z > 0 else "faster", *(each[name] for name in names)))
    return told


def score(before: int, of_before: int, after: int, of_after: int) -> float | None:
    """By how many standard deviations the later share is above the earlier one; None where there are too few to say."""
    if not of_before or not of_after:
        return None
    share = (before + after) / (of_before + of_after)
    if min(share, 1 - share) * min(of_before, of_after) < LEAST_EXPECTED:
        return None
    return (after / of_after - before / of_before) / math.sqrt(share * (1 - share) * (1 / of_before + 1 / of_after))


def _limit(comparisons: int) -> float:
    """What a score must be beyond, either way, for the chance of any of them being there to stay below CHANCE."""
    return NormalDist().inv_cdf(1 - CHANCE / max(comparisons, 1) / 2)


def _of(row: dict[str, Any], rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in rows if each["workflow"] == row["workflow"]]


def _rows(reader: Reader, *names: str, **variables: Any) -> list[dict[str, Any]]:
    """What the last of these answers."""
    frames = [reader.frame(f"discovery/{name}", **variables) for name in names]
    return [{str(name): value for name, value in row.items()} for row in frames[-1].to_dict("records")]
