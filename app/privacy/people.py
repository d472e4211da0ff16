"""Erasing somebody who used Syncline: what was theirs goes, what they did stays under a pseudonym, and the audit still verifies."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, delete, or_, select, update
from sqlalchemy.exc import OperationalError

from app import audit
from app.access.roles import ADMIN
from app.accounts.tables import users
from app.audit import files
from app.audit.redaction import Told, black_out
from app.privacy.places import Kind, create, every_table, places
from app.privacy.words import Replaced, pattern_of
from app.recovery.tables import group_memory, group_notes

log = logging.getLogger("syncline.privacy")


@dataclass(slots=True)
class Found:
    """Where somebody stands: rows by `table`; `sealed`: where they stand for good, because that was published."""

    rows: dict[str, int] = field(default_factory=dict)
    sealed: dict[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.rows or self.sealed)


class LastAdministrator(Exception):
    """Without this person nobody could administer Syncline."""


def find(engine: Engine, change: Replaced) -> Found:
    """In how many rows of each table there is something to replace."""
    create(engine)
    found = Found()
    with engine.connect() as connection:
        for table in every_table():
            many = sum(_is_in(row, change) for row in _rows(connection, table, Kind.THEIRS, Kind.NAME, Kind.TEXT, Kind.CHAIN))
            found.rows |= {table.name: many} if many else {}
            if sealed := _sealed(connection, table, change):
                found.sealed[table.name] = sealed
    return found


def erase(engine: Engine, home: Path, change: Replaced, told: Told) -> Found:
    """In one transaction, and then out of the file as well. Raises LastAdministrator."""
    create(engine)
    found = Found()
    with ExitStack() as after, engine.begin() as connection:
        audit.take_turn(connection)
        _check_administrators(connection, change)
        for table in every_table():
            many = _theirs(connection, table, change) + _others(connection, table, change)
            found.rows |= {table.name: many} if many else {}
            if sealed := _sealed(connection, table, change):
                found.sealed[table.name] = sealed
        found.rows["audit"] = black_out(connection, home / files.FOLDER, change, told, after)
    scrub(engine)
    return found


def replace(engine: Engine, home: Path, change: Callable[[str], str], moved: Mapping[str, str], told: Told) -> Found:
    """Somebody of the data, in what people wrote and in what was kept about cases; `moved`: signatures of groups that are others now.
    Nothing is deleted."""

    def changed(text: str) -> str:
        for old, new in moved.items():
            text = text.replace(old, new)
        return change(text)

    create(engine)
    found = Found()
    with ExitStack() as after, engine.begin() as connection:
        audit.take_turn(connection)
        for table in every_table():
            many = _others(connection, table, changed)
            found.rows |= {table.name: many} if many else {}
        for memory in (group_memory, group_notes):
            for old, new in moved.items():
                _move(connection, memory, old, new)
        found.rows["audit"] = black_out(connection, home / files.FOLDER, changed, told, after)
    scrub(engine)
    return found


def _move(connection: Connection, memory: Table, old: str, new: str) -> None:
    """What is remembered of a group, to the signature that it has now; where something is known of that already, both stay."""
    if connection.execute(select(memory.c.signature).where(memory.c.signature == new).limit(1)).one_or_none() is None:
        connection.execute(update(memory).where(memory.c.signature == old).values(signature=new))


def scrub(engine: Engine) -> None:
    """What was deleted or replaced is not in the free space of the file either."""
    if engine.dialect.name != "sqlite":
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            connection.exec_driver_sql("vacuum")
            connection.exec_driver_sql("pragma wal_checkpoint(truncate)")
        except OperationalError:
            log.warning(
                "Syncline serves: until this is done without it, what was deleted may stand in free space of %s.", engine.url.database
            )


def _check_administrators(connection: Connection, change: Replaced) -> None:
    active = connection.execute(select(users.c.name, users.c.roles).where(users.c.disabled.is_(False))).all()
    administrators = {row.name for row in active if ADMIN in row.roles.split()}
    if administrators and administrators <= set(change.names):
        raise LastAdministrator


def _theirs(connection: Connection, table: Table, change: Replaced) -> int:
    """Deletes the rows that are of this person."""
    columns = places(table, Kind.THEIRS)
    if not columns:
        return 0
    names = [*change.names, *(f"user:{name}" for name in change.names)]
    return connection.execute(delete(table).where(or_(*(column.in_(names) for column in columns)))).rowcount


def _others(connection: Connection, table: Table, change: Callable[[str], str]) -> int:
    """Replaces the name in what stays."""
    names = {column.name for column in places(table, Kind.NAME, Kind.TEXT)}
    many = 0
    for row in _rows(connection, table, Kind.NAME, Kind.TEXT):
        new = {name: made for name, value in row.items() if name in names and value and (made := change(value)) != value}
        if new:
            key = [column == row[column.name] for column in table.primary_key.columns]
            connection.execute(update(table).where(*key).values(new))
            many += 1
    return many


def _rows(connection: Connection, table: Table, *kinds: Kind) -> list[dict[str, str]]:
    """Keys and columns of these kinds."""
    columns = places(table, *kinds)
    if not columns:
        return []
    asked = select(*dict.fromkeys([*table.primary_key.columns, *columns]))
    return [dict(row._mapping) for row in connection.execute(asked)]


def _is_in(row: dict[str, str], change: Replaced) -> bool:
    return any(isinstance(value, str) and change(value) != value for value in row.values())


def _sealed(connection: Connection, table: Table, change: Replaced) -> int:
    """In how many rows of what was published or sealed the words stand."""
    many = 0
    for column in places(table, Kind.SEALED):
        for value in connection.execute(select(column).where(column.isnot(None))).scalars():
            text = value.decode("utf-8", "ignore") if isinstance(value, bytes) else str(value)
            many += any(pattern_of(word).search(text) for word in change.words)
    return many
