"""Where somebody is signed in: the list of it, with a button at each that ends it."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from app import reader
from app.accounts.sessions import WALL, Place
from app.components.icons import icon
from app.components.page import scrolling
from app.figures import times
from metrics.texts import _

END = "place-end"  # the type of the buttons' ids


def listed(places: Sequence[Place], here: str | None, page: str) -> Component:
    """`here`: the session of who looks, which is ended by signing out; `page`: whose callback ends the others."""
    heads = [_("Browser"), _("Address"), _("Since"), _("Last used")]
    unseen = html.Th(html.Span(_("End it"), className="unseen"))
    head = html.Thead(html.Tr([*(html.Th(name) for name in heads), unseen]))
    table = html.Table([head, html.Tbody([_line(place, here, page) for place in places])], className="table places")
    return scrolling(table, _("Where one is signed in"))


def _line(place: Place, here: str | None, page: str) -> Component:
    zone, now_ns = reader.definitions().timezone, reader.application().now_ns()
    what = _("{browser}, for the wall only", browser=place.browser) if place.kind == WALL else place.browser
    stop = html.Button(
        _("End"),
        id={"type": END, "page": page, "session": place.id},
        n_clicks=0,
        className="button button-quiet",
        **{"aria-label": _("End the session in {browser} from {address}", browser=what, address=place.address)},
    )
    return html.Tr(
        [
            html.Td([icon("monitor"), " ", what or _("a browser that does not say which")], dir="auto"),
            html.Td(place.address),
            html.Td(times.brief(place.begun_ns, zone, now_ns), className="nowrap"),
            html.Td(times.brief(place.seen_ns, zone, now_ns), className="nowrap"),
            html.Td(html.B(_("here")) if place.id == here else stop),
        ]
    )
