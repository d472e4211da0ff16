"""The settled minutes: how often cases that time alone cannot change were good and bad, kept to what the facts say."""

from __future__ import annotations

import duckdb

from sql import models

LEAVING = {name: f"transaction_{name} where transaction_no in (from leaving)" for name in ("facts", "measures", "open_steps")}
FRESH = {name: f"fresh_{name}" for name in LEAVING}


def clear(cursor: duckdb.DuckDBPyConnection) -> None:
    """Empties them; nothing is about to leave."""
    cursor.execute("delete from settled_minutes")
    cursor.execute("create or replace temp table minutes_left as from settled_minutes where false")


def leave(cursor: duckdb.DuckDBPyConnection) -> None:
    """Notes what the transactions in `leaving`, which are still among the facts, count for."""
    _count(cursor, "minutes_left", LEAVING)


def renew(cursor: duckdb.DuckDBPyConnection) -> None:
    """Puts what was computed in the place of what has left."""
    _count(cursor, "minutes_come", FRESH)
    models.run(cursor, "minutes/renewed")


def show(cursor: duckdb.DuckDBPyConnection) -> None:
    """Puts those of a past moment, whose facts are shown already, in front, for this cursor alone."""
    models.run(cursor, "moment/minutes_then", counted=models.text("minutes/counted"))


def _count(cursor: duckdb.DuckDBPyConnection, minutes: str, facts: dict[str, str]) -> None:
    models.run(cursor, "minutes/shown", **facts)
    cursor.execute(f"create or replace temp table {minutes} as {models.text('minutes/counted')}")
    models.run(cursor, "minutes/hidden")
