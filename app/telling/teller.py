"""The thread that tells: makes the messages of what began and ended, sends what is due, and writes down what came of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, insert

from app.alerts.watch import Looked
from app.duty import turns
from app.duty.calling import called
from app.duty.turns import Staff
from app.several.part import acts
from app.telling import outbox
from app.telling.kept import Contact
from app.telling.message import STARTED, TEST, Around, Message, Told, message_of, trial
from app.telling.outbox import People
from app.telling.subscription import CHANNEL, MAIL, WEBHOOK, Wanted, told_of
from app.telling.tables import messages
from app.telling.ways import chat, mail, webhook
from app.telling.ways.outcome import Outcome, Result
from metrics.scope import EVERYTHING

if TYPE_CHECKING:
    from app.application import Application

EVERY_SECONDS = 15.0
OF_REPORTS = ("report ", "digest ")  # how the events of their messages begin
GONE = "It is about sites that may not be seen any more, or was not asked for any more."
LOST = "Its secret cannot be read: the key it was sealed with is not in the configuration. A new one can be made."
SENDERS = 4  # at once: one receiver that hangs keeps no other from being told

log = logging.getLogger("syncline.telling")


class Teller:
    """Sends until it is stopped; what is being sent then is finished first."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._end, self._woken = threading.Event(), threading.Event()
        self._senders = ThreadPoolExecutor(SENDERS, thread_name_prefix="tell")
        self._thread = threading.Thread(target=self._run, name="telling", daemon=True)

    def start(self) -> None:
        self._application.teller = self
        self._thread.start()

    def stop(self) -> None:
        self._end.set()
        self._woken.set()
        self._thread.join()
        self._senders.shutdown()

    def wake(self, _looked: Looked | None = None) -> None:
        """There is something to tell."""
        self._woken.set()

    def _run(self) -> None:
        while not self._end.is_set():
            self._woken.wait(EVERY_SECONDS)
            self._woken.clear()
            try:
                if acts(self._application):
                    tick(self._application, self._senders)
            except Exception:  # a database that is busy, a disk that is full: told, and tried again
                log.exception("nobody can be told of alerts at the moment")


def tick(application: Application, senders: ThreadPoolExecutor) -> None:
    """Makes what is to be made, and sends what is due now."""
    now_ns, engine = application.now_ns(), application.accounts.engine
    people = people_of(application)
    outbox.recover(engine, now_ns)
    turns.advance(engine, application.settings.rosters, staff_of(application, people), now_ns)  # who is on duty is told before who asked
    outbox.fill_ends(engine, people, now_ns)
    outbox.fill(engine, application.subscriptions.every(), people, now_ns)
    sent = [senders.submit(_send, application, group, people) for group in outbox.due(engine, now_ns)]
    for each in sent:
        each.result()


def people_of(application: Application) -> People:
    """Who is there now, with their rights of now."""
    users = {user.name: user.sees for user in application.accounts.list_users() if not user.disabled}
    reached = application.subscriptions.every_contact()
    return People(users, reached, application.settings.telling.channels, application.settings.timezone)


def staff_of(application: Application, people: People) -> Staff:
    """Who may be told because it is their turn."""
    users = {user.name: user for user in application.accounts.list_users() if not user.disabled}
    return Staff(users, application.absences.every(), people)


def attempt(application: Application, user: str, way: str) -> None:
    """Sends somebody a message that says that it arrives; also in quiet hours: they sit before the screen."""
    now_ns = application.now_ns()
    row = outbox.row_of(user, way, 0, f"{TEST} {now_ns}", people_of(application), now_ns) | {"is_held": False, "next_ns": now_ns}
    with application.accounts.engine.begin() as connection:
        connection.execute(insert(messages).values(**row))
    if application.teller:
        application.teller.wake()


def _send(application: Application, rows: Sequence[Row[Any]], people: People) -> None:
    """What came of it is written down whatever happens, but for the end of the process."""
    engine, now_ns = application.accounts.engine, application.now_ns()
    mine = outbox.claim(engine, rows, now_ns)
    if not mine:
        return
    message = _message(application, mine, people)
    if isinstance(message, str):
        outbox.drop(engine, mine, message, now_ns)
        return
    try:
        result = _by_way(application, mine[0], message, people)
    except Exception as error:  # whatever it was, it is written down: a fault of ours may have come after it went
        log.exception("a message could not be sent")
        result = Result(Outcome.UNKNOWN, f"Sending it failed: {error or type(error).__name__}.")
    outbox.settle(engine, mine, result, application.now_ns())


def _message(application: Application, rows: Sequence[Row[Any]], people: People) -> Message | str:
    """With the rights of now; why not, where it is for nobody any more."""
    settings = application.settings
    around = Around(settings.telling.url, settings.timezone, settings.costs)
    if rows[0].event.startswith(TEST):
        return trial(f"test-{rows[0].number}", around)
    if rows[0].event.startswith(OF_REPORTS):
        from app.reports import sending  # what draws reports takes a while to load

        return sending.message_of(application, rows[0], people) or GONE
    if rows[0].event.startswith(outbox.TURN):
        return _turn_message(application, rows[0], people, around)
    asked = {subscription.number: subscription for subscription in application.subscriptions.every()}
    told = []
    for row in rows:
        subscription = asked.get(row.subscription)
        if row.user not in people.sees or (subscription is None and row.subscription is not None):
            continue
        alert, wanted = application.alerts.one(row.alert, EVERYTHING), subscription.wanted if subscription else Wanted()
        shown = alert and told_of(wanted, alert, people.seen(row.way, row.user))
        if shown:
            told.append(Told(row.event, shown, subscription.name if subscription else None))
    return message_of(told, around, is_held=len(rows) > 1) if told else GONE


def _turn_message(application: Application, row: Row[Any], people: People, around: Around) -> Message | str:
    """Nobody is called to what somebody looks after, or what is over."""
    alert = application.alerts.one(row.alert, EVERYTHING)
    shown = alert.seen_by(people.sees[row.user]) if alert and row.user in people.sees else None
    if shown is None:
        return GONE
    if not shown.is_open or shown.taken_by is not None:
        return f"{shown.taken_by} looks after it." if shown.is_open else "It was over before it could be sent."
    return message_of([Told(STARTED, shown, turn=called(application, row.event, shown, staff_of(application, people)))], around)


def _by_way(application: Application, row: Row[Any], message: Message, people: People) -> Result:
    telling, contact = application.settings.telling, people.contacts.get(row.user, Contact())
    now_ns = application.now_ns()
    if row.way == MAIL:
        if telling.mail is None or not contact.mail:
            return Result(Outcome.REFUSED, "There is no mail server, or no address, any more.")
        return mail.send(telling.mail, application.settings.folder, contact.mail, message, now_ns)
    if row.way == WEBHOOK:
        if not contact.webhook:
            return Result(Outcome.REFUSED, "There is no webhook any more.")
        if not contact.secret:
            return Result(Outcome.REFUSED, LOST)
        return webhook.send(contact.webhook, contact.secret, telling.webhooks, message, f"msg_{row.number}", now_ns)
    channel = telling.channels.get(row.way.removeprefix(CHANNEL))
    if channel is None:
        return Result(Outcome.REFUSED, "There is no such channel any more.")
    return chat.send(channel.url, channel.title or row.way.removeprefix(CHANNEL), message)
