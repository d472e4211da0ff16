"""Engines of the database that state lies in: SQLite or PostgreSQL, with the same promise that one transaction writes at a time."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, make_url, text

AWAY = (exc.OperationalError, exc.InterfaceError, exc.TimeoutError)  # what is raised while the database cannot be reached, or not in time
LOCK = 0x53594E43  # of PostgreSQL: whoever writes holds it until the end of the transaction
WAIT_SECONDS = 8  # for whoever else writes, and for a free connection
TURN = "holds the turn"  # in what a connection remembers

# A server that is gone must be noticed before somebody who waits for a page gives up: no answer comes from one that lost its power.
CONNECT = {
    "connect_timeout": 6,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 4000,
    "application_name": "syncline",
}
# Said with each turn, not once for a connection: between us and the server a pooler may give it to somebody else. A process that stops
# in the middle of its transaction, or its machine, lets the others go on after a minute.
TAKE_TURN = text(
    f"select set_config('lock_timeout', '{WAIT_SECONDS}s', true), set_config('idle_in_transaction_session_timeout', '60s', true), "
    f"pg_advisory_xact_lock({LOCK})"
)


def engine_of(url: str | URL) -> Engine:
    """An engine whose connections are ready for threads and processes that use the database at once. Nothing is asked of it yet."""
    url = make_url(url)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url)
        event.listen(engine, "connect", _set_pragmas)
        return engine
    engine = create_engine(
        url,
        connect_args={name: value for name, value in CONNECT.items() if name not in url.query} | {"prepare_threshold": None},
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=20,
        pool_timeout=WAIT_SECONDS,
        hide_parameters=True,
    )
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "begin", lambda connection: connection.info.pop(TURN, None))
    event.listen(engine, "savepoint", lambda connection, _: take_turn(connection))
    event.listen(engine, "before_execute", _write_in_turn)
    event.listen(engine, "before_cursor_execute", _without_nul, retval=True)
    return engine


def open_unchanged(file: Path) -> Engine:
    """An engine that only reads a SQLite file, and leaves no file beside it."""
    # SQLite reads a file in WAL mode only with two more beside it, which it makes. Where they are not there nobody has the file open,
    # and it can be read as one that never changes.
    mode = "mode=ro" if file.with_name(f"{file.name}-wal").exists() else "immutable=1"
    return create_engine("sqlite://", creator=lambda: sqlite3.connect(f"{file.absolute().as_uri()}?{mode}", uri=True))


def take_turn(connection: Connection) -> None:
    """Nobody else writes from now on until this transaction has ended: what is read in it after that is what is so."""
    if connection.dialect.name == "postgresql" and TURN not in connection.info:
        connection.info[TURN] = True
        connection.execute(TAKE_TURN)


def _connect(_dialect: Any, _record: Any, words: Any, named: Any) -> Any:
    from app.storage.patient import Patient  # its driver is there only where somebody wants PostgreSQL

    return Patient.connect(*words, **named)


def _write_in_turn(connection: Connection, statement: Any, *_: object) -> None:
    """As SQLite does by itself: it knows one writer at a time. What counts first and writes then was written for that, and what people do
    is so little that nobody has to wait for a millisecond of another."""
    if getattr(statement, "is_dml", False):
        take_turn(connection)


def _without_nul(_connection: Any, _cursor: Any, statement: str, given: Any, _context: Any, _many: bool) -> tuple[str, Any]:
    """PostgreSQL knows no text with the sign 0, which a message or a form may hold: a question mark stands there, as in the audit."""
    return statement, [_plain(row) for row in given] if isinstance(given, list) else _plain(given)


def _plain(row: Any) -> Any:
    if not isinstance(row, dict) or not any(isinstance(value, str) and "\0" in value for value in row.values()):
        return row
    return {name: value.replace("\0", "?") if isinstance(value, str) else value for name, value in row.items()}


def _set_pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("pragma busy_timeout = 20000")
    cursor.execute("pragma journal_mode = wal")
    cursor.execute("pragma synchronous = full")
    cursor.close()
