"""The audit: who did what, when and why, each entry bound to the one before it, so that nobody can change or remove one unseen."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from hashlib import sha256
from operator import eq, ge, lt
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Row, Select, event, func, insert, inspect, select, text, update

from app.access.rights import SEE_AUDIT
from app.accounts.people import User
from app.recovery.tables import audit

FIRST = "0" * 64  # stands before the first entry
HEAD_FILE = "audit.head"
LOCK = 0x53594E43  # of PostgreSQL: whoever appends holds it until the end of the transaction
FILE, NEXT = "audit head file", "audit head to keep"  # in what a connection remembers
BATCH = 5000
NOBODY = ""  # does nothing, so whoever may see only what they did sees nothing

log = logging.getLogger("syncline.audit")


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are asked for; None narrows nothing. Instants in ns, `to_ns` not included. `own`: of one who may see only what they did
    themselves."""

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    from_ns: int | None = None
    to_ns: int | None = None
    own: str | None = None


def own_of(user: User) -> str | None:
    """For Filter.own: None for who may see everything, else the name: what they did themselves."""
    return None if user.sites is None and user.may(SEE_AUDIT) else user.name


def append(connection: Connection, at_ns: int, actor: str, action: str, subject: str, detail: dict[str, Any], reason: str | None) -> int:
    """Adds an entry in the caller's transaction; its number. Whoever else appends waits until that transaction has ended."""
    take_turn(connection)
    last = connection.execute(select(audit.c.number, audit.c.hash).order_by(audit.c.number.desc()).limit(1)).one_or_none()
    number, before = (last.number + 1, last.hash) if last else (1, FIRST)
    said = orjson.dumps(detail, option=orjson.OPT_SORT_KEYS).decode()
    values = (number, at_ns, _plain(actor), _plain(action), _plain(subject), said, None if reason is None else _plain(reason))
    made = _hash(before, values)
    connection.execute(insert(audit).values(dict(zip(audit.c.keys(), (*values, made), strict=True))))
    if (file := connection.info.get(FILE)) and _is_ours(connection, file):
        connection.info[NEXT] = Head(number, made)
    return number


def keep_head(engine: Engine, file: Path) -> None:
    """From now on the head of the chain is also kept in `file`, so that a tail that was cut off is noticed."""
    event.listen(engine, "checkout", lambda _, record, __: record.info.__setitem__(FILE, file))
    event.listen(engine, "rollback", lambda connection: connection.info.pop(NEXT, None))
    event.listen(engine, "checkin", lambda _, record: _keep(file, record.info.pop(NEXT, None)))  # after the commit, not before it


def verify(connection: Connection, file: Path | None = None) -> int | None:
    """The number of the first entry that is not what was written, or is missing; None when all are there as they were. `file`: where the
    head is kept beside the database."""
    number, before = 0, FIRST
    kept = head_of(file) if file else None
    with closing(_streamed(connection, select(audit).order_by(audit.c.number))) as rows:
        for row in rows:
            number += 1
            if row[0] != number or row[-1] != _hash(before, row[:-1]):
                return number
            before = row[-1]
            if kept and kept.number == number and kept.hash != before:
                return number
    return number + 1 if kept and kept.number > number else None


def is_there(connection: Connection) -> bool:
    """Whether the database has an audit at all."""
    return inspect(connection).has_table(audit.name)


def count(connection: Connection, asked: Filter) -> int:
    """How many entries there are of what is asked for."""
    return int(connection.execute(_narrowed(select(func.count()).select_from(audit), asked)).scalar_one())


def entries(connection: Connection, asked: Filter, start: int = 0, stop: int = 200) -> list[Row[Any]]:
    """Those from `start` until before `stop`, the newest first."""
    listed = _narrowed(select(audit), asked).order_by(audit.c.number.desc())
    return list(connection.execute(listed.limit(stop - start).offset(start)))


def every(connection: Connection, asked: Filter) -> Iterator[Row[Any]]:
    """All of them, the oldest first, without holding them in memory."""
    return _streamed(connection, _narrowed(select(audit), asked).order_by(audit.c.number))


def by_action(connection: Connection, asked: Filter) -> list[tuple[str, int]]:
    """How many of each action there are of what is asked for, whatever action it asks for."""
    listed = _narrowed(select(audit.c.action, func.count()), replace(asked, action=None))
    return [(row[0], row[1]) for row in connection.execute(listed.group_by(audit.c.action).order_by(audit.c.action))]


def head_of(file: Path) -> Head | None:
    """The head as it is kept; None where none was ever kept. Raises ValueError when the file is no head."""
    try:
        found = orjson.loads(file.read_bytes())
        return Head(int(found["number"]), str(found["hash"]))
    except FileNotFoundError:
        return None
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{file} is not the head of an audit.") from error


def _narrowed(listed: Select[Any], asked: Filter) -> Select[Any]:
    conditions = (
        (audit.c.actor, eq, asked.actor),
        (audit.c.action, eq, asked.action),
        (audit.c.subject, eq, asked.subject),
        (audit.c.at_ns, ge, asked.from_ns),
        (audit.c.at_ns, lt, asked.to_ns),
        (audit.c.actor, eq, asked.own),
    )
    return listed.where(*(compare(column, value) for column, compare, value in conditions if value is not None))


def _streamed(connection: Connection, listed: Select[Any]) -> Generator[Row[Any]]:
    with connection.execute(listed, execution_options={"yield_per": BATCH}) as rows:
        yield from rows


def take_turn(connection: Connection) -> None:
    """Nobody else reads the newest entry, to put another behind it, before this transaction has ended."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": LOCK})
    else:  # SQLite: what writes, even nothing, holds the database
        connection.execute(update(audit).where(audit.c.number < 0).values(number=audit.c.number))


def _plain(word: str) -> str:
    """Without what no database takes: a reason may come from anywhere."""
    return str(word).encode("utf-8", "replace").decode().replace("\0", "?")


def _hash(before: str, values: tuple[Any, ...]) -> str:
    return sha256(b"\n".join((before.encode(), orjson.dumps(list(values))))).hexdigest()


def _is_ours(connection: Connection, file: Path) -> bool:
    """Whether the chain still holds what the file says. Else somebody cut it, and the file is left as the evidence."""
    try:
        kept = head_of(file)
    except ValueError as error:
        log.error("%s It is left as it is; `syncline doctor` says more.", error)
        return False
    if kept is None:
        return True
    found = connection.execute(select(audit.c.hash).where(audit.c.number == kept.number)).scalar_one_or_none()
    if found != kept.hash:
        log.error("The audit lacks entry %s, or it was changed: %s is left as it is; `syncline doctor` says more.", kept.number, file)
    return found == kept.hash


def _keep(file: Path, head: Head | None) -> None:
    """The entry is in the database already: when the file cannot be written, that is told, and the next entry tries again."""
    if head is None:
        return
    try:
        kept = head_of(file)
        if kept is None or kept.number < head.number:  # else somebody was faster
            _write(file, head)
    except (OSError, ValueError):
        log.exception("The head of the audit cannot be kept in %s.", file)


def _write(file: Path, head: Head) -> None:
    draft = file.with_name(f"{file.name}.{os.getpid()}-{threading.get_ident()}.part")
    with draft.open("wb") as opened:
        opened.write(orjson.dumps({"number": head.number, "hash": head.hash}))
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(file)
