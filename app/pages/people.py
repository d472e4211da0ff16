"""People: who may sign in, what they may do and see, and everything an administrator does about it."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.accounts import AccountError, User
from app.accounts.administration import Administration
from app.components import links, people_fields, proving
from app.components.callbacks import callback
from app.components.page import card, head, note, scrolling
from app.components.recoveries import act
from app.figures import times
from metrics.scope import EVERYTHING, KINDS
from metrics.texts import _, _later, _n

HEADS = (
    _later("Name"),
    _later("Roles"),
    _later("Sites"),
    _later("Workflows"),
    _later("Suppliers"),
    _later("Signed in now"),
    _later("Last sign-in"),
    _later("State"),
)


def layout(**_query: Any) -> Component:
    return html.Div(
        [
            head(_("People"), _("Who may sign in, what they may do and what they see. Every change ends what somebody has open.")),
            html.Div(_list(), id="people-list"),
            _form(),
        ]
    )


def _list() -> Component:
    people, signed_in, waiting = reader.application().accounts.list_users(), reader.application().sessions.counts(), _people().waiting()
    lines = [_line(user, signed_in.get(user.name, 0), user.name in waiting) for user in people]
    table = html.Table([html.Thead(html.Tr([html.Th(_(name)) for name in HEADS])), html.Tbody(lines)], className="table")
    aside = html.Span(_n("{number} person", "{number} people", len(people)), className="muted")
    return card(_("Everybody"), scrolling(table, _("People")), aside=aside)


def _line(user: User, signed_in: int, is_waiting: bool) -> Component:
    zone, now_ns = reader.definitions().timezone, reader.application().now_ns()
    last = times.brief(user.last_login_ns, zone, now_ns) if user.last_login_ns else _("never")
    return html.Tr(
        [
            html.Td(html.A(user.name, href=links.to(f"person/{user.name}"))),
            html.Td(", ".join(sorted(user.roles))),
            *(html.Td(people_fields.names_words(getattr(user.given, kind))) for kind in KINDS),
            html.Td(_n("at {number} place", "at {number} places", signed_in) if signed_in else html.Span(_("no"), className="muted")),
            html.Td(last, className="nowrap"),
            html.Td(people_fields.state(user, is_waiting)),
        ]
    )


def _form() -> Component:
    return card(
        _("Add somebody"),
        html.P(_("They get a link from you with which they set their own password.")),
        html.Div(
            [
                html.Label([_("Name"), dcc.Input(id="people-name", type="text", maxLength=64, autoComplete="off")]),
                *people_fields.fields("people", frozenset(), EVERYTHING),
            ],
            className="edits people-edits",
        ),
        html.Div(act(_("Add, and make a link"), "people-add", None, "plus"), className="acts"),
        html.Div(id="people-said", className="act-said", role="status"),
    )


@callback(
    Output("people-list", "children"),
    Output("people-said", "children"),
    Output("people-name", "value"),
    Input("people-add", "n_clicks"),
    State("people-name", "value"),
    *people_fields.states("people"),
    prevent_initial_call=True,
)
def add(clicks: int | None, name: str | None, *chosen: Any) -> Any:
    """Without a password; the link is shown this once."""
    if not clicks or proving.asks():
        return no_update, no_update, no_update
    try:
        user = _people().add(current_user.name, name or "", people_fields.rights(*chosen))
        link = _people().make_link(current_user.name, user.name)
    except AccountError as wrong:
        return no_update, html.Div(note("failed", str(wrong), "circle-alert"), role="alert"), no_update
    return _list(), people_fields.link_shown(link), ""


def _people() -> Administration:
    return reader.application().people
