"""What a subscription sends, before it is sent: of the newest alert that it fits, by each of its ways, and why one tells nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from dash import Input, Output, ctx, html, no_update
from dash.dependencies import ALL
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.alerts.alert import Alert
from app.alerts.kept import Narrowed
from app.components import sent
from app.components.callbacks import callback
from app.components.page import note
from app.components.tell_me import ways_of
from app.figures import times
from app.instants import instant_text
from app.telling import outbox, teller
from app.telling.kept import Contact
from app.telling.message import ENDED, STARTED, Around, Message, Told, message_of
from app.telling.outbox import People
from app.telling.subscription import CHANNEL, INBOX, MAIL, WEBHOOK, Subscription, told_of
from metrics.texts import _

LOOKED_AT = 500  # of the newest alerts
NO_CONTACT = Contact()


def button_of(number: int) -> Component:
    return html.Button(_("See it"), id={"type": "subscription-see", "number": number}, n_clicks=0, className="button button-quiet")


def place() -> Component:
    """Where it is shown."""
    return html.Div(id="subscription-seen", className="act-said", role="status")


@callback(
    Output("subscription-seen", "children"), Input({"type": "subscription-see", "number": ALL}, "n_clicks"), prevent_initial_call=True
)
def see(clicks: Sequence[int | None]) -> Any:
    """Of one's own subscriptions only."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        return no_update
    application = reader.application()
    mine = {each.number: each for each in application.subscriptions.of(current_user.name)}
    chosen = mine.get(int(ctx.triggered_id["number"]))
    if chosen is None:
        return note("info", _("You are not told of that any more."))
    alert = _newest(chosen)
    if alert is None:
        return note("info", _("There has been no such alert yet that you may see, so there is nothing to show."))
    heading = html.B(_("{name}: as it goes for “{title}”", name=chosen.name, title=alert.title), dir="auto")
    return html.Div([heading, *_by_each_way(chosen, alert)])


def _newest(subscription: Subscription) -> Alert | None:
    """The newest that is open, else the newest that was."""
    for is_open in (True, False):
        found, _total = reader.application().alerts.listed(Narrowed(is_open=is_open), current_user.sees, 0, LOOKED_AT)
        fitting = [alert for alert in found if told_of(subscription.wanted, alert, current_user.sees)]
        if fitting:
            return max(fitting, key=lambda alert: alert.started_ns)
    return None


def _by_each_way(subscription: Subscription, alert: Alert) -> Iterator[Component]:
    application = reader.application()
    people, settings = teller.people_of(application), application.settings
    around = Around(settings.telling.url, settings.timezone, settings.costs)
    for way in subscription.ways or (INBOX,):
        shown = told_of(subscription.wanted, alert, people.seen(way, current_user.name))
        if shown is None:
            said = _("{way}: nothing goes, for what it is about may not be told there.", way=_label(way))
            yield html.Div(note("info", said), className="sent")
        else:
            event = STARTED if shown.is_open else ENDED
            yield _one(way, message_of([Told(event, shown, subscription.name)], around), people)


def _one(way: str, message: Message, people: People) -> Component:
    contact = reader.application().subscriptions.contact(current_user.name)
    if way == MAIL:
        return sent.mail(message, [_to(contact.mail or current_user.name, way, people)])
    if way == WEBHOOK:
        body = orjson.dumps({**message.data, "timestamp": instant_text(reader.application().now_ns())}, option=orjson.OPT_INDENT_2)
        return sent.lines(_label(way), _facts(contact.webhook or current_user.name, way, people), body.decode())
    return sent.lines(_label(way), [(_("Subject"), message.subject), *_facts(_label(way), way, people)], message.text)


def _facts(name: str, way: str, people: People) -> list[tuple[str, str]]:
    whom, why_not = _to(name, way, people)
    return [(_("To"), whom)] if why_not is None else [(_("Not to"), f"{whom} ({why_not})")]


def _to(name: str, way: str, people: People) -> tuple[str, str | None]:
    """Whom, and why it would not go now."""
    why_not = {known: why for known, _label_, why in ways_of(people.contacts.get(current_user.name, NO_CONTACT))}.get(way)
    now_ns = reader.application().now_ns()
    until_ns = None if way == INBOX else outbox.quiet_until(people.contacts.get(current_user.name, NO_CONTACT), people.zone, now_ns)
    if why_not is None and until_ns is not None:
        why_not = _("it is quiet until {time}", time=times.brief(until_ns, people.zone, now_ns))
    return name, why_not


def _label(way: str) -> str:
    known = {name: label for name, label, _why in ways_of(NO_CONTACT)}
    return _("Inbox") if way == INBOX else known.get(way, way.removeprefix(CHANNEL))
