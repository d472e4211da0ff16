"""An outbox table: each attempt is one row, in one transaction, and never a second one for the same effect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Lock
from typing import Any

import orjson
from sqlalchemy import URL, Column, DateTime, Engine, LargeBinary, MetaData, Numeric, Table, Uuid, create_engine, insert, make_url, select
from sqlalchemy import types as sql_types
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NoSuchTableError, OperationalError, ProgrammingError, SQLAlchemyError

from app.recovery.model import Answer, Dispatch, Sent
from app.recovery.targets.filling import PAYLOAD, Content, NothingThere, content_of, filled, names_in, said_by, sent_time, template
from app.recovery.targets.target import Kind, fingerprint_of, some_seconds
from collectors.relational.link import CONNECT, check_url, place_of, words_of
from metrics.keys import Key, Place, Problem, mapping_of, name, text

EFFECT, PAYLOAD_PLACE, SENT_TIME = "{effect_id}", f"{{{PAYLOAD}}}", "{sent_time}"


class NoTable(Exception):
    """The table is not as the settings say; the text is the sentence."""


class SqlTarget:
    """`settings` as KIND's keys read them."""

    kind = "sql"
    idempotent = True

    def __init__(self, name: str, settings: Mapping[str, Any], folder: Path) -> None:
        self.name, self._columns = name, settings["columns"]
        self._table_name, self._schema = settings["table"], settings["schema"]
        self._url = _placed(make_url(settings["url"]), folder)
        self._seconds, self._lock = settings["timeout"], Lock()
        self._engine: Engine | None = None
        self._table: Table | None = None

    def describe(self) -> str:
        return f"A row in the table {self._table_name} of {place_of(self._url)}, once, however often it is sent."

    def fingerprint(self) -> str:
        said = {"database": place_of(self._url), "schema": self._schema, "table": self._table_name, "columns": self._columns}
        return fingerprint_of(self.kind, said)

    def send(self, dispatch: Dispatch) -> Sent:
        try:
            engine, table = self._opened()
            row = {column: _value(table.c[column], wanted, dispatch) for column, wanted in self._columns.items()}
        except (NothingThere, NoTable) as nothing:
            return Sent(Answer.REFUSED, str(nothing))
        except SQLAlchemyError as error:
            return Sent(Answer.NOT_TAKEN, f"{place_of(self._url)} cannot be used, nothing was written: {words_of(self._url, error)}.")
        return self._written(engine, table, row, dispatch.effect_id)

    def close(self) -> None:
        with self._lock:
            if self._engine:
                self._engine.dispose()
            self._engine = self._table = None

    def _opened(self) -> tuple[Engine, Table]:
        with self._lock:
            if self._engine is None:
                driver = self._url.get_dialect().driver
                given = {key: value for key, value in CONNECT.get(driver, {}).items() if key not in self._url.query}
                self._engine = create_engine(self._url, pool_pre_ping=True, connect_args=given, hide_parameters=True)
            if self._table is None:
                self._table = self._read_table(self._engine)
            return self._engine, self._table

    def _read_table(self, engine: Engine) -> Table:
        try:
            table = Table(self._table_name, MetaData(), schema=self._schema, autoload_with=engine)
        except NoSuchTableError:
            raise NoTable(f"{place_of(self._url)} has no table {self._table_name}; nothing was written.") from None
        if strange := [column for column in self._columns if column not in table.c]:
            raise NoTable(f"The table {self._table_name} has no column {', '.join(strange)}; nothing was written.")
        return table

    def _written(self, engine: Engine, table: Table, row: Mapping[str, Any], effect_id: str) -> Sent:
        effect = table.c[next(column for column, wanted in self._columns.items() if wanted == EFFECT)]
        known, is_ending = select(effect).where(effect == row[effect.name]), False
        try:
            with engine.connect() as connection:
                if engine.dialect.name == "postgresql":  # somebody may hold a lock
                    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {self._seconds * 1000}")
                if connection.execute(known).first() is not None:
                    return Sent(Answer.ACCEPTED, f"The row of {effect_id} was there before; nothing was written again.")
                connection.execute(insert(table).values(**row))
                is_ending = True
                connection.commit()
        except IntegrityError as error:
            return self._refused(engine, known, error)
        except (DBAPIError, OSError) as error:
            return self._failed(error, is_ending)
        return Sent(Answer.ACCEPTED, f"A row in {table.name}.")

    def _refused(self, engine: Engine, known: Any, error: IntegrityError) -> Sent:
        """A row of the same effect, written by an attempt whose end we did not see, or one that breaks another rule of the table."""
        try:
            with engine.connect() as connection:
                is_there = connection.execute(known).first() is not None
        except (DBAPIError, OSError) as lost:
            return self._failed(lost, False)
        if is_there:
            return Sent(Answer.ACCEPTED, "The row was there before; nothing was written again.")
        return Sent(Answer.REFUSED, f"The table {self._table_name} does not take it: {words_of(self._url, error)}.")

    def _failed(self, error: Exception, is_ending: bool) -> Sent:
        words = f"{place_of(self._url)}: {words_of(self._url, error)}."
        if is_ending:
            return Sent(Answer.UNKNOWN, words)
        if isinstance(error, ProgrammingError | DataError) or (isinstance(error, OperationalError) and "no such" in words):
            with self._lock:
                self._table = None  # it may be another one now
            return Sent(Answer.REFUSED, words)
        return Sent(Answer.NOT_TAKEN, words)


def _placed(url: URL, folder: Path) -> URL:
    """A file of SQLite is relative to the configuration."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database.startswith((":memory:", "file:")):
        return url
    return url.set(database=str((folder / url.database).absolute()))


def _value(column: Column[Any], wanted: str, dispatch: Dispatch) -> Any:
    """What goes into a column, as its type wants it. A name alone that nothing is said under is NULL. Raises NothingThere."""
    if wanted == PAYLOAD_PLACE:
        return _payload(column, content_of(dispatch))
    if wanted == SENT_TIME and isinstance(column.type, DateTime):
        return sent_time(dispatch) if column.type.timezone else sent_time(dispatch).replace(tzinfo=None)
    alone = names_in(wanted)
    if alone and wanted == f"{{{alone[0]}}}" and said_by(dispatch)[alone[0]] is None:
        return None
    return _typed(column, filled(wanted, dispatch))


def _typed(column: Column[Any], value: str) -> Any:
    kind = column.type
    try:
        if isinstance(kind, LargeBinary):
            return value.encode()
        if isinstance(kind, Uuid):
            return kind.python_type(value)
        if isinstance(kind, sql_types.Integer | Numeric | sql_types.Boolean):
            return kind.python_type({"false": "", "0": ""}.get(value.lower(), value) if isinstance(kind, sql_types.Boolean) else value)
    except (ValueError, ArithmeticError):
        raise NothingThere(f"The column {column.name} takes no {value!r}; nothing was written.") from None
    return orjson.loads(orjson.dumps(value)) if isinstance(kind, sql_types.JSON) else value


def _payload(column: Column[Any], content: Content) -> Any:
    if isinstance(column.type, LargeBinary):
        return content.body
    try:
        return orjson.loads(content.body) if isinstance(column.type, sql_types.JSON) else content.body.decode()
    except ValueError:
        form = "JSON" if isinstance(column.type, sql_types.JSON) else "text in UTF-8"
        raise NothingThere(f"The payload is no {form}, which the column {column.name} holds; nothing was written.") from None


def a_database(value: Any, place: Place, problems: list[Problem]) -> str | None:
    """The URL of a database; no problem repeats it."""
    problem = check_url(value) if isinstance(value, str) else "must be a text"
    if problem:
        problems.append(Problem(place, f"{problem}."))
    return None if problem else value


def a_column(value: Any, place: Place, problems: list[Problem]) -> str | None:
    """What goes into one column: a text with names in braces, or {payload} alone."""
    found: str | None = template(PAYLOAD)(str(value) if isinstance(value, int | float) else value, place, problems)
    if found is not None and PAYLOAD in names_in(found) and found != PAYLOAD_PLACE:
        problems.append(Problem(place, f"must be {PAYLOAD_PLACE} alone: the payload may be anything."))
        return None
    return found


def _check(found: dict[str, Any]) -> Iterable[tuple[str, str]]:
    effects = sum(wanted == EFFECT for wanted in found["columns"].values())
    if effects != 1:
        yield "columns", f"must have one column that is {EFFECT} alone, by which a row is known again (found {effects})."


KIND = Kind(
    keys=(
        Key("url", a_database, "URL", "The database, as in [database](sources/database.md).", required=True),
        Key("table", name, "name", "The table.", required=True),
        Key("schema", text, "name", "Its schema. Absent: the usual one of the user."),
        Key(
            "columns",
            mapping_of(a_column, "columns"),
            "mapping",
            "What goes into each column, as in `{id: '{effect_id}', body: '{payload}'}`. One must be `{effect_id}`; make it unique.",
            required=True,
        ),
        Key("timeout", some_seconds, "duration", "How long PostgreSQL may take over a statement.", default=30),
    ),
    open=SqlTarget,
    check=_check,
)
