"""Reads the path of one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import pandas as pd

from metrics.moment import Entered, Moment
from metrics.path import Path, Step
from metrics.together import Key, Together, around
from sql import models

AT_SITES = "(s.site is null or has_site(s.site))"
OF_SEEN = " and s.span_no not in (from path_spans_hidden)"


def read_path(cursor: duckdb.DuckDBPyConnection, entered: Entered, moment: Moment, workflow: str, transaction_id: str) -> Path | None:
    """The path as of the moment the cursor stands at; None when there is no such transaction, or it may not be seen."""
    row = _transaction(cursor, workflow, transaction_id)
    if row is None:
        return None
    _gather(cursor, entered, workflow, transaction_id)
    return Path(
        **{
            name: row[name]
            for name in (
                "workflow",
                "title",
                "object_type",
                "transaction_id",
                "site",
                "timezone",
                "owner",
                "criticality",
                "state",
                "status",
                "start_ns",
                "last_event_ns",
                "next_due_ns",
                "failed_milestone",
                "error_class",
                "failed_attempts",
                "variant",
            )
        },
        as_of_ns=moment.as_of_ns,
        steps=tuple(_step(row, said, found, moment) for said, found in zip(row["definition"], row["steps"], strict=True)),
        events=_frame(cursor, "path_events"),
        hops=_frame(cursor, "hops"),
        spans=_with_depth(_spans(cursor)),
        violations=_frame(cursor, "path_violations"),
    )


def read_together(cursor: duckdb.DuckDBPyConnection, opened: Sequence[Key]) -> Together:
    """What belongs together with the transaction whose path was read, or whose events were gathered, last."""
    (own,) = cursor.execute("select object_type, object_id from own_ids").fetchall()
    return around(cursor, (own[0], own[1]), opened)


def gather(cursor: duckdb.DuckDBPyConnection, entered: Entered, workflow: str, transaction_id: str) -> bool:
    """Leaves the events of a transaction; False when there is none of that name, or it may not be seen."""
    if number_of(cursor, workflow, transaction_id) is None:
        return False
    _gather(cursor, entered, workflow, transaction_id)
    return True


def number_of(cursor: duckdb.DuckDBPyConnection, workflow: str, transaction_id: str) -> int | None:
    """The number of a transaction as of the moment the cursor stands at; None when there is no such transaction, or it may not be seen."""
    values = {"workflow": workflow, "transaction_id": transaction_id}
    rows = cursor.execute(models.text("queries/transaction_number"), values).fetchall()
    return int(rows[0][0]) if rows else None


def _gather(cursor: duckdb.DuckDBPyConnection, entered: Entered, workflow: str, transaction_id: str) -> None:
    """Leaves its events."""
    cursor.execute(
        "create or replace temp table scope as select $workflow as workflow, $id as transaction_id",
        {"workflow": workflow, "id": transaction_id},
    )
    entered.gather()


def _transaction(cursor: duckdb.DuckDBPyConnection, workflow: str, transaction_id: str) -> dict[str, Any] | None:
    number = number_of(cursor, workflow, transaction_id)
    if number is None:
        return None
    found = cursor.execute(models.text("queries/path_transaction"), {"transaction_no": number})
    names = [name for name, *_ in found.description]
    return dict(zip(names, found.fetchall()[0], strict=True))


def _step(row: dict[str, Any], said: dict[str, Any], found: dict[str, Any], moment: Moment) -> Step:
    is_open = found["reached_ns"] is None
    is_failed = row["state"] == "failed" and found["failed_from_ns"] is not None and found["failed_from_ns"] < moment.as_of_ns
    names = {s["step"]: s["milestone"] for s in row["definition"]}
    return Step(
        name=said["milestone"],
        event=said["event_type"],
        system=said["system"],
        after=names.get(said["after_step"]),
        required=said["is_required"],
        within=said["within"],
        working=said["is_working"],
        open_ended=said["open_ended"],
        opened_ns=found["opened_ns"],
        reached_ns=found["reached_ns"],
        due_ns=found["due_ns"],
        is_missing=said["milestone"] in row["missing"],
        is_unjudged=said["milestone"] in row["unjudged"],
        is_late=found["is_late"],
        is_failed=is_failed,
        is_retrying=is_open and found["attempts"] > 0 and not is_failed,
        error_class=found["error_class"],
        attempts=found["attempts"],
    )


def _frame(cursor: duckdb.DuckDBPyConnection, query: str) -> pd.DataFrame:
    return cursor.execute(models.text(f"queries/{query}")).df()


def _spans(cursor: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """What happened between the systems has no site and belongs to the path; what happened at a site is for those who may see it."""
    models.run(cursor, "queries/path_traces")
    (is_whole,) = cursor.execute("select sees_whole_sites()").fetchall()[0]
    if not is_whole:
        models.run(cursor, "queries/path_spans_hidden")
    return models.run(cursor, "queries/spans", spans="spans", seen=AT_SITES if is_whole else AT_SITES + OF_SEEN).df()


def _with_depth(spans: pd.DataFrame) -> pd.DataFrame:
    """Adds how many known ancestors each span has."""
    parents = dict(zip(spans["span_id"], spans["parent_id"], strict=True))

    def depth(span: str) -> int:
        steps, seen = 0, {span}
        while (span := parents.get(span)) in parents and span not in seen:  # type: ignore[assignment]
            seen.add(span)
            steps += 1
        return steps

    return spans.assign(depth=[depth(span) for span in spans["span_id"]])
