"""Transactions per hour as bars: the volume, and below it on an axis of its own what came late or failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.components import links
from app.figures import times, words
from app.instants import instant_text

Row = Mapping[str, Any]
HOUR_NS = 3_600_000_000_000


def chart(hours: Sequence[Row], zone: str, site: str | None) -> Component:
    """Each hour is a link to its transactions. Bars are plain elements: they follow light and dark and need no script."""
    peak, trouble = max((row["transactions"] for row in hours), default=0), max((row["late"] + row["failed"] for row in hours), default=0)
    columns = [_hour(row, peak, trouble, zone, site) for row in hours]
    parts = [
        _axis("All transactions", peak),
        _axis("Late and failed", trouble),
        html.Div(columns, className="hourly-bars"),
        _clock(hours, zone),
    ]
    return html.Div(parts, className="hourly", role="group", **{"aria-label": _summary(hours, zone)})


def _summary(hours: Sequence[Row], zone: str) -> str:
    if not any(row["transactions"] for row in hours):
        return "Transactions per hour: none in this period"
    busiest = max(hours, key=lambda row: row["transactions"])
    late, failed = sum(row["late"] for row in hours), sum(row["failed"] for row in hours)
    most = f"most in the hour from {times.clock(busiest['hour_ns'], zone)[:5]}, {busiest['transactions']:,}"
    return f"Transactions per hour: {most}; late {late:,}, failed {failed:,}"


def _axis(name: str, top: int) -> Component:
    return html.Div([html.Span(name), html.Span(f"{nice(top):,}", className="num")], className="hourly-axis")


def nice(top: int) -> int:
    """The end of an axis: the next of 1, 2, 5, 10, 20, 50 …"""
    for power in range(12):
        for step in (1, 2, 5):
            if step * 10**power >= top:
                return int(step * 10**power)
    return top


def _hour(row: Row, peak: int, trouble: int, zone: str, site: str | None) -> Component:
    """Heights are shares of the axis."""
    from_ns = row["hour_ns"]
    said = (
        f"{times.short(from_ns, zone, 0)} {words.count(row['transactions'], 'transaction')}, {row['late']:,} late or overdue, "
        f"{row['failed']:,} failed or inconsistent"
    )
    volume = html.Span(_bar("hourly-all", row["transactions"], nice(peak)), className="hourly-cell")
    wrong = html.Span(
        [_bar("hourly-failed", row["failed"], nice(trouble)), _bar("hourly-late", row["late"], nice(trouble))], className="hourly-cell"
    )
    address = links.transactions(site=site, **{"from": instant_text(from_ns), "to": instant_text(from_ns + HOUR_NS)})
    return html.A([volume, wrong], href=address, title=said, tabIndex=-1, className="hourly-hour", **{"aria-label": said})


def _bar(kind: str, value: int, top: int) -> Component | None:
    return html.Span(className=kind, style={"height": f"{100 * value / top:.2f}%"}) if value else None


def _clock(hours: Sequence[Row], zone: str) -> Component:
    """Six times below the bars."""
    every = max(1, len(hours) // 6)
    marks = [html.Span(_mark(row["hour_ns"], zone, len(hours))) for row in hours[::every][:6]]
    return html.Div(marks, className="hourly-clock", **{"aria-hidden": "true"})


def _mark(hour_ns: int, zone: str, hours: int) -> str:
    return times.clock(hour_ns, zone)[:5] if hours <= 48 else times.day(hour_ns, zone)
