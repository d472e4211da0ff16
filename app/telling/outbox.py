"""The messages that are to go, and what became of each: made once, claimed by one sender, tried again later, or given up with a reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, Row, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from app.alerts.alert import Alert
from app.alerts.kept import with_parts
from app.alerts.tables import alerts
from app.telling.kept import Contact
from app.telling.message import ENDED, STARTED
from app.telling.settings import Channel
from app.telling.subscription import CHANNEL, INBOX, WEBHOOK, Subscription, target_of, told_of
from app.telling.tables import messages
from app.telling.ways.outcome import Outcome, Result
from metrics.scope import Scope

WAITING, SENDING, DONE, REFUSED, UNKNOWN, DROPPED = "waiting", "sending", "sent", "refused", "unknown", "dropped"
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 30, 3600
MOST_TRIES = 30  # about a day
CLAIM_SECONDS = 300  # whoever has not said by then what came of it has ended
RECENT_SECONDS = 7 * 24 * 3600  # of what ended before that nobody is told any more
SECOND_NS = 10**9
TURN = "turn "  # how the events of messages begin that somebody gets because it is their turn; the number of the step follows
KILLED = "Syncline ended while it was being sent: nobody knows whether it went, and it is not sent again."


@dataclass(frozen=True, slots=True)
class People:
    """Who may see what, how they are reached, and the shared channels."""

    sees: Mapping[str, Scope]
    contacts: Mapping[str, Contact]
    channels: Mapping[str, Channel]
    zone: str

    def seen(self, way: str, user: str) -> Scope:
        """What may be told to somebody by that way."""
        mine = self.sees[user]
        channel = self.channels.get(way.removeprefix(CHANNEL)) if way.startswith(CHANNEL) else None
        return mine if channel is None else mine.at(channel.sites)


def fill(engine: Engine, asked: Sequence[Subscription], people: People, now_ns: int) -> int:
    """Makes the messages that are not made yet, of what began since somebody asked and of what ended; how many."""
    asked = [subscription for subscription in asked if subscription.user in people.sees]
    if not asked:
        return 0
    with engine.begin() as connection:
        recent = _recent(connection, min(subscription.made_ns for subscription in asked), now_ns)
        numbers = [alert.number for alert in recent]
        made = _made(connection, numbers)
        rows = [row for subscription in asked for alert in recent for row in _rows(subscription, alert, made, people, now_ns)]
        return sum(insert_row(connection, row) for row in rows)


def _recent(connection: Connection, since_ns: int, now_ns: int) -> list[Alert]:
    """Open ones, and those that ended lately."""
    is_recent = or_(alerts.c.ended_ns.is_(None), alerts.c.ended_ns > now_ns - RECENT_SECONDS * SECOND_NS)
    found = connection.execute(select(alerts).where(alerts.c.started_ns >= since_ns, is_recent).order_by(alerts.c.number)).all()
    return [alert for begin in range(0, len(found), 500) for alert in with_parts(connection, found[begin : begin + 500])]


def _made(connection: Connection, numbers: Sequence[int]) -> set[tuple[str, int, str]]:
    """(target, alert, event) of what there is already. Who was told because it was their turn has been told that it began."""
    columns = (messages.c.target, messages.c.alert, messages.c.event)
    return {
        (row[0], row[1], STARTED if row[2].startswith(TURN) else row[2])
        for begin in range(0, len(numbers), 500)
        for row in connection.execute(select(*columns).where(messages.c.alert.in_(numbers[begin : begin + 500])))
    }


def _rows(
    subscription: Subscription, alert: Alert, made: set[tuple[str, int, str]], people: People, now_ns: int
) -> Iterable[dict[str, Any]]:
    if alert.started_ns < subscription.made_ns:
        return
    for way in (INBOX, *subscription.ways):
        target = target_of(way, subscription.user)
        has_begun, has_ended = ((target, alert.number, event) in made for event in (STARTED, ENDED))
        event = STARTED if alert.is_open else ENDED
        if has_ended or (event == STARTED) == has_begun:
            continue  # told already; and what was over before anybody was told of it is not told
        if event == STARTED and told_of(subscription.wanted, alert, people.seen(way, subscription.user)) is None:
            continue
        made.add((target, alert.number, event))
        yield row_of(subscription.user, way, alert.number, event, people, now_ns, subscription.number)


def row_of(user: str, way: str, alert: int, event: str, people: People, now_ns: int, subscription: int | None = None) -> dict[str, Any]:
    """A message as the table has it; what may not go in quiet hours waits for their end."""
    held_until = None if way == INBOX else quiet_until(people.contacts.get(user, Contact()), people.zone, now_ns)
    values = {"target": target_of(way, user), "way": way, "user": user, "subscription": subscription, "alert": alert, "event": event}
    is_in_inbox = way == INBOX  # it is there by being there
    state = {"state": DONE, "settled_ns": now_ns} if is_in_inbox else {"state": WAITING, "settled_ns": None}
    return {**values, **state, "is_held": held_until is not None, "tries": 0, "next_ns": held_until or now_ns, "made_ns": now_ns}


def fill_ends(engine: Engine, people: People, now_ns: int) -> int:
    """Makes the messages that are not made yet of what has ended, for whom it was the turn of; how many."""
    turned = messages.alias()
    is_recent = alerts.c.ended_ns > now_ns - RECENT_SECONDS * SECOND_NS
    over = select(messages.c.alert).where(
        messages.c.target == turned.c.target, messages.c.alert == turned.c.alert, messages.c.event == ENDED
    )
    wanted = (
        select(turned.c.user, turned.c.way, turned.c.alert)
        .join(alerts, alerts.c.number == turned.c.alert)
        .where(turned.c.event.startswith(TURN), is_recent, ~over.exists())
        .distinct()
    )
    with engine.begin() as connection:
        found = [row for row in connection.execute(wanted).all() if row.user in people.sees]
        return sum(insert_row(connection, row_of(row.user, row.way, row.alert, ENDED, people, now_ns)) for row in found)


def insert_row(connection: Connection, row: Mapping[str, Any]) -> int:
    """0 where somebody else was faster."""
    try:
        with connection.begin_nested():
            connection.execute(insert(messages).values(**row))
    except IntegrityError:
        return 0
    return 1


def quiet_until(contact: Contact, zone: str, now_ns: int) -> int | None:
    """When somebody's quiet hours end; None where it is not quiet."""
    if contact.quiet_from is None or contact.quiet_to is None or contact.quiet_from == contact.quiet_to:
        return None
    here = datetime.fromtimestamp(now_ns // SECOND_NS, ZoneInfo(zone))
    minute = here.hour * 60 + here.minute
    is_over_midnight = contact.quiet_from > contact.quiet_to
    is_quiet = contact.quiet_from <= minute < contact.quiet_to
    if is_over_midnight:
        is_quiet = minute >= contact.quiet_from or minute < contact.quiet_to
    if not is_quiet:
        return None
    day = here.date() + timedelta(days=1 if is_over_midnight and minute >= contact.quiet_from else 0)
    end = datetime(day.year, day.month, day.day, contact.quiet_to // 60, contact.quiet_to % 60, tzinfo=ZoneInfo(zone))
    return int(end.timestamp()) * SECOND_NS


# ── sending ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def due(engine: Engine, now_ns: int) -> list[list[Row[Any]]]:
    """What is to go now; what waited for the end of somebody's quiet hours goes together."""
    wanted = select(messages).where(messages.c.state == WAITING, messages.c.next_ns <= now_ns).order_by(messages.c.number)
    with engine.connect() as connection:
        rows = connection.execute(wanted).all()
    held: dict[str, list[Row[Any]]] = {}
    for row in rows:
        if row.is_held:
            held.setdefault(row.target, []).append(row)
    together = {row.number for group in held.values() for row in group}
    return [*held.values(), *([row] for row in rows if row.number not in together)]


def claim(engine: Engine, rows: Collection[Row[Any]], now_ns: int) -> list[Row[Any]]:
    """Those of which this one may say from now on what came of them: on disk before anything leaves."""
    mine = []
    with engine.begin() as connection:
        for row in rows:
            claimed = update(messages).where(messages.c.number == row.number, messages.c.state == WAITING)
            if connection.execute(claimed.values(state=SENDING, claimed_ns=now_ns, tries=row.tries + 1)).rowcount:
                mine.append(row)
    return mine


def settle(engine: Engine, rows: Collection[Row[Any]], result: Result, now_ns: int) -> None:
    """Writes down what came of what was claimed."""
    with engine.begin() as connection:
        for row in rows:
            mine = update(messages).where(messages.c.number == row.number, messages.c.state == SENDING)
            connection.execute(mine.values(**_settled(row, result, now_ns)))


def _settled(row: Row[Any], result: Result, now_ns: int) -> dict[str, Any]:
    if result.outcome is not Outcome.NOT_TAKEN:
        state = {Outcome.SENT: DONE, Outcome.UNKNOWN: UNKNOWN, Outcome.REFUSED: REFUSED}[result.outcome]
        return {"state": state, "settled_ns": now_ns, "words": result.words or None}
    if row.tries + 1 >= MOST_TRIES:
        return {"state": REFUSED, "settled_ns": now_ns, "words": f"{result.words} It was given up after a day."}
    pause = min(FIRST_RETRY_SECONDS * 2**row.tries, LAST_RETRY_SECONDS)
    return {"state": WAITING, "next_ns": now_ns + pause * SECOND_NS, "words": result.words}


def drop(engine: Engine, rows: Collection[Row[Any]], words: str, now_ns: int) -> None:
    """They are not for whom they were meant for any more."""
    with engine.begin() as connection:
        numbers = [row.number for row in rows]
        dropped = update(messages).where(messages.c.number.in_(numbers))
        connection.execute(dropped.values(state=DROPPED, settled_ns=now_ns, words=words))


def recover(engine: Engine, now_ns: int) -> None:
    """What somebody was sending when they ended: a webhook knows what it has had, and gets it again; of all else nobody knows."""
    orphaned = (messages.c.state == SENDING, messages.c.claimed_ns <= now_ns - CLAIM_SECONDS * SECOND_NS)
    with engine.begin() as connection:
        connection.execute(update(messages).where(*orphaned, messages.c.way == WEBHOOK).values(state=WAITING, next_ns=now_ns))
        connection.execute(update(messages).where(*orphaned).values(state=UNKNOWN, settled_ns=now_ns, words=KILLED))


def counted(engine: Engine) -> dict[str, int]:
    """How many messages that go outside are in each state."""
    wanted = select(messages.c.state, func.count()).where(messages.c.way != INBOX).group_by(messages.c.state)
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(wanted)}


# ── the inbox ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def unread(engine: Engine, user: str) -> int:
    """How many messages in somebody's inbox they have not read."""
    mine = (messages.c.user == user, messages.c.way == INBOX, messages.c.read_ns.is_(None), messages.c.state == DONE)
    with engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(messages).where(*mine)).scalar_one())


def inbox(engine: Engine, user: str, most: int) -> list[tuple[Row[Any], Alert]]:
    """The newest messages in somebody's inbox with their alerts, whatever sites these are about."""
    mine = (messages.c.user == user, messages.c.way == INBOX, messages.c.state == DONE)
    with engine.connect() as connection:
        rows = connection.execute(select(messages).where(*mine).order_by(messages.c.number.desc()).limit(most)).all()
        listed = select(alerts).where(alerts.c.number.in_({row.alert for row in rows}))
        found = {alert.number: alert for alert in with_parts(connection, connection.execute(listed).all())}
    return [(row, found[row.alert]) for row in rows if row.alert in found]


def mark_read(engine: Engine, user: str, now_ns: int, alert: int | None = None) -> None:
    """What is in somebody's inbox: all of it, or of one alert."""
    mine = [messages.c.user == user, messages.c.way == INBOX, messages.c.read_ns.is_(None)]
    mine += [messages.c.alert == alert] if alert is not None else []
    with engine.begin() as connection:
        connection.execute(update(messages).where(*mine).values(read_ns=now_ns))


def last_of(engine: Engine, user: str) -> dict[str, Row[Any]]:
    """By target, the newest message that went outside for somebody, and what became of it."""
    newest = select(func.max(messages.c.number)).where(messages.c.user == user, messages.c.way != INBOX).group_by(messages.c.target)
    with engine.connect() as connection:
        rows = connection.execute(select(messages).where(messages.c.number.in_(newest))).all()
    return {row.target: row for row in rows}
