"""The moment everything on a page is about: now, moving and watched for standing still, or a past one, and said so."""

from __future__ import annotations

from typing import Any

from dash import ALL, Input, Output, State, html
from dash.development.base_component import Component

from app import reader
from app.components import links
from app.components.callbacks import callback, clientside
from app.components.icons import icon
from app.figures import times


def display() -> Component:
    """In the header: filled by the callback below, watched by assets/10-shell.js, which says when no answer has come for a while."""
    return html.Div([icon("clock"), html.Span(id="shell-asof", className="num")], id="shell-moment", className="moment", role="status")


def banner(at: reader.AsOf, zone: str) -> Component | None:
    """Above a page that shows a past moment."""
    if at.is_now:
        return None
    told = "" if at.moment.known_ns >= at.now_ns - 60_000_000_000 else f", from what was known on {times.full(at.moment.known_ns, zone)}"
    text = ["Everything here is as of ", html.B(times.full(at.moment.as_of_ns, zone)), f"{told}. "]
    back = html.A("Back to now", href=links.to(""), **{"data-now": "yes"})
    return html.Div([icon("history"), html.Div([*text, back])], className="note note-info", role="note")


@callback(
    Output("shell-asof", "children"),
    Output({"type": "nav-count", "page": ALL}, "children"),
    Input("shell-tick", "n_intervals"),
    Input("shell-url", "search"),
    State({"type": "nav-count", "page": ALL}, "id"),
)
def tell(_ticks: int | None, query: str, counters: list[dict[str, str]]) -> tuple[str, list[Any]]:
    """The moment in the enterprise's time zone, and how many cases wait behind each entry of the navigation."""
    at = reader.as_of(query)
    with reader.reader(at) as now:
        zone, counts = now.timezone(), {"/failures": int(now.failures()["transactions"].sum())}
    text = times.short(at.moment.as_of_ns, zone, at.now_ns) if not at.is_now else times.clock(at.now_ns, zone)
    return f"{text} {_zone(at.moment.as_of_ns, zone)}", [_number(counts.get(counter["page"], 0)) for counter in counters]


def _zone(ns: int, zone: str) -> str:
    return times.full(ns, zone).rpartition(" ")[2]


def _number(count: int) -> str | None:
    return f"{count:,}" if count else None


clientside("heard", Output("shell-moment", "className"), Input("shell-asof", "children"), prevent_initial_call=True)
