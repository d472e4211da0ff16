"""What a span carries: its facts, attributes and events, and links to the spans it names."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from app.figures import times
from app.figures.anchors import anchor
from app.figures.spans import Span
from app.figures.words import duration, system_word
from app.messages import json_text
from app.messages.fields import Fields
from app.messages.json_text import Pairs
from metrics.texts import _

LONGEST = 600  # letters of one attribute's value
KINDS = {1: "internal", 2: "server", 3: "client", 4: "producer", 5: "consumer"}


def span_detail(span: Span, known: set[str], fields: Fields) -> list[Component]:
    """`known`: the ids of the spans on the page, which links can lead to; `fields`: those that must not be seen."""
    facts = [
        (_("Status"), span["status_message"] if span["is_error"] else None),
        (_("Kind"), KINDS.get(span["kind"])),
        (_("System"), system_word(span["system"])),
        (_("Started (UTC)"), times.utc(span["start_ns"])),
        (_("Took"), duration((span["end_ns"] - span["start_ns"]) / 1e9)),
        (_("Operation"), span["operation"]),
        (_("Destination"), span["destination"]),
        (_("Span id"), span["span_id"][32:] or span["span_id"]),
        (_("Parent"), _link(span["parent_id"], known)),
        (_("Links to"), [_link(linked, known) for linked in span["links"]] or None),
    ]
    said = [html.Div([html.Dt(name), html.Dd(value, dir="auto")]) for name, value in facts if value]
    return [html.Dl(said, className="terms"), _attributes(span, fields)]


def fields_in(span: Span, fields: Fields) -> set[str]:
    """As what fields of its attributes are configured, where some of them must not be seen."""
    found: dict[str, None] = {}
    for text in (span["attributes"], span.get("span_events")):
        for _line in json_text.lines(_read(text), fields, found):
            pass
    return set(found)


def _link(span_id: str | None, known: set[str]) -> Component | None:
    """To the row of that span, when it is on the page."""
    if not span_id:
        return None
    text = span_id[32:] or span_id
    return (
        html.A(text, href=f"#{anchor('span', span_id)}", className="mono")
        if span_id in known
        else html.Span(text, className="mono", title=span_id)
    )


def _attributes(span: Span, fields: Fields) -> Component:
    rows = [html.Tr([html.Th(name, scope="row"), html.Td(value, dir="auto")]) for name, value in _pairs(_read(span["attributes"]), fields)]
    events = [
        html.Tr(
            [
                html.Th(_("event {name}", name=event.get("name", "")), scope="row"),
                html.Td(_event(event.get("attributes"), fields), dir="auto"),
            ]
        )
        for event in (dict(event) for event in _read(span.get("span_events")) if isinstance(event, Pairs))
    ]
    return (
        html.Table(html.Tbody([*rows, *events]), className="attributes")
        if rows or events
        else html.P(_("No attributes."), className="muted")
    )


def _pairs(read: Pairs | list[Any], fields: Fields) -> list[tuple[str, str]]:
    """Name and value, by name; what must not be seen is hidden."""
    found: dict[str, None] = {}
    return [(name, _short(json_text.value_of(name, value, fields, found))) for name, value in sorted(read, key=lambda pair: str(pair[0]))]


def _event(attributes: Any, fields: Fields) -> str:
    return _short(json_text.one_line(attributes, fields, {})) if isinstance(attributes, Pairs) else "{}"


def _read(text: str | None) -> Any:
    try:
        return json_text.read(text or "[]")
    except ValueError:
        return Pairs([("attributes", text)])


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else _("{text}… ({number} letters in all)", text=text[:LONGEST], number=len(text))
