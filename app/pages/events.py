"""Events: which messages does a figure of an interface count, one by one?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from app import reader
from app.components import links, moment
from app.components.empty import empty
from app.components.icons import icon
from app.components.page import button, card, head, scrolling
from app.components.pager import ROWS, first_row, pager
from app.components.tiles import name_of
from app.figures import times, words
from app.figures.rows import rows_of
from app.pages.errors import WrongAddress
from app.pages.narrowing import kept_of, stretch_of, time_of
from metrics.events import KINDS, Asked, counted, events
from metrics.keys import unknown
from metrics.texts import _, _later, _n

Row = Mapping[str, Any]
USUAL = "7d"
NOT_STATED = "none"  # in the address, for what an event does not state
NARROWED = {  # name in the address → what it is called
    "event": _later("event"),
    "system": _later("system"),
    "version": _later("version"),
    "site": _later("site"),
    "source": _later("source"),
}
WORDS = {
    "failed": _later("Failed"),
    "contract": _later("Schema errors"),
    "retries": _later("Retries"),
    "dead": _later("Dead letters"),
    "keyed": _later("With a key"),
    "unkeyed": _later("Without a key"),
    "redelivered": _later("Redelivered"),
}


def stated(value: str | None) -> str:
    """How a value stands in the address."""
    return value or NOT_STATED


def layout(**query: Any) -> Component:
    at = reader.as_of(query)
    try:
        asked, start = _asked(query, at.moment.as_of_ns), first_row(links.one(query.get("page")))
    except ValueError as wrong:
        raise WrongAddress(str(wrong)) from wrong
    with reader.reader(at) as now:
        total, rows, zone = counted(now, asked), rows_of(events(now, asked, start, start + ROWS)), now.timezone()
    kept = kept_of(query)
    wide = time_of(kept)
    back = button(_("Interfaces"), links.to("interfaces", **wide), quiet=True)
    return html.Div(
        [
            head(_("Events"), _summary(asked, total, zone), back),
            moment.banner(at, zone),
            _chips(query, kept),
            _list(rows, zone, at) if rows else _nothing(wide),
            pager(start, total, lambda page: links.to("events", **{**kept, "page": page})),
        ]
    )


def _asked(query: Mapping[str, Any], as_of_ns: int) -> Asked:
    """Raises ValueError with a sentence."""
    kind = links.one(query.get("kind"))
    if kind is not None and kind not in KINDS:
        raise ValueError(words.sentence(unknown(_("kind"), kind, KINDS)))
    from_ns, to_ns = stretch_of(query, USUAL, as_of_ns)
    found = [links.one(query.get(name)) for name in NARROWED]
    event, system, version, site, source = ("" if value == NOT_STATED else value for value in found)
    return Asked(from_ns, as_of_ns if to_ns is None else to_ns, event, system, version, site, source, kind)


def _summary(asked: Asked, total: int, zone: str) -> str:
    return _n(
        "{number} event from {first} to {last}, newest first.",
        "{number} events from {first} to {last}, newest first.",
        total,
        first=times.full(asked.from_ns, zone),
        last=times.full(asked.to_ns, zone),
    )


def _chips(query: Mapping[str, Any], kept: Mapping[str, Any]) -> Component:
    """What the list is narrowed to, each to be taken away; and the kinds of events."""
    given = {name: value for name in NARROWED if (value := links.one(query.get(name)))}
    shown = [
        html.A(
            [f"{_(NARROWED[name])}: {_word(name, value)} ", icon("x", _("show all"))],
            href=links.to("events", **{**kept, name: None}),
            className="pill",
        )
        for name, value in given.items()
    ]
    chosen = links.one(query.get("kind"))
    kinds = [
        html.A(
            _(word),
            href=links.to("events", **{**kept, "kind": None if kind == chosen else kind}),
            className="pill",
            **({"aria-current": "true"} if kind == chosen else {}),
        )
        for kind, word in WORDS.items()
    ]
    return html.Nav([*shown, *kinds], className="cases-outcomes", **{"aria-label": _("Narrow the list")})


def _word(name: str, value: str) -> str:
    if value == NOT_STATED:
        return _("not stated")
    return {"system": words.system_word, "site": name_of}.get(name, str)(value)


def _nothing(wide: dict[str, Any]) -> Component:
    return empty(
        _("No such event"),
        _("The events of an interface would stand here: when, what it was about, in which version, and how it went."),
        button(_("All events of the period"), links.to("events", **wide), quiet=True),
        picture="inbox",
    )


def _list(rows: Sequence[Row], zone: str, at: reader.AsOf) -> Component:
    heads = html.Tr([html.Th(name) for name in (_("When"), _("Event"), _("Where"), _("About"), _("How"), _("Key"), _("From"))])
    table = html.Table(
        [html.Thead(heads), html.Tbody([_line(row, zone, at) for row in rows])], className="table interfaces-table said-table"
    )
    return card(_("What was said"), scrolling(table, _("Events")))


def _line(row: Row, zone: str, at: reader.AsOf) -> Component:
    told = _("{time}, recorded {recorded}", time=times.full(row["event_ns"], zone), recorded=times.full(row["recorded_ns"], zone))
    version = html.Div(_("version {version}", version=row["schema_version"]), className="muted") if row["schema_version"] else None
    instance = html.Div(row["system_name"], className="muted nowrap") if row["system_name"] else None
    return html.Tr(
        [
            html.Td(times.short(row["event_ns"], zone, at.now_ns), title=told, className="num nowrap"),
            html.Td([html.B(row["event_type"]), version, html.Div(_trace(row["trace_id"], at.past))]),
            html.Td([words.system_word(row["system"]), instance, html.Div(name_of(row["site"]), className="nowrap")]),
            html.Td(_objects(row["objects"], at.past)),
            html.Td(_how(row)),
            html.Td(html.Code(row["idempotency_key"]) if row["idempotency_key"] else html.Span(_("none"), className="muted")),
            html.Td([row["source"], html.Div(html.Code(row["position"]))]),
        ]
    )


def _trace(trace_id: str | None, past: Row) -> Component | None:
    return html.A([icon("waypoints"), f" {_('its trace')}"], href=links.to("path", trace=trace_id, **past)) if trace_id else None


def _objects(found: Any, past: Row) -> list[Component]:
    """What it is about, each to be looked for among the transactions."""
    if found is None or isinstance(found, float) or not len(found):
        return [html.Span(_("names no object"), className="muted")]
    return [
        html.Div([html.Span(f"{words.event_words(kind)} ", className="nowrap"), html.A(name, href=links.with_object(kind, name, **past))])
        for kind, _space, name in (text.partition(" ") for text in found)
    ]


def _how(row: Row) -> list[Any]:
    tried = html.Div(_("attempt {attempt}", attempt=int(row["attempt"])), className="muted") if (row["attempt"] or 1) > 1 else None
    dead = html.Div(_("dead letter"), className="mark-failed") if row["dead_letter"] else None
    if not row["is_error"]:
        return [_("in order"), tried, dead]
    text = row["error_text"] or row["error_code"] or _("no reason was given")
    return [
        html.Span(_("failed, {error}", error=words.class_word(row["error_class"])), className="mark-failed"),
        html.Div(str(text)[:200]),
        tried,
        dead,
    ]
