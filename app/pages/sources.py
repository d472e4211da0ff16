"""Sources: is everything still arriving, from where, how fresh, and what could not be understood?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from dash import Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.components import arrivals, links, moment, together, values, welcome
from app.components.callbacks import callback
from app.components.clocks import LEAST_NS, clocks
from app.components.icons import icon
from app.components.page import button, card, head, note, scrolling
from app.components.refused_senders import senders, version
from app.components.silence import silence, usual
from app.components.source_trouble import trouble_of
from app.components.tiles import name_of
from app.configuration.model import Source
from app.configuration.sections import RECEIVED, SENT_EVENTS
from app.figures import times, words
from app.figures.rows import rows_of
from app.machines.wanted import SOURCES
from app.pages.errors import WrongAddress
from app.pages.narrowing import HOUR_NS
from app.source_state import SourceState
from metrics.texts import _, _later, _n, _parts

Row = Mapping[str, Any]
PER_PAGE = 25
LIVE_SECONDS = 12
NOT_SHOWN = _later(
    "Events are those of your sites, for people who see all workflows and suppliers there. How many spans, log records and stock rows came "
    "and what was rejected is not shown to people who see only a part: it is counted for all together."
)


def layout(**query: Any) -> Component:
    at, source, number = reader.as_of(query), links.one(query.get("source")), _number(links.one(query.get("page")) or "1")
    states = _states(at)
    body, summary, zone = _body(at, source, number, states)
    about = {"source": source, "page": number}
    return html.Div(
        [
            dcc.Store(id="sources-about", data=about),
            dcc.Store(id="sources-version", data=_version(at, states)),
            dcc.Interval(id="sources-tick", interval=LIVE_SECONDS * 1000),
            head(_("Sources"), html.Span(summary, id="sources-summary"), _connect()),
            moment.banner(at, zone),
            *([note("info", _(NOT_SHOWN))] if not current_user.sees.is_all else welcome.first_start(at)),
            html.Div(body, id="sources-body", **{"data-live": "yes"}),
        ]
    )


def _body(at: reader.AsOf, source: str | None, number: int, states: Mapping[str, SourceState]) -> tuple[list[Any], str, str]:
    """What stands below the head, the sentence in it, and the time zone."""
    with reader.reader(at) as now:
        rows, zone, unjudged = rows_of(now.sources()), now.timezone(), now.transactions({"status": ["unjudged"]}, stop=1)[1]
        skewed = rows_of(now.clock_skew(at.moment.as_of_ns - 24 * HOUR_NS, LEAST_NS))
        frame, total = now.rejected(source, (number - 1) * PER_PAGE, number * PER_PAGE)
    settings = reader.application().settings
    by_name = {name: list(mine) for name, mine in groupby(rows, key=lambda row: row["source"])}
    if source and source not in by_name:
        raise WrongAddress(_("No source is called '{source}'. There are: {names}.", source=source, names=", ".join(by_name) or _("none")))
    cards = [
        _source(name, by_name[name], settings.sources, at, zone, states.get(name))
        for name in sorted(by_name, key=lambda name: (not _is_troubled(states.get(name)), not has_come(by_name[name])))
    ]
    refused = _rejected(rows_of(frame), total, source, number, zone, at.now_ns)
    elsewhere = [told for name in SOURCES if name not in by_name and at.is_now for told in senders(name, zone, at.now_ns)]
    others = together.machines(at.now_ns) if at.is_now and current_user.sees.is_all else None
    parts = [_held_up(unjudged), *elsewhere, html.Div(cards, className="sources"), others, clocks(skewed), refused]
    summary = _summary(by_name, at, [name for name in by_name if _is_troubled(states.get(name))])
    return [part for part in parts if part is not None], summary, zone


def _states(at: reader.AsOf) -> dict[str, SourceState]:
    """How reading goes is known of now alone, and of no site."""
    return {} if not at.is_now or not current_user.sees.is_all else reader.application().source_states()


def _version(at: reader.AsOf, states: Mapping[str, SourceState]) -> str:
    tokens = version() if at.is_now else []
    reads = sorted((name, state.troubles, state.is_down, state.tries) for name, state in states.items())
    return f"{moment.version(at)} {tokens} {together.version()} {reads}"


@callback(
    Output("sources-body", "children"),
    Output("sources-summary", "children"),
    Output("sources-version", "data"),
    Input("sources-tick", "n_intervals"),
    State("sources-version", "data"),
    State("sources-about", "data"),
    State("shell-url", "search"),
    prevent_initial_call=True,
)
def update(_ticks: int | None, version: str, about: dict[str, Any], query: str) -> Any:
    at = reader.as_of(query)
    states = _states(at)
    newest = _version(at, states)
    if newest == version:
        return no_update, no_update, no_update
    body, summary, _zone = _body(at, about["source"], about["page"], states)
    return body, summary, newest


def _connect() -> Component | None:
    """What comes from now on is watched there."""
    if not arrivals.may_connect():
        return None
    return button(_("Connect a source"), links.to("connect", after=reader.application().journal.last), "plug")


def _held_up(unjudged: int) -> Component | None:
    """What it costs that a feed is behind."""
    if not unjudged:
        return None
    cannot = html.A(_n("{number} transaction", "{number} transactions", unjudged), href=links.transactions(status="unjudged"))
    text = _parts(
        "{transactions} cannot be judged: the feed of the system they wait for has not yet said anything about the time "
        "their next step was due. When it goes on, or its source is marked complete in the configuration, they can be.",
        transactions=cannot,
    )
    return html.Div([icon("unplug"), html.Div(text)], className="note note-unjudged", role="note")


def _number(page: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,8}", page):
        raise WrongAddress(_("page={page}: a page is a number from 1 on.", page=page))
    return int(page)


def has_come(rows: Sequence[Row]) -> bool:
    """Whether this source has ever said anything that was understood; for those who see some sites, anything of these."""
    return any(row[name] for row in rows for name in ("events", "spans", "log_rows", "stock_rows"))


def _is_troubled(state: SourceState | None) -> bool:
    return state is not None and bool(state.troubles)


def _summary(by_name: Mapping[str, Sequence[Row]], at: reader.AsOf, troubled: Sequence[str]) -> str:
    silent = [name for name, rows in by_name.items() if not has_come(rows) and name not in troubled]
    newest = max((row["newest_recorded_ns"] for rows in by_name.values() for row in rows if row["newest_recorded_ns"]), default=None)
    refused = sum(rows[0]["rejected"] or 0 for rows in by_name.values())
    nothing = _("nothing ever") if current_user.sees.is_all else _("nothing that you may see")
    parts = [
        _n("{number} source", "{number} sources", len(by_name)),
        _("newest record {ago}", ago=_ago(newest, at)) if newest else _("no record yet"),
    ]
    parts += [_("trouble reading {names}", names=", ".join(troubled))] if troubled else []
    parts += [_("{nothing} from {names}", nothing=nothing, names=", ".join(silent))] if silent else []
    return (
        _n(
            "{names}. {number} thing was rejected, with the reason.",
            "{names}. {number} things were rejected, with the reason.",
            refused,
            names=", ".join(parts),
        )
        if refused
        else f"{', '.join(parts)}."
    )


def _ago(ns: int, at: reader.AsOf) -> str:
    """How old; at a past moment how much later it came; or that the sender's clock must be wrong."""
    if ns > at.now_ns + 60_000_000_000:
        return _("{duration} in the future", duration=words.span_of(at.now_ns, ns))
    if ns > at.moment.as_of_ns + 60_000_000_000:
        return _("{duration} after this moment", duration=words.span_of(at.moment.as_of_ns, ns))
    return _("{duration} ago", duration=words.span_of(min(ns, at.moment.as_of_ns), at.moment.as_of_ns))


def _source(
    name: str, rows: Sequence[Row], configured: Sequence[Source], at: reader.AsOf, zone: str, state: SourceState | None
) -> Component:
    first, setting = rows[0], next((each for each in configured if each.name == name), None)
    kind = html.Span(setting.kind if setting else name if name in (RECEIVED, SENT_EVENTS) else _("no longer configured"), className="pill")
    complete = (
        html.Span(_("complete"), className="pill", title=_("It holds everything up to now: what is not in it has not happened."))
        if first["is_complete"]
        else None
    )
    refused = (
        html.A(
            [icon("circle-alert"), _("{rejected} rejected", rejected=first["rejected"])],
            href=links.to("sources", source=name),
            className="sources-rejected",
        )
        if first["rejected"]
        else None
    )
    aside = html.Div([part for part in (refused, complete, kind) if part], className="sources-aside")
    trouble = trouble_of(state, zone, at.now_ns)
    told = senders(name, zone, at.now_ns) if at.is_now else []
    if not has_come(rows):
        return card(name, *told, trouble, None if trouble else html.P(_what_to_do(name, setting)), aside=aside)
    counts = [
        said
        for column, said in (
            ("spans", _n("{number} span", "{number} spans", first["spans"])),
            ("log_rows", _n("{number} log record", "{number} log records", first["log_rows"])),
            ("stock_rows", _n("{number} stock row", "{number} stock rows", first["stock_rows"])),
        )
        if first[column]
    ]
    events = sum(row["events"] for row in rows)
    line = ", ".join([_n("{number} event", "{number} events", events), *counts]) + "."
    return card(
        name,
        *told,
        trouble,
        html.P(line, className="muted"),
        _systems(name, rows, at, zone) if events else html.P(_no_events(first), className="muted"),
        aside=aside,
    )


def _no_events(row: Row) -> str:
    if row["stock_rows"]:
        return _("Stock snapshots: they are compared, and are no events.")
    return _("Nothing of it is a business event yet: no event type was found. A mapping can derive it; see Docs, map your own names.")


def _what_to_do(name: str, setting: Source | None) -> str:
    if not current_user.sees.is_all:
        return _("Nothing that you may see has come from it.")
    if name == RECEIVED:
        return _("Nothing has come yet. Point an OpenTelemetry exporter at the address of the OTLP receiver; see Docs, connect.")
    if name == SENT_EVENTS and (setting is None or "path" not in setting.options):
        return _("Nothing has come yet. Send CloudEvents to /v1/events at the address of the receiver; see Docs, cloudevents.")
    if setting is None:
        return _("It is no longer in the configuration, and nothing of it is left.")
    return _("Nothing has come yet. Look at the path in the configuration, then: syncline ingest {name}", name=setting.name)


def _systems(name: str, rows: Sequence[Row], at: reader.AsOf, zone: str) -> Component:
    """Systems against sites: how long ago each one's newest event was, and how many there are."""
    cells = {(row["system"], row["site"]): row for row in rows}
    sites = sorted({row["site"] for row in rows}, key=lambda site: (site is None, site))
    heads = html.Tr([html.Th(_("System")), *(html.Th(name_of(site)) for site in sites)])
    lines = [
        html.Tr([html.Th(words.system_word(system), scope="row"), *(_feed(cells.get((system, site)), at, zone) for site in sites)])
        for system in dict.fromkeys(row["system"] for row in rows)
    ]
    return scrolling(
        html.Table([html.Thead(heads), html.Tbody(lines)], className="table sources-feeds"), _("Systems and sites of {name}", name=name)
    )


def _feed(row: Row | None, at: reader.AsOf, zone: str) -> Component:
    if row is None:
        return html.Td(html.Span(_("none"), className="muted"), title=_("No event has ever come from this system at this site."))
    newest = row["newest_event_ns"]
    told = _(
        "Newest event {newest}, recorded {recorded}. First event {first}.",
        newest=times.full(newest, zone),
        recorded=times.full(row["newest_recorded_ns"], zone),
        first=times.full(row["first_event_ns"], zone),
    )
    told += f" {usual(row)}"
    is_skewed = newest > at.now_ns + 60_000_000_000
    clock = html.Span([icon("triangle-alert"), f" {_('check its clock')}"], className="sources-skewed") if is_skewed else None
    return html.Td(
        [
            html.B(_ago(newest, at)),
            clock,
            silence(row),
            html.Span(_n("{number} event", "{number} events", row["events"]), className="muted"),
        ],
        title=told,
    )


def _rejected(rows: Sequence[Row], total: int, source: str | None, number: int, zone: str, now_ns: int) -> Component:
    title = _("Rejected from {source}", source=source) if source else _("Rejected")
    all_of_them = html.A(_("All sources"), href=links.to("sources")) if source else None
    if not total:
        return card(title, html.P(_nothing_rejected(), className="muted"), aside=all_of_them)
    heads = html.Tr([html.Th(name) for name in (_("When"), _("Source"), _("Where"), _("What"), _("Reason"), _("What was sent"))])
    table = html.Table([html.Thead(heads), html.Tbody([_refusal(row, zone, now_ns) for row in rows])], className="table sources-refusals")
    advice = note(
        "info",
        _parts(
            "Nothing of it is lost: the records are kept as they came. Correct the mapping, restart Syncline, then {command} "
            "reads them again, and nothing else. What the sender corrects and sends anew comes by itself.",
            command=_command(f"syncline retry {source}" if source else "syncline retry"),
        ),
    )
    return card(
        title,
        html.Div(advice, className="sources-advice"),
        scrolling(table, _("What was rejected")),
        _pages(number, len(rows), total, source),
        aside=all_of_them,
        id="rejected",
    )


def _command(text: str) -> Component:
    copy = dcc.Clipboard(target_id="sources-retry", title=_("Copy"), className="sources-copy")
    return html.Span([html.Code(text, id="sources-retry"), copy])


def _nothing_rejected() -> str:
    if not current_user.sees.is_all:
        return _("What was rejected is shown only to people who see everything: what could not be understood names no site.")
    return _("Nothing: everything that came could be understood.")


def _refusal(row: Row, zone: str, now_ns: int) -> Component:
    when = html.Td(times.short(row["recorded_ns"], zone, now_ns), title=times.full(row["recorded_ns"], zone), className="num nowrap")
    where = html.Td(html.Code(row["position"]))
    return html.Tr(
        [
            when,
            html.Td(row["source"]),
            where,
            html.Td(row["part"]),
            html.Td(row["reason"], className="sources-reason"),
            html.Td(values.shown(row["excerpt"]) if row["excerpt"] else html.Span(_("not kept"), className="muted")),
        ]
    )


def _pages(number: int, shown: int, total: int, source: str | None) -> Component:
    first, last = (number - 1) * PER_PAGE + 1, (total - 1) // PER_PAGE + 1
    if not shown:
        to_last = html.A(_("To page {last}", last=last), href=links.to("sources", source=source, page=last))
        return html.Div(
            [html.Span(_("There is no page {page}: the last one is page {last}.", page=number, last=last)), to_last],
            className="sources-pages",
        )
    said = _("Showing {first} to {last} of {total}.", first=first, last=first + shown - 1, total=total)
    newer = html.A(_("Newer"), href=links.to("sources", source=source, page=number - 1 if number > 2 else None)) if number > 1 else None
    older = html.A(_("Older"), href=links.to("sources", source=source, page=number + 1)) if first + shown - 1 < total else None
    return html.Div([html.Span(said), *(part for part in (newer, older) if part)], className="sources-pages")
