"""Puts the definitions into the store as tables, and says when they have changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib.metadata import version as distribution_version

import duckdb
import pandas as pd

from metrics.calendars import SECOND_NS, day_seconds
from metrics.impact_settings import LINE
from metrics.keys import seconds
from metrics.rules import defining as rules
from metrics.workflows import Definitions, Milestone, Workflow
from metrics.working_time import keepers
from sql.store import insert

Rows = tuple[list[str], list[tuple[object, ...]]]  # column names, and the rows in their order
FEW = 64


def fingerprint(definitions: Definitions) -> str:
    """Differs whenever something differs that facts depend on: a definition, the hashes of another DuckDB, or
    what is known of holidays."""
    known = f"{definitions!r} {duckdb.__version__} {distribution_version('holidays')}"
    return hashlib.sha256(known.encode()).hexdigest()


def write(cursor: duckdb.DuckDBPyConnection, definitions: Definitions) -> None:
    """Replaces the `def_` tables by these definitions."""
    cursor.execute("delete from def_workflows")
    for place, workflow in enumerate(definitions.workflows):
        _write_workflow(cursor, workflow, place)
    for table, told in TABLES.items():
        cursor.execute(f"delete from {table}")
        _insert(cursor, table, told(definitions))


def _insert(cursor: duckdb.DuckDBPyConnection, table: str, told: Rows) -> None:
    """A few rows go in as values, which is planned several times faster than a frame."""
    columns, rows = told
    if len(rows) > FEW:
        insert(cursor, table, pd.DataFrame(rows, columns=columns, dtype=object))
    elif rows:
        places = f"({', '.join('?' * len(columns))})"
        values = [value for row in rows for value in row]
        cursor.execute(f"insert into {table} ({', '.join(columns)}) values {', '.join([places] * len(rows))}", values)


def _write_workflow(cursor: duckdb.DuckDBPyConnection, w: Workflow, place: int) -> None:
    steps = [_step(w, number, milestone) for number, milestone in enumerate(w.milestones, 1)]
    cursor.execute(
        "insert into def_workflows select ?, ?, ?, ?, ?, ?, ?, ?, ?",
        [w.name, w.title, w.object, w.criticality, w.owner, w.retry_grace_seconds * SECOND_NS, place, steps, _pace_step(w)],
    )


def _pace_step(workflow: Workflow) -> int | None:
    """The first step with a deadline by the clock, else the first with any; its lag stands for the workflow on the board."""
    steps = [(m.working, n) for n, m in enumerate(workflow.milestones, 1) if m.within]
    return min(steps)[1] if steps else None


def _step(workflow: Workflow, number: int, milestone: Milestone) -> dict[str, object]:
    numbers = {m.name: n for n, m in enumerate(workflow.milestones, 1)}
    within = milestone.within
    days = int(within[:-1]) if within and milestone.working and within.endswith("d") else None
    return {
        "step": number,
        "milestone": milestone.name,
        "event_type": milestone.event,
        "system": milestone.system,
        "after_step": numbers.get(milestone.after or "", 0),
        "is_required": milestone.required,
        "within": within,
        "within_ns": seconds(within) * SECOND_NS if within and days is None else None,
        "within_days": days,
        "is_working": milestone.working,
        "by_field": milestone.by,
        "until_field": milestone.until,
        "open_ended": milestone.open_ended,
        "dependents": [numbers[m.name] for m in workflow.milestones if _depends(workflow, m, milestone.name)],
    }


def _depends(workflow: Workflow, milestone: Milestone, on: str) -> bool:
    """Through any chain of `after`."""
    after = {m.name: m.after for m in workflow.milestones}
    step = milestone.after
    while step and step != on:
        step = after[step]
    return step == on


def _steps(definitions: Definitions) -> Rows:
    rows: list[tuple[object, ...]] = []
    for w in definitions.workflows:
        rows += [(w.name, w.object, n, m.event, m.system, m.until == "ordered_quantity") for n, m in enumerate(w.milestones, 1)]
        rows += [(w.name, w.object, 0, event, system, False) for event, system in dict.fromkeys(w.cancel)]
    return _rows_of(rows, "workflow object_type step event_type system adds_up")


def _related(definitions: Definitions) -> Rows:
    return _rows_of(((w.name, w.object, r) for w in definitions.workflows for r in w.related), "workflow object_type related_type")


def _sites(definitions: Definitions) -> Rows:
    rows = [("", definitions.timezone, ""), *((s.name, s.timezone, f"site {s.name}") for s in definitions.sites)]
    return _rows_of(rows, "site timezone keeper")


def _keepers(definitions: Definitions) -> Rows:
    rows = ((keeper, timezone, day_seconds(calendar) * SECOND_NS) for keeper, timezone, calendar in keepers(definitions))
    return _rows_of(rows, "keeper timezone day_ns")


def _partners(definitions: Definitions) -> Rows:
    return _rows_of(((p.name, f"partner {p.name}") for p in definitions.partners), "partner keeper")


def _metrics(definitions: Definitions) -> Rows:
    numbers = {(w.name, m.name): n for w in definitions.workflows for n, m in enumerate(w.milestones, 1)}
    rows = (
        (m.name, m.workflow, numbers[m.workflow, m.start], numbers[m.workflow, m.end], _ns(m.target_seconds), m.target_days, m.working)
        for m in definitions.metrics
        if m.workflow and m.start and m.end
    )
    return _rows_of(rows, "metric workflow from_step to_step target_ns target_days is_working")


def _targets(definitions: Definitions) -> Rows:
    return _rows_of(((m.name, _ns(m.target_seconds)) for m in definitions.metrics if not m.workflow), "metric target_ns")


def _ns(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * SECOND_NS


def _sources(definitions: Definitions) -> Rows:
    rows = ((f.source, f.is_complete, f.allowed_lateness_seconds * SECOND_NS, _ns(f.silent_after_seconds)) for f in definitions.feeds)
    return _rows_of(rows, "source is_complete lateness_ns silent_after_ns")


def _exclusions(definitions: Definitions) -> Rows:
    rows = [
        (x.from_ns, x.to_ns, *([list(names) or None for names in (x.sites, x.workflows, x.metrics, x.partners)]), x.reason, x.author)
        for x in definitions.exclusions
    ]
    return _rows_of(rows, "from_ns to_ns sites workflows metrics partners reason author")


def _orders(definitions: Definitions) -> Rows:
    rows = ((order, order + LINE, place) for place, order in enumerate(definitions.impact.orders))
    return _rows_of(rows, "object_type line_type place")


def _fulfilments(definitions: Definitions) -> Rows:
    return _rows_of(((f.object, f.event, f.system) for f in definitions.impact.fulfilments), "object_type event_type system")


def _rows_of(rows: Iterable[tuple[object, ...]], columns: str) -> Rows:
    return columns.split(), list(rows)


def _inventory(definitions: Definitions) -> Rows:
    stock = definitions.inventory
    columns = "reference_system other_system gap_ns currency"
    return _rows_of([(stock.reference, stock.other, stock.max_gap_seconds * SECOND_NS, stock.currency)], columns)


def _tolerances(definitions: Definitions) -> Rows:
    return _rows_of(definitions.inventory.tolerances, "abc_class tolerance")


def _items(definitions: Definitions) -> Rows:
    return _rows_of(((i.name, i.abc_class, i.value, i.base_uom) for i in definitions.inventory.items), "item abc_class value base_uom")


def _units(definitions: Definitions) -> Rows:
    return _rows_of(((u.item, u.uom, u.base_uom, u.factor) for u in definitions.inventory.units), "item uom base_uom factor")


def _rules(definitions: Definitions) -> Rows:
    return _rows_of(rules.rules(definitions), "rule place sentence why severity owner workflow statement settings skipped")


def _rule_kinds(definitions: Definitions) -> Rows:
    return _rows_of(rules.kinds(definitions), "rule kind is_beside")


def _rule_events(definitions: Definitions) -> Rows:
    return _rows_of(rules.events(definitions), "rule event_type system is_needed")


TABLES = {
    "def_steps": _steps,
    "def_related": _related,
    "def_sites": _sites,
    "def_keepers": _keepers,
    "def_partners": _partners,
    "def_sources": _sources,
    "def_exclusions": _exclusions,
    "def_metrics": _metrics,
    "def_targets": _targets,
    "def_inventory": _inventory,
    "def_tolerances": _tolerances,
    "def_items": _items,
    "def_units": _units,
    "def_orders": _orders,
    "def_fulfilments": _fulfilments,
    "def_rules": _rules,
    "def_rule_kinds": _rule_kinds,
    "def_rule_events": _rule_events,
}
