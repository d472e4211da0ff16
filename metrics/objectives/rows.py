"""The rows of the `objectives` export: how each objective stands, as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from metrics.objectives.ringing import Ring
from metrics.objectives.status import Status, statuses
from metrics.objectives.windows import of_minutes

if TYPE_CHECKING:
    from metrics.read import Reader

COLUMNS = (
    "objective",
    "title",
    "metric",
    "site",
    "workflow",
    "partner",
    "window",
    "from_time",
    "to_time",
    "end_time",
    "good",
    "bad",
    "open",
    "unjudged",
    "attainment",
    "target",
    "unit",
    "budget_total",
    "budget_spent",
    "budget_left",
    "burn_rates",
    "exhausted_at_time",
    "observed",
    "state",
    "alerts",
)


def objective_rows(reader: Reader) -> Iterator[dict[str, Any]]:
    """One row per objective, in the order of the configuration. With slices good, bad and unjudged count slices, and the budget minutes."""
    for status in statuses(reader):
        yield dict(zip(COLUMNS, _values(status), strict=True))


def _values(status: Status) -> tuple[Any, ...]:
    objective, units, budget = status.objective, status.units, status.budget
    minutes = objective.step_minutes
    return (
        objective.name,
        objective.title,
        objective.metric,
        objective.site,
        objective.workflow,
        objective.partner,
        str(objective.window),
        instant(status.from_ns),
        instant(status.to_ns),
        instant(status.end_ns),
        units.good,
        units.bad,
        status.cases.open,
        units.unjudged,
        _number(units.attainment if status.cases.decided else None),
        _number(objective.target),
        "minutes" if objective.slices else "cases",
        _number(budget.total * minutes),
        _number(budget.spent * minutes),
        _number(budget.left * minutes),
        _burn_rates(status),
        None if status.exhausted_ns is None else instant(status.exhausted_ns),
        _number(units.observed),
        status.state,
        [_alert(ring) for ring in status.ringing],
    )


def _burn_rates(status: Status) -> dict[str, float | int | None]:
    """By the windows of the tiers, and that of the present pace; null where nothing was due."""
    found = {status.objective.pace_minutes: status.burn}
    for ring in status.rings:
        found |= {ring.tier.long: ring.long_burn, ring.tier.short: ring.short_burn}
    return {of_minutes(minutes): _number(burn) for minutes, burn in sorted(found.items())}


def _alert(ring: Ring) -> dict[str, Any]:
    return {
        "severity": ring.tier.severity,
        "threshold": _number(ring.tier.threshold),
        "long_window": of_minutes(ring.tier.long),
        "short_window": of_minutes(ring.tier.short),
        "long_burn": _number(ring.long_burn),
        "short_burn": _number(ring.short_burn),
        "since_time": None if ring.since_ns is None else instant(ring.since_ns),
        "is_longer": ring.is_longer,
        "is_frozen": ring.is_frozen,
    }


def instant(ns: int) -> str:
    """2026-03-24T20:43:00.000Z; budgets and their ends are told to the second."""
    return f"{datetime.fromtimestamp(ns // 10**9, UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def _number(exact: Fraction | None) -> float | int | None:
    """The nearest number that JSON has."""
    if exact is None:
        return None
    return int(exact) if exact.denominator == 1 else float(exact)
