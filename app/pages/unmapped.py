"""Records of any source that no mapping makes an event of, each kind with a mapping to begin with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from dash import dcc, html
from dash.development.base_component import Component

from app.components import values
from app.components.page import card, scrolling
from app.configuration.model import Source
from app.figures import times
from app.figures.proposed_mapping import place_word, proposed_mapping
from app.pages import without_event
from metrics.texts import _, _parts, language
from metrics.unmapped import Records

Row = Mapping[str, Any]
SHOWN = 6  # fields named before the rest is folded away


def records(rows: Sequence[Row], sources: Iterable[Source], zone: str, now_ns: int, past: Row) -> Component | None:
    if not rows:
        return None
    by_name = {source.name: source for source in sources}
    lines = [_line(number, row, by_name.get(row["source"]), zone, now_ns, past) for number, row in enumerate(rows)]
    heads = html.Tr(
        [
            html.Th(name, className="num" if name == _("Records") else None)
            for name in (_("Source"), _("Fields"), _("Records"), _("Newest"), _("Map this"))
        ]
    )
    table = html.Table([html.Thead(heads), html.Tbody(lines)], className="table interfaces-table")
    aside = html.Span(
        _("They came, say no event type, and are kept. What needs no mapping, such as heartbeats, may stay so."), className="muted"
    )
    return card(_("Records without an event"), scrolling(table, _("Records without an event")), aside=aside, id="unmapped-records")


def _line(number: int, row: Row, source: Source | None, zone: str, now_ns: int, past: Row) -> Component:
    fields: dict[str, str] = orjson.loads(row["example"])
    return html.Tr(
        [
            html.Td([html.B(row["source"]), html.Div(source.kind if source else _("no longer configured"), className="muted")]),
            html.Td(_names(list(fields))),
            html.Td(
                html.A(
                    html.B(language().number(row["records"])), href=without_event.address(Records(row["source"], row["shape_id"]), **past)
                ),
                className="num",
                title=_("The newest stands at {place}", place=row["example_position"]),
            ),
            html.Td(times.short(row["newest_recorded_ns"], zone, now_ns), className="num nowrap"),
            html.Td(_help(number, row, source, fields)),
        ]
    )


def _names(fields: Sequence[str]) -> Any:
    if not fields:
        return html.Span(_("no JSON, or too large to look into"), className="muted")
    more = _("and {number} more", number=len(fields) - SHOWN) if len(fields) > SHOWN else ""
    return html.Span([*(html.Span([html.Code(name), " "]) for name in fields[:SHOWN]), more])


def _help(number: int, row: Row, source: Source | None, fields: Mapping[str, str]) -> Component:
    """A mapping to begin with, guessed from the newest such record; what stood in it only for those who may see it."""
    shown = values.may_read()
    kind = source.kind if source else "csv"
    form = str(source.options.get("format", "")) if source else ""
    word = place_word(kind, form)
    fields = {field: values.of_field(field, value) for field, value in fields.items()}
    text, name = proposed_mapping(row["source"], kind, word, fields, shown), f"unmapped-map-{number}"
    there = [html.Li([html.Code(field), f" = {value}" if shown else ""]) for field, value in fields.items()]
    return html.Details(
        [
            html.Summary(_("Show a mapping")),
            html.Pre(text, id=name),
            dcc.Clipboard(target_id=name, title=_("Copy")),
            html.P(_parts("Try it with {check}; then {rebuild} reads what came before under it as well.",
                          check=html.Code(f"syncline check --sample FILE --source {row['source']}"),
                          rebuild=html.Code(_("syncline rebuild")))),
            html.P(_("The newest, at {place}, has these fields:", place=row['example_position'])),
            html.Ul(there),
        ]
    )  # fmt: skip
