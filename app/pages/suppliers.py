"""Suppliers: who answers in time, who keeps what was promised, and which orders are open with whom?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from app import reader
from app.components import links, moment
from app.components.choices import choices
from app.components.empty import empty
from app.components.icons import icon
from app.components.page import button, card, head, scrolling
from app.figures import times, words
from app.figures.rows import rows_of
from app.instants import instant_text
from app.pages import supplier
from app.pages.errors import WrongAddress
from app.pages.narrowing import HOUR_NS, PERIODS
from metrics.suppliers import suppliers

Row = Mapping[str, Any]
USUAL = "28d"
HEADS = (
    "Supplier or carrier",
    "Open orders",
    "Overdue",
    "Failed",
    "Answered in time",
    "Answer takes",
    "Waiting",
    "Promises kept",
    "On time, in full",
    "Overdue from it",
    "Last heard",
)


def layout(**query: Any) -> Component:
    at, period = reader.as_of(query), links.one(query.get("period")) or USUAL
    if period not in PERIODS:
        raise WrongAddress(f"There is no period '{period}'. Known: {', '.join(PERIODS)}.")
    from_ns = at.moment.as_of_ns - PERIODS[period][1] * HOUR_NS
    past: dict[str, Any] = {name: query[name] for name in ("as_of", "known_at") if name in query}
    titles = {partner.name: partner.title or partner.name for partner in reader.definitions().partners}
    partner = links.one(query.get("partner"))
    with reader.reader(at) as now:
        rows, zone = rows_of(suppliers(now, from_ns)), now.timezone()
        if partner:
            rows = [row for row in rows if row["partner"] == partner]
        below = supplier.body(now, partner, from_ns, zone, past) if partner else []
    heading, said = titles.get(partner or "", partner) or "Suppliers", _summary(rows, period)
    table = _table(rows, titles, from_ns, zone, period, at.moment.as_of_ns, past) if rows else _unknown(partner) if partner else _nothing()
    return html.Div(
        [
            head(heading, said, _periods(period, {**past, "partner": partner})),
            html.P(html.A("All suppliers", href=links.to("suppliers", period=period, **past))) if partner else None,
            moment.banner(at, zone),
            supplier.quiet(rows[0], zone, at.moment.as_of_ns) if partner and rows else None,
            table,
            *(below if rows else []),
        ]
    )


def _summary(rows: Sequence[Row], period: str) -> str:
    overdue, waiting = (sum(row[name] for row in rows) for name in ("overdue", "waiting"))
    many = words.count(len(rows), "supplier or carrier", "suppliers and carriers")
    late, unanswered = words.count(overdue, "order"), words.count(waiting, "order")
    return f"{many} in the {PERIODS[period][0].lower()}: {late} overdue, {unanswered} still waiting for an answer."


def _periods(period: str, past: Mapping[str, Any]) -> Component:
    return choices("Period", ((title, links.to("suppliers", period=name, **past), name == period) for name, (title, _) in PERIODS.items()))


def _table(
    rows: Sequence[Row], titles: Mapping[str, str], from_ns: int, zone: str, period: str, as_of_ns: int, past: Mapping[str, Any]
) -> Component:
    heads = html.Tr([html.Th(name, className=None if name in (HEADS[0], HEADS[-1]) else "num") for name in HEADS])
    lines = [_line(row, titles, from_ns, zone, period, as_of_ns, past) for row in rows]
    table = html.Table([html.Thead(heads), html.Tbody(lines)], className="table interfaces-table")
    aside = html.Span("Answers in the supplier's working time; the most overdue first", className="muted")
    return card("How each does", scrolling(table, "Suppliers"), aside=aside)


def _line(row: Row, titles: Mapping[str, str], from_ns: int, zone: str, period: str, as_of_ns: int, past: Mapping[str, Any]) -> Component:
    partner = row["partner"]
    title = titles.get(partner, partner)
    name = [html.B(title), html.Div(partner, className="muted") if title != partner else None]
    answers: dict[str, Any] = {"metric": supplier.METRIC, "partner": partner, "from": instant_text(from_ns), **past}
    decided, promised = row["good"] + row["bad"], row["kept"] + row["broken"]
    listed: dict[str, Any] = {"partner": partner, **past}
    mine = links.to("suppliers", period=period, **listed)
    return html.Tr(
        [
            html.Td(
                [html.A(name, href=mine), html.Div([icon("unplug"), " quiet"], className="mark-unjudged") if row["is_quiet"] else None]
            ),
            _count(row["open"], links.transactions(state="in_progress", **listed)),
            _count(row["overdue"], links.transactions(status="overdue", **listed), "mark-overdue"),
            _count(row["failed"], links.transactions(status="failed", **listed), "mark-failed"),
            _share(row["good"], decided, links.to("cases", **answers)),
            html.Td(_took(row["p50"], row["p90"]), className="num nowrap"),
            _count(row["waiting"], links.to("cases", outcome="open", **answers)),
            _share(row["kept"], promised, f"{mine}#promises"),
            _share(row["whole"], row["whole"] + row["not_whole"], f"{mine}#promises"),
            _count(row["unanswered"], f"{mine}#unanswered", "mark-overdue"),
            html.Td(times.brief(row["newest_event_ns"], zone, as_of_ns), className="nowrap"),
        ]
    )


def _count(number: int, href: str, mark: str = "") -> Component:
    return html.Td(html.A(f"{number:,}", href=href, className=mark) if number else html.Span("0", className="muted"), className="num")


def _share(good: int, decided: int, href: str) -> Component:
    """A share with what it is of; without anything decided it is no data, which is not zero."""
    if not decided:
        return html.Td(html.Span("no data", className="muted"), className="num nowrap")
    return html.Td(
        [html.A(words.percent(good / decided), href=href), html.Span(f"of {decided:,}", className="muted interfaces-share")],
        className="num",
    )


def _took(half: float | None, most: float | None) -> list[Component | str]:
    """The time that half of the answers took at most, and nine in ten of them."""
    if half is None or most is None:
        return [html.Span("no data", className="muted")]
    return [words.duration(half), html.Div(f"90 %: {words.duration(most)}", className="muted")]


def _unknown(partner: str) -> Component:
    text = f"In this period no transaction that you may see names '{partner}'."
    return empty("No such supplier", text, button("All suppliers", links.to("suppliers"), quiet=True), picture="users")


def _nothing() -> Component:
    return empty(
        "No transaction names a supplier",
        "How fast each one answers, what it promised and kept, and what is open with it would stand here. Events name it as mfg.partner.",
        button("How to map it", links.to("docs", page="mapping"), quiet=True),
        picture="users",
    )
