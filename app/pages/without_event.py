"""Without an event: which records, or which messages of traces, does a figure of what nobody mapped count, one by one?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from dash import Input, Output, State, dcc, html
from dash.development.base_component import Component
from flask_login import current_user

from app import exports, reader
from app.access.rights import EXPORT
from app.components import links, moment, taking, values
from app.components.callbacks import callback
from app.components.empty import empty
from app.components.icons import icon
from app.components.page import button, card, head, scrolling
from app.components.pager import ROWS, first_row, pager
from app.components.tiles import name_of
from app.figures import times
from app.pages.errors import WrongAddress
from app.pages.events import NOT_STATED
from app.pages.narrowing import kept_of, stretch_of, time_of
from metrics import unmapped
from metrics.read import Reader
from metrics.texts import _, _n
from metrics.unmapped import Records, Spans

Row = Mapping[str, Any]
USUAL = "7d"
WRITTEN = ("excerpt", "attributes")  # by senders: it can be anything
CSV_ROWS = 50_000
SHOWN = 12  # fields named in the title


def layout(**query: Any) -> Component:
    at = reader.as_of(query)
    try:
        asked, start = _asked(query, at.moment.as_of_ns), first_row(links.one(query.get("page")))
    except ValueError as wrong:
        raise WrongAddress(str(wrong)) from wrong
    kept = kept_of(query)
    wide = time_of(kept)
    with reader.reader(at) as now:
        zone = now.timezone()
        said, total, list_of = _records(now, asked, start) if isinstance(asked, Records) else _spans(now, asked, start)
    return html.Div(
        [
            dcc.Store(id="without-event-about", data=kept),
            dcc.Download(id="without-event-download"),
            head(
                _("Without an event"),
                said,
                taking.button("without-event-export") if total else None,
                button(_("Interfaces"), links.to("interfaces", **wide), quiet=True),
            ),
            moment.banner(at, zone),
            list_of(zone, at) if total else _nothing(asked),
            pager(start, total, lambda page: links.to("without-event", **{**kept, "page": page})),
        ]
    )


def address(asked: Records | Spans, **more: Any) -> str:
    """Where they are listed; `more`: period, or a past moment."""
    if isinstance(asked, Records):
        return links.to("without-event", source=asked.source, shape=asked.shape_id, **more)
    stated = {name: getattr(asked, name) or NOT_STATED for name in ("service", "system", "destination")}
    return links.to("without-event", source=asked.source, name=asked.name, **stated, **more)


def _asked(query: Mapping[str, Any], as_of_ns: int) -> Records | Spans:
    """Raises ValueError with a sentence."""
    source, shape, name, *stated = (links.one(query.get(n)) for n in ("source", "shape", "name", "service", "system", "destination"))
    if source and shape:
        return Records(source, shape)
    if source and name:
        from_ns, _until = stretch_of(query, USUAL, as_of_ns)
        return Spans(from_ns, source, name, *("" if value in (None, NOT_STATED) else str(value) for value in stated))
    raise ValueError(_("The address names neither a shape nor a name of messages of a source: the figures of Interfaces open this list."))


def _nothing(asked: Records | Spans) -> Component:
    if not current_user.sees.is_all and isinstance(asked, Records):
        return empty(_("Not for you"), _("Of which site such records are is not known: they are shown to people who may see all sites."))
    return empty(
        _("None is left"),
        _(
            "Messages that say no event would stand here one by one. These have become events since, or came before the period, "
            "or are older than this list: syncline rebuild reads them once more."
        ),
        picture="inbox",
    )


# -- records ---------------------------------------------------------------------------------------------------------------


def _records(now: Reader, asked: Records, start: int) -> tuple[str, int, Any]:
    shape = unmapped.shape(now, asked)
    if shape is None:
        return _("Nothing of the kind is known."), 0, None
    rows, fields, listed = unmapped.records(now, asked, start, start + ROWS), orjson.loads(shape["example"]), int(shape["listed"])
    names, number = ", ".join(list(fields)[:SHOWN]), int(shape["records"])
    if len(fields) > SHOWN:
        names = _("{first} and {number} more", first=names, number=len(fields) - SHOWN)
    said = (
        _n(
            "{number} record of {source} with the fields {names} say no event type.",
            "{number} records of {source} with the fields {names} say no event type.",
            number,
            source=asked.source,
            names=names,
        )
        if fields
        else _n(
            "{number} record of {source} say no event type.", "{number} records of {source} say no event type.", number, source=asked.source
        )
    )
    if listed != number:
        said = f"{said} {_('The newest {listed} are listed; all of them stay in the journal.', listed=listed)}"
    return said, listed, lambda zone, at: _record_table(rows, zone, at.now_ns)


def _record_table(rows: Sequence[Row], zone: str, now_ns: int) -> Component:
    lines = [
        html.Tr(
            [
                html.Td(times.short(row["recorded_ns"], zone, now_ns), title=times.full(row["recorded_ns"], zone), className="num nowrap"),
                html.Td(html.Code(row["position"])),
                html.Td(values.shown(row["excerpt"])),
            ]
        )
        for row in rows
    ]
    heads = html.Tr([html.Th(name) for name in (_("Told"), _("Where"), _("What was sent"))])
    table = html.Table([html.Thead(heads), html.Tbody(lines)], className="table sources-refusals")
    return card(_("Records"), scrolling(table, _("Records without an event")))


# -- spans -----------------------------------------------------------------------------------------------------------------


def _spans(now: Reader, asked: Spans, start: int) -> tuple[str, int, Any]:
    rows, total = unmapped.spans(now, asked, start, start + ROWS)
    message = f"‘{asked.name}’"
    if asked.service:
        message = _("{message} of {service}", message=message, service=asked.service)
    if asked.destination:
        message = _("{message} through {destination}", message=message, destination=asked.destination)
    said = _n(
        "{number} message {message} in whose traces nothing is a business event, newest first.",
        "{number} messages {message} in whose traces nothing is a business event, newest first.",
        total,
        message=message,
    )
    return said, total, lambda zone, at: _span_table(rows, zone, at)


def _span_table(rows: Sequence[Row], zone: str, at: reader.AsOf) -> Component:
    heads = html.Tr([html.Th(name) for name in (_("When"), _("Trace"), _("Site"), _("How"), _("Message"), _("Attributes"), _("From"))])
    table = html.Table([html.Thead(heads), html.Tbody([_span(row, zone, at) for row in rows])], className="table sources-refusals")
    return card(_("Messages"), scrolling(table, _("Messages without an event")))


def _span(row: Row, zone: str, at: reader.AsOf) -> Component:
    failed = [html.Span(_("failed"), className="mark-failed"), html.Div(str(row["status_message"] or "")[:200])]
    return html.Tr(
        [
            html.Td(times.short(row["start_ns"], zone, at.now_ns), title=times.full(row["start_ns"], zone), className="num nowrap"),
            html.Td(
                html.A([icon("waypoints"), f" {_('its trace')}"], href=links.to("path", trace=row["trace_id"], **at.past)),
                className="nowrap",
            ),
            html.Td(name_of(row["site"])),
            html.Td(failed if row["is_error"] else _("in order")),
            html.Td(html.Code(row["message_id"]) if row["message_id"] else html.Span(_("no id"), className="muted")),
            html.Td(values.shown(row["attributes"])),
            html.Td(html.Code(row["position"])),
        ]
    )


@callback(
    Output("without-event-download", "data"),
    Input("without-event-export", "n_clicks"),
    State("without-event-about", "data"),
    prevent_initial_call=True,
    right=EXPORT,
)
def export(_clicks: int, query: dict[str, Any]) -> Any:
    """What the list shows, in its order, as one file; values only for those who may see them."""
    at = reader.as_of(query)
    asked = _asked(query, at.moment.as_of_ns)
    with reader.reader(at) as now:
        rows = unmapped.records(now, asked, 0, CSV_ROWS) if isinstance(asked, Records) else unmapped.spans(now, asked, 0, CSV_ROWS)[0]
    shown = [_in_file(row) for row in rows]
    text = b"".join(exports.written(shown, exports.Asked("unmapped", "csv"), list(shown[0]) if shown else [])).decode()
    return dcc.send_string(text, f"without-event-{times.local(at.moment.as_of_ns, 'UTC'):%Y-%m-%dT%H%MZ}.csv", type="text/csv")


def _in_file(row: Row) -> dict[str, Any]:
    """Instants as text under the names that exports give them; what senders wrote as in the list."""
    may_read = values.may_read()
    named: dict[str, Any] = {
        name: values.masked(value) if name in WRITTEN else value for name, value in row.items() if may_read or name not in WRITTEN
    }
    return {
        (name.removesuffix("_ns") + "_time" if name.endswith("_ns") else name): times.utc(value) if name.endswith("_ns") else value
        for name, value in named.items()
    }
