"""Tell me: from the page one is at, with its filters, told from now on when something of it begins or ends to need somebody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

import dash_mantine_components as dmc
from dash import Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.accounts import AccountError
from app.alerts.alert import KINDS, SEVERITIES
from app.components import links
from app.components.callbacks import callback, clientside
from app.components.menu import answer, form
from app.components.menu import menu as panel
from app.components.tiles import name_of
from app.telling.kept import Contact
from app.telling.subscription import CHANNEL, MAIL, WEBHOOK, Wanted, sentence
from app.web.guard import sitemap
from metrics.texts import _

KINDS_OF = {  # page → the kinds of alerts that it is about; of others any
    "/failures": ("failed", "missing", "violation", "unplaced"),
    "/expected": ("missing",),
    "/objectives": ("objective",),
    "/inventory": ("inventory",),
    "/rules": ("violation",),
    "/sources": ("feed", "source"),
}
KIND_OF = {"failed": "failed", "overdue": "missing", "inconsistent": "violation"}  # what a list of transactions is narrowed to → kind


def menu() -> Component:
    """In the header, beside the views."""
    name = dmc.TextInput(id="tell-name", placeholder=_("What it is called"), size="sm", value="", **{"aria-label": _("What it is called")})
    explained = _("What begins to need somebody, of what this page is narrowed to, comes to your inbox, and by")
    return panel(
        "megaphone",
        _("Tell me"),
        html.B(_("Tell me")),
        html.P(explained, className="muted"),
        ways_field("tell-ways", ()),
        form(name, html.Button(_("Tell me"), id="tell-go", className="button")),
        answer("tell-said"),
        html.A(_("What you are told of"), href=links.to("subscriptions"), className="menu-item"),
        dcc.Store(id="tell-here"),
    )


def ways_field(ident: Any, chosen: Sequence[str]) -> Component:
    """Boxes for the ways beside the inbox; one that cannot be used says why."""
    boxes = [
        dmc.Checkbox(
            value=way, label=label if why_not is None else f"{label}: {why_not}", disabled=why_not is not None, size="sm", radius="xs"
        )
        for way, label, why_not in ways_of(reader.application().subscriptions.contact(current_user.name))
    ]
    if not boxes:
        return html.Div(id=ident)
    return dmc.CheckboxGroup(boxes, id=ident, value=list(chosen), className="tell-ways", **{"aria-label": _("By which ways")})


def ways_of(contact: Contact) -> list[tuple[str, str, str | None]]:
    """Each way beside the inbox, what it is called, and why it cannot be used."""
    telling = reader.application().settings.telling
    no_mail = _("no mail server is configured") if telling.mail is None else None if contact.mail else _("say your address first")
    found: list[tuple[str, str, str | None]] = [(MAIL, _("E-mail"), no_mail)]
    found.append((WEBHOOK, _("Webhook"), None if contact.webhook else _("say its address first")))
    return found + [(f"{CHANNEL}{name}", channel.title or name, None) for name, channel in telling.channels.items()]


@callback(
    Output("tell-said", "children"),
    Output("tell-name", "value"),
    Input("tell-here", "data"),
    State("tell-ways", "value"),
    prevent_initial_call=True,
)
def tell(here: dict[str, str], ways: list[str] | None) -> Any:
    """Keeps what the page is narrowed to as something to be told of."""
    try:
        wanted = wanted_of(here["address"])
        said = words_of(wanted)
        name = here["name"].strip() or said[:80]
        reader.application().subscriptions.add(current_user.name, name, wanted, ways or ())
    except AccountError as wrong:
        return str(wrong), no_update
    return _("You are told from now on: {what}.", what=said), ""


def wanted_of(address: str) -> Wanted:
    """What an address of ours is narrowed to. Raises AccountError where it is none: whoever asks may have written it themselves."""
    path, _mark, query = address.partition("?")
    page = sitemap().page_at(path)
    if not path.startswith(links.prefix()) or page is None:
        raise AccountError(_("Only about pages of Syncline can one be told."))
    asked = parse_qs(query)
    kinds = tuple(kind for kind in asked.get("kind", []) if kind in KINDS)
    kinds += tuple(KIND_OF[status] for status in asked.get("status", []) if status in KIND_OF)
    sites = tuple(asked.get("site", []))
    if hidden := [site for site in sites if not current_user.sees.has_site(site)]:
        raise AccountError(_("There is no site '{site}', or you may not see it.", site=hidden[0]))
    if hidden := [workflow for workflow in asked.get("workflow", []) if not current_user.sees.has_workflow(workflow)]:
        raise AccountError(_("There is no workflow '{workflow}', or you may not see it.", workflow=hidden[0]))
    return Wanted(
        kinds or KINDS_OF.get(page.path, ()),
        tuple(each for each in asked.get("severity", []) if each in SEVERITIES),
        sites,
        tuple(asked.get("workflow", [])),
        tuple(asked.get("partner", [])),
    )


def words_of(wanted: Wanted) -> str:
    """The sentence, with the titles of what it names."""
    definitions: Any = reader.definitions()
    titles: Mapping[str, str] = {workflow.name: workflow.title for workflow in definitions.workflows}
    return sentence(wanted, titles, {site: name_of(site) for site in wanted.sites})


clientside("tellHere", Output("tell-here", "data"), Input("tell-go", "n_clicks"), Input("tell-name", "n_submit"), prevent_initial_call=True)
