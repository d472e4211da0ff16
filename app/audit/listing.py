"""Entries of the audit as they are asked for, and who sees which."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from operator import eq, ge, lt
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, func, inspect, select

from app.access.rights import SEE_AUDIT
from app.audit.tables import entries as table
from app.audit.tables import redactions

if TYPE_CHECKING:
    from app.accounts.people import User

BATCH = 5000
NOBODY = ""  # does nothing, so whoever may see only what they did sees nothing


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
    return None if user.sees.is_all and user.may(SEE_AUDIT) else user.name


def is_there(connection: Connection) -> bool:
    """Whether the database has an audit at all."""
    return inspect(connection).has_table(table.name)


def count(connection: Connection, asked: Filter) -> int:
    """How many entries there are of what is asked for."""
    return int(connection.execute(_narrowed(select(func.count()).select_from(table), asked)).scalar_one())


def entries(connection: Connection, asked: Filter, start: int = 0, stop: int = 200) -> list[Row[Any]]:
    """Those from `start` until before `stop`, the newest first."""
    listed = _narrowed(select(table), asked).order_by(table.c.number.desc())
    return list(connection.execute(listed.limit(stop - start).offset(start)))


def every(connection: Connection, asked: Filter) -> Iterator[Row[Any]]:
    """All of them, the oldest first, without holding them in memory."""
    return streamed(connection, _narrowed(select(table), asked).order_by(table.c.number))


def redacted_by(connection: Connection) -> dict[int, int]:
    """By number, the entry that tells what was blacked out of it last."""
    return {
        row[0]: row[1] for row in connection.execute(select(redactions.c.number, func.max(redactions.c.by)).group_by(redactions.c.number))
    }


def by_action(connection: Connection, asked: Filter) -> list[tuple[str, int]]:
    """How many of each action there are of what is asked for, whatever action it asks for."""
    listed = _narrowed(select(table.c.action, func.count()), replace(asked, action=None))
    return [(row[0], row[1]) for row in connection.execute(listed.group_by(table.c.action).order_by(table.c.action))]


def streamed(connection: Connection, listed: Select[Any]) -> Generator[Row[Any]]:
    with connection.execute(listed, execution_options={"yield_per": BATCH}) as rows:
        yield from rows


def _narrowed(listed: Select[Any], asked: Filter) -> Select[Any]:
    conditions = (
        (table.c.actor, eq, asked.actor),
        (table.c.action, eq, asked.action),
        (table.c.subject, eq, asked.subject),
        (table.c.at_ns, ge, asked.from_ns),
        (table.c.at_ns, lt, asked.to_ns),
        (table.c.actor, eq, asked.own),
    )
    return listed.where(*(compare(column, value) for column, compare, value in conditions if value is not None))
