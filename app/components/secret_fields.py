"""Fields for passwords, with what password managers need to fill them."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from app.accounts.passwords import MOST
from metrics.texts import _


def secret_field(name: str, label: str, autocomplete: str, *, has_focus: bool = False) -> Component:
    """`autocomplete`: current-password or new-password. `has_focus`: as soon as it is there."""
    about = {"id": name, "type": "password", "autoComplete": autocomplete, "maxLength": MOST, "value": "", "autoFocus": has_focus}
    return html.Label([label, dcc.Input(**about)])


def whose(name: str, ident: str = "whose") -> Component:
    """Whose password it is, also for password managers."""
    return html.Label([_("User"), dcc.Input(id=ident, type="text", autoComplete="username", value=name, readOnly=True)])
