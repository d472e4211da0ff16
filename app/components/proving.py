"""The question before what would do most harm in other hands: who presses says once more who they are, and then it is done."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, State, ctx, dcc, html, no_update, set_props
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.components import links
from app.components.callbacks import callback, clientside
from app.components.page import note
from app.components.recoveries import act
from app.components.secret_fields import secret_field, whose
from app.web import proving
from metrics.texts import _


def asks() -> bool:
    """True where the one who presses has to say first who they are: the page asks, and presses again by itself. Called before anything is
    done by what the callback was pressed for."""
    if proving.is_proved():
        return False
    set_props("proof", {"opened": True})
    set_props("proof-for", {"data": ctx.triggered_id})
    return True


def parts() -> list[Component]:
    """For the shell: the question, which is not open, and what it was asked for."""
    at = proving.provider()
    asked = _at_provider(at.name) if at else _by_password()
    why = html.P(_("This gives somebody rights here. Nobody shall do it at a browser that you left open."))
    said = html.Div(id="proof-said", className="act-said", role="status")
    question = dmc.Modal(
        html.Div([why, *asked, said], className="proof"),
        id="proof",
        title=_("Say once more who you are"),
        opened=False,
        centered=True,
        withCloseButton=False,  # the first thing in it has the focus
    )
    return [question, dcc.Store(id="proof-for"), dcc.Store(id="proof-given")]


def _by_password() -> list[Component]:
    field = secret_field("proof-password", _("Your password"), "current-password", has_focus=True)
    name = html.Div(whose(current_user.name, "proof-whose"), hidden=True)  # for password managers; the focus goes to the password
    return [
        html.Div([name, field], className="edits"),
        html.Div([act(_("Go on"), "proof-go", None), _not_now()], className="acts"),
    ]


def _at_provider(name: str) -> list[Component]:
    words = _("Sign in with {provider} once more", provider=name)
    where = html.A(words, href=links.to("login/single-sign-on/again"), target="_blank", className="button", id="proof-there")
    told = _("That opens another tab. What you filled in stays here: come back and go on.")
    return [
        html.Div(html.Div(where, className="act"), className="acts"),
        html.P(told, className="muted"),
        html.Div([act(_("Go on"), "proof-back", None), _not_now()], className="acts"),
    ]


def _not_now() -> Component:
    return act(_("Not now"), "proof-not", None, quiet=True)


@callback(
    Output("proof", "opened"),
    Output("proof-said", "children"),
    Output("proof-given", "data"),
    Output("proof-password", "value"),
    Input("proof-go", "n_clicks"),
    Input("proof-password", "n_submit"),
    State("proof-password", "value"),
    State("proof-for", "data"),
    prevent_initial_call=True,
)
def by_password(clicks: int | None, enter: int | None, password: str | None, pressed: Any) -> Any:
    """Closes the question where the password is theirs, and has what was pressed pressed again."""
    if not (clicks or enter):
        return (no_update,) * 4
    if why_not := proving.by_password(password or ""):
        return no_update, html.Div(note("failed", why_not, "circle-alert"), role="alert"), no_update, ""
    return False, None, _given(pressed), ""


@callback(
    Output("proof", "opened", allow_duplicate=True),
    Output("proof-said", "children", allow_duplicate=True),
    Output("proof-given", "data", allow_duplicate=True),
    Input("proof-back", "n_clicks"),
    State("proof-for", "data"),
    prevent_initial_call=True,
)
def at_provider(clicks: int | None, pressed: Any) -> Any:
    """The same, once they were at their provider in another tab."""
    if not clicks:
        return (no_update,) * 3
    if not proving.is_proved():
        return no_update, note("info", _("You have not signed in there yet."), "hourglass"), no_update
    return False, None, _given(pressed)


def _given(pressed: Any) -> dict[str, Any]:
    """Another one each time, so that it is noticed."""
    return {"pressed": pressed, "at": str(reader.application().now_ns())}


clientside("pressAgain", Output("proof-given", "storage_type"), Input("proof-given", "data"), prevent_initial_call=True)
clientside("close", Output("proof", "opened", allow_duplicate=True), Input("proof-not", "n_clicks"), prevent_initial_call=True)
