"""How objectives stand as of a moment: attainment, budget, burn rates, when the budget will be spent, which alerts ring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from metrics.objectives.budget import Budget, Counts, Part, budget_of, burn_rate, exhausted_before, exhausted_in, margin
from metrics.objectives.counting import DECIDED, Counted, Span, asked_of, count, span_of, steps
from metrics.objectives.model import Objective
from metrics.objectives.ringing import Ring, ring_now, ring_then
from metrics.objectives.windows import MINUTE_NS

if TYPE_CHECKING:
    from metrics.read import Reader

NEAR, FAR = 4, 10**6  # long windows that are looked at, back from now
SOON = 10  # a budget that is spent within a tenth of the window is at risk


@dataclass(frozen=True, slots=True)
class Status:
    """One objective as of a moment. Units are those of its budget: cases, or slices of time."""

    objective: Objective
    from_ns: int
    to_ns: int
    end_ns: int
    cases: Counts
    units: Counts
    budget: Budget
    pace: Counts  # units decided over the last `pace_minutes`
    exhausted_ns: int | None
    rings: tuple[Ring, ...]
    parts: tuple[Part, ...]  # its days or weeks, in units
    case_parts: tuple[Part, ...]

    @property
    def state(self) -> str:
        """no_data, breached, at_risk or met."""
        if not self.cases.decided or not self.units.is_covered:
            return "no_data"
        if self.budget.left < 0:
            return "breached"
        return "at_risk" if self.ringing or self._is_soon_spent else "met"

    @property
    def ringing(self) -> tuple[Ring, ...]:
        return tuple(ring for ring in self.rings if ring.is_ringing)

    @property
    def burn(self) -> Fraction | None:
        """The burn rate at the present pace."""
        return burn_rate(self.pace, self.objective.target)

    @property
    def _is_soon_spent(self) -> bool:
        window_ns = self.objective.window.duration.minutes * MINUTE_NS
        return self.exhausted_ns is not None and (self.exhausted_ns - self.to_ns) * SOON <= window_ns


def statuses(reader: Reader) -> list[Status]:
    """Every objective that the reader may see, in the order of the configuration."""
    timezone = reader.timezone()
    spans = [span_of(objective, reader.moment.as_of_ns, timezone) for objective in reader.objectives if objective.may_be_shown(reader.sees)]
    made = [_status(span, counted) for span, counted in zip(spans, count(reader, spans), strict=True)]
    made = _looked_at(reader, spans, made, NEAR, lambda ring: ring.is_ringing or ring.is_frozen)
    # Where it has been unknown for long how fast the budget burns, as far as the window goes.
    return _looked_at(reader, spans, made, FAR, lambda ring: ring.at_ns is None)


def clock_faults(reader: Reader, standing: Sequence[Status]) -> dict[str, int]:
    """By name of an objective: how many cases of its window are in none of its figures, because their second step was before the first."""
    values = {
        **asked_of([status.objective for status in standing]),
        "from_ns": [status.from_ns for status in standing],
        "to_ns": [status.to_ns for status in standing],
    }
    found = reader.frame("queries/clock_faults", values)
    return {standing[place].objective.name: int(count) for place, count in zip(found["place"], found["clock_faults"], strict=True)}


def _status(span: Span, counted: Counted) -> Status:
    objective, target = span.objective, span.objective.target
    units = counted.units.between(span.from_ns, span.to_ns)
    pace = counted.decided_units.between(span.back(objective.pace_minutes), span.to_ns)
    parts = tuple(Part(a, b, counted.units.between(a, b)) for a, b in span.parts)
    is_known_whole = objective.slices and not objective.window.is_rolling  # how many slices a calendar's period has
    whole = (span.end_ns - span.from_ns) // (objective.step_minutes * MINUTE_NS) if is_known_whole else None
    budget = budget_of(units, target, whole)
    return Status(
        objective=objective,
        from_ns=span.from_ns,
        to_ns=span.to_ns,
        end_ns=span.end_ns,
        cases=counted.cases.between(span.from_ns, span.to_ns),
        units=units,
        budget=budget,
        pace=pace,
        exhausted_ns=_exhausted(span, budget, parts, pace, whole),
        rings=tuple(ring_now(tier, objective, span.to_ns, _windows(span, counted, tier.long, tier.short)) for tier in objective.tiers),
        parts=parts,
        case_parts=tuple(Part(a, b, counted.cases.between(a, b)) for a, b in span.parts),
    )


def _windows(span: Span, counted: Counted, long: int, short: int) -> tuple[Counts, Counts, int]:
    far = span.back(long)
    units = (counted.decided_units.between(far, span.to_ns), counted.decided_units.between(span.back(short), span.to_ns))
    return (*units, counted.decided_cases.between(far, span.to_ns).decided)


def _exhausted(span: Span, budget: Budget, parts: Sequence[Part], pace: Counts, whole: int | None) -> int | None:
    """When the budget is spent if all goes on as over the last `pace_minutes`."""
    if not pace.decided or not pace.is_covered:
        return None
    target, pace_ns = span.objective.target, span.to_ns - span.back(span.objective.pace_minutes)
    gained = (margin(pace, target) if whole is None else Fraction(-pace.bad)) / pace_ns
    if span.objective.window.is_rolling:
        left_ns = exhausted_in(parts, target, gained)
    else:
        left_ns = exhausted_before(budget.left, gained, span.end_ns - span.to_ns)
    return None if left_ns is None else span.to_ns + int(left_ns)


def _looked_at(reader: Reader, spans: Sequence[Span], made: Sequence[Status], far: int, needs: Callable[[Ring], bool]) -> list[Status]:
    """A closer look at the tiers that need it, `far` long windows back at most, and never further than the objective's window."""

    def begin(span: Span, ring: Ring) -> int:
        return span.back(min(ring.tier.long * far, span.objective.window.duration.minutes) + ring.tier.long)

    looks = [
        (span, DECIDED, min(begin(span, ring) for ring in status.rings if needs(ring)))
        for span, status in zip(spans, made, strict=True)
        if any(map(needs, status.rings))
    ]
    found = {span.objective.name: counted for (span, *_), counted in zip(looks, steps(reader, looks), strict=True)}

    def look(span: Span, ring: Ring) -> Ring:
        return ring_then(ring, span.objective, begin(span, ring), span.to_ns, found[span.objective.name]) if needs(ring) else ring

    return [replace(status, rings=tuple(look(span, ring) for ring in status.rings)) for span, status in zip(spans, made, strict=True)]
