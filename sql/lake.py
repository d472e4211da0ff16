"""The lake that several machines have in common: its catalogue in PostgreSQL, its data in a folder or a bucket that all of them reach."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import duckdb

from sql import models
from sql.store import OFFLINE

INLINED = 100  # records of a commit that lie in the catalogue until they are many: a file of its own for each would be read by everybody
TRIES = 5  # of a commit, when another machine's came between
EXTENSIONS = ("httpfs", "postgres_scanner", "ducklake")
PATIENCE = "connect_timeout=5 tcp_user_timeout=10000 keepalives_idle=10 keepalives_interval=5 keepalives_count=3"  # nobody waits for ever


class LakeUnavailable(Exception):
    """The catalogue or the data cannot be reached at the moment; nothing of what was asked for is known to be done."""


class NoLake(Exception):
    """There is no lake at this place yet."""


class ExtensionMissing(Exception):
    """A part of DuckDB that a lake needs is not installed."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a lake is: the PostgreSQL database of its catalogue, the folder or `s3://` address of its data, and the keys to the latter."""

    host: str
    port: int
    database: str
    user: str
    password: str
    data: str
    options: str = ""  # of the connection, as PostgreSQL's own library takes them: `sslmode=verify-full sslrootcert=…`
    bucket_keys: Mapping[str, str | bool] | None = None  # as DuckDB's secret of type s3 takes them


class Lake:
    """One connection, made when it is first needed, and made anew after a failure."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._turn = threading.RLock()

    @contextmanager
    def read(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor that nobody else uses meanwhile. Raises LakeUnavailable, NoLake."""
        with self._turn:
            try:
                if self._connection is None:
                    self._connection = _connect(self._place)
                yield self._connection
            except BaseException as error:
                self.close()
                # What DuckLake could not ask its catalogue has no class of its own.
                if isinstance(error, duckdb.IOException | duckdb.HTTPException) or type(error) is duckdb.Error:
                    raise LakeUnavailable(_sentence(error)) from error
                raise

    def write(self, action: Callable[[duckdb.DuckDBPyConnection], None]) -> None:
        """`action` in one transaction; once more where another machine's commit came between."""
        for left in reversed(range(TRIES)):
            try:
                with self.read() as cursor:
                    cursor.execute("begin")
                    action(cursor)
                    cursor.execute("commit")
                return
            except duckdb.TransactionException as error:
                if not left:
                    raise LakeUnavailable(_sentence(error)) from error

    def id(self) -> str:
        """Which lake it is, among all there ever were."""
        with self.read() as cursor:
            return str(cursor.execute(models.text("lake/id")).fetchall()[0][0])

    def keep_in_order(self, now: datetime) -> None:
        """Many small commits become few files, and what nobody can ask for any more goes."""
        day_ago = f"timestamp '{now - timedelta(days=1):%Y-%m-%d %H:%M:%S}'"
        with self.read() as cursor:
            models.run(cursor, "lake/upkeep", day_ago=day_ago)

    def close(self) -> None:
        with self._turn:
            if self._connection:
                with suppress(duckdb.Error):  # else DuckDB does it while closing, and a catalogue that is away by then ends the process
                    self._connection.execute("rollback")
                self._connection.close()
                self._connection = None


def make(place: Place) -> bool:
    """Makes the lake where there is none; whether it did."""
    connection = _connect(place, may_create=True)
    try:
        if connection.execute(models.text("lake/is_made")).fetchall():
            return False
        models.run(connection, "lake/tables")
        return True
    finally:
        connection.close()


def _connect(place: Place, *, may_create: bool = False) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:", config=OFFLINE)
    try:
        for extension in EXTENSIONS:
            connection.execute(f"load '{_extension(extension)}'")
        _say_secrets(connection, place)
        how = {"inlined": str(INLINED), "may_create": str(may_create).lower()}
        connection.execute(models.filled(models.text("lake/attached"), how))
        connection.execute("use lake")
        if not may_create:
            connection.execute(models.text("lake/id"))
    except duckdb.InvalidInputException as error:
        connection.close()
        if "does not exist" in str(error):
            raise NoLake(f"there is no lake in the database {place.database} of {place.host} yet") from error
        raise
    except duckdb.CatalogException as error:  # made by somebody else, or its making was broken off
        connection.close()
        raise NoLake(f"the lake in the database {place.database} of {place.host} has no table of records yet") from error
    except BaseException:
        connection.close()
        raise
    return connection


def _say_secrets(connection: duckdb.DuckDBPyConnection, place: Place) -> None:
    """As secrets, neither the password nor the keys stand in any sentence about a failure."""
    catalogue = {"host": place.host, "port": str(place.port), "database": place.database, "user": place.user, "password": place.password}
    _say_secret(connection, "catalogue_of_lake", "postgres", catalogue)
    if place.bucket_keys is not None:
        _say_secret(connection, "data_of_lake", "s3", place.bucket_keys)
    said = {"options": _quoted(f"{PATIENCE} {place.options}".strip()), "data": _quoted(place.data)}
    connection.execute(models.filled(models.text("lake/secret"), said))


def _say_secret(connection: duckdb.DuckDBPyConnection, name: str, kind: str, said: Mapping[str, str | bool]) -> None:
    words = ", ".join(
        f"{key} {str(value).lower() if isinstance(value, bool) else _quoted(value)}" for key, value in said.items() if value != ""
    )
    connection.execute(f"create secret {name} (type {kind}, {words})")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _sentence(error: Exception) -> str:
    return " ".join(str(error).split())


def _extension(name: str) -> Path:
    """The file in its wheel: loaded from there, nothing is fetched and nothing is copied."""
    found = find_spec(f"duckdb_extension_{name}")
    if found is None or found.origin is None:
        raise ExtensionMissing(f"a lake needs the package duckdb-extension-{name.replace('_', '-')}, of version {duckdb.__version__}")
    return Path(found.origin).parent / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
