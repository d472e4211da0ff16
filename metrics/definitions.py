"""Puts the definitions into the store as tables, and says when they have changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import duckdb
import pandas as pd

from metrics.calendar import SECOND_NS, day_seconds
from metrics.keys import seconds
from metrics.workflows import Definitions, Milestone, Workflow
from sql.store import insert

TABLES = ("def_workflows", "def_steps", "def_related", "def_sites", "def_sources")


def fingerprint(definitions: Definitions) -> str:
    """Differs whenever a definition differs that facts depend on."""
    return hashlib.sha256(repr(definitions).encode()).hexdigest()


def write(cursor: duckdb.DuckDBPyConnection, definitions: Definitions) -> None:
    """Replaces the `def_` tables by these definitions."""
    for table in TABLES:
        cursor.execute(f"delete from {table}")
    for place, workflow in enumerate(definitions.workflows):
        _write_workflow(cursor, workflow, place)
    insert(cursor, "def_steps", _steps(definitions))
    insert(cursor, "def_related", _related(definitions))
    insert(cursor, "def_sites", _sites(definitions))
    insert(cursor, "def_sources", _sources(definitions))


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


def _steps(definitions: Definitions) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    for w in definitions.workflows:
        rows += [(w.name, w.object, n, m.event, m.system, m.until == "ordered_quantity") for n, m in enumerate(w.milestones, 1)]
        rows += [(w.name, w.object, 0, event, system, False) for event, system in dict.fromkeys(w.cancel)]
    return _frame(rows, "workflow object_type step event_type system adds_up")


def _related(definitions: Definitions) -> pd.DataFrame:
    return _frame(((w.name, w.object, r) for w in definitions.workflows for r in w.related), "workflow object_type related_type")


def _sites(definitions: Definitions) -> pd.DataFrame:
    day_ns = {c.name: day_seconds(c) * SECOND_NS for c in definitions.calendars}
    enterprise = ("", definitions.timezone, day_ns["default"])
    return _frame([enterprise, *((s.name, s.timezone, day_ns[s.calendar]) for s in definitions.sites)], "site timezone day_ns")


def _sources(definitions: Definitions) -> pd.DataFrame:
    rows = ((f.source, f.is_complete, f.allowed_lateness_seconds * SECOND_NS) for f in definitions.feeds)
    return _frame(rows, "source is_complete lateness_ns")


def _frame(rows: Iterable[tuple[object, ...]], columns: str) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns.split())
