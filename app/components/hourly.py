"""Transactions per hour, or per few hours, as bars: the volume, and below it on an axis of its own what came late or failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.components import links
from app.components.tiles import Chosen
from app.figures import marks, times, words
from app.figures.marks import NOTHING, Noted
from app.instants import instant_text
from metrics.texts import _, _n

Row = Mapping[str, Any]
HOUR_NS = 3_600_000_000_000


def hours_of(bars: Sequence[Row]) -> int:
    """How many hours a bar stands for. The last one is whole, the first one begins with the period."""
    return (bars[-1]["to_ns"] - bars[-1]["from_ns"]) // HOUR_NS if bars else 1


def step(bars: Sequence[Row]) -> str:
    """What a bar stands for: hour, or 6 hours."""
    return _n("hour", "{number} hours", hours_of(bars))


def edges(bars: Sequence[Row]) -> marks.Edges:
    """From when until before when each bar stands."""
    return [(row["from_ns"], row["to_ns"]) for row in bars]


def chart(bars: Sequence[Row], zone: str, chosen: Chosen, noted: Noted = NOTHING) -> Component:
    """From the rows of Reader.activity(), with what was noted in their time. Each bar is a link to its transactions, and a plain element:
    it needs no script."""
    peak, trouble = max((row["transactions"] for row in bars), default=0), max((row["late"] + row["failed"] for row in bars), default=0)
    columns = [_column(row, peak, trouble, zone, chosen) for row in bars]
    parts = [
        _axis(_("All transactions"), peak),
        _axis(_("Late and failed"), trouble),
        html.Div([marks.behind(noted, len(bars)), *columns], className="hourly-bars"),
        marks.lane(noted, len(bars)),
        _clock(bars, zone),
    ]
    return html.Div(parts, className="hourly", role="group", **{"aria-label": _summary(bars, zone)})


def _summary(bars: Sequence[Row], zone: str) -> str:
    if not any(row["transactions"] for row in bars):
        return _("Transactions per {step}: none in this period", step=step(bars))
    busiest = max(bars, key=lambda row: row["transactions"])
    late, failed = sum(row["late"] for row in bars), sum(row["failed"] for row in bars)
    since = times.short(busiest["from_ns"], zone, bars[-1]["from_ns"])
    return _(
        "Transactions per {step}: most in the {step} from {time}, {most}; late {late}, failed {failed}",
        step=step(bars),
        time=since,
        most=busiest["transactions"],
        late=late,
        failed=failed,
    )


def _axis(name: str, top: int) -> Component:
    return html.Div([html.Span(name), html.Span(words.number(nice(top)), className="num")], className="hourly-axis")


def nice(top: int) -> int:
    """The end of an axis: the next of 1, 2, 5, 10, 20, 50 …"""
    for power in range(12):
        for step in (1, 2, 5):
            if step * 10**power >= top:
                return int(step * 10**power)
    return top


def _column(row: Row, peak: int, trouble: int, zone: str, chosen: Chosen) -> Component:
    """Heights are shares of the axis."""
    from_ns, to_ns = row["from_ns"], row["to_ns"]
    said = _n(
        "{first} to {last}: {number} transaction, {late} late or overdue, {failed} failed or inconsistent",
        "{first} to {last}: {number} transactions, {late} late or overdue, {failed} failed or inconsistent",
        row["transactions"],
        first=times.short(from_ns, zone, 0),
        last=times.clock(to_ns, zone)[:5],
        late=row["late"],
        failed=row["failed"],
    )
    volume = html.Span(_bar("hourly-all", row["transactions"], nice(peak)), className="hourly-cell")
    wrong = html.Span(
        [_bar("hourly-failed", row["failed"], nice(trouble)), _bar("hourly-late", row["late"], nice(trouble))], className="hourly-cell"
    )
    stretch = {"from": instant_text(from_ns), "to": instant_text(to_ns)}
    address = links.transactions(site=chosen.site, **stretch, **chosen.past)
    return html.A([volume, wrong], href=address, title=said, tabIndex=-1, className="hourly-hour", **{"aria-label": said})


def _bar(kind: str, value: int, top: int) -> Component | None:
    return html.Span(className=kind, style={"height": f"{100 * value / top:.2f}%"}) if value else None


def _clock(bars: Sequence[Row], zone: str) -> Component:
    """A few times below the bars, each where its bar begins."""
    is_hourly = hours_of(bars) == 1
    every = max(1, len(bars) // 6) if is_hourly else 8
    places = [place for place in range(0, len(bars), every) if not place or len(bars) - place > every // 2]  # the last one has room
    marks = [
        html.Span(_mark(bars[place]["from_ns"], zone, is_hourly), style={"flexGrow": min(every, len(bars) - place)}) for place in places
    ]
    return html.Div(marks, className="hourly-clock", **{"aria-hidden": "true"})


def _mark(ns: int, zone: str, is_hourly: bool) -> str:
    return times.clock(ns, zone)[:5] if is_hourly else times.day(ns, zone)
