"""The one computation: from the events in scope to a row per transaction."""

from __future__ import annotations

import duckdb

from sql import models

IN_SCOPE = "exists (from scope s where s.workflow = b.workflow and s.transaction_id = b.transaction_id)"
EVERYTHING = "true"


def compute(cursor: duckdb.DuckDBPyConnection, in_scope: str) -> None:
    """Leaves `fresh_facts` and `fresh_open_steps` for the transactions of `scoped_events` that `in_scope` (SQL) lets through.

    Numbers go on behind the variable `last_transaction`."""
    for name in models.order("facts"):
        models.run(cursor, name, in_scope=in_scope)
