"""Brings a store to the newest schema, one numbered file at a time."""

from __future__ import annotations

from pathlib import Path

import duckdb

FOLDER = Path(__file__).parent / "migrations"


class NewerStore(Exception):
    """The store was written by a newer Syncline; it is left as it is."""


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Applies each migration not applied yet, in order, each in a transaction of its own."""
    connection.execute("create table if not exists migrations (number integer not null, name varchar not null)")
    done = {number for (number,) in connection.execute("select number from migrations").fetchall()}
    steps = {int(path.name[:4]): path for path in sorted(FOLDER.glob("*.sql"))}
    if newer := done - steps.keys():
        raise NewerStore(
            f"The store has schema {max(newer)}, this Syncline knows up to {max(steps)}. Use the newer Syncline, or another home."
        )
    for number, path in steps.items():
        if number not in done:
            _apply(connection, number, path)


def _apply(connection: duckdb.DuckDBPyConnection, number: int, path: Path) -> None:
    connection.execute("begin")
    try:
        connection.execute(path.read_text())
        connection.execute("insert into migrations values (?, ?)", [number, path.stem])
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")
