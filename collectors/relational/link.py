"""The way to a database: read-only, with limits on how long an answer may take, and sentences for what goes wrong, without passwords."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, ProgrammingError

CONNECT_SECONDS = 10
CONNECT = {  # how a driver is told how long connecting may take; what the URL says counts before it
    "psycopg": {"connect_timeout": CONNECT_SECONDS, "keepalives_idle": 30, "tcp_user_timeout": 60_000},
    "psycopg2": {"connect_timeout": CONNECT_SECONDS, "keepalives_idle": 30, "tcp_user_timeout": 60_000},
    "pymysql": {"connect_timeout": CONNECT_SECONDS},
    "mysqldb": {"connect_timeout": CONNECT_SECONDS},
    "pyodbc": {"timeout": CONNECT_SECONDS},
    "oracledb": {"tcp_connect_timeout": CONNECT_SECONDS},
}
SESSION = {"mysql": "SET SESSION TRANSACTION READ ONLY", "mariadb": "SET SESSION TRANSACTION READ ONLY", "sqlite": "PRAGMA query_only = ON"}
TRANSACTION = {"postgresql": "SET TRANSACTION READ ONLY", "oracle": "SET TRANSACTION READ ONLY"}
EXTRAS = {"psycopg": "syncline[postgresql]"}  # package of a driver → what to install; others are installed by their own names
SECRET = re.compile(r"pass|pwd|secret|token|key", re.IGNORECASE)
SECRET_IN_TEXT = re.compile(r"((?:password|passwd|pwd)\s*=\s*)('[^']*'|\{[^}]*\}|[^;&\s]+)", re.IGNORECASE)
OVERDUE = ("57014", "interrupted", "DPY-4024", "HYT00", "3024", "1969")  # how drivers say that an answer took too long
STEPS = 20_000  # of SQLite's machine between two looks at the clock: about a millisecond


class Link:
    """Connects to the database at `url` when first asked, and keeps one connection until it is closed."""

    def __init__(self, url: str, folder: Path, timeout_seconds: float) -> None:
        self._url, self._timeout_seconds = make_url(url), timeout_seconds
        if self._url.get_backend_name() == "sqlite":
            self._url = _read_only_file(self._url, folder)
        self._engine: Engine | None = None
        self._deadline = 0.0

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that can only read."""
        engine = self._engine = self._engine or self._made()
        self._deadline = time.monotonic() + self._timeout_seconds
        with engine.connect() as connection:
            if opening := TRANSACTION.get(engine.dialect.name):
                connection.exec_driver_sql(opening)
            if engine.dialect.name == "postgresql":  # for this transaction alone: a pooler may give the session to somebody else
                connection.exec_driver_sql(f"SET LOCAL statement_timeout = {int(self._timeout_seconds * 1000)}")
            yield connection

    def close(self) -> None:
        if self._engine:
            self._engine.dispose()
            self._engine = None

    @property
    def where(self) -> str:
        """The database as a person knows it, without user and password."""
        return place_of(self._url)

    def sentence(self, error: Exception) -> str:
        """What an error of the database means for who has to see to it."""
        cause = getattr(error, "orig", None) or error
        code = getattr(cause, "sqlstate", None) or ""
        said = words_of(self._url, error)
        if code == OVERDUE[0] or any(sign in said[:80] for sign in OVERDUE[1:]):
            return (
                f"no answer came within {self._timeout_seconds} s, so the question was taken back ({said}). The watermark and the key "
                "need an index of their own, in this order; or raise `timeout`."
            )
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            return f"the connection was lost: {said}. It is tried again; what was read is kept."
        if isinstance(error, ProgrammingError) or said.startswith("no such"):
            return f"{said}. Correct what is asked for in the configuration, or the rights of its user in the database; it is tried again."
        return f"{said}. Nothing is lost; it is tried again."

    def _made(self) -> Engine:
        dialect = self._url.get_dialect()
        given = {name: value for name, value in CONNECT.get(dialect.driver, {}).items() if name not in self._url.query}
        engine = create_engine(self._url, pool_size=1, max_overflow=0, pool_pre_ping=True, connect_args=given, hide_parameters=True)
        event.listen(engine, "connect", self._prepare)
        return engine

    def _prepare(self, connection: Any, _record: Any) -> None:
        assert self._engine
        name, driver = self._engine.dialect.name, self._engine.dialect.driver
        if name in SESSION:
            _run(connection, SESSION[name])
        if name == "sqlite":
            connection.text_factory = lambda raw: raw.decode(errors="backslashreplace")
            connection.set_progress_handler(lambda: time.monotonic() > self._deadline, STEPS)
        elif driver == "psycopg":
            from collectors.relational.psycopg_values import read_everything

            read_everything(connection)
        elif name in ("mysql", "mariadb"):
            _limit_mysql(connection, self._timeout_seconds)
        elif driver == "pyodbc":
            connection.timeout = math.ceil(self._timeout_seconds)
        elif driver == "oracledb":
            connection.call_timeout = int(self._timeout_seconds * 1000)


def words_of(url: URL, error: Exception) -> str:
    """The database's own words, in one line and without secrets."""
    cause = getattr(error, "orig", None) or error
    text = getattr(getattr(cause, "diag", None), "message_primary", None) or str(cause)
    hidden = [url.password, *(v for k, v in url.query.items() if SECRET.search(k) and isinstance(v, str))]
    for secret in filter(None, hidden):
        for form in (str(secret), quote(str(secret), safe=""), quote_plus(str(secret))):
            text = text.replace(form, "***")
    return " ".join(SECRET_IN_TEXT.sub(r"\1***", text).split())[:600].rstrip(".?!")


def place_of(url: URL) -> str:
    """The database as a person knows it, without user and password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database).removeprefix("file:")
    at = f"{url.host}:{url.port}" if url.port else url.host
    return " at ".join(filter(None, (url.database, at))) or url.get_backend_name()


def check_url(text: str) -> str:
    """What is wrong with the URL of a database, without repeating it: it holds a password. Empty when nothing is."""
    form = "postgresql+psycopg://USER:PASSWORD@HOST:5432/DATABASE or sqlite:///FILE"
    try:
        url = make_url(text)
        dialect = url.get_dialect()
    except NoSuchModuleError:
        return f"nothing installed here speaks to {text.partition(':')[0][:40]!r}; it is written as in {form}"
    except (ArgumentError, ValueError):
        return f"is no URL of a database; it is written as in {form} (a password with its special characters as %40 and the like)"
    if getattr(dialect, "is_async", False):
        return f"the driver {dialect.driver} cannot be used here; name one that is not asynchronous, as in {form}"
    try:
        dialect.import_dbapi()
    except ImportError as error:
        package = error.name or dialect.driver
        return f"needs the driver {package}, which is not installed here: pip install '{EXTRAS.get(package, package)}'"
    if dialect.name == "sqlite" and not url.database:
        return "names no file; write sqlite:///FILE"
    return ""


def _read_only_file(url: URL, folder: Path) -> URL:
    """A file that is not there must not be made, and one that is must not be changed."""
    name = str(url.database)
    if name.startswith("file:"):
        return url
    path = (folder / name).absolute()
    return url.set(database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"})


def _run(connection: Any, statement: str) -> None:
    cursor = connection.cursor()
    cursor.execute(statement)
    cursor.close()


def _limit_mysql(connection: Any, seconds: float) -> None:
    try:
        _run(connection, f"SET SESSION max_execution_time = {int(seconds * 1000)}")
    except Exception:  # noqa: BLE001  the class of the error is the driver's; MariaDB has another name for it, and raises for good
        _run(connection, f"SET SESSION max_statement_time = {seconds}")
