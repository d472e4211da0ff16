"""The first start: nothing has arrived yet; who may connect a source is led through it, everybody else hears who that is."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.access.rights import CONNECT_SOURCES
from app.components import arrivals, connecting, links, ways_in
from app.components.icons import icon
from metrics.arrivals import is_anything_there
from metrics.read import Reader
from metrics.texts import _

NAMED = 5  # people who may connect a source


def first_start(at: reader.AsOf) -> list[Component]:
    """For the head of a page that people land on: nothing once there is a transaction."""
    if not at.is_now or reader.application().has_arrived:
        return []
    with reader.reader(at) as now:
        if not is_first_start(now):
            return []
    return [_guide() if arrivals.may_connect() else _others()]


def is_first_start(now: Reader) -> bool:
    """Whether there was never a transaction: then no figure is zero, there is none. Who sees some sites is not told what came from others,
    so for them it is never the very first start."""
    application = reader.application()
    application.has_arrived = application.has_arrived or is_anything_there(now)
    return current_user.sees.is_all and not application.has_arrived


def _guide() -> Component:
    text = _(
        "Once events come, Syncline says for every workflow and site whether orders, batches and shipments got through. "
        "Choose where the first ones come from, and watch them arrive."
    )
    return html.Section([_heading(text), *connecting.parts(ways_in.WAYS[0], 0)], className="card welcome", id="welcome")


def _others() -> Component:
    people = [user.name for user in reader.application().accounts.list_users() if user.may(CONNECT_SOURCES) and not user.disabled]
    roles = current_user.account.access.words(current_user.account.access.holders(CONNECT_SOURCES))
    text = _("Once events come, Syncline says for every workflow and site whether orders, batches and shipments got through.")
    who = (
        _("{roles} or an administrator connects the first source.", roles=roles)
        if roles
        else _("An administrator connects the first source.")
    )
    text = f"{text} {who}"
    if people:
        names = ", ".join(people[:NAMED])
        here = _("Here: {people} and others.", people=names) if len(people) > NAMED else _("Here: {people}.", people=names)
        text = f"{text} {here}"
    more = html.P(html.A(_("What Syncline can read"), href=links.to("docs", page="sources")))
    return html.Section([_heading(text), more], className="card welcome", id="welcome")


def _heading(text: str) -> Component:
    words = html.Div([html.H2(_("Nothing has arrived yet")), html.P(text)], className="welcome-words")
    return html.Div([html.Span(icon("plug"), className="empty-picture"), words], className="welcome-head")
