"""The DuckDB file and the two ways to it: one writer, any number of readers."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from sql import migrate, models

if TYPE_CHECKING:
    import pandas as pd

Config = dict[str, str | bool | int | float | list[str]]
# Nothing is ever fetched from outside: what Syncline needs is built into the wheel.
OFFLINE: Config = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
SETTINGS: Config = {
    **OFFLINE,
    # Else the planner takes many moments for few and compares each with every stretch of working time: ten times as long for a month.
    "asof_loop_join_threshold": 0,
    # Of a new store: names are looked for in their dictionaries, one partner among a million transactions in 3 ms instead of 8. DuckDBs
    # older than we need cannot read it; a store that is there stays as it is.
    "storage_compatibility_version": "v1.3.0",
}

SELDOM = "128MB"  # 64MB and 256MB take 3 % more and less; memory holds as much


class StoreBusy(Exception):
    """Another process owns the file; the text says which."""


class Store:
    """Opens `path` (None: in memory) and brings it to the newest schema. Raises StoreBusy when another process has it."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = _connect(path)
        self._writing = threading.RLock()
        migrate.migrate(self._connection)
        models.install_views(self._connection)

    @contextmanager
    def write(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The single writer's cursor, inside one transaction: all of it or nothing."""
        with self._writing, _closing(self._connection) as cursor:
            cursor.execute("begin")
            try:
                yield cursor
            except BaseException:
                cursor.execute("rollback")
                raise
            cursor.execute("commit")

    @contextmanager
    def many_writes(self) -> Iterator[None]:
        """Meanwhile a checkpoint is made after SELDOM of changes, not after each transaction of more than 16 MB: it writes the last row
        group of every table anew, half filled, which took 30 % of the processor time of loading. Read back after a crash in seconds."""
        with self.read() as cursor:
            cursor.execute(f"set global checkpoint_threshold = '{SELDOM}'")
            try:
                yield
            finally:
                cursor.execute("reset global checkpoint_threshold")

    @contextmanager
    def read(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A reader's own cursor with its own temporary tables; a writer never blocks it."""
        with _closing(self._connection) as cursor:
            yield cursor

    def close(self) -> None:
        with self._writing:
            self._connection.close()


def insert(cursor: duckdb.DuckDBPyConnection, table: str, frame: pd.DataFrame) -> None:
    """Appends `frame` (columns named as in `table`) in one statement: 300 times faster than row by row."""
    if len(frame):
        cursor.register("incoming", frame)
        cursor.execute(f"insert into {table} by name select * from incoming")
        cursor.unregister("incoming")


@contextmanager
def _closing(connection: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    cursor = connection.cursor()
    try:
        yield cursor
    finally:
        cursor.close()


def _connect(path: Path | None) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(str(path) if path else ":memory:", config=SETTINGS)
    except duckdb.IOException as error:
        if "set lock" not in str(error).lower():
            raise
        owner = re.search(r"\(PID (\d+)\)", str(error))
        raise StoreBusy(f"{path} is in use by process {owner[1] if owner else 'unknown'}; only one process may own it.") from error
