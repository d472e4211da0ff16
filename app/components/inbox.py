"""The inbox in the header: a bell with how many messages are unread, and the newest of them, as far as one may see them now."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.alerts.alert import Alert
from app.components import links
from app.components.callbacks import callback
from app.components.icons import icon
from app.figures import times
from app.figures.alert_words import holds_up, where
from app.telling import outbox
from app.telling.message import ENDED
from metrics.texts import _, language

SHOWN = 12


def menu() -> Component:
    """In the header."""
    unread = outbox.unread(_engine(), current_user.name)
    words = _("Your inbox")
    face = html.Summary(
        [icon("bell", size="18px"), html.Span(_count(unread), id="inbox-count", className="inbox-count")],
        className="menu-face menu-plain",
        title=words,
        **{"aria-label": words},
    )
    foot = html.Div(
        [
            html.Button(_("All read"), id="inbox-read", n_clicks=0, className="button button-quiet"),
            html.A(_("All alerts"), href=links.to("alerts")),
            html.A(_("What you are told of"), href=links.to("subscriptions")),
        ],
        className="inbox-foot",
    )
    panel = html.Div([html.B(words), html.Div(_listed(), id="inbox-list"), foot, dcc.Store(id="inbox-known", data=unread)])
    return html.Details([face, html.Div(panel, className="menu-list menu-wide inbox")], className="menu")


def _count(unread: int) -> list[Any] | None:
    """The number, which is read aloud with what it is of."""
    return [language().number(unread) if unread < 100 else "99+", html.Span(f" {_('unread')}", className="unseen")] if unread else None


def _listed() -> list[Component]:
    application = reader.application()
    zone, now_ns = reader.definitions().timezone, application.now_ns()
    found = [
        (row, shown) for row, alert in outbox.inbox(_engine(), current_user.name, SHOWN) if (shown := alert.seen_by(current_user.sees))
    ]
    if not found:
        return [
            html.P(_("Nothing yet. Narrow down a page and press “Tell me”: what begins there from then on stands here."), className="muted")
        ]
    return [_line(row, alert, zone, now_ns) for row, alert in found]


def _line(row: Any, alert: Alert, zone: str, now_ns: int) -> Component:
    held = holds_up(alert, reader.application().settings.costs)
    title = _("Over: {title}", title=alert.title) if row.event == ENDED else alert.title
    detail = f"{where(alert)}{f', {held}' if held else ''}, {times.brief(row.made_ns, zone, now_ns)}"
    mark = html.Span(_("new"), className="inbox-new") if row.read_ns is None else None
    words = [html.Span([title, " ", mark] if mark else title, className="inbox-title"), html.Span(detail, className="muted")]
    return html.A(words, href=links.to("alerts", number=alert.number), className="menu-item inbox-item", dir="auto")


@callback(
    Output("inbox-count", "children"),
    Output("inbox-list", "children"),
    Output("inbox-known", "data"),
    Input("shell-tick", "n_intervals"),
    Input("inbox-read", "n_clicks"),
    State("inbox-known", "data"),
    prevent_initial_call=True,
)
def refresh(_ticks: int | None, clicks: int | None, known: int | None) -> Any:
    """What is new; and all is read, when somebody says so."""
    engine, user = _engine(), current_user.name
    if clicks and known:
        outbox.mark_read(engine, user, reader.application().now_ns())
    unread = outbox.unread(engine, user)
    if unread == known:
        return no_update
    return _count(unread), _listed(), unread


def _engine() -> Any:
    return reader.application().accounts.engine
