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
from metrics.unmapped import Records

Row = Mapping[str, Any]
SHOWN = 6  # fields named before the rest is folded away


def records(rows: Sequence[Row], sources: Iterable[Source], zone: str, now_ns: int, past: Row) -> Component | None:
    if not rows:
        return None
    by_name = {source.name: source for source in sources}
    lines = [_line(number, row, by_name.get(row["source"]), zone, now_ns, past) for number, row in enumerate(rows)]
    heads = html.Tr(
        [html.Th(name, className="num" if name == "Records" else None) for name in ("Source", "Fields", "Records", "Newest", "Map this")]
    )
    table = html.Table([html.Thead(heads), html.Tbody(lines)], className="table interfaces-table")
    aside = html.Span(
        "They came, say no event type, and are kept. What needs no mapping, such as heartbeats, may stay so.", className="muted"
    )
    return card("Records without an event", scrolling(table, "Records without an event"), aside=aside, id="unmapped-records")


def _line(number: int, row: Row, source: Source | None, zone: str, now_ns: int, past: Row) -> Component:
    fields: dict[str, str] = orjson.loads(row["example"])
    return html.Tr(
        [
            html.Td([html.B(row["source"]), html.Div(source.kind if source else "no longer configured", className="muted")]),
            html.Td(_names(list(fields))),
            html.Td(
                html.A(html.B(f"{row['records']:,}"), href=without_event.address(Records(row["source"], row["shape_id"]), **past)),
                className="num",
                title=f"The newest stands at {row['example_position']}",
            ),
            html.Td(times.short(row["newest_recorded_ns"], zone, now_ns), className="num nowrap"),
            html.Td(_help(number, row, source, fields)),
        ]
    )


def _names(fields: Sequence[str]) -> Any:
    if not fields:
        return html.Span("no JSON, or too large to look into", className="muted")
    more = f" and {len(fields) - SHOWN} more" if len(fields) > SHOWN else ""
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
            html.Summary("Show a mapping"),
            html.Pre(text, id=name),
            dcc.Clipboard(target_id=name, title="Copy"),
            html.P(["Try it with ", html.Code(f"syncline check --sample FILE --source {row['source']}"), "; then ",
                    html.Code("syncline rebuild"), " reads what came before under it as well."]),
            html.P(f"The newest, at {row['example_position']}, has these fields:"),
            html.Ul(there),
        ]
    )  # fmt: skip
