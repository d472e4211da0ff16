"""Connect a source: where is it, what has to be written and run, and does it arrive?"""

from __future__ import annotations

import re
from typing import Any

from dash import html
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.access.rights import CONNECT_SOURCES
from app.components import arrivals, connecting, links, ways_in, welcome
from app.components.empty import empty
from app.components.page import button, head
from app.pages.errors import WrongAddress
from metrics.keys import unknown
from metrics.texts import _


def layout(**query: Any) -> Component:
    """`way` is one of WAYS; `after` the number of the newest record that is not waited for."""
    name = links.one(query.get("way")) or ways_in.WAYS[0].name
    chosen = ways_in.way(name)
    if chosen is None:
        raise WrongAddress(f"N{unknown('way', name, [each.name for each in ways_in.WAYS])[1:]}")
    after = _after(links.one(query.get("after")))
    if not arrivals.may_connect():
        return html.Div([head(_("Connect a source")), _not_for_you()])
    heading = head(
        _("Connect a source"), _("Choose where it comes from, write and run what is needed, and watch its first record arrive."), _sources()
    )
    return html.Div([heading, html.Section(connecting.parts(chosen, after, is_page=True), className="card welcome")])


def _after(number: str | None) -> int:
    """Without one: everything on the first start, later what comes from now on."""
    if number is not None:
        if not re.fullmatch("[0-9]{1,18}", number):
            raise WrongAddress(_("after={count}: the number of a record is a whole number.", count=number))
        return int(number)
    with reader.reader() as now:
        return 0 if welcome.is_first_start(now) else int(reader.application().journal.last)


def _sources() -> Component:
    return button(_("Sources"), links.to("sources"), quiet=True)


def _not_for_you() -> Component:
    return empty(
        _("Connecting sources is for {roles}", roles=current_user.account.access.only(CONNECT_SOURCES)),
        _(
            "What has arrived and is no event yet belongs to no site, "
            "so this is for administrators, and for people of a role that may connect sources, who see all sites."
        ),
        button(_("Your permissions"), links.to("permissions"), quiet=True),
        picture="lock",
    )
