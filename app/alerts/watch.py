"""Looks at what needs somebody, and writes down what began and what ended: each once, also over restarts and with several that look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from sqlalchemy import Connection, Engine, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from app import audit
from app.alerts.alert import Alert, Condition, Part
from app.alerts.kept import keep_parts, open_ones
from app.alerts.tables import alerts, endings

ACTOR = "syncline"
QUIET_SECONDS = 15 * 60  # what is not found for so long has ended; what comes back sooner is the same alert


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look changed, by number."""

    started: tuple[int, ...] = ()
    ended: tuple[int, ...] = ()


def look(
    engine: Engine,
    found: Iterable[Condition],
    now_ns: int,
    quiet_seconds: int = QUIET_SECONDS,
    silenced: Mapping[str, str] = MappingProxyType({}),
) -> Looked:
    """Writes down what is different from what was known. `found`: everything that needs somebody as of `now_ns`. `silenced`: of what people
    muted or hold to be resolved, by the beginning of its key, what they said; that ends at once."""
    present = {condition.key: condition for condition in found}
    with engine.begin() as connection:
        audit.take_turn(connection)  # whoever else looks waits, and then finds what this one wrote
        known = {alert.key: alert for alert in open_ones(connection)}
        started = [_start(connection, condition, now_ns) for key, condition in present.items() if key not in known]
        for key, alert in known.items():
            if condition := present.get(key):
                _go_on(connection, alert, condition)
        absent = [alert for key, alert in known.items() if key not in present]
        ended = _silence(connection, absent, silenced, now_ns)
        ended += _missing(connection, [alert for alert in absent if alert.number not in ended], now_ns, quiet_seconds)
    return Looked(tuple(number for number in started if number is not None), tuple(ended))


def _start(connection: Connection, condition: Condition, now_ns: int) -> int | None:
    """The number of the new alert; None where somebody else was faster."""
    number = (connection.execute(select(func.max(alerts.c.number))).scalar() or 0) + 1
    values = {name: getattr(condition, name) for name in ("key", "kind", "severity", "title", "workflow", "owner", "address", "began_ns")}
    try:
        with connection.begin_nested():
            connection.execute(insert(alerts).values(number=number, started_ns=now_ns, **values))
    except IntegrityError:
        return None
    keep_parts(connection, int(number), condition.parts, condition.by_supplier)
    detail = {"kind": condition.kind, "title": condition.title, "cases": sum(part.cases for part in condition.parts)}
    audit.append(connection, now_ns, ACTOR, "alert started", f"alert {number}", detail, None)
    return int(number)


def _go_on(connection: Connection, alert: Alert, condition: Condition) -> None:
    """It is still so, or again; how much of it there is may be another."""
    said = {name: getattr(condition, name) for name in ("severity", "title", "owner", "address")} | {"absent_ns": None}
    if changed := {name: value for name, value in said.items() if getattr(alert, name) != value}:
        connection.execute(update(alerts).where(alerts.c.number == alert.number).values(**changed))
    before, found = _placed(alert.parts + alert.by_supplier), _placed(condition.parts + condition.by_supplier)
    now = {place: _as_it_began(part, before.get(place)) for place, part in found.items()}
    if now != before:
        whole = [part for part in now.values() if part.supplier is None]
        keep_parts(connection, alert.number, whole, [part for part in now.values() if part.supplier is not None])


def _placed(parts: Iterable[Part]) -> dict[tuple[str, str | None], Part]:
    return {(part.site, part.supplier): part for part in parts}


def _as_it_began(part: Part, before: Part | None) -> Part:
    """What it began with stays what it was, also when that has got through."""
    return replace(part, cause=before.cause, cause_address=before.cause_address) if before and before.cause else part


def _silence(connection: Connection, absent: Sequence[Alert], silenced: Mapping[str, str], now_ns: int) -> list[int]:
    """What is not found any more because somebody said so."""
    ended = []
    for alert in absent:
        if said := silenced.get(about(alert.key)):
            connection.execute(insert(endings).values(alert=alert.number, words=said))
            _end(connection, alert, now_ns, said)
            ended.append(alert.number)
    return ended


def about(key: str) -> str:
    """The beginning of a key: its kind, and what it is about; of what came back the rest says since when."""
    return "|".join(key.split("|")[:2])


def _end(connection: Connection, alert: Alert, now_ns: int, said: str | None = None) -> None:
    mine = update(alerts).where(alerts.c.number == alert.number)
    connection.execute(mine.values(ended_ns=now_ns, absent_ns=now_ns if alert.absent_ns is None else alert.absent_ns))
    audit.append(connection, now_ns, ACTOR, "alert ended", f"alert {alert.number}", {"kind": alert.kind, "title": alert.title}, said)


def _missing(connection: Connection, absent: Sequence[Alert], now_ns: int, quiet_seconds: int) -> list[int]:
    """What is not found any more: since now, or for so long that it has ended."""
    ended = []
    for alert in absent:
        if now_ns - (alert.absent_ns or now_ns) >= quiet_seconds * 10**9:
            _end(connection, alert, now_ns)
            ended.append(alert.number)
        elif alert.absent_ns is None:
            connection.execute(update(alerts).where(alerts.c.number == alert.number).values(absent_ns=now_ns))
    return ended
