"""Keeps what stock snapshots say: which there are, and how those that are compared fare."""

from __future__ import annotations

import duckdb

from sql import models

SEEN = "compared_stock_lines"  # how many lines of snapshots have been looked at


def count_anew(cursor: duckdb.DuckDBPyConnection) -> None:
    """Compares all snapshots."""
    for table in ("stock_heads", "stock_counts"):
        cursor.execute(f"delete from {table}")
    cursor.execute("delete from meta where key = $1", [SEEN])
    count_new(cursor)


def count_new(cursor: duckdb.DuckDBPyConnection) -> bool:
    """Compares the snapshots that lines have come for, and says whether any have. Lines are only ever added; a store with fewer of them was
    filled anew."""
    seen, there = _number(cursor, "select value from meta where key = $1", [SEEN]), _number(cursor, "select count(*) from stock_snapshots")
    if seen == there:
        return False
    if seen > there:
        count_anew(cursor)
        return True
    for variable, value in {"as_of": EVER, "known_at": EVER, "seen_lines": seen}.items():
        cursor.execute(f"set variable {variable} = $1", [value])
    models.run(cursor, "inventory/heads")
    models.run(cursor, "inventory/counts")
    cursor.execute("delete from meta where key = $1", [SEEN])
    cursor.execute("insert into meta values ($1, $2)", [SEEN, str(there)])
    return True


EVER = 2**63 - 1


def _number(cursor: duckdb.DuckDBPyConnection, question: str, values: list[str] | None = None) -> int:
    rows = cursor.execute(question, values or []).fetchall()
    return int(rows[0][0]) if rows else 0
