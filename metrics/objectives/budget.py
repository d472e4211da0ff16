"""The arithmetic of promises, exact to the last case: attainment, error budget, burn rate, when the budget will be spent.

The formulas are those of Google's "The Site Reliability Workbook", chapter 5."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

LEAST_OBSERVED = Fraction(9, 10)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many cases were good, bad, still open, and not to be judged because their feed lags."""

    good: int = 0
    bad: int = 0
    open: int = 0
    unjudged: int = 0

    @property
    def decided(self) -> int:
        return self.good + self.bad

    @property
    def attainment(self) -> Fraction | None:
        """good ÷ (good + bad); None without any."""
        return Fraction(self.good, self.decided) if self.decided else None

    @property
    def observed(self) -> Fraction | None:
        """The share of what was due that could be judged; None when nothing was."""
        due = self.decided + self.unjudged
        return Fraction(self.decided, due) if due else None

    @property
    def is_covered(self) -> bool:
        """Whether enough could be judged. Where nothing was due, nothing is hidden."""
        observed = self.observed
        return observed is None or observed >= LEAST_OBSERVED

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.good + other.good, self.bad + other.bad, self.open + other.open, self.unjudged + other.unjudged)

    def __sub__(self, other: Counts) -> Counts:
        return Counts(self.good - other.good, self.bad - other.bad, self.open - other.open, self.unjudged - other.unjudged)


def total_of(counts: Iterable[Counts]) -> Counts:
    return sum(counts, Counts())


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a window with what counts in it."""

    from_ns: int
    to_ns: int
    counts: Counts


@dataclass(frozen=True, slots=True)
class Budget:
    """How much may be bad, how much is, and what is left: below zero when the promise is broken."""

    total: Fraction
    spent: Fraction

    @property
    def left(self) -> Fraction:
        return self.total - self.spent

    @property
    def share_left(self) -> Fraction | None:
        """Of the budget; None where there is none."""
        return self.left / self.total if self.total else None


def budget_of(counts: Counts, target: Fraction, whole: int | None = None) -> Budget:
    """(1 − target) of what is decided; of `whole` where that is known beforehand, as the slices of a month are."""
    return Budget((1 - target) * (counts.decided if whole is None else whole), Fraction(counts.bad))


def burn_rate(counts: Counts, target: Fraction) -> Fraction | None:
    """How many times as fast as allowed: the share that is bad ÷ (1 − target). None when nothing is decided."""
    return Fraction(counts.bad, counts.decided) / (1 - target) if counts.decided else None


def spent_by(burn: Fraction, minutes: int, window_minutes: int) -> Fraction:
    """The share of the window's budget that burning so fast for so long spends."""
    return burn * minutes / window_minutes


def margin(counts: Counts, target: Fraction) -> Fraction:
    """What these add to the budget that is left: much good adds, each bad one takes."""
    return (1 - target) * counts.decided - counts.bad


def exhausted_in(parts: Sequence[Part], target: Fraction, gained_per_ns: Fraction) -> Fraction | None:
    """In how many ns a rolling window's budget is spent, when every ns adds `gained_per_ns` to what is left and the oldest part leaves
    evenly. None: not at this pace, or it is spent already."""
    left = sum((margin(part.counts, target) for part in parts), Fraction(0))
    if left < 0:
        return None
    passed = Fraction(0)
    for part in parts:
        length = part.to_ns - part.from_ns
        change = gained_per_ns - margin(part.counts, target) / length
        if left + change * length < 0:
            return passed - left / change
        left, passed = left + change * length, passed + length
    return None


def exhausted_before(left: Fraction, gained_per_ns: Fraction, remaining_ns: int) -> Fraction | None:
    """The same of a calendar period that ends in `remaining_ns`: nothing leaves it before."""
    if left < 0 or gained_per_ns >= 0 or left + gained_per_ns * remaining_ns >= 0:
        return None
    return -left / gained_per_ns
