"""Counts what objectives promise, as of a moment: a few sums for all of them, and minute by minute for those that need a closer look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from metrics.objectives.budget import Counts
from metrics.objectives.model import Objective
from metrics.objectives.tally import SliceTally, Tally
from metrics.objectives.windows import MINUTE_NS, parts_of

if TYPE_CHECKING:
    from metrics.read import Reader

BEGUN, DECIDED = "begun", "decided"
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Span:
    """The stretch of an objective as of a moment: from, to (before it), the end of its period; `parts` are its days or weeks. With slices
    only whole ones are in it."""

    objective: Objective
    from_ns: int
    to_ns: int
    end_ns: int
    parts: tuple[tuple[int, int], ...]

    def back(self, minutes: int) -> int:
        """The moment so many minutes before `to_ns`; with slices that of the slice which holds it."""
        return self.to_ns - self.objective.whole_steps(minutes) * MINUTE_NS

    @property
    def least_ns(self) -> int:
        """Nothing before it is ever looked at: alerts look back as far as the window goes, and one long window more."""
        longest = max((tier.long for tier in self.objective.tiers), default=0)
        return min(self.from_ns, self.back(self.objective.window.duration.minutes + longest), self.back(max(looked_back(self.objective))))


@dataclass(frozen=True, slots=True)
class Counted:
    """What counts for one objective: cases, and in units of its budget (the same, or slices), by when they began and were decided."""

    cases: Tally
    units: Tally
    decided_cases: Tally
    decided_units: Tally


@dataclass(frozen=True, slots=True)
class Steps:
    """What counts at some moments, as columns."""

    at_ns: Numbers
    good: Numbers
    bad: Numbers
    open: Numbers
    unjudged: Numbers

    def since(self, from_ns: int) -> Steps:
        """Those from that moment on."""
        first = int(np.searchsorted(self.at_ns, from_ns))
        return Steps(*(column[first:] for column in (self.at_ns, self.good, self.bad, self.open, self.unjudged)))

    def rows(self) -> list[tuple[int, Counts]]:
        """(moment, counts)"""
        numbers = zip(*(column.tolist() for column in (self.good, self.bad, self.open, self.unjudged)), strict=True)
        return [(at_ns, Counts(*counts)) for at_ns, counts in zip(self.at_ns.tolist(), numbers, strict=True)]


def span_of(objective: Objective, as_of_ns: int, timezone: str) -> Span:
    """`timezone`: whose days the parts are, where the window has no zone of its own."""
    from_ns, to_ns, end_ns = objective.window.span(as_of_ns)
    step_ns = objective.step_minutes * MINUTE_NS
    if objective.window.is_rolling:  # slices begin at whole multiples of their length since 1970
        late = to_ns % step_ns
        from_ns, to_ns, end_ns = from_ns - late, to_ns - late, end_ns - late
    else:
        to_ns, end_ns = (from_ns + (ns - from_ns) // step_ns * step_ns for ns in (to_ns, end_ns))
    cuts = parts_of(from_ns, to_ns, objective.window.timezone or timezone)
    whole = sorted({from_ns + (ns - from_ns) // step_ns * step_ns for ns in cuts})
    return Span(objective, from_ns, to_ns, end_ns, tuple(pairwise(whole)))


def looked_back(objective: Objective) -> list[int]:
    """The stretches, in minutes up to now, over which the burn rate is measured."""
    return sorted({objective.pace_minutes, *(minutes for tier in objective.tiers for minutes in (tier.long, tier.short))})


def count(reader: Reader, spans: Sequence[Span]) -> list[Counted]:
    """What counts for each of them, for the stretches they are made of and those of `looked_back`."""
    reader.know_minutes()
    reader.leave("queries/objective_live", least_ns=min((span.least_ns for span in spans), default=0) // MINUTE_NS * MINUTE_NS)
    found = dict(_sliced(reader, [span for span in spans if span.objective.slices]))
    found |= _summed(reader, [span for span in spans if not span.objective.slices])
    return [found[id(span)] for span in spans]


def steps(reader: Reader, stretches: Sequence[tuple[Span, str, int]]) -> list[Steps]:
    """Of each (span, moment, from) the steps (a minute, or a slice) up to the span's end in which something counts, in order of time."""
    if not stretches:
        return []
    values: dict[str, list[Any]] = {
        **asked_of([span.objective for span, *_ in stretches]),
        "moments": [moment for _, moment, _ in stretches],
        "from_ns": [from_ns for *_, from_ns in stretches],
        "to_ns": [span.to_ns for span, *_ in stretches],
        "step_ns": [span.objective.step_minutes * MINUTE_NS for span, *_ in stretches],
    }
    found = reader.frame("queries/objective_steps", values, **_minutes(values))
    bounds = np.searchsorted(found["place"].to_numpy(), np.arange(len(stretches) + 1))
    columns = [found[name].to_numpy(dtype=np.int64) for name in ("at_ns", "good", "bad", "open", "unjudged")]
    return [Steps(*(column[first:last] for column in columns)) for first, last in pairwise(bounds)]


def _sliced(reader: Reader, spans: Sequence[Span]) -> Iterable[tuple[int, Counted]]:
    begun = [(span, BEGUN, span.from_ns) for span in spans]
    decided = [(span, DECIDED, span.back(max(looked_back(span.objective)))) for span in spans]
    found = [counted.rows() for counted in steps(reader, [*begun, *decided])]
    for span, cases, later in zip(spans, found, found[len(spans) :], strict=False):
        assert span.objective.slices is not None
        yield (
            id(span),
            Counted(Tally(cases), SliceTally(cases, span.objective.slices), Tally(later), SliceTally(later, span.objective.slices)),
        )


def _summed(reader: Reader, spans: Sequence[Span]) -> Iterable[tuple[int, Counted]]:
    """Sums between all the bounds that any of them has, so that one question answers for all of them."""
    bounds = {
        BEGUN: {ns for span in spans for part in span.parts for ns in part},
        DECIDED: {ns for span in spans for ns in (span.to_ns, *map(span.back, looked_back(span.objective)))},
    }
    bands = [(moment, *band) for moment, found in bounds.items() for band in pairwise(sorted(found))]
    if not bands:
        return
    values: dict[str, list[Any]] = {
        **asked_of([span.objective for span in spans]),
        "moments": [moment for moment, *_ in bands],
        "from_ns": [from_ns for _, from_ns, _ in bands],
        "to_ns": [to_ns for *_, to_ns in bands],
    }
    counted: dict[tuple[int, str], list[tuple[int, Counts]]] = defaultdict(list)
    for place, band, *counts in reader.frame("queries/objective_bands", values, **_minutes(values)).itertuples(index=False, name=None):
        moment, from_ns, _ = bands[band]
        counted[place, moment].append((from_ns, Counts(*counts)))
    for place, span in enumerate(spans):
        begun, decided = Tally(counted[place, BEGUN]), Tally(counted[place, DECIDED])
        yield id(span), Counted(begun, begun, decided, decided)


def asked_of(objectives: Sequence[Objective]) -> dict[str, list[Any]]:
    """What the cases of each must be of, as the questions about several at once take it."""
    return {
        "metrics": [objective.metric for objective in objectives],
        "sites": [objective.site for objective in objectives],
        "workflows": [objective.workflow for objective in objectives],
        "partners": [objective.partner for objective in objectives],
    }


def _minutes(values: Mapping[str, Any]) -> dict[str, int]:
    """The minutes that must be read: those of earlier years lie before them and are not looked at."""
    return {"least_ns": min(values["from_ns"]) // MINUTE_NS * MINUTE_NS, "most_ns": max(values["to_ns"])}
