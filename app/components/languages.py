"""The language of the pages, in the menu of the person: there where several are installed."""

from __future__ import annotations

from typing import Any

from dash import ALL, Input, Output, ctx, html, no_update
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.components.callbacks import callback, clientside
from app.components.icons import icon
from app.web import speaking
from metrics.texts import Language, _, language


def choice() -> list[Component]:
    """Each language by its own name."""
    known = speaking.languages()
    if len(known) < 2:
        return []
    offered = html.Div([_button(each) for each in known], className="menu-languages", role="group", **{"aria-label": _("Language")})
    return [html.Div([icon("languages"), offered], className="menu-item menu-language"), html.Span(id="language-kept", hidden=True)]


def _button(offered: Language) -> Component:
    current = {"aria-current": "true"} if offered == language() else {}
    return html.Button(offered.title, id={"type": "language", "tag": offered.tag}, className="pill", lang=offered.tag, **current)


@callback(Output("language-kept", "data-language"), Input({"type": "language", "tag": ALL}, "n_clicks"), prevent_initial_call=True)
def choose(clicks: list[int | None]) -> Any:
    """Keeps what was pressed; the page is then loaded anew. Dash also asks when buttons are drawn."""
    if not any(clicks):
        return no_update
    tag = str(ctx.triggered_id["tag"])
    if tag not in {each.tag for each in speaking.languages()}:
        return no_update
    reader.application().languages.choose(current_user.name, tag)
    return tag


clientside("speak", Output("language-kept", "data-loaded"), Input("language-kept", "data-language"), prevent_initial_call=True)
