"""What stands where a page cannot be shown: not there, not allowed, an address that cannot be right."""

from __future__ import annotations

import logging

from dash import ctx, set_props
from dash.development.base_component import Component
from flask_login import current_user

from app.components import links
from app.components.empty import empty
from app.components.page import button, note
from app.storage.engine import AWAY
from app.web.sitemap import Page
from metrics.texts import _


class WrongAddress(Exception):
    """A page's query string cannot be used; the text is the sentence to show."""


def not_found(pathname: str) -> Component:
    text = _(
        "Nothing is at {pathname}. The link may be old or incomplete; the box above finds any order, batch, delivery or trace.",
        pathname=pathname,
    )
    return empty(_("There is no such page"), text, button(_("To the sync status"), links.to("")), picture="search", whole_page=True)


def wrong_address(sentence: str) -> Component:
    return empty(
        _("This address cannot be shown"), sentence, button(_("To the sync status"), links.to("")), picture="search", whole_page=True
    )


def forbidden(page: Page) -> Component:
    """Says which roles would do, and which ones the user has; or that this screen shows the wall, and nothing else."""
    if current_user.is_wall:
        text = _("This screen is signed in for the wall. Whoever wants to see or do anything else signs out in the menu, and in again.")
        return empty(
            _("This screen only shows the wall"), text, button(_("To the wall"), links.to("wall")), picture="lock", whole_page=True
        )
    needed = ", ".join(current_user.account.access.seers(page.name))
    text = _(
        "The page “{title}” is for the roles {needed}; you have {names}. Your administrator can give you another role.",
        title=_(page.title),
        needed=needed,
        names=", ".join(sorted(current_user.roles)) or _("none"),
    )
    return empty(
        _("You may not see this page"), text, button(_("Your permissions"), links.to("permissions")), picture="lock", whole_page=True
    )


def broken(fault: Exception) -> tuple[Component, str] | None:
    """Our fault in a callback: the whole traceback to the log, a sentence to the person; what is on the page stays.

    Where a whole page was asked for, the sentence is the page."""
    logging.getLogger(__name__).error("a callback failed", exc_info=fault)
    told = (
        _("The database that people and their work are kept in does not answer.")
        if isinstance(fault, AWAY)
        else _("The fault is on our side and was written to the log of the server.")
    )
    if ctx.outputs_list and isinstance(ctx.outputs_list, list) and ctx.outputs_list[0].get("id") == "shell-page":
        return empty(
            _("This page could not be made"), _("{told} Try again in a moment.", told=told), picture="triangle-alert", whole_page=True
        ), _("Fault")
    set_props(
        "shell-fault",
        {"children": note("failed", _("A part of this page could not be brought up to date. {told}", told=told), "triangle-alert")},
    )
    return None
