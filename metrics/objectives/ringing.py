"""When the alerts of an objective ring: now, and step by step back through time for those whose feed lags, or that ring already."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from metrics.objectives.budget import LEAST_OBSERVED, Counts, burn_rate
from metrics.objectives.counting import Numbers, Steps
from metrics.objectives.model import Objective, Tier
from metrics.objectives.tally import judged
from metrics.objectives.windows import MINUTE_NS

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ring:
    """A tier as of a moment. `at_ns`: the last moment at which enough could be judged, by which it is decided; None: there was none."""

    tier: Tier
    at_ns: int | None
    long: Counts  # units over the long and the short window up to `at_ns`
    short: Counts
    long_burn: Fraction | None
    short_burn: Fraction | None
    is_ringing: bool = False
    since_ns: int | None = None  # has rung without a pause since then
    is_longer: bool = False  # or for longer: nobody looked further back
    is_frozen: bool = False  # too much cannot be judged now


def is_loud(tier: Tier, objective: Objective, long: Counts, short: Counts, cases: int) -> bool:
    """Whether both windows burn as fast as the tier says, and enough cases counted in the long one."""
    if cases < objective.minimum_volume or not long.decided or not short.decided:
        return False
    slower = min(burn_rate(window, objective.target) or Fraction(0) for window in (long, short))
    return slower > tier.threshold if tier.is_strict else slower >= tier.threshold


def ring_now(tier: Tier, objective: Objective, at_ns: int, windows: tuple[Counts, Counts, int]) -> Ring:
    """The tier by its windows (long, short, cases in the long one) up to now."""
    long, short, cases = windows
    burns = burn_rate(long, objective.target), burn_rate(short, objective.target)
    is_frozen = not (long.is_covered and short.is_covered)
    return Ring(tier, at_ns, long, short, *burns, is_loud(tier, objective, long, short, cases), is_frozen=is_frozen)


def ring_then(ring: Ring, objective: Objective, from_ns: int, to_ns: int, steps: Steps) -> Ring:
    """The same tier with what went before: since when it rings, and where too much cannot be judged now, what it was when enough could.
    `steps`: what was decided at each step from `from_ns` on."""
    course = _Course(objective, from_ns, to_ns, steps)
    tier = ring.tier
    known, loud = course.known_and_loud(tier)
    if not known.any():
        return Ring(tier, None, Counts(), Counts(), None, None, is_frozen=True)
    last = int(np.flatnonzero(known)[-1])
    # At a step where too much cannot be judged it is what it was at the last one where enough could.
    carried = np.maximum.accumulate(np.where(known, np.arange(len(known)), -1))
    ringing = (carried >= 0) & loud[carried]
    quiet = np.flatnonzero(~ringing)
    first = int(quiet[-1]) + 1 if len(quiet) else 0
    since = course.at_ns(tier, first) if ringing[-1] else None
    long, short = course.window(tier, tier.long, last), course.window(tier, tier.short, last)
    burns = burn_rate(long, objective.target), burn_rate(short, objective.target)
    return Ring(
        tier,
        course.at_ns(tier, last),
        long,
        short,
        *burns,
        bool(ringing[-1]),
        since,
        bool(ringing[-1]) and not first,
        last < len(known) - 1,
    )


class _Course:
    """Sums over windows that end at every step; place 0 is the first step at which a whole long window is known."""

    def __init__(self, objective: Objective, from_ns: int, to_ns: int, steps: Steps) -> None:
        self._objective, self._from_ns = objective, from_ns
        self._step_ns = objective.step_minutes * MINUTE_NS
        steps = steps.since(from_ns)
        cases, units = steps.good + steps.bad, [steps.good, steps.bad, steps.unjudged]
        if objective.slices:
            said = [judged(counts, objective.slices) for _, counts in steps.rows()]
            units = [np.array([getattr(unit, name) for unit in said], dtype=np.int64) for name in ("good", "bad", "unjudged")]
        places = (steps.at_ns - from_ns) // self._step_ns + 1
        length = (to_ns - from_ns) // self._step_ns + 1
        # A slice in which nothing was due is good.
        self._good = _summed(units[0], places, length, 1 if objective.slices else 0)
        self._bad, self._unjudged, self._cases = (_summed(numbers, places, length) for numbers in (units[1], units[2], cases))

    def _steps(self, minutes: int) -> int:
        return -(-minutes * MINUTE_NS // self._step_ns)

    def at_ns(self, tier: Tier, place: int) -> int:
        return self._from_ns + (self._steps(tier.long) + place) * self._step_ns

    def window(self, tier: Tier, minutes: int, place: int) -> Counts:
        end = self._steps(tier.long) + place
        good, bad, unjudged = (int(sums[end] - sums[end - self._steps(minutes)]) for sums in (self._good, self._bad, self._unjudged))
        return Counts(good, bad, 0, unjudged)

    def known_and_loud(self, tier: Tier) -> tuple[Flags, Flags]:
        """At every place: whether enough could be judged, and whether both windows burn that fast."""
        # bad ÷ decided ÷ (1 − target) >= threshold, in whole numbers
        limit = tier.threshold * (1 - self._objective.target)
        known, loud = [], [self._sums(self._cases, tier, tier.long) >= self._objective.minimum_volume]
        for minutes in (tier.long, tier.short):
            bad = self._sums(self._bad, tier, minutes)
            decided, unjudged = bad + self._sums(self._good, tier, minutes), self._sums(self._unjudged, tier, minutes)
            known.append(decided * LEAST_OBSERVED.denominator >= (decided + unjudged) * LEAST_OBSERVED.numerator)
            burnt, allowed = bad * limit.denominator, decided * limit.numerator
            loud.append((decided > 0) & ((burnt > allowed) if tier.is_strict else (burnt >= allowed)))
        return np.logical_and.reduce(known), np.logical_and.reduce(loud)

    def _sums(self, sums: Numbers, tier: Tier, minutes: int) -> Numbers:
        first, back = self._steps(tier.long), self._steps(minutes)
        return sums[first:] - sums[first - back : len(sums) - back]


def _summed(numbers: Numbers, places: Numbers, length: int, otherwise: int = 0) -> Numbers:
    """What stands before every place, where the numbers stand at theirs."""
    all_of_them = np.full(length, otherwise, dtype=np.int64)
    all_of_them[0] = 0
    all_of_them[places] = numbers
    return np.cumsum(all_of_them)
