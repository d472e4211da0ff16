"""When one is away, and who stands in: said by each for themselves, and what rosters go by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, State, ctx, dcc, html, no_update
from dash.dependencies import ALL
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.accounts import AccountError
from app.components.callbacks import callback
from app.components.page import card, note, scrolling
from app.components.recoveries import act
from app.figures import times
from app.figures.said_times import instant_of
from metrics.texts import _

NOBODY = ""


def away() -> Component:
    """The card of the page."""
    return html.Div(_away(), id="away")


def _away(said: Component | None = None, typed: tuple[str, str, str] = ("", "", NOBODY)) -> Component:
    """`typed`: what stands in the form."""
    zone = reader.definitions().timezone
    colleagues = [{"value": name, "label": name} for name in _known() if name != current_user.name]
    fields = [
        html.Label([_("From"), dcc.Input(id="away-from", type="text", maxLength=40, value=typed[0], placeholder="2026-12-24 14:00")]),
        html.Label([_("Until"), dcc.Input(id="away-to", type="text", maxLength=40, value=typed[1], placeholder="2027-01-04 06:00")]),
        dmc.Select(
            id="away-deputy",
            label=_("Who stands in"),
            data=[{"value": NOBODY, "label": _("Nobody: the next is told")}, *colleagues],
            value=typed[2],
            size="sm",
            allowDeselect=False,
            searchable=True,
        ),
    ]
    hint = _("By the clocks of {zone}, each with its date. While you are away, rosters tell who stands in for you.", zone=zone)
    parts = [
        html.Div(said, role="status", className="act-said") if said is not None else None,
        _mine(zone),
        html.Div(fields, className="edits subscription-fields"),
        html.P(hint, className="muted act-said"),
        html.Div(act(_("I am away then"), "away-add", None), className="acts"),
    ]
    return card(_("When you are away"), *[part for part in parts if part is not None])


def _mine(zone: str) -> Component | None:
    found, now_ns = reader.application().absences.of(current_user.name), reader.application().now_ns()
    if not found:
        return None
    lines = []
    for each in found:
        remove = html.Button(_("Remove"), id={"type": "away-remove", "number": each.number}, n_clicks=0, className="button button-quiet")
        cells = (times.brief(each.from_ns, zone, now_ns), times.brief(each.to_ns, zone, now_ns), each.deputy or _("nobody"), remove)
        lines.append(html.Tr([html.Td(cell) for cell in cells]))
    unseen = html.Th(html.Span(_("Remove it"), className="unseen"))
    heads = html.Tr([html.Th(_("From")), html.Th(_("Until")), html.Th(_("Who stands in")), unseen])
    return scrolling(html.Table([html.Thead(heads), html.Tbody(lines)], className="table"), _("When you are away"))


def _known() -> list[str]:
    return [user.name for user in reader.application().accounts.list_users() if not user.disabled]


@callback(
    Output("away", "children"),
    Input("away-add", "n_clicks"),
    Input({"type": "away-remove", "number": ALL}, "n_clicks"),
    State("away-from", "value"),
    State("away-to", "value"),
    State("away-deputy", "value"),
    prevent_initial_call=True,
)
def change(add: int | None, remove: Sequence[int | None], begins: str | None, ends: str | None, deputy: str | None) -> Any:
    """Adds what the form says, or removes one."""
    if not (add or any(remove)):
        return no_update
    application, zone = reader.application(), reader.definitions().timezone
    if isinstance(ctx.triggered_id, dict):
        application.absences.remove(current_user.name, int(ctx.triggered_id["number"]))
        return _away(note("info", _("You are not away then."), "check"))
    try:
        from_ns, to_ns = (instant_of(said or "", zone, application.now_ns()) for said in (begins, ends))
        application.absences.add(current_user.name, from_ns, to_ns, deputy or None, _known())
    except (AccountError, ValueError) as wrong:
        return _away(html.Div(note("failed", str(wrong), "circle-alert"), role="alert"), (begins or "", ends or "", deputy or NOBODY))
    return _away(note("info", _("It is kept."), "check"))
