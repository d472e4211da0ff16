"""Values that senders wrote, in lists: only for who may see messages, and with the fields that must not be seen hidden."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.access.rights import SEE_MESSAGES
from app.access.roles import ADMIN
from app.components.icons import icon
from app.messages.shown import excerpt, value_of
from metrics.texts import _later, _n

NOT_TOLD = _later("hidden: nothing tells what stands where in it")


def may_read() -> bool:
    """Whether who is signed in sees any of it."""
    return bool(current_user.may(SEE_MESSAGES))


def only_for() -> str:
    """only for the role it"""
    roles = current_user.account.access.holders(SEE_MESSAGES) or (ADMIN,)
    return _n("only for the role {roles}", "only for the roles {roles}", len(roles), roles=", ".join(roles))


def shown(text: str) -> Component:
    """The beginning of a message, as text, whatever it is."""
    if not may_read():
        return html.Span([icon("lock"), f" {only_for()}"], className="muted")
    seen = masked(text)
    if seen is None:
        return html.Span([icon("lock"), f" {NOT_TOLD}"], className="muted")
    return html.Code(seen, className="sources-excerpt", title=seen)


def masked(text: str) -> str | None:
    """The same as text; None: it must not be seen. A list shows nothing unmasked, also while a break-glass lasts."""
    return excerpt(text, reader.application().messages.masked)


def of_field(name: str, value: str) -> str:
    """The value of one field."""
    return value_of(name, value, reader.application().messages.masked)
