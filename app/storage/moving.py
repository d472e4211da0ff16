"""Brings state that lies in a file of SQLite into an empty PostgreSQL: all of it, compared and its audit looked through, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, insert, inspect, select, text
from sqlalchemy.exc import DataError

from app import audit
from app.accounts.tables import open_engine
from app.audit import files
from app.privacy.places import create, every_table
from app.storage.engine import take_turn
from app.storage.state import State
from app.trouble import Mistake, Unreachable

BATCH = 1000  # rows at once
MOVED = "state moved"
ASIDE = ".moved"  # what the file is called then: nobody is to go on with it by mistake


@dataclass(frozen=True, slots=True)
class Moved:
    """`rows` by table."""

    rows: dict[str, int]
    head: str  # of the audit

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def move(source: State, target: State, now_ns: int, actor: str) -> Moved:
    """Raises Mistake where the target holds something already, Unreachable where what arrived is not what was there."""
    read, write = open_engine(source.url()), open_engine(target.url())
    try:
        create(read)  # what a file of before lacks is in it then
        create(write)
        audit.keep_head(write, target.home / audit.HEAD_FILE)
        with read.connect() as old, write.begin() as new:
            old.exec_driver_sql("begin immediate")  # nobody changes it meanwhile
            take_turn(new)
            _check_is_empty(new, target)
            rows = {table.name: _copy(old, new, table) for table in every_table()}
            _check(old, new, target)
            _count_on(new)
            audit.append(new, now_ns, actor, MOVED, "state", {"from": str(source.file), "rows": sum(rows.values())})
            head = str(audit.newest(new))
        _put_aside(read, source)
    finally:
        read.dispose()
        write.dispose()
    return Moved({name: many for name, many in rows.items() if many}, head)


def _check_is_empty(new: Connection, target: State) -> None:
    ours = {table.name: table for table in every_table()}
    full = [name for name in sorted(inspect(new).get_table_names()) if name not in ours or _count(new, ours[name])]
    if full:
        raise Mistake(f"{target.place} is not empty: it holds {', '.join(full[:5])}. Nothing was moved; name an empty one.")


def _copy(old: Connection, new: Connection, table: Table) -> int:
    many = 0
    try:
        for part in old.execute(select(table)).mappings().partitions(BATCH):
            new.execute(insert(table), [dict(row) for row in part])
            many += len(part)
    except DataError as error:
        raise Mistake(f"the table {table.name} holds what PostgreSQL does not take: {error.orig}. Nothing was moved.") from error
    return many


def _check(old: Connection, new: Connection, target: State) -> None:
    """As many rows of each kind, and an audit that is what was written."""
    for table in every_table():
        before, after = _count(old, table), _count(new, table)
        if before != after:
            raise Unreachable(f"of the table {table.name} {after:,} of {before:,} rows arrived. Nothing was moved.")
    wrong = audit.verify(new, target.home / audit.HEAD_FILE, before=files.moved_out(target.home / files.FOLDER))
    if wrong:
        raise Mistake(f"the audit is not what was written: {wrong}. Nothing was moved; `syncline doctor` says more.")


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _count_on(new: Connection) -> None:
    """What the database numbers by itself goes on behind the highest number that arrived."""
    for table in every_table():
        column: Any = table.autoincrement_column
        if column is None:
            continue
        asked = text("select pg_get_serial_sequence(:table, :column)")
        sequence = new.execute(asked, {"table": table.name, "column": column.name}).scalar()
        highest = new.execute(select(func.max(column))).scalar()
        if sequence and highest:
            new.execute(text("select setval(:sequence, :highest)"), {"sequence": sequence, "highest": highest})


def _put_aside(read: Engine, source: State) -> None:
    with read.connect() as connection:
        connection.exec_driver_sql("pragma wal_checkpoint(truncate)")
        connection.exec_driver_sql("pragma journal_mode = delete")
    read.dispose()
    source.file.rename(source.file.with_name(source.file.name + ASIDE))
