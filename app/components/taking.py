"""Taking figures and lists out of the pages: who may, and the link that says why where one may not."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component
from flask_login import current_user

from app.access.rights import EXPORT
from app.components.icons import icon
from metrics.texts import _


def why_not() -> str | None:
    """The sentence for who may not."""
    if current_user.may(EXPORT):
        return None
    return _("Only {roles} may take out files.", roles=current_user.account.access.only(EXPORT))


def button(ident: str) -> Component:
    """What takes out the list of the page; its callback needs the right as well."""
    refused = why_not()
    look = dmc.Button(_("Export CSV"), id=ident, leftSection=icon("download"), variant="default", size="sm", disabled=refused is not None)
    return html.Div([look, html.Small(refused, className="muted")], className="act") if refused else look


def file(word: str, address: str, *, is_saved: bool) -> Component:
    """A link to a file; for who may not have it a button that cannot be pressed, with the reason."""
    refused = why_not()
    if refused is None:
        return html.A(word, href=address, className="button button-quiet", download=is_saved or None)
    return html.Button([icon("lock"), word], disabled=True, className="button button-quiet", title=refused)
