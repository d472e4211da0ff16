"""Orders: what was last said of each, and how much of it is still to come; kept like the facts of transactions."""

from __future__ import annotations

import duckdb

from sql import models

ALL = "scoped_events"
# What no transaction in scope is about is not among its events; a reader at a past moment must not see what came later.
TOUCHED = """(
  from scoped_events
  union all by name
  from events
  where event_no in (from (select event_no from order_names) except (select event_no from scoped_events))
    and event_ns <= getvariable('as_of') and recorded_ns <= getvariable('known_at')
)"""


def renew_all(cursor: duckdb.DuckDBPyConnection) -> None:
    """Computes every order anew, after the facts of all transactions were computed and kept."""
    for name in ("order_facts", "transaction_reach"):
        cursor.execute(f"delete from {name}")
    models.run(cursor, "orders/named_all")
    models.run(cursor, "orders/computed", events=ALL, into="insert into order_facts by name")
    models.run(cursor, "orders/reaching_all")
    _keep_reach(cursor)


def renew_touched(cursor: duckdb.DuckDBPyConnection) -> None:
    """Computes the orders that what has changed is about, after the facts of the transactions in scope were computed and kept."""
    _compute_touched(cursor)
    models.run(cursor, "orders/leaving")
    models.run(cursor, "orders/reaching_touched")
    models.run(cursor, "orders/reach_leaving")
    cursor.execute("insert into order_facts by name from fresh_orders")
    _keep_reach(cursor)


def show(cursor: duckdb.DuckDBPyConnection) -> None:
    """Puts the orders as of a past moment in front, after the facts of then were shown, for this cursor alone."""
    models.run(cursor, "scope/leaving")
    _compute_touched(cursor)
    models.run(cursor, "moment/orders_then")
    models.run(cursor, "orders/reaching_touched")
    models.run(cursor, "orders/reached")
    models.run(cursor, "moment/reach_then")


def _compute_touched(cursor: duckdb.DuckDBPyConnection) -> None:
    models.run(cursor, "orders/named_touched")
    models.run(cursor, "orders/computed", events=TOUCHED, into="create or replace temp table fresh_orders as")


def _keep_reach(cursor: duckdb.DuckDBPyConnection) -> None:
    models.run(cursor, "orders/reached")
    cursor.execute("insert into transaction_reach by name from fresh_reach order by transaction_no")
