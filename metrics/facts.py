"""The one computation: from the events in scope to a row per transaction, and what hangs on it."""

from __future__ import annotations

import duckdb

from metrics import minutes
from sql import models

IN_SCOPE = "exists (from scope s where s.workflow = b.workflow and s.transaction_id = b.transaction_id)"
EVERYTHING = "true"
# What hangs on a transaction's number: the table `transaction_NAME`, filled from what `sql/facts` leaves as `fresh_NAME`, read as NAME.
# Of each the column its rows are put in order by.
DETAILS = {
    "open_steps": "transaction_no",
    "measures": "transaction_no",
    "stock_causes": "transaction_no",
    "stock_passages": "until_ns",
    "passages": "to_ns",
}
STOCK_WORKFLOW = "stock_movement_sync"  # differences in stock belong to it
STOCK = ("stock_passages", "stock_causes")  # what only a comparison of stock asks for; computed from what the others leave


def compute(cursor: duckdb.DuckDBPyConnection, in_scope: str) -> None:
    """Leaves `fresh_facts` and the fresh details, but those of stock, for the transactions of `scoped_events` that `in_scope` (SQL) lets
    through.

    Numbers go on behind the variable `last_transaction`."""
    ok_by_step = _ok_by_step(cursor)
    for name in models.order("facts"):
        if name.removeprefix("facts/") not in STOCK:
            models.run(cursor, name, in_scope=in_scope, ok_by_step=ok_by_step)


def compute_stock(cursor: duckdb.DuckDBPyConnection) -> None:
    """Leaves the fresh details of stock of the transactions that were computed; none where no workflow moves stock."""
    moves = cursor.execute("from def_workflows where workflow = $1", [STOCK_WORKFLOW]).fetchall()
    for name in STOCK:
        if moves:
            models.run(cursor, f"facts/{name}")
        else:
            cursor.execute(f"create or replace temp table fresh_{name} as from transaction_{name} where false")


def _ok_by_step(cursor: duckdb.DuckDBPyConnection) -> str:
    """When each step first succeeded, as the entries of a list: one pass over the events, whatever the number of steps."""
    (steps,) = cursor.execute("select coalesce(max(len(steps)), 0) from def_workflows").fetchall()[0]
    return ", ".join(f"min(event_ns) filter (where step = {step} and not is_error)" for step in range(1, steps + 1)) or "null::bigint"


def clear(cursor: duckdb.DuckDBPyConnection) -> None:
    """Empties the facts."""
    for table in ("facts", *DETAILS):
        cursor.execute(f"delete from transaction_{table}")
    minutes.clear(cursor)


def replace(cursor: duckdb.DuckDBPyConnection) -> None:
    """Takes the transactions in `scope` out of the facts."""
    models.run(cursor, "scope/leaving")
    minutes.leave(cursor)
    for detail in ("facts", *DETAILS):
        cursor.execute(f"delete from transaction_{detail} where transaction_no in (from leaving)")


def keep(cursor: duckdb.DuckDBPyConnection) -> None:
    """Puts what was computed into the facts, in order of time and number: zones of neighbours are what makes reading fast."""
    cursor.execute("insert into transaction_facts by name from fresh_facts order by start_ns")
    for detail, order in DETAILS.items():
        cursor.execute(f"insert into transaction_{detail} by name from fresh_{detail} order by {order}")
    minutes.renew(cursor)


def show(cursor: duckdb.DuckDBPyConnection) -> None:
    """Puts what was computed, but of stock, in front of the facts, for this cursor alone."""
    models.run(cursor, "moment/facts_then")
    for detail in DETAILS.keys() - set(STOCK):
        models.run(cursor, "moment/details_then", detail=detail)


def show_stock(cursor: duckdb.DuckDBPyConnection) -> None:
    """Computes the details of stock of what was computed, and puts them in front, for this cursor alone."""
    compute_stock(cursor)
    for detail in STOCK:
        models.run(cursor, "moment/details_then", detail=detail)


def show_minutes(cursor: duckdb.DuckDBPyConnection) -> None:
    """Puts the settled minutes of what was computed in front, for this cursor alone."""
    minutes.show(cursor)
    show(cursor)  # counting them has put all facts in front
