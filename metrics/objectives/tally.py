"""How often something counted from one moment to another: sums over any stretch, of cases or of slices of time."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate

from metrics.objectives.budget import Counts
from metrics.objectives.model import Slices
from metrics.objectives.windows import MINUTE_NS


class Tally:
    """Counts at moments (ns). Stretches begin and end at such moments, or where nothing counts."""

    def __init__(self, counted: Iterable[tuple[int, Counts]]) -> None:
        rows = sorted(counted, key=lambda row: row[0])
        self._moments = [ns for ns, _ in rows]
        self._before = list(accumulate((counts for _, counts in rows), initial=Counts()))

    def between(self, from_ns: int, to_ns: int) -> Counts:
        """What counts from `from_ns` until before `to_ns`."""
        return self._before[bisect_left(self._moments, to_ns)] - self._before[bisect_left(self._moments, from_ns)]


class SliceTally(Tally):
    """The same of slices: each is good, bad or unjudged. One in which nothing was due broke no promise: it is good."""

    def __init__(self, counted: Iterable[tuple[int, Counts]], slices: Slices) -> None:
        self._slice_ns = slices.minutes * MINUTE_NS
        super().__init__((ns, judged(counts, slices)) for ns, counts in counted)

    def between(self, from_ns: int, to_ns: int) -> Counts:
        said = super().between(from_ns, to_ns)
        return Counts((to_ns - from_ns) // self._slice_ns - said.bad - said.unjudged, said.bad, 0, said.unjudged)


def judged(counts: Counts, slices: Slices) -> Counts:
    """What one slice with these cases counts as."""
    if not counts.decided:
        return Counts(unjudged=1) if counts.unjudged else Counts(good=1)
    return Counts(good=1) if counts.good >= slices.target * counts.decided else Counts(bad=1)
