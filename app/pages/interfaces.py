"""Interfaces: who sends what to whom, in which version, how well, and what nobody has mapped yet?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from dash import html
from dash.development.base_component import Component

from app import reader
from app.components import links, moment, values
from app.components.choices import choices
from app.components.empty import empty
from app.components.icons import icon
from app.components.page import button, card, head, scrolling
from app.figures import times, words
from app.figures.interface_facts import Difference, Interface, differences, interfaces_of
from app.figures.proposed_mapping import attribute_mapping
from app.figures.rows import rows_of
from app.pages import unmapped, without_event
from app.pages.errors import WrongAddress
from app.pages.events import stated
from app.pages.narrowing import HOUR_NS, PERIODS, period_inside
from metrics.events import interfaces, unmapped_records
from metrics.texts import _, _later, _n, _parts_n
from metrics.unmapped import Spans

Row = Mapping[str, Any]
USUAL = "7d"
HEADS = (
    _later("From"),
    _later("To"),
    _later("Event"),
    _later("Version"),
    _later("Events"),
    _later("Failed"),
    _later("Schema errors"),
    _later("Retries"),
    _later("Redelivered"),
    _later("Keys"),
    _later("Owner"),
)


def layout(**query: Any) -> Component:
    at, period = reader.as_of(query), links.one(query.get("period")) or USUAL
    if period not in PERIODS:
        raise WrongAddress(_("There is no period '{period}'. Known: {names}.", period=period, names=", ".join(PERIODS)))
    from_ns = at.moment.as_of_ns - PERIODS[period][1] * HOUR_NS
    with reader.reader(at) as now:
        found, spans, zone = interfaces_of(rows_of(interfaces(now, from_ns))), rows_of(now.unmapped(from_ns)), now.timezone()
        records = rows_of(unmapped_records(now, from_ns))
    settings = reader.application().settings
    owners = {owner.name: owner.title for owner in settings.owners}
    past: dict[str, Any] = {name: query[name] for name in ("as_of", "known_at") if name in query}
    kept = {"period": period, **past}
    return html.Div(
        [
            head(
                _("Interfaces"),
                _summary(found, kept),
                _periods(period, past),
                button(_("Process"), links.to("process", **past), quiet=True),
            ),
            moment.banner(at, zone),
            _table(found, owners, kept) if found else _nothing(period),
            _differing(found, kept),
            _unmapped(spans, zone, at.now_ns, kept),
            unmapped.records(records, settings.sources, zone, at.now_ns, past),
        ]
    )


def _summary(found: Sequence[Interface], kept: Row) -> list[Any]:
    events = sum(interface.counts["events"] for interface in found)
    broken = sum(interface.counts["contract_errors"] for interface in found)
    several = sum(len(interface.versions) > 1 for interface in found)
    parts = _parts_n(
        "{number} interface with {events} in the {period}",
        "{number} interfaces with {events} in the {period}",
        len(found),
        events=html.A(_n("{number} event", "{number} events", events), href=links.to("events", **kept)),
        period=period_inside(kept["period"]),
    )
    if broken:
        said = _n("{number} message could not be read by the receiver", "{number} messages could not be read by the receiver", broken)
        parts += [", ", html.A(said, href=links.to("events", **kept, kind="contract"))]
    versions = _n("{number} interface in several versions", "{number} interfaces in several versions", several)
    return [*parts, f", {versions}." if several else "."]


def _periods(period: str, past: Mapping[str, Any]) -> Component:
    return choices(
        _("Period"), ((_(title), links.to("interfaces", period=name, **past), name == period) for name, (title, _hours) in PERIODS.items())
    )


def _nothing(period: str) -> Component:
    return empty(
        _("No event in the {period}", period=period_inside(period)),
        _("Every event type, the system it happened in, its versions and how well it gets through would stand here."),
        button(_("Sources"), links.to("sources"), quiet=True),
        picture="inbox",
    )


def _table(found: Sequence[Interface], owners: Mapping[str, str], kept: Row) -> Component:
    heads = html.Tr([html.Th(_(name), className="num" if name in HEADS[4:10] else None) for name in HEADS])
    worst = sorted(found, key=lambda each: (-each.counts["contract_errors"], -each.counts["error_events"], each.event_type))
    table = html.Table([html.Thead(heads), html.Tbody([_line(each, owners, kept) for each in worst])], className="table interfaces-table")
    return card(_("What is said"), scrolling(table, _("Interfaces")), aside=html.Span(_("The most broken first"), className="muted"))


def _line(each: Interface, owners: Mapping[str, str], kept: Row) -> Component:
    counts, total = each.counts, each.counts["events"]
    own: Row = {**kept, "event": each.event_type, "system": stated(each.system)}

    def events(kind: str | None = None) -> str:
        return links.to("events", **own, kind=kind)

    begins = html.Span(_("starts here"), className="muted nowrap") if each.is_awaited else ""
    unknown = None if each.is_awaited else html.Span(_("no workflow waits for it"), className="muted interfaces-unknown")
    return html.Tr(
        [
            html.Td(", ".join(map(words.system_word, each.from_systems)) or begins),
            html.Td(words.system_word(each.system or "")),
            html.Td([html.B(each.event_type), unknown]),
            html.Td(_versions(each, own)),
            _number(total, events()),
            _number(counts["error_events"], events("failed"), total, below=_dead(counts["dead_letters"], events("dead"))),
            _number(counts["contract_errors"], events("contract"), total, "mark-failed"),
            _number(counts["retries"], events("retries"), total),
            _number(counts["redelivered"], events("redelivered"), total),
            html.Td(_keys(counts["keyed_events"], total, events("unkeyed")), className="num"),
            html.Td(", ".join(owners.get(name, name) for name in each.owners)),
        ]
    )


def _versions(each: Interface, own: Row) -> Any:
    """The version, or how much comes in each of several."""
    counted = each.events_by_version
    if len(counted) == 1:
        return next(iter(counted)) or html.Span(_("not stated"), className="muted")
    total = each.counts["events"]
    return [
        html.Div(
            [
                name or html.Span(_("not stated"), className="muted"),
                " ",
                html.A(words.percent(count / total), href=links.to("events", **own, version=stated(name)), className="muted"),
            ],
            title=_n("{number} event", "{number} events", count),
            className="nowrap",
        )
        for name, count in counted.items()
    ]


def _dead(count: int, href: str) -> Component | None:
    return (
        html.A(_n("{number} dead letter", "{number} dead letters", count), href=href, className="mark-failed interfaces-share nowrap")
        if count
        else None
    )


def _number(count: int, href: str, total: int | None = None, mark: str = "", below: Component | None = None) -> Component:
    """A count that opens the events it counts."""
    if not count:
        return html.Td(html.Span("0", className="muted"), className="num")
    share = None if total is None else html.Span(words.percent(count / total), className="muted interfaces-share")
    return html.Td([html.A(html.B(words.number(count), className=mark), href=href), share, below], className="num")


def _keys(keyed: int, total: int, without: str) -> Any:
    """Whether a repeat of an event could be told from a new one; what is short of all opens those without a key."""
    if keyed == total:
        return _("all")
    return html.A(_("none") if not keyed else words.percent(keyed / total), href=without, className="muted" if not keyed else None)


def _differing(found: Sequence[Interface], kept: Row) -> Component | None:
    """Where one plant does not do as the others."""
    told = [(each, differing) for each in found if (differing := differences(each))]
    if not told:
        return None
    lines = [
        html.Li(
            [
                html.B(_("{event_type} at {system}", event_type=each.event_type, system=words.system_word(each.system or ""))),
                html.Ul([html.Li([one.text, " ", html.A(_("The events"), href=_events_of(each, one, kept))]) for one in differing]),
            ]
        )
        for each, differing in told
    ]
    return card(_("Plants that differ"), html.Ul(lines, className="interfaces-differing"))


def _events_of(each: Interface, one: Difference, kept: Row) -> str:
    version = None if one.version is None else stated(one.version)
    own = {"event": each.event_type, "system": stated(each.system), "site": stated(one.site)}
    return links.to("events", **kept, **own, version=version, kind=one.kind)


def _unmapped(rows: Sequence[Row], zone: str, now_ns: int, kept: Row) -> Component | None:
    if not rows:
        return None
    lines = [_unmapped_line(row, zone, now_ns, kept) for row in rows]
    heads = html.Tr([html.Th(name) for name in (_("Service"), _("Span"), _("Queue or topic"), _("Spans"), _("Newest"), _("Map this"))])
    table = html.Table([html.Thead(heads), html.Tbody(lines)], className="table interfaces-table")
    aside = html.Span(_("Messages in whose trace nothing is a business event. A mapping can make them one."), className="muted")
    return card(_("Not mapped"), scrolling(table, _("Messages without an event")), aside=aside)


def _unmapped_line(row: Row, zone: str, now_ns: int, kept: Row) -> Component:
    named = {name: row[name] or "" for name in ("service", "system", "destination")}
    past = {name: value for name, value in kept.items() if name != "period"}
    to_trace = links.to("path", trace=row["example_trace_id"], **past)
    trace = html.A([icon("waypoints"), f" {_('a trace')}"], href=to_trace) if row["example_trace_id"] else None
    return html.Tr(
        [
            html.Td(row["service"] or html.Span(_("not stated"), className="muted")),
            html.Td([html.B(row["name"]), html.Div(trace)]),
            html.Td(row["destination"] or ""),
            _number(row["spans"], without_event.address(Spans(0, row["source"], row["name"], **named), **kept)),
            html.Td(times.short(row["newest_ns"], zone, now_ns), className="num nowrap"),
            html.Td(_help(row)),
        ]
    )


def _help(row: Row) -> Component:
    """A mapping to begin with, made of the attributes the newest such span has; its values only for those who may see them."""
    attributes: dict[str, Any] = orjson.loads(row["example_attributes"] or "{}")
    text = attribute_mapping(row["source"], attributes, row["destination"], row["system"])
    shown = values.may_read()
    there = [
        html.Li([html.Code(name), f" = {values.of_field(name, str(value)[:80])}" if shown else ""]) for name, value in attributes.items()
    ]
    return html.Details([html.Summary(_("Show a mapping")), html.Pre(text), html.P(_("The newest has these attributes:")), html.Ul(there)])
