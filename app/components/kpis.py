"""Cards with one figure each, its course and what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.components import links
from app.components.spark import spark
from app.components.tiles import GRAVEST, name_of
from app.figures import words

Row = Mapping[str, Any]


def card(
    label: str, figure: str, unit: str, text: str, course: Sequence[float | None], kind: str = "", href: str | None = None
) -> Component:
    """`kind` colours the course: a state's name, or empty for the plain one. With `href` the whole card is a link to its cases."""
    value = html.Div([figure, html.Small(unit) if unit else None], className="kpi-figure")
    line = html.Div([value, spark(course)], className=f"kpi-line mark-{kind}" if kind else "kpi-line")
    parts = [html.Div(label, className="kpi-label"), line, html.Div(text, className="kpi-text", title=text)]
    return html.A(parts, href=href, className="card kpi") if href else html.Div(parts, className="card kpi")


def cards(rows: Sequence[Row], hours: Sequence[Row], as_of_ns: int, period: str, site: str | None) -> Component:
    """From the rows of Reader.board() and Reader.activity()."""
    shown = [
        _transactions(hours, period, site),
        _failed(rows, hours, site),
        _overdue(rows, hours, site),
        _oldest(rows, as_of_ns),
        _in_time(rows, hours),
    ]
    return html.Div(shown, className="kpis")


def _transactions(hours: Sequence[Row], period: str, site: str | None) -> Component:
    counts = [row["transactions"] for row in hours]
    last = f"{counts[-1]:,} in the hour running" if counts else ""
    return card(f"Transactions, {period}", f"{sum(counts):,}", "", last, counts, "", links.transactions(site=site))


def _failed(rows: Sequence[Row], hours: Sequence[Row], site: str | None) -> Component:
    failed = sum(row["failed"] for row in rows)
    retrying = sum(row["retrying"] for row in rows)
    text = f"{retrying:,} more being retried" if retrying else "none being retried"
    return card(
        "Failed now", f"{failed:,}", "", text, [row["failed"] for row in hours], "failed" if failed else "", links.failures(site=site)
    )


def _overdue(rows: Sequence[Row], hours: Sequence[Row], site: str | None) -> Component:
    overdue, unjudged = sum(row["overdue"] for row in rows), sum(row["unjudged"] for row in rows)
    text = f"{unjudged:,} more cannot be judged" if unjudged else "should have come and have not"
    course = [row["late"] for row in hours]
    return card(
        "Overdue now", f"{overdue:,}", "", text, course, "overdue" if overdue else "", links.transactions(status="overdue", site=site)
    )


def _oldest(rows: Sequence[Row], as_of_ns: int) -> Component:
    open_rows = [row for row in rows if row["oldest_problem_ns"] is not None]
    if not open_rows:
        return card("Oldest open problem", "none", "", "nothing failed, nothing overdue", [])
    row = min(open_rows, key=lambda each: each["oldest_problem_ns"])
    state = next(name for name in GRAVEST if row[name])
    href = links.transactions(workflow=row["workflow"], site=row["site"], status=state)
    where = f"{row['title']}, {name_of(row['site'])}"
    return card("Oldest open problem", words.span_of(row["oldest_problem_ns"], as_of_ns), "", where, [], state, href)


def _in_time(rows: Sequence[Row], hours: Sequence[Row]) -> Component:
    """Of what is decided: complete in time, against complete late, failed, overdue and inconsistent. What is under way is in neither."""
    good = sum(row["complete"] for row in rows)
    decided = good + sum(row[name] for row in rows for name in ("late", "failed", "overdue", "inconsistent"))
    if not decided:
        return card("Through in time", "no data", "", "nothing is decided yet", [])
    course = [1 - (row["late"] + row["failed"]) / row["transactions"] if row["transactions"] else None for row in hours]
    # Rounded down: 100 % is said only when it is.
    share = f"{1000 * good // decided / 10:.1f}" if good < decided else "100"
    return card("Through in time", share, "%", f"{good:,} of {decided:,} decided", course, "ok" if good / decided >= 0.95 else "late")
