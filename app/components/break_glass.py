"""Break-glass on the screen: the band on every page while it lasts, its beginning and end, and the list of those that last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import ALL, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.components.callbacks import callback
from app.components.icons import icon
from app.components.page import card, note, scrolling
from app.figures import times
from app.messages.glass import Glass, NotAllowed
from metrics.texts import _, _parts

BAND, LIST = "band", "list"  # where an end is pressed
STATE = "glass-state"


def parts() -> list[Component]:
    """For the shell: the band, as it is when the page is loaded, and what tells the parts of a page that it begins or ends."""
    glass = _glasses().current(current_user.viewer)
    return [html.Div(_band(glass), id="shell-glass", className="no-print", role="status"), dcc.Store(id=STATE, data=_state(glass))]


def open_ones() -> Component | None:
    """For the audit: those that last, of everybody for who may end them, else one's own."""
    return html.Div(_listed(), id={"type": "glass-list", "at": "audit"})


@callback(
    Output("shell-glass", "children"),
    Output(STATE, "data"),
    Input("shell-tick", "n_intervals"),
    State(STATE, "data"),
    prevent_initial_call=True,
)
def tell(_ticks: int | None, before: dict[str, str] | None) -> tuple[Any, Any]:
    """Whether it still lasts is asked of the server, whose clock ends it."""
    glass = _glasses().current(current_user.viewer)
    return (no_update, no_update) if _state(glass) == before else (_band(glass), _state(glass))


@callback(
    Output("shell-glass", "children", allow_duplicate=True),
    Output(STATE, "data", allow_duplicate=True),
    Output({"type": "glass-refused", "event": ALL}, "children"),
    Input({"type": "glass-begin", "event": ALL}, "n_clicks"),
    State({"type": "glass-begin", "event": ALL}, "id"),
    State({"type": "glass-reason", "event": ALL}, "value"),
    prevent_initial_call=True,
)
def begin(clicks: Sequence[int | None], buttons: Sequence[dict[str, str]], reasons: Sequence[str | None]) -> tuple[Any, Any, list[Any]]:
    """What is open on the page is looked at once more then, because the state is another."""
    if not any(clicks):
        return no_update, no_update, [no_update] * len(buttons)
    at = next(number for number, button in enumerate(buttons) if button == ctx.triggered_id)
    try:
        glass = _glasses().begin(current_user.viewer, reasons[at] or "", buttons[at]["event"])
    except NotAllowed as refused:
        return (
            no_update,
            no_update,
            [note("failed", str(refused), "circle-alert") if number == at else None for number in range(len(buttons))],
        )
    return _band(glass), _state(glass), [None] * len(buttons)


@callback(
    Output("shell-glass", "children", allow_duplicate=True),
    Output(STATE, "data", allow_duplicate=True),
    Output({"type": "glass-list", "at": ALL}, "children"),
    Input({"type": "glass-end", "glass": ALL, "at": ALL}, "n_clicks"),
    State({"type": "glass-list", "at": ALL}, "id"),
    prevent_initial_call=True,
)
def end(clicks: Sequence[int | None], lists: Sequence[dict[str, str]]) -> tuple[Any, Any, list[Any]]:
    """At once, also another's, for who may."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        return no_update, no_update, [no_update] * len(lists)
    refused: list[Any] = []
    try:
        _glasses().end(ctx.triggered_id["glass"], current_user.viewer, current_user.sees)
    except NotAllowed as why:
        refused = [note("failed", str(why), "circle-alert")]
    glass = _glasses().current(current_user.viewer)
    return [*refused, *_band(glass)], _state(glass), [_listed()] * len(lists)


def _state(glass: Glass | None) -> dict[str, str] | None:
    return {"id": glass.id} if glass else None


def _band(glass: Glass | None) -> list[Component]:
    """You see masked fields until 15:04 · End now"""
    if glass is None:
        return []
    zone = reader.definitions().timezone
    until = times.brief(glass.until_ns, zone, reader.application().now_ns())
    stop = html.Button(_("End now"), id={"type": "glass-end", "glass": glass.id, "at": BAND}, n_clicks=0, className="glass-end")
    text = html.Span(
        [*_parts("You see masked fields until {time}", time=html.B(until)), " · "], title=_("Your reason: {reason}", reason=glass.reason)
    )
    return [html.Div([icon("lock"), text, stop], className="glass-band")]


def _listed() -> Component | None:
    sees_all = _glasses().oversees(current_user.account, current_user.sees)
    lasting = [glass for glass in _glasses().all_open() if sees_all or glass.user == current_user.name]
    if not lasting:
        return None
    zone = reader.definitions().timezone
    heads = html.Tr([html.Th(name) for name in (_("Who"), _("Since"), _("Until"), _("Why"), _("End"))])
    table = html.Table([html.Thead(heads), html.Tbody([_line(glass, zone) for glass in lasting])], className="table")
    aside = html.Span(_("Who sees masked fields just now"), className="muted")
    return card(_("Broken glass"), scrolling(table, _("Who sees masked fields just now")), aside=aside)


def _line(glass: Glass, zone: str) -> Component:
    now_ns = reader.application().now_ns()
    stop = html.Button(_("End now"), id={"type": "glass-end", "glass": glass.id, "at": LIST}, n_clicks=0, className="button button-quiet")
    return html.Tr(
        [
            html.Td(glass.user),
            html.Td(times.brief(glass.begun_ns, zone, now_ns), className="nowrap"),
            html.Td(times.brief(glass.until_ns, zone, now_ns), className="nowrap"),
            html.Td(glass.reason, dir="auto"),
            html.Td(stop),
        ]
    )


def _glasses() -> Any:
    return reader.application().messages.glasses
