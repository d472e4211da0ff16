"""One supplier: week by week, what it promised and kept, what it has not answered, and its open orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from app.components import links
from app.components.icons import icon
from app.components.kpis import card as kpi
from app.components.page import card, note, scrolling
from app.components.status import badge
from app.components.tiles import name_of
from app.figures import times, words
from app.figures.outcomes import mark
from app.figures.rows import rows_of
from app.instants import SECOND_NS, instant_text
from metrics.read import Reader
from metrics.suppliers import orders, promises, receipts, waits, weeks

Row = Mapping[str, Any]
METRIC = "supplier_response_cycle_time"
WEEKS = 12


def answers(partner: str, from_ns: int, past: Mapping[str, Any]) -> dict[str, Any]:
    """What narrows the page of cases to its answers."""
    return {"metric": METRIC, "partner": partner, "from": instant_text(from_ns), **past}


def cards(row: Row, from_ns: int, past: Mapping[str, Any]) -> Component:
    """Of a row of `suppliers`: its figures, each with its cases."""
    listed: dict[str, Any] = {"partner": row["partner"], **past}
    problems = [f"{row[name]:,} {name}" for name in ("overdue", "failed") if row[name]]
    took = f"half within {words.duration(row['p50'])}, 9 in 10 within {words.duration(row['p90'])}" if row["p50"] is not None else ""
    unread = f"{row['unread']:,} of them: it could not read it" if row["unread"] else "it could read what it got; these are no answers"
    open_ = links.transactions(state="open", **listed)
    cases, kept, whole = (
        links.to("cases", **answers(row["partner"], from_ns, past)),
        (row["kept"], row["broken"]),
        (row["whole"], row["not_whole"]),
    )
    read = unread if row["receipts"] else "997 or CONTRL: none came"
    made = [
        kpi("Open orders", f"{row['open']:,}", "", " and ".join(problems) or "none overdue, none failed", [], href=open_),
        kpi("Answered in time", *_share(row["good"], row["bad"]), took, [], href=cases),
        kpi("Promises kept", *_share(*kept), _of(*kept, "promise"), [], href="#promises"),
        kpi("On time, in full", *_share(*whole), _of(*whole, "order"), [], href="#promises"),
        kpi("Receipts", f"{row['receipts']:,}", "", read, [], href="#receipts"),
    ]
    return html.Div(made, className="kpis")


def _share(good: int, bad: int) -> tuple[str, str]:
    """The share and its unit; without anything decided it is no data, which is not zero."""
    return (words.percent(good / (good + bad)).removesuffix(" %"), "%") if good + bad else ("no data", "")


def _of(good: int, bad: int, noun: str) -> str:
    return f"{good:,} of {words.count(good + bad, noun)}" if good + bad else f"no {noun} fell into this period"


def body(now: Reader, partner: str, from_ns: int, zone: str, past: Mapping[str, Any]) -> list[Component]:
    """Everything below the line of one supplier."""
    as_of_ns = now.moment.as_of_ns
    first = _monday(as_of_ns, zone) - timedelta(weeks=WEEKS - 1)
    first_ns = int(first.timestamp()) * SECOND_NS
    promised = rows_of(promises(now, partner, from_ns))
    return [
        _waits(rows_of(waits(now, partner)), as_of_ns, past),
        _weeks(rows_of(weeks(now, partner, first_ns)), partner, zone, past),
        _orders(rows_of(orders(now, partner)), partner, as_of_ns, past),
        _receipts(rows_of(receipts(now, partner, from_ns)), as_of_ns, past),
        _promises(promised, as_of_ns, past),
    ]


def quiet(row: Row, zone: str, as_of_ns: int) -> Component | None:
    """Of a row of `suppliers`: that it has said nothing since it was asked what is unanswered."""
    if not row["is_quiet"]:
        return None
    said = row["said_ns"]
    since = f"has said nothing since {times.brief(said, zone, as_of_ns)}" if said is not None else "has never said anything"
    due = words.count(row["unanswered"], "step is", "steps are")
    text = f"It {since}, and {due} overdue from it. Look whether its messages still arrive, "
    return note("info", [text, html.A("Sources", href=links.to("sources")), ", before you call it."], "unplug")


def _monday(ns: int, zone: str) -> datetime:
    today = times.local(ns, zone)
    day = today.date() - timedelta(days=today.weekday())
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))


def _table(title: str, heads: Sequence[str], lines: Sequence[Component], aside: str = "", **shape: Any) -> Component:
    table = html.Table([html.Thead(html.Tr([html.Th(name) for name in heads])), html.Tbody(lines)], className="table")
    return card(title, scrolling(table, title), aside=html.Span(aside, className="muted") if aside else None, **shape)


def _transaction(row: Row, past: Mapping[str, Any]) -> Component:
    return html.Td(html.A(row["transaction_id"], href=links.path(row["workflow"], row["transaction_id"], **past)))


def _time(ns: int | None, zone: str, as_of_ns: int, absent: str) -> Component:
    told = times.brief(ns, zone, as_of_ns) if ns is not None else html.Span(absent, className="muted")
    return html.Td(told, className="nowrap")


def _waits(rows: Sequence[Row], as_of_ns: int, past: Mapping[str, Any]) -> Component:
    title = "Overdue from it"
    if not rows:
        return card(title, html.P("Nothing that it should have sent or answered is overdue.", className="muted"), id="unanswered")
    lines = [
        html.Tr(
            [
                _transaction(row, past),
                html.Td([words.step_words(row["event_type"], None), html.Div(row["title"], className="muted")]),
                _outcome(row["state"]),
                _time(row["opened_ns"], row["timezone"], as_of_ns, "unknown"),
                _time(row["due_ns"], row["timezone"], as_of_ns, "no deadline"),
            ]
        )
        for row in rows
    ]
    heads = ("Transaction", "What should have come from it", "State", "Waited for since", "Due")
    return _table(title, heads, lines, "The longest due first", id="unanswered")


def _outcome(name: str | None) -> Component:
    return html.Td(mark(name or "unmeasured"))


def _promises(rows: Sequence[Row], as_of_ns: int, past: Mapping[str, Any]) -> Component:
    title = "Promised, on time and in full"
    if not rows:
        return card(title, html.P("No promised time fell into this period.", className="muted"), id="promises")
    lines = [
        html.Tr(
            [
                _transaction(row, past),
                _time(row["promised_ns"], row["timezone"], as_of_ns, ""),
                _time(row["sent_ns"], row["timezone"], as_of_ns, "not yet"),
                _outcome(row["on_time"]),
                _time(row["full_due_ns"], row["timezone"], as_of_ns, "not sent yet"),
                _time(row["full_ns"], row["timezone"], as_of_ns, "not yet"),
                _outcome(row["in_full"]),
            ]
        )
        for row in rows
    ]
    total = rows[0]["promises"]
    aside = f"Showing {len(rows):,} of {total:,}, what was not kept first" if total > len(rows) else "What was not kept first"
    heads = ("Order", "Promised for", "Sent", "On time", "All of it due", "All received", "In full")
    return _table(title, heads, lines, aside, id="promises")


def _receipts(rows: Sequence[Row], as_of_ns: int, past: Mapping[str, Any]) -> Component:
    title = "Receipts"
    if not rows:
        return card(title, html.P("No receipt (997 or CONTRL) came from it in this period.", className="muted"), id="receipts")
    lines = [
        html.Tr(
            [
                _transaction(row, past) if row["transaction_id"] else html.Td(html.Span("no order is named", className="muted")),
                _time(row["event_ns"], row["timezone"], as_of_ns, ""),
                html.Td(html.Span([icon("circle-x"), " Could not be read"], className="mark-failed nowrap") if row["is_error"]
                        else html.Span([icon("circle-check"), " Could be read"], className="mark-ok nowrap")),
                html.Td([html.Code(row["error_code"]), f" {row['error_text'] or ''}"] if row["error_code"] else ""),
            ]
        )
        for row in rows
    ]  # fmt: skip
    total = rows[0]["receipts"]
    shown = f"Showing {len(rows):,} of {total:,}. " if total > len(rows) else ""
    aside = f"{shown}A receipt says that a message could be read, and no more: it is no answer"
    return _table(title, ("Order", "When", "What it says", "Why"), lines, aside, id="receipts")


def _weeks(rows: Sequence[Row], partner: str, zone: str, past: Mapping[str, Any]) -> Component:
    title = "Week by week"
    if not rows:
        return card(title, html.P(f"Nothing was sent to it in the last {WEEKS} weeks.", className="muted"))
    return _table(
        title, ("Week", "Answered in time", "Median answer", "Waiting for answer"), [_week(row, partner, zone, past) for row in rows]
    )


def _week(row: Row, partner: str, zone: str, past: Mapping[str, Any]) -> Component:
    begins = datetime.strptime(f"{row['week']}-1", "%G-W%V-%u").replace(tzinfo=ZoneInfo(zone))
    edges = (instant_text(int(moment.timestamp()) * SECOND_NS) for moment in (begins, begins + timedelta(weeks=1)))
    cases: dict[str, Any] = {"metric": METRIC, "partner": partner, **dict(zip(("from", "to"), edges, strict=True)), **past}
    decided = row["good"] + row["bad"]
    share = f"{words.percent(row['good'] / decided)} of {decided:,}" if decided else "no data"
    waiting = html.A(f"{row['waiting']:,}", href=links.to("cases", outcome="open", **cases)) if row["waiting"] else "0"
    took = "no data" if row["p50"] is None else words.duration(row["p50"])
    return html.Tr([html.Td(row["week"]), html.Td(html.A(share, href=links.to("cases", **cases))), html.Td(took), html.Td(waiting)])


def _orders(rows: Sequence[Row], partner: str, as_of_ns: int, past: Mapping[str, Any]) -> Component:
    title = "Open with it"
    if not rows:
        return card(title, html.P("Nothing is open.", className="muted"))
    lines, total = [], rows[0]["orders"]
    for row in rows:
        cells = [
            _transaction(row, past),
            html.Td(row["title"]),
            html.Td(name_of(row["site"])),
            html.Td(badge(row["status"])),
            _time(row["next_due_ns"], row["timezone"], as_of_ns, "no deadline"),
        ]
        lines.append(html.Tr(cells))
    every = html.A(f"All {total:,}", href=links.transactions(partner=partner, state="open", **past))
    table = _table(title, ("Transaction", "Workflow", "Site", "State", "Next due"), lines)
    return (
        html.Div([table, html.P(["Showing ", f"{len(rows):,} of {total:,}. ", every], className="muted")]) if total > len(rows) else table
    )
