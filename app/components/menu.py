"""A menu in the header: a picture that opens a panel below it."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from app.components.icons import icon
from metrics.texts import _


def menu(picture: str, words: str, *parts: Component, className: str = "") -> Component:
    """Opens and closes without any script, like the user's; assets/10-shell.js only closes it when one goes elsewhere."""
    face = html.Summary(icon(picture, size="18px"), className="menu-face menu-plain", title=words, **{"aria-label": words})
    return html.Details(
        [face, html.Div(list(parts), className=_("menu-list menu-wide {classname}", classname=className).strip())], className="menu"
    )


def form(field: Component, button: Component) -> Component:
    """One field and the button that sends it."""
    return html.Div([field, button], className="menu-form")


def answer(name: str) -> Component:
    """Where the sentence stands that answers it."""
    return html.Div(id=name, className="menu-said", role="status")
