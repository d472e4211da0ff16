"""One box that finds out what a number is: order, batch, delivery, trace."""

from __future__ import annotations

import re
from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import Input, Output, State, html
from dash.development.base_component import Component

from app import reader
from app.components import found_documents, links
from app.components.callbacks import callback
from app.components.icons import icon
from app.components.status import badge
from app.components.tiles import name_of
from app.documents import handbook
from app.figures import words
from collectors.event import Refused
from collectors.identifiers import Identifiers
from metrics.search import Hit
from metrics.search import find as find_all
from metrics.texts import _, _later

SHORTEST, SHOWN, MOST_FORMS, DOCUMENTS = 2, 8, 12, 3
LOOKED_FOR = _later(
    "Looked for: the number of an order, batch, delivery or any other object, its beginning, a part of it or what is written nearly so, "
    "and the id of a message, of a trace or of a span."
)
TRACE = re.compile("(?:[0-9a-fA-F]{2}-)?([0-9a-fA-F]{32})(?:-[0-9a-fA-F]{16}-[0-9a-fA-F]{2})?")


def box() -> Component:
    """The field and, below it, what was found. assets/10-shell.js adds the keyboard: / focuses, arrows walk, Enter goes, Escape closes."""
    field = dmc.TextInput(
        id="shell-search",
        placeholder=_("Find an order, batch, delivery or trace"),
        leftSection=icon("search", size="16px"),
        rightSection=dmc.Kbd("/", size="xs"),
        debounce=160,
        size="sm",
        value="",
        **{"aria-label": _("Find by number")},
    )
    found = html.Div(id="shell-hits", className="hits", hidden=True)
    return html.Div([field, found], className="search", role="search")


@callback(
    Output("shell-hits", "children"),
    Output("shell-hits", "hidden"),
    Output("shell-hits", "data-query"),
    Input("shell-search", "value"),
    State("shell-url", "search"),
    prevent_initial_call=True,
)
def find(text: str | None, query: str) -> tuple[list[Component], bool, str]:
    """Best first, so that Enter may take the first one."""
    wanted = (text or "").strip()
    if len(wanted) < SHORTEST:
        return [], True, wanted
    with reader.reader(reader.as_of(query)) as now:
        forms = forms_of(wanted, [site for site, _zone in now.sites()])
        found = find_all(now, forms)
    rows = [_row(hit) for hit in found.hits[:SHOWN]]
    near = [html.Div([html.B(f"{_('Nothing is called so.')} "), _("The nearest:")], className="hit-none")] if rows and found.is_near else []
    told = _documents(wanted)
    groups = [_group(_("Nearest") if near else _("Numbers"), rows), _group(_("In the docs"), told)]
    options = [html.Div(groups, id="shell-options", role="listbox", **{"aria-label": _("Found")})] if rows or told else []
    more = [html.A(_("All about “{text}” in the docs", text=wanted), href=links.to("docs", q=wanted))] if told else []
    nothing = [] if rows else [html.Div([html.B(f"{_('Nothing is called so.')} "), _(LOOKED_FOR)], className="hit-none")]
    foot = [*_rest(forms, found.hits), *more]
    return [*nothing, *near, *options, *([html.Div(foot, className="hit-rest")] if foot else [])], False, wanted


def _group(label: str, rows: list[Component]) -> Component | None:
    """The label is drawn by assets/10-shell.css: between options nothing else may stand."""
    return html.Div(rows, role="group", className="hit-group", **{"aria-label": label}) if rows else None


def _documents(text: str) -> list[Component]:
    """What the docs say of it; a number is looked for among numbers only."""
    if any(sign.isdigit() for sign in text) or not re.search(r"[^\W_]{3}", text):
        return []
    found = handbook().find(text, DOCUMENTS)
    return [] if found.missing or found.is_partial else [found_documents.hit(match) for match in found.matches]


def forms_of(text: str, sites: Sequence[str]) -> list[str]:
    """The text as typed, in capitals and without, then as ids of each type are kept: `00004500012345` is also `4500012345`.

    Of a W3C traceparent its trace id. Ids composed with a site are tried with each; those composed with more cannot be guessed."""
    settings = reader.application().settings
    kinds = {kind for workflow in settings.definitions.workflows for kind in (workflow.object, *workflow.related)}
    parent = TRACE.fullmatch(text)
    forms = [text, *([parent[1].lower()] if parent else []), text.upper(), text.lower()]
    for kind in sorted(kinds):
        forms += [form for site in ("", *sites) if (form := _canonical(settings.identifiers, kind, text, site))]
    return list(dict.fromkeys(forms))[:MOST_FORMS]


def _canonical(identifiers: Identifiers, kind: str, text: str, site: str) -> str | None:
    try:
        return identifiers.canonical(kind, text, lambda name: site if name == "site" else None)
    except Refused:  # an id of this type needs more than a person types
        return None


def _row(hit: Hit) -> Component:
    return html.A(_words(hit), href=_address(hit), className="hit", role="option", tabIndex=-1)


def _words(hit: Hit) -> list[Component]:
    if hit.workflow is None:
        return [
            icon("waypoints"),
            html.Div([html.B(_("Trace {id}", id=hit.trace_id)), html.Span(hit.title, className="muted")]),
        ]
    parts = [hit.title, *([name_of(hit.site)] if hit.site else [])]
    if hit.object_id not in (None, hit.transaction_id):
        parts.append(_("through {object}", object=f"{words.type_words(hit.object_type or '')} {hit.object_id}"))
    where = ", ".join(parts)
    return [icon("route"), html.Div([html.B(hit.transaction_id), html.Span(where, className="muted")]), badge(hit.status or "")]


def _address(hit: Hit) -> str:
    if hit.workflow is not None and hit.transaction_id is not None:
        return links.path(hit.workflow, hit.transaction_id)
    return links.to("path", trace=hit.trace_id)


def _rest(forms: Sequence[str], hits: Sequence[Hit]) -> list[str | Component]:
    """What is not shown, and the list of all whose number holds the text, in the form in which the list finds them."""
    names = [hit.transaction_id.lower() for hit in hits if hit.transaction_id]
    listed = next((form for form in forms if any(form.lower() in name for name in names)), None)
    more = [f"{_('Showing {shown} of {all} or more.', shown=SHOWN, all=len(hits))} "] if len(hits) > SHOWN else []
    return [*more, *([html.A(_("All transactions with “{text}”", text=listed), href=links.transactions(text=listed))] if listed else [])]
