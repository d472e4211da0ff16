"""Whose turn it is: tells of an alert who is on shift and, while nobody looks after it, one level after the other; each step is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Row, insert, select

from app import audit
from app.accounts.people import User
from app.alerts.alert import Alert
from app.alerts.kept import open_ones
from app.duty.absences import Absence
from app.duty.roster import Roster, roster_for
from app.duty.tables import known_rosters, turns
from app.telling import outbox
from app.telling.outbox import People
from app.telling.subscription import INBOX, MAIL, WEBHOOK
from metrics.texts import _later

ACTOR = "syncline"
NO_ACCOUNT, AWAY, HIDDEN, TOLD = "no account", "away", "hidden", "told"  # why somebody is passed over
WHY = {
    NO_ACCOUNT: _later("no account that can sign in"),
    AWAY: _later("away"),
    HIDDEN: _later("may not see it"),
    TOLD: _later("was told before"),
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One step, as it is kept. `passed`: who was passed over, and why."""

    number: int
    alert: int
    roster: str
    step: int
    level: int
    at_ns: int
    people: tuple[str, ...]
    passed: tuple[tuple[str, str], ...]
    next_ns: int | None


@dataclass(frozen=True, slots=True)
class Staff:
    """Who there is now, as far as they can sign in, who of them is away, and how they are reached."""

    users: Mapping[str, User]
    absences: Sequence[Absence]
    people: People

    def away(self, name: str, now_ns: int) -> Absence | None:
        """The one that holds now; of several the one that ends last."""
        mine = [each for each in self.absences if each.user == name and each.from_ns <= now_ns < each.to_ns]
        return max(mine, key=lambda each: (each.to_ns, each.number), default=None)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who of a level is told, and who is not."""

    people: tuple[str, ...]
    passed: tuple[tuple[str, str], ...]


def advance(engine: Engine, rosters: Sequence[Roster], staff: Staff, now_ns: int) -> int:
    """Takes each step that is due, and makes its messages; how many steps. Of several that do this at once one does it."""
    if not rosters:
        return 0
    with engine.begin() as connection:
        audit.take_turn(connection)  # whoever else tells waits, and then finds what this one wrote
        since = _known_since(connection, rosters, now_ns)
        waiting = [alert for alert in open_ones(connection) if alert.taken_by is None and alert.absent_ns is None]
        before = _by_ladder(connection, [alert.number for alert in waiting])
        made = 0
        for alert in waiting:
            for roster in roster_for(rosters, alert.owner, alert.sites):
                if alert.started_ns >= since[roster.name]:
                    made += _go_on(connection, roster, alert, before.get((alert.number, roster.name), []), staff, now_ns)
    return made


def _known_since(connection: Connection, rosters: Sequence[Roster], now_ns: int) -> dict[str, int]:
    known = {row.name: row.since_ns for row in connection.execute(select(known_rosters))}
    for roster in rosters:
        if roster.name not in known:
            known[roster.name] = now_ns
            connection.execute(insert(known_rosters).values(name=roster.name, since_ns=now_ns))
    return known


def _go_on(connection: Connection, roster: Roster, alert: Alert, before: Sequence[Turn], staff: Staff, now_ns: int) -> int:
    """The steps that are due of one alert and roster: one, and more where nobody of a level can be told."""
    last, made = before[-1] if before else None, 0
    if last is not None and (last.next_ns is None or last.next_ns > now_ns):
        return 0
    step, level = (last.step + 1 if last else 0), _level_after(roster, last)
    told = _told(before, level)
    while True:
        chosen = _chosen(roster, level, alert, staff, told, now_ns)
        next_ns = _next_ns(roster, level, alert, chosen, now_ns)
        _take(connection, roster, alert, (step, level, next_ns), chosen, staff, now_ns)
        made += 1
        if chosen.people or level == roster.last_level:
            return made
        step, level = step + 1, level + 1


def expected(roster: Roster, before: Sequence[Turn], alert: Alert, staff: Staff) -> tuple[int, tuple[str, ...]]:
    """Which level is next after these steps, as far as one can say by now, and who is told then; nobody where none of them can be."""
    last = before[-1] if before else None
    first, at_ns = _level_after(roster, last), (last.next_ns or last.at_ns) if last else alert.started_ns
    for level in range(first, roster.last_level + 1):
        if people := _chosen(roster, level, alert, staff, _told(before, first), at_ns).people:
            return level, people
    return first, ()


def _level_after(roster: Roster, last: Turn | None) -> int:
    """After the last one it is the shift again."""
    return 0 if last is None or last.level >= roster.last_level else last.level + 1


def _told(before: Sequence[Turn], level: int) -> set[str]:
    """Who was told since the shift was; where that is next, nobody."""
    begun = max((place for place, turn in enumerate(before) if turn.level == 0), default=0)
    return {name for turn in before[begun:] for name in turn.people} if level else set()


def _next_ns(roster: Roster, level: int, alert: Alert, chosen: Chosen, now_ns: int) -> int | None:
    """After the last level it begins again with the next shift; where nobody could be told, the next level is at once."""
    until_ns = now_ns + roster.after_ns(alert.severity) if chosen.people else now_ns
    if level < roster.last_level:
        return until_ns
    return roster.next_begin(max(until_ns, now_ns + 1))


def names_of(roster: Roster, level: int, staff: Staff, now_ns: int) -> tuple[str, ...]:
    """Who is meant at a level at that moment, whoever is away."""
    if level == 0:
        return roster.on_shift(now_ns)
    named = roster.then[level - 1]
    if named.role is None:
        return named.people
    return tuple(sorted(name for name, user in staff.users.items() if named.role in user.roles))


def _chosen(roster: Roster, level: int, alert: Alert, staff: Staff, told: Collection[str], now_ns: int) -> Chosen:
    people, passed = dict[str, None](), dict[tuple[str, str], None]()
    for name in names_of(roster, level, staff, now_ns):
        for each, why in _asked(name, alert, staff, told, now_ns):
            if why is None:
                people[each] = None
            else:
                passed[each, why] = None
    return Chosen(tuple(people), tuple(passed))


def _asked(name: str, alert: Alert, staff: Staff, told: Collection[str], now_ns: int) -> Iterator[tuple[str, str | None]]:
    """Somebody, and where they are away who stands in, and so on: each with why they are passed over; None: they are told."""
    seen: set[str] = set()
    who: str | None = name
    while who is not None and who not in seen:
        seen.add(who)
        user, absence = staff.users.get(who), staff.away(who, now_ns)
        if user is None:
            yield who, NO_ACCOUNT
        elif absence is not None:
            yield who, AWAY
        elif alert.seen_by(user.sees) is None:
            yield who, HIDDEN
        else:
            yield who, TOLD if who in told else None
        who = absence.deputy if user is not None and absence is not None else None


def _take(
    connection: Connection, roster: Roster, alert: Alert, step: tuple[int, int, int | None], chosen: Chosen, staff: Staff, now_ns: int
) -> None:
    """Writes a step down with its messages, in one: what is written is told, and what is not is not."""
    number, level, next_ns = step
    row = {"alert": alert.number, "roster": roster.name, "step": number, "level": level, "at_ns": now_ns, "next_ns": next_ns}
    lists = {"people": orjson.dumps(chosen.people).decode(), "passed": orjson.dumps(chosen.passed).decode()}
    made = connection.execute(insert(turns).values(**row, **lists)).inserted_primary_key
    event = f"{outbox.TURN}{made[0] if made else 0}"
    for name in chosen.people:
        contact = staff.people.contacts.get(name)
        ways = [INBOX, *([MAIL] if contact and contact.mail else []), *([WEBHOOK] if contact and contact.webhook else [])]
        for way in ways:
            message = outbox.row_of(name, way, alert.number, event, staff.people, now_ns)
            outbox.insert_row(connection, message | {"is_held": False, "next_ns": now_ns})  # who is on duty is told at once
    detail: dict[str, Any] = {"roster": roster.name, "people": list(chosen.people), "passed": dict(chosen.passed)}
    audit.append(connection, now_ns, ACTOR, "alert told", f"alert {alert.number}", detail, None)


# ── what was told ───────────────────────────────────────────────────────────────────────────────────────────────────────
def turns_of(engine: Engine, alerts: Collection[int]) -> dict[int, list[Turn]]:
    """By alert, its steps, the oldest first."""
    with engine.connect() as connection:
        return _grouped(_read(connection, alerts), lambda turn: turn.alert)


def turn_numbered(engine: Engine, number: int) -> tuple[Turn, list[Turn]] | None:
    """A step, and those of its alert and roster before it."""
    with engine.connect() as connection:
        row = connection.execute(select(turns).where(turns.c.number == number)).one_or_none()
        if row is None:
            return None
        found = _turn(row)
        ladder = [each for each in _read(connection, [found.alert]) if each.roster == found.roster and each.step < found.step]
    return found, ladder


def _by_ladder(connection: Connection, alerts: Collection[int]) -> dict[tuple[int, str], list[Turn]]:
    return _grouped(_read(connection, alerts), lambda turn: (turn.alert, turn.roster))


def _grouped(found: Iterable[Turn], by: Any) -> dict[Any, list[Turn]]:
    grouped: dict[Any, list[Turn]] = {}
    for turn in found:
        grouped.setdefault(by(turn), []).append(turn)
    return grouped


def _read(connection: Connection, alerts: Collection[int]) -> list[Turn]:
    wanted = sorted(alerts)
    return [
        _turn(row)
        for begin in range(0, len(wanted), 500)
        for row in connection.execute(select(turns).where(turns.c.alert.in_(wanted[begin : begin + 500])).order_by(turns.c.number))
    ]


def _turn(row: Row[Any]) -> Turn:
    passed = tuple((name, why) for name, why in orjson.loads(row.passed))
    lists = (tuple(orjson.loads(row.people)), passed)
    return Turn(row.number, row.alert, row.roster, row.step, row.level, row.at_ns, *lists, row.next_ns)
