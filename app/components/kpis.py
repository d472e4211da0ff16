"""Cards with one figure each, its course and what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.components import hourly, links
from app.components.spark import spark
from app.components.tiles import Chosen, name_of, oldest_of
from app.figures import words
from metrics.texts import _, _n

Row = Mapping[str, Any]


def card(
    label: str, figure: str, unit: str, text: str, course: Sequence[float | None], kind: str = "", href: str | None = None
) -> Component:
    """`kind` colours the course: a state's name, or empty for the plain one. With `href` the whole card is a link to its cases."""
    value = html.Div([figure, html.Small(unit) if unit else None], className="kpi-figure")
    line = html.Div([value, spark(course)], className=f"kpi-line mark-{kind}" if kind else "kpi-line")
    parts = [html.Div(label, className="kpi-label"), line, html.Div(text, className="kpi-text", title=text)]
    return html.A(parts, href=href, className="card kpi") if href else html.Div(parts, className="card kpi")


def cards(rows: Sequence[Row], bars: Sequence[Row], as_of_ns: int, period: str, chosen: Chosen) -> Component:
    """From the rows of Reader.board() and Reader.activity(); `period` in words."""
    shown = [
        _transactions(bars, period, chosen),
        _failed(rows, chosen),
        _overdue(rows, chosen),
        _oldest(rows, as_of_ns, chosen),
        _in_time(bars, period, chosen),
    ]
    return html.Div(shown, className="kpis")


def _transactions(bars: Sequence[Row], period: str, chosen: Chosen) -> Component:
    counts = [row["transactions"] for row in bars]
    hours = hourly.hours_of(bars)
    last = _n("{last} in the hour running", "{last} in the {number} hours running", hours, last=counts[-1]) if counts else ""
    href = links.transactions(site=chosen.site, period=chosen.period, **chosen.past)
    return card(_("Transactions, {period}", period=period), words.number(sum(counts)), "", last, counts, "", href)


def _failed(rows: Sequence[Row], chosen: Chosen) -> Component:
    """Without a course: when what is failed now had started says nothing about how many were failed then."""
    failed, retrying = (sum(row[name] for row in rows) for name in ("failed", "retrying"))
    text = _("{retrying} more being retried", retrying=retrying) if retrying else _("none being retried")
    return card(
        _("Failed now"), words.number(failed), "", text, [], "failed" if failed else "", links.failures(site=chosen.site, **chosen.past)
    )


def _overdue(rows: Sequence[Row], chosen: Chosen) -> Component:
    overdue, unjudged = sum(row["overdue"] for row in rows), sum(row["unjudged"] for row in rows)
    text = _("{unjudged} more cannot be judged", unjudged=unjudged) if unjudged else _("should have come and have not")
    href = links.transactions(status="overdue", site=chosen.site, **chosen.past)
    return card(_("Overdue now"), words.number(overdue), "", text, [], "overdue" if overdue else "", href)


def _oldest(rows: Sequence[Row], as_of_ns: int, chosen: Chosen) -> Component:
    known = [(since, state, row) for row in rows for state in ("failed", "overdue") if (since := oldest_of(row, state)) is not None]
    if not known:
        return card(_("Oldest open problem"), _("none"), "", _("nothing failed, nothing overdue"), [])
    since, state, row = min(known, key=lambda each: each[0])
    href = links.transactions(workflow=row["workflow"], site=row["site"], status=state, **chosen.past)
    where = f"{name_of(row['site'])}, {row['title']}"
    return card(_("Oldest open problem"), words.span_of(since, as_of_ns), "", where, [], state, href)


def _in_time(bars: Sequence[Row], period: str, chosen: Chosen) -> Component:
    """Of what started in the period and is decided: complete in time, against what was or is late, failed or inconsistent.

    What is under way is in neither. The card opens the other ones."""
    label, good = _("Through in time, {period}", period=period), sum(row["complete"] for row in bars)
    decided = good + sum(row["late"] + row["failed"] for row in bars)
    if not decided:
        return card(label, _("no data"), "", _("nothing is decided yet"), [])
    # Rounded down: 100 % is said only when it is.
    share = words.number(1000 * good // decided / 10, 1) if good < decided else "100"
    href = links.transactions(status=("failed", "inconsistent", "overdue", "late"), site=chosen.site, period=chosen.period, **chosen.past)
    kind = "ok" if good / decided >= 0.95 else "late"
    return card(
        label,
        share,
        "%",
        _("{good} of {decided} decided", good=good, decided=decided),
        _course(bars),
        kind,
        href if good < decided else None,
    )


def _course(bars: Sequence[Row]) -> list[float | None]:
    decided = [row["complete"] + row["late"] + row["failed"] for row in bars]
    return [row["complete"] / whole if whole else None for row, whole in zip(bars, decided, strict=True)]
