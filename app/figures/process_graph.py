"""A workflow as it really ran: steps as boxes, ways as thick as they are frequent, each number a link to its transactions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.components.icons import icon
from app.figures import strokes, trails, words
from app.figures.lanes import Rect
from app.figures.process import Graph, Stop, Way, late_share
from metrics.discovery import END, START
from metrics.texts import _, _n, _parts

Row = Mapping[str, Any]
To = Callable[[str | None], str]  # the transactions that went so, or all of them, as an address
KINDS = ("plain", "late", "bad")


def process_graph(graph: Graph, to: To, total: int) -> Component:
    """What a person reaches with Tab step by step: each box, then the ways that lead on from it."""
    parts = [_lines(graph, kind) for kind in KINDS]
    for stop in graph.stops:
        parts.append(_end(stop, to, total) if stop.row is None else _box(stop, stop.row, to))
        parts += [_label(way, to) for way in graph.ways if way.row["from_milestone"] == stop.name]
    stage = html.Div(parts, className="process", style={"width": graph.width, "height": graph.height})
    return html.Div(
        stage, className="process-scroll", tabIndex=0, role="region", **{"aria-label": _("Steps as they were taken, from top to bottom")}
    )


def way_words(row: Row) -> str:
    """`from sent to received: 1,204 transactions, median 5 min, nine in ten within 12 min, 3 % after their due time`."""
    parts = [
        _n(
            "from {first} to {second}: {number} transaction",
            "from {first} to {second}: {number} transactions",
            row["transactions"],
            first=trails.step(row["from_milestone"]),
            second=trails.step(row["to_milestone"]),
        )
    ]
    parts += [_("{passages} times in all", passages=row["passages"])] if row["passages"] != row["transactions"] else []
    if row["p50"] is not None:
        parts.append(
            _(
                "median {median}, nine in ten within {most}",
                median=words.duration(row["p50"]),
                most=words.duration(row["p90"]),
            )
        )
    if row["late"]:
        share = words.percent(late_share(row))
        parts.append(
            _("{share} of the {promised} that had one after their due time", share=share, promised=row["promised"])
            if row["promised"] < row["passages"]
            else _("{share} after their due time", share=share)
        )
    return ", ".join(parts)


def _lines(graph: Graph, kind: str) -> Component:
    drawn = (
        f'<path d="{strokes.curve(way.points, _head(way))}" fill="none" stroke="#000" stroke-width="{way.thickness}"/>'
        + strokes.arrow(way.points, _head(way))
        for way in graph.ways
        if way.kind == kind
    )
    return strokes.masked(drawn, graph.width, graph.height, f"swim-lines process-{kind}")


def _head(way: Way) -> int:
    return round(7 + way.thickness)


def _end(stop: Stop, to: To, total: int) -> Component:
    assert stop.name in (START, END)
    opened = html.A(_n("{number} transaction", "{number} transactions", total), href=to(None))
    said = html.Span(_parts("Start: {transactions}", transactions=opened)) if stop.name == START else _("End")
    return html.Div(said, className="process-end", style=_at(stop.rect))


def _box(stop: Stop, row: Row, to: To) -> Component:
    system = f" · {words.system_word(row['system'])}" if row["system"] else ""
    title = [html.B(trails.step(stop.name)), html.Span(system)]
    if not row["transactions"] and not row["failed"]:
        return html.Div(
            [html.Div(title, className="process-title"), html.Div(_("not taken"), className="process-counts")],
            **_look(stop, " process-none"),
        )
    spoken = _n(
        "{step}: {number} transaction",
        "{step}: {number} transactions",
        row["transactions"],
        step=f"{trails.step(stop.name)}{system}",
    )
    counts = [html.A(words.number(row["transactions"]), href=to(stop.name), **{"aria-label": spoken})]
    if row["failed"]:
        spoken = _n("failed in {number} transaction", "failed in {number} transactions", row["failed"])
        counts.append(
            html.A(
                [icon("circle-x"), f" {_('{number} failed', number=row['failed'])}"],
                href=to(f"{stop.name}!"),
                className="mark-failed",
                title=spoken,
            )
        )
    if row["running"]:
        spoken = _n("{number} transaction got no further yet", "{number} transactions got no further yet", row["running"])
        counts.append(
            html.A([icon("clock"), f" {_('{number} here', number=row['running'])}"], href=to(f"{stop.name} > {trails.OPEN}"), title=spoken)
        )
    return html.Div([html.Div(title, className="process-title"), html.Div(counts, className="process-counts")], **_look(stop))


def _look(stop: Stop, more: str = "") -> dict[str, Any]:
    return {"className": f"process-box{more}", "style": _at(stop.rect)}


def _label(way: Way, to: To) -> Component:
    row = way.row
    took = f" · {words.duration(row['p50'])}" if row["p50"] is not None else ""
    late = html.Span(
        [icon("clock-alert"), f" {_('{share} late', share=words.percent(late_share(row)))}"],
        className=f"process-after process-after-{way.kind}",
    )
    spoken = way_words(row)
    return html.A(
        [html.Span([html.B(words.number(row["transactions"])), took]), late if row["late"] else None],
        href=to(f"{row['from_milestone']} > {row['to_milestone']}"),
        className="process-label process-label-down" if way.is_straight else "process-label",
        style=_at(way.label),
        title=spoken[:1].upper() + spoken[1:],
        **{"aria-label": spoken},
    )


def _at(rect: Rect) -> dict[str, int]:
    return {"left": rect.x, "top": rect.y, "width": rect.width, "height": rect.height}
