"""Looking at another moment: any page as it was, judged by what is known now or by what was known then."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from app import reader
from app.components.callbacks import callback, clientside
from app.components.menu import answer, form
from app.components.menu import menu as panel
from app.figures.said_times import EXAMPLES, instant_of
from app.instants import instant_text
from metrics.texts import _, _later

KNOWN_NOW, KNOWN_THEN = "now", "then"
CHOICES = [{"value": KNOWN_THEN, "label": _later("As it was known then")}, {"value": KNOWN_NOW, "label": _later("By what is known now")}]


def menu() -> Component:
    """In the header."""
    words = _("Look at another moment")
    when = dmc.TextInput(id="travel-when", placeholder=_("yesterday 14:00"), size="sm", value="", **{"aria-label": _("Which moment")})
    return panel(
        "history",
        words,
        html.B(words),
        form(when, html.Button(_("Go"), id="travel-go", className="button")),
        dmc.SegmentedControl(
            id="travel-known",
            data=[{**each, "label": _(each["label"])} for each in CHOICES],
            value=KNOWN_THEN,
            size="xs",
            fullWidth=True,
            **{"aria-label": _("Known when")},
        ),
        answer("travel-said"),
        html.P(
            _("Say it as {examples}. Every page then is as of that moment until you go back to now.", examples=_(EXAMPLES)),
            className="muted",
        ),
        html.A(_("Back to now"), href="", id="travel-now", className="menu-item", **{"data-now": "yes"}),
        dcc.Store(id="travel-asked"),
        dcc.Store(id="travel-to"),
        className="travel",
    )


@callback(
    Output("travel-to", "data"),
    Output("travel-said", "children"),
    Output("travel-when", "value"),
    Input("travel-asked", "data"),
    State("travel-known", "value"),
    prevent_initial_call=True,
)
def go(asked: dict[str, str], known: str) -> Any:
    """What the address says from then on; assets/10-shell.js goes there."""
    application = reader.application()
    try:
        moment = instant_of(asked["text"], reader.definitions().timezone, application.now_ns())
    except ValueError as wrong:
        return no_update, str(wrong), no_update
    said = instant_text(moment)
    return {"as_of": said, "known_at": said if known == KNOWN_THEN and moment <= application.now_ns() else None}, "", ""


clientside(
    "travelAsked",
    Output("travel-asked", "data"),
    Input("travel-go", "n_clicks"),
    Input("travel-when", "n_submit"),
    prevent_initial_call=True,
)
clientside("travel", Output("travel-now", "title"), Input("travel-to", "data"), prevent_initial_call=True)
