"""Letting go of what was kept long enough: alerts, what people were told, notes, wrong passwords; and the audit, which leaves as files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, delete, exists, func, select

from app import audit
from app.accounts.tables import failed_logins
from app.alerts.tables import alerts, parts
from app.audit import files
from app.audit.upkeep import ACTOR
from app.duty.tables import turns
from app.recovery.tables import group_memory, group_notes
from app.retention.settings import DAY, Retention
from app.telling.tables import messages

SECOND_NS = 10**9
DAY_NS = DAY * SECOND_NS


def let_go(engine: Engine, home: Path, retention: Retention, now_ns: int) -> dict[str, int]:
    """How many rows of each kind went; an entry of the audit says it where there were any."""
    with engine.begin() as connection:
        audit.take_turn(connection)
        gone = {kind: number for kind, number in _gone(connection, retention, now_ns) if number}
        if gone:
            audit.append(connection, now_ns, ACTOR, "let go of what is old", "retention", gone)
    if retention.audit:
        moved = files.move_out(engine, home / files.FOLDER, now_ns - retention.audit * SECOND_NS, now_ns)
        gone |= {"audit": moved} if moved else {}
    return gone


def _gone(connection: Connection, retention: Retention, now_ns: int) -> Iterator[tuple[str, int]]:
    rules = ((retention.messages, _messages), (retention.alerts, _alerts), (retention.notes, _notes), (retention.failed_logins, _logins))
    for seconds, rule in rules:
        if seconds:
            yield rule(connection, now_ns - seconds * SECOND_NS)


def _messages(connection: Connection, before_ns: int) -> tuple[str, int]:
    """Not of an alert that is open or ended lately: without its messages people would be told of it once more."""
    is_told_still = exists().where(alerts.c.number == messages.c.alert, alerts.c.ended_ns.is_(None) | (alerts.c.ended_ns >= before_ns))
    return "messages", _deleted(connection, messages, messages.c.settled_ns < before_ns, ~is_told_still)


def _alerts(connection: Connection, before_ns: int) -> tuple[str, int]:
    """The newest stays: the next one is numbered after it."""
    newest = select(func.max(alerts.c.number)).scalar_subquery()
    number = _deleted(connection, alerts, alerts.c.ended_ns < before_ns, alerts.c.number < newest)
    for part_of in (parts, turns):
        _deleted(connection, part_of, part_of.c.alert.not_in(select(alerts.c.number)))
    return "alerts", number


def _notes(connection: Connection, before_ns: int) -> tuple[str, int]:
    fixed = select(group_memory.c.signature).where(group_memory.c.fixed_ns < before_ns)
    return "notes", _deleted(connection, group_notes, group_notes.c.signature.in_(fixed), group_notes.c.at_ns < before_ns)


def _logins(connection: Connection, before_ns: int) -> tuple[str, int]:
    return "failed_logins", _deleted(connection, failed_logins, failed_logins.c.failed_ns < before_ns)


def _deleted(connection: Connection, table: Table, *where: object) -> int:
    return connection.execute(delete(table).where(*where)).rowcount  # type: ignore[arg-type]


class Daily:
    """Does each of these once a day, the first time at once. What fails is told by who calls, and done the next day."""

    def __init__(self, now_ns: Callable[[], int], *works: Callable[[], object]) -> None:
        self._now_ns, self._works = now_ns, works
        self._day: int | None = None

    def run(self) -> None:
        day = self._now_ns() // DAY_NS
        if day != self._day:
            self._day = day
            for work in self._works:
                work()
