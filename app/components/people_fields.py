"""What is chosen about somebody: roles, and what they see; and a link for a password, shown once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import State, html
from dash.development.base_component import Component
from flask import request

from app import reader
from app.accounts import AccountError, User
from app.accounts.administration import Rights
from app.accounts.password_links import Link
from app.components.connecting import copied
from app.components.icons import icon
from app.components.links import prefix
from app.components.page import note
from app.components.tiles import name_of
from app.figures import times
from metrics.scope import EVERYTHING, KINDS, Scope
from metrics.texts import _, _later

WORDS = {
    "sites": (_later("All sites, also those that come later"), _later("Or only these sites")),
    "workflows": (_later("All workflows, also those that come later"), _later("Or only these workflows")),
    "suppliers": (_later("All suppliers, also those that come later"), _later("Or only these suppliers")),
}

BOTH = {
    "sites": _later("Either all sites or only some: untick the one, or clear the other."),
    "workflows": _later("Either all workflows or only some: untick the one, or clear the other."),
    "suppliers": _later("Either all suppliers or only some: untick the one, or clear the other."),
}


def fields(page: str, roles: Collection[str], sees: Scope) -> list[Component]:
    """Their ids begin with `page`."""
    known = reader.application().accounts.access.roles
    chosen = [{"value": role.name, "label": f"{role.name}: {_(role.title)}"} for role in known]
    parts: list[Component] = [dmc.MultiSelect(id=f"{page}-roles", label=_("Roles"), data=chosen, value=sorted(roles), size="sm")]
    known_names = offered(EVERYTHING)
    for kind in KINDS:
        everything, only = WORDS[kind]
        given = getattr(sees, kind)
        titles = known_names[kind] | {name: name for name in given or () if name not in known_names[kind]}
        data = [{"value": name, "label": title} for name, title in sorted(titles.items())]
        field = dmc.TagsInput if kind == "suppliers" else dmc.MultiSelect  # suppliers come with the data: one may be named before
        parts += [
            dmc.Checkbox(id=f"{page}-all-{kind}", label=_(everything), checked=given is None, size="sm", radius="xs"),
            field(id=f"{page}-{kind}", label=_(only), data=data, value=sorted(given or ()), size="sm"),
        ]
    return parts


def states(page: str) -> list[State]:
    """For `rights`."""
    limits = [part for kind in KINDS for part in (State(f"{page}-all-{kind}", "checked"), State(f"{page}-{kind}", "value"))]
    return [State(f"{page}-roles", "value"), *limits]


def rights(roles: Sequence[str] | None, *limits: Any) -> Rights:
    """Of what is chosen in the fields. Raises AccountError where it says two things."""
    chosen = dict(zip(KINDS, zip(limits[::2], limits[1::2], strict=True), strict=True))
    for kind, (is_all, names) in chosen.items():
        if is_all and names:
            raise AccountError(_(BOTH[kind]))
    return Rights(
        frozenset(roles or ()), Scope(**{kind: None if is_all else frozenset(names or ()) for kind, (is_all, names) in chosen.items()})
    )


def names_words(names: Collection[str] | None) -> str:
    return _("all") if names is None else ", ".join(sorted(names)) or _("none")


def state(user: User, is_waiting: bool) -> Component:
    if user.disabled:
        return html.Span([icon("ban"), " ", _("disabled")], className="mark-failed")
    if is_waiting:
        return html.Span([icon("hourglass"), " ", _("has not set a password yet")], className="mark-late")
    return html.Span([icon("check"), " ", _("active")], className="mark-ok")


def link_shown(link: Link) -> Component:
    """To be handed over: it is nowhere afterwards."""
    told = reader.application().settings.telling.url or f"{request.host_url.rstrip('/')}{prefix()}"
    until = times.brief(link.until_ns, reader.definitions().timezone, reader.application().now_ns())
    text = _(
        "With this link {name} sets a password, once, until {time}. It is shown only now: hand it over yourself, and to nobody else.",
        name=link.user,
        time=until,
    )
    return html.Div([note("info", text, "check"), copied("people-link", f"{told}password#{link.secret}")], className="people-link")


def offered(sees: Scope) -> dict[str, dict[str, str]]:
    """Of every kind of limit, by name, what there is that may be seen so, and how it is called."""
    definitions = reader.definitions()
    with reader.reader() as now:
        sites = {*(name for name, _zone in now.sites()), *(site.name for site in definitions.sites)}
    own = {name: name for name in sees.suppliers or ()}  # suppliers come with the data: not all are configured
    return {
        "sites": {name: name_of(name) for name in sites if sees.has_site(name)},
        "workflows": {each.name: each.title for each in definitions.workflows if sees.has_workflow(each.name)},
        "suppliers": own | {each.name: each.title or each.name for each in definitions.partners if sees.has_supplier(each.name)},
    }
