"""What a span carries: its facts, attributes and events, and links to the spans it names."""

from __future__ import annotations

import json
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.figures import times
from app.figures.anchors import anchor
from app.figures.spans import Span
from app.figures.words import duration, system_word

LONGEST = 600  # letters of one attribute's value
KINDS = {1: "internal", 2: "server", 3: "client", 4: "producer", 5: "consumer"}


def span_detail(span: Span, known: set[str]) -> list[Component]:
    """`known`: the ids of the spans on the page, which links can lead to."""
    facts = [
        ("Status", span["status_message"] if span["is_error"] else None),
        ("Kind", KINDS.get(span["kind"])),
        ("System", system_word(span["system"])),
        ("Started (UTC)", times.utc(span["start_ns"])),
        ("Took", duration((span["end_ns"] - span["start_ns"]) / 1e9)),
        ("Operation", span["operation"]),
        ("Destination", span["destination"]),
        ("Span id", span["span_id"][32:] or span["span_id"]),
        ("Parent", _link(span["parent_id"], known)),
        ("Links to", [_link(linked, known) for linked in span["links"]] or None),
    ]
    said = [html.Div([html.Dt(name), html.Dd(value, dir="auto")]) for name, value in facts if value]
    return [html.Dl(said, className="terms"), _attributes(span)]


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


def _attributes(span: Span) -> Component:
    pairs = _pairs(span["attributes"])
    rows = [html.Tr([html.Th(name, scope="row"), html.Td(_short(value), dir="auto")]) for name, value in pairs]
    events = [
        html.Tr([html.Th(f"event {event.get('name', '')}", scope="row"), html.Td(_short(event.get("attributes", {})), dir="auto")])
        for event in _span_events(span.get("span_events"))
    ]
    return (
        html.Table(html.Tbody([*rows, *events]), className="attributes") if rows or events else html.P("No attributes.", className="muted")
    )


def _pairs(text: str | None) -> list[tuple[str, Any]]:
    try:
        read = json.loads(text or "{}")
    except ValueError:
        return [("attributes", text)]
    return sorted(read.items()) if isinstance(read, dict) else [("attributes", read)]


def _span_events(text: str | None) -> list[dict[str, Any]]:
    try:
        read = json.loads(text or "[]")
    except ValueError:
        return [{"name": "", "attributes": text}]
    return [event for event in read if isinstance(event, dict)] if isinstance(read, list) else []


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text):,} letters in all)"
