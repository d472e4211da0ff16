"""The alerts that are kept: what is open and what was, narrowed by an address, for who may see it; and acknowledged by people."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Engine, Table, case, delete, func, insert, select, update

from app import audit
from app.access.rights import ACKNOWLEDGE_ALERTS
from app.accounts.tables import create_tables
from app.alerts.alert import SEVERITIES, Alert, Part
from app.alerts.tables import alerts, endings, metadata, parts, supplier_parts
from app.instants import instant_text
from app.recovery.runs import Actor, Refusal
from metrics.scope import Scope

MOST_LETTERS = 500
BATCH = 500


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which alerts; None or empty: any. `partner`: a supplier or carrier it is about."""

    is_open: bool | None = None
    kind: str | None = None
    severity: str | None = None
    workflow: str | None = None
    site: str | None = None
    partner: str | None = None
    as_of_ns: int | None = None  # as they stood then; None: now


class Alerts:
    """Those of one home."""

    def __init__(self, engine: Engine, now_ns: Callable[[], int]) -> None:
        create_tables(engine, metadata)
        self._engine, self._now_ns = engine, now_ns

    def listed(self, asked: Narrowed, sees: Scope, start: int, stop: int) -> tuple[list[Alert], int]:
        """Those from `start` until before `stop` that may be seen, and how many there are: what is open first, of it the gravest, then the
        newest."""
        gravest = case({name: place for place, name in enumerate(SEVERITIES)}, value=alerts.c.severity, else_=len(SEVERITIES))
        order = (alerts.c.ended_ns.isnot(None), case((alerts.c.ended_ns.is_(None), gravest)), alerts.c.started_ns.desc(), alerts.c.number)
        with self._engine.connect() as connection:
            where = list(_where(asked, sees))
            total = int(connection.execute(select(func.count()).select_from(alerts).where(*where)).scalar_one())
            rows = connection.execute(select(alerts).where(*where).order_by(*order).limit(stop - start).offset(start)).all()
            found = with_parts(connection, rows)
        return [shown for each in found if (shown := each.seen_by(sees))], total

    def open_count(self, sees: Scope) -> int:
        """How many are open that may be seen."""
        with self._engine.connect() as connection:
            where = _where(Narrowed(is_open=True), sees)
            return int(connection.execute(select(func.count()).select_from(alerts).where(*where)).scalar_one())

    def open_kinds(self) -> dict[str, int]:
        """How many are open of each kind."""
        counted = select(alerts.c.kind, func.count()).where(alerts.c.ended_ns.is_(None)).group_by(alerts.c.kind)
        with self._engine.connect() as connection:
            return {row[0]: row[1] for row in connection.execute(counted)}

    def one(self, number: int, sees: Scope) -> Alert | None:
        """None where there is none, or it may not be seen."""
        with self._engine.connect() as connection:
            found = with_parts(connection, connection.execute(select(alerts).where(alerts.c.number == number)).all())
        return found[0].seen_by(sees) if found else None

    def changes(self, number: int) -> list[Any]:
        """What the audit holds of it, the newest first."""
        with self._engine.connect() as connection:
            return audit.entries(connection, audit.Filter(subject=f"alert {number}"), stop=50)

    def take(self, number: int, actor: Actor, note: str | None) -> None:
        """Somebody looks after it, and says so. Raises Refusal."""
        said = " ".join((note or "").split())
        if not actor.may(ACKNOWLEDGE_ALERTS):
            raise Refusal(f"Only {actor.access.only(ACKNOWLEDGE_ALERTS)} may acknowledge alerts.")
        if len(said) > MOST_LETTERS:
            raise Refusal(f"The note has {len(said):,} letters; {MOST_LETTERS} are the most.")
        found = self.one(number, actor.sees)
        if found is None:
            raise Refusal(f"There is no alert {number}, or you may not see it.")
        now_ns = self._now_ns()
        with self._engine.begin() as connection:
            audit.take_turn(connection)
            connection.execute(
                update(alerts).where(alerts.c.number == number).values(taken_by=actor.name, taken_ns=now_ns, taken_note=said or None)
            )
            audit.append(connection, now_ns, actor.name, "alert acknowledged", f"alert {number}", {"title": found.title}, said or None)


def with_parts(connection: Connection, rows: Collection[Any]) -> list[Alert]:
    """The alerts of rows of their table."""
    numbers = [row.number for row in rows]
    whole, by_supplier = _parts(connection, parts, numbers), _parts(connection, supplier_parts, numbers)
    why = dict[int, str]()
    for row in connection.execute(select(endings).where(endings.c.alert.in_(numbers))):
        why[row.alert] = row.words
    return [
        Alert(
            **row._mapping,
            parts=tuple(whole.get(row.number, ())),
            by_supplier=tuple(by_supplier.get(row.number, ())),
            ended_why=why.get(row.number),
        )
        for row in rows
    ]


def _parts(connection: Connection, table: Table, numbers: Collection[int]) -> dict[int, list[Part]]:
    found: dict[int, list[Part]] = {}
    for row in connection.execute(select(table).where(table.c.alert.in_(numbers)).order_by(*table.primary_key)):
        worths = {currency: Decimal(value) for currency, value in orjson.loads(row.worths).items()}
        said = (tuple(orjson.loads(row.partners)), row.words, row.cause, row.cause_address, getattr(row, "supplier", None))
        found.setdefault(row.alert, []).append(Part(row.site, row.cases, row.orders, worths, *said))
    return found


def open_ones(connection: Connection) -> list[Alert]:
    """All that are open."""
    rows = connection.execute(select(alerts).where(alerts.c.ended_ns.is_(None)).order_by(alerts.c.number)).all()
    return [alert for begin in range(0, len(rows), BATCH) for alert in with_parts(connection, rows[begin : begin + BATCH])]


def keep_parts(connection: Connection, number: int, whole: Collection[Part], by_supplier: Collection[Part]) -> None:
    """In place of those that an alert had."""
    for table, kept in ((parts, whole), (supplier_parts, by_supplier)):
        connection.execute(delete(table).where(table.c.alert == number))
        if kept:
            connection.execute(insert(table), [_row(number, part) for part in kept])


def _row(number: int, part: Part) -> dict[str, Any]:
    """As the tables have it."""
    return {
        **({"supplier": part.supplier} if part.supplier is not None else {}),
        "alert": number,
        "site": part.site,
        "cases": part.cases,
        "orders": part.orders,
        "worths": orjson.dumps({currency: str(value) for currency, value in part.worths.items()}).decode(),
        "partners": orjson.dumps(part.partners).decode(),
        "words": part.words,
        "cause": part.cause,
        "cause_address": part.cause_address,
    }


ABOUT = ("number", "kind", "severity", "title", "workflow", "owner", "sites", "partners", "cases", "orders", "values")
WHEN = ("began_time", "started_time", "ended_time", "ended_reason", "acknowledged_by", "acknowledged_time", "acknowledged_note", "address")
COLUMNS = (*ABOUT, *WHEN)


def alert_rows(engine: Engine, until_ns: int, sees: Scope) -> Iterator[dict[str, Any]]:
    """The rows of the export, the oldest first: what had started by then."""
    with engine.connect() as connection:
        where = list(_where(Narrowed(as_of_ns=until_ns), sees))
        numbers = list(connection.execute(select(alerts.c.number).where(*where).order_by(alerts.c.number)).scalars())
        for begin in range(0, len(numbers), BATCH):
            listed = select(alerts).where(alerts.c.number.in_(numbers[begin : begin + BATCH])).order_by(alerts.c.number)
            for each in with_parts(connection, connection.execute(listed).all()):
                if shown := each.seen_by(sees):
                    yield _told(shown, until_ns)


def _told(alert: Alert, until_ns: int) -> dict[str, Any]:
    def instant(ns: int | None) -> str | None:
        return instant_text(ns) if ns is not None and ns <= until_ns else None

    taken = instant(alert.taken_ns)
    values = (
        *(alert.number, alert.kind, alert.severity, alert.title, alert.workflow, alert.owner, list(alert.sites), alert.partners),
        *(alert.cases, alert.orders, {currency: float(value) for currency, value in alert.worths.items()}),
        *(
            instant(alert.began_ns),
            instant(alert.started_ns),
            instant(alert.ended_ns),
            alert.ended_why if instant(alert.ended_ns) else None,
        ),
        *(alert.taken_by if taken else None, taken, alert.taken_note if taken else None, alert.address),
    )
    return dict(zip(COLUMNS, values, strict=True))


def _where(asked: Narrowed, sees: Scope) -> Iterable[ColumnElement[bool]]:
    """Both what is asked for at a site, and that it may be seen, are true of one and the same part."""
    then_ns = 2**62 if asked.as_of_ns is None else asked.as_of_ns
    has_ended = func.coalesce(alerts.c.ended_ns, 2**63 - 1) <= then_ns
    yield alerts.c.started_ns <= then_ns
    if asked.is_open is not None:
        yield ~has_ended if asked.is_open else has_ended
    for column, value in (("kind", asked.kind), ("severity", asked.severity), ("workflow", asked.workflow)):
        if value is not None:
            yield alerts.c[column] == value
    if sees.workflows is not None:
        yield alerts.c.workflow.in_(sees.workflows)
    table = parts if sees.suppliers is None else supplier_parts
    of_part = [table.c.alert == alerts.c.number]
    of_part += [table.c.site.in_(sees.sites)] if sees.sites is not None else []
    of_part += [table.c.supplier.in_(sees.suppliers)] if sees.suppliers is not None else []
    of_part += [table.c.site == asked.site] if asked.site is not None else []
    if asked.partner is not None:
        quoted = orjson.dumps(asked.partner).decode()
        of_part.append(table.c.partners.contains(quoted, autoescape=True))
    if len(of_part) > 1:
        yield select(table.c.alert).where(*of_part).exists()
