"""The settled minutes: how often cases that time alone cannot change were good and bad, kept to what the facts say."""

from __future__ import annotations

import duckdb

from sql import models

LEAVING = {name: f"transaction_{name} where transaction_no in (from leaving)" for name in ("facts", "measures", "open_steps")}
FRESH = {name: f"fresh_{name}" for name in LEAVING}


def clear(cursor: duckdb.DuckDBPyConnection) -> None:
    """Empties them; nothing is about to leave."""
    for table in ("settled_minutes", "minute_series"):
        cursor.execute(f"delete from {table}")
    cursor.execute("create or replace temp table minutes_left as from settled_minutes where false")


def leave(cursor: duckdb.DuckDBPyConnection) -> None:
    """Notes what the transactions in `leaving`, which are still among the facts, count for."""
    if cursor.execute("select exists (from leaving)").fetchall()[0][0]:
        _count(cursor, LEAVING, _table("minutes_left"))
    else:
        cursor.execute(f"{_table('minutes_left')} from settled_minutes where false")


def renew(cursor: duckdb.DuckDBPyConnection) -> None:
    """Puts what was computed in the place of what has left."""
    if cursor.execute("select exists (from settled_minutes)").fetchall()[0][0]:
        _count(cursor, FRESH, _table("minutes_come"))
        models.run(cursor, "minutes/renewed")
    else:
        _count(cursor, FRESH, "insert into settled_minutes by name", kind="view")


def show(cursor: duckdb.DuckDBPyConnection) -> None:
    """Puts those of a past moment in front, for this cursor alone: what was computed in the place of what is in `scope`."""
    cursor.execute("create or replace temp table minute_series as from minute_series")
    models.run(cursor, "scope/leaving")
    leave(cursor)
    _count(cursor, FRESH, _table("minutes_come"))
    models.run(cursor, "moment/minutes_then")


def _table(name: str) -> str:
    return f"create or replace temp table {name} as"


def _count(cursor: duckdb.DuckDBPyConnection, facts: dict[str, str], into: str, kind: str = "table") -> None:
    models.run(cursor, "minutes/shown", **facts)
    models.run(cursor, "minutes/counted", into=into, kind=kind)
    models.run(cursor, "minutes/hidden", kind=kind)
