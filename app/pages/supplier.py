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
from app.components.page import card, note, scrolling
from app.components.status import badge
from app.components.tiles import name_of
from app.figures import times, words
from app.figures.rows import rows_of
from app.instants import SECOND_NS, instant_text
from metrics.read import Reader
from metrics.suppliers import promises, waits, weeks

Row = Mapping[str, Any]
METRIC = "supplier_response_cycle_time"
WEEKS = 12
OPEN = 50
OUTCOMES = {  # outcome → word, icon, colour
    "kept": ("Kept", "circle-check", "ok"),
    "late": ("Late", "clock-alert", "late"),
    "missing": ("Missing", "hourglass", "overdue"),
    "open": ("Not due yet", "clock", "moving"),
    "unjudged": ("Cannot judge", "unplug", "unjudged"),
}


def body(now: Reader, partner: str, from_ns: int, zone: str, past: Mapping[str, Any]) -> list[Component]:
    """Everything below the line of one supplier."""
    as_of_ns = now.moment.as_of_ns
    first = _monday(as_of_ns, zone) - timedelta(weeks=WEEKS - 1)
    first_ns = int(first.timestamp()) * SECOND_NS
    promised, orders = rows_of(promises(now, partner, from_ns)), now.transactions({"partner": partner, "state": "in_progress"}, stop=OPEN)
    return [
        _waits(rows_of(waits(now, partner)), as_of_ns, past),
        _promises(promised, as_of_ns, past),
        _weeks(rows_of(weeks(now, partner, first_ns)), partner, zone, past),
        _orders(rows_of(orders[0]), orders[1], partner, as_of_ns, past),
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
    if name is None:
        return html.Td(html.Span("not measured", className="muted"))
    word, picture, kind = OUTCOMES[name]
    return html.Td(html.Span([icon(picture), f" {word}"], className=f"mark-{kind} nowrap"))


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


def _orders(rows: Sequence[Row], total: int, partner: str, as_of_ns: int, past: Mapping[str, Any]) -> Component:
    title = "Open with it"
    if not rows:
        return card(title, html.P("Nothing is open.", className="muted"))
    lines = []
    for row in rows:
        cells = [
            _transaction(row, past),
            html.Td(row["title"]),
            html.Td(name_of(row["site"])),
            html.Td(badge(row["status"])),
            _time(row["next_due_ns"], row["timezone"], as_of_ns, "no deadline"),
        ]
        lines.append(html.Tr(cells))
    every = html.A(f"All {total:,}", href=links.transactions(partner=partner, state="in_progress", **past))
    table = _table(title, ("Transaction", "Workflow", "Site", "State", "Next due"), lines)
    return html.Div([table, html.P(["Showing ", f"{len(rows):,} of {total:,}. ", every], className="muted")])
