"""Your account: where you are signed in, and another password."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import Input, Output, State, ctx, html, no_update
from dash.dependencies import ALL
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.accounts import AccountError
from app.accounts.passwords import LEAST
from app.components import links, places
from app.components.callbacks import callback
from app.components.page import card, head, note
from app.components.recoveries import act
from app.components.secret_fields import secret_field, whose
from app.web import login, proving
from metrics.texts import _, _n, _parts

PAGE = "account"
FIELDS = ("account-now", "account-new", "account-again")


def layout(**_query: object) -> Component:
    rights = html.A(_("Your permissions"), href=links.to("permissions"))
    return html.Div(
        [
            head(
                _("Your account"),
                _parts("Signed in as {name}. What you may see and do stands on {permissions}.", name=current_user.name, permissions=rights),
            ),
            card(
                _("Where you are signed in"),
                html.P(_("What you do not know here, end, and set another password.")),
                html.Div(_places(), id="account-places"),
                html.Div(id="account-ended", className="act-said", role="status"),
            ),
            _password(),
        ]
    )


# -- where one is signed in --------------------------------------------------------------------------------------------


def _places() -> list[Component]:
    found = reader.application().sessions.of(current_user.name)
    here = current_user.place.id
    why_not = None if len(found) > 1 else _("You are signed in nowhere else.")
    everywhere = act(_("Sign out everywhere else"), "account-end-others", why_not, "log-out")
    return [places.listed(found, here, PAGE), html.Div(everywhere, className="acts")]


@callback(
    Output("account-places", "children"),
    Output("account-ended", "children"),
    Input({"type": places.END, "page": PAGE, "session": ALL}, "n_clicks"),
    Input("account-end-others", "n_clicks"),
    prevent_initial_call=True,
)
def end(one: Sequence[int | None], others: int | None) -> Any:
    """At its next question a page there is told that it has ended."""
    if not (any(one) or others):
        return no_update, no_update
    name, pressed = current_user.name, ctx.triggered_id
    which = {"only": pressed["session"]} if isinstance(pressed, dict) else {"but": current_user.place.id}
    ended = reader.application().people.sign_out(name, name, **which)
    return _places(), note("info", _n("{number} session has ended.", "{number} sessions have ended.", ended), "check")


# -- another password --------------------------------------------------------------------------------------------------


def _password() -> Component:
    hint = _("At least {least} characters. Three or four unrelated words are a good one; any characters will do.", least=LEAST)
    fields = [
        whose(current_user.name),
        secret_field("account-now", _("The password you have"), "current-password"),
        secret_field("account-new", _("New password"), "new-password"),
        secret_field("account-again", _("The same again"), "new-password"),
        html.P(hint, className="muted"),
    ]
    return card(
        _("Another password"),
        html.Div(fields, className="edits"),
        html.Div(act(_("Change it"), "account-change", None), className="acts"),
        html.Div(id="account-said", className="act-said", role="status"),
    )


@callback(
    Output("account-said", "children"),
    *[Output(field, "value") for field in FIELDS],
    Output("account-places", "children", allow_duplicate=True),
    Input("account-change", "n_clicks"),
    Input("account-again", "n_submit"),
    *[State(field, "value") for field in FIELDS],
    prevent_initial_call=True,
)
def change(clicks: int | None, enter: int | None, now: str | None, new: str | None, again: str | None) -> Any:
    """Asks for the old one; all other sessions end, and this one goes on under another secret."""
    if not (clicks or enter):
        return (no_update,) * 5
    try:
        why_not = _why_not(now or "", new or "", again or "")
        if why_not is None:
            reader.application().people.set_password(current_user.name, current_user.name, new or "")
    except AccountError as weak:
        why_not = str(weak)
    if why_not is not None:
        return html.Div(note("failed", why_not, "circle-alert"), role="alert"), *(no_update,) * 4
    login.renew_session()
    return (
        note("info", _("Your password is changed. Wherever else you were signed in you are not any more."), "check"),
        "",
        "",
        "",
        _places(),
    )


def _why_not(now: str, new: str, again: str) -> str | None:
    if why_not := proving.by_password(now):
        return why_not
    if new != again:
        return _("The two new passwords differ.")
    return _("That is the password you have already.") if new == now else None
