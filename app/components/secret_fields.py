"""Fields for passwords, with what password managers need to fill them."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from app.accounts.passwords import MOST
from metrics.texts import _


def secret_field(name: str, label: str, autocomplete: str) -> Component:
    """`autocomplete`: current-password or new-password."""
    return html.Label([label, dcc.Input(id=name, type="password", autoComplete=autocomplete, maxLength=MOST, value="")])


def whose(name: str) -> Component:
    """Whose password it is, also for password managers."""
    return html.Label([_("User"), dcc.Input(id="whose", type="text", autoComplete="username", value=name, readOnly=True)])
