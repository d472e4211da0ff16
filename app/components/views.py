"""Your views: the page as it is narrowed now, kept under a name, and those kept before."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Input, Output, ctx, dcc, html, no_update
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.accounts import AccountError
from app.accounts.views import View
from app.components import links
from app.components.callbacks import callback, clientside
from app.components.icons import icon
from app.components.menu import answer, form
from app.components.menu import menu as panel
from app.web.guard import sitemap
from metrics.texts import _


def menu() -> Component:
    """In the header."""
    name = dmc.TextInput(id="views-name", placeholder=_("Name of this view"), size="sm", value="", **{"aria-label": _("Name of this view")})
    return panel(
        "bookmark",
        _("Your views"),
        form(name, html.Button(_("Keep"), id="views-keep", className="button")),
        answer("views-said"),
        html.Div(_listed(_views().of(current_user.name)), id="views-kept"),
        dcc.Store(id="views-here"),
    )


def _listed(views: list[View]) -> list[Component]:
    if not views:
        return [
            html.P(
                _("Nothing is kept yet. A view is a page with its filters: narrow one down, give it a name, and find it here."),
                className="muted",
            )
        ]
    return [
        html.Div(
            [
                html.A(view.name, href=links.prefix() + view.address, className="menu-item"),
                html.Button(
                    icon("x"),
                    id={"type": "view-forget", "name": view.name},
                    className="views-forget",
                    title=_("Remove"),
                    **{"aria-label": _("Remove the view {name}", name=view.name)},
                ),
            ],
            className="views-row",
        )
        for view in views
    ]


@callback(
    Output("views-kept", "children"),
    Output("views-said", "children"),
    Output("views-name", "value"),
    Input("views-here", "data"),
    prevent_initial_call=True,
)
def keep(here: dict[str, str]) -> tuple[Any, str, Any]:
    """Keeps the view the browser is at."""
    views, user = _views(), current_user.name
    try:
        kept = views.keep(user, here["name"].strip() or here["title"], _below(here["address"]))
    except AccountError as wrong:
        return no_update, str(wrong), no_update
    return _listed(views.of(user)), _("“{name}” is kept.", name=kept.name), ""


@callback(
    Output("views-kept", "children", allow_duplicate=True),
    Output("views-said", "children", allow_duplicate=True),
    Input({"type": "view-forget", "name": ALL}, "n_clicks"),
    prevent_initial_call=True,
)
def forget(clicks: list[int | None]) -> tuple[Any, Any]:
    """Removes the view whose button was pressed; Dash also asks when buttons are drawn."""
    if not any(clicks):
        return no_update, no_update
    name = ctx.triggered_id["name"]
    _views().forget(current_user.name, name)
    return _listed(_views().of(current_user.name)), _("“{name}” is removed.", name=name)


def _below(address: str) -> str:
    """The address below the prefix. Raises AccountError where it is no page of ours: whoever asks may have written it themselves."""
    path = address.partition("?")[0]
    if not path.startswith(links.prefix()) or sitemap().page_at(path) is None:
        raise AccountError(_("Only pages of Syncline can be kept."))
    return address[len(links.prefix()) :]


def _views() -> Any:
    return reader.application().views


clientside(
    "viewHere", Output("views-here", "data"), Input("views-keep", "n_clicks"), Input("views-name", "n_submit"), prevent_initial_call=True
)
