"""The raw traces behind a path: a time axis for each trace, spans nested under their parents, with errors and links."""

from __future__ import annotations

import pandas as pd
from dash import html
from dash.development.base_component import Component

from app.components.icons import icon
from app.figures import times
from app.figures.anchors import anchor
from app.figures.axis import Axis, axis_of, cut_words, ticks
from app.figures.rows import rows_of
from app.figures.spans import Span, Trace, chosen, end_of, start_of, traces_of
from app.figures.words import event_words, span_of, system_word
from metrics.texts import _, _n, _parts

SHOWN, MOST = 200, 2_000  # spans at first, and when all are asked for: a browser holds no more of them
DEEPEST = 12  # beyond this depth spans are nested, but not moved further right


def waterfall(spans: pd.DataFrame, zone: str, all_href: str, show_all: bool = False) -> Component:
    """Traces from the earliest to the latest, cut after 200 spans unless `show_all`; `all_href` leads to all of them."""
    traces = traces_of(rows_of(spans))
    total = sum(len(trace) for trace in traces)
    known = shown_of(traces, show_all)
    most = _("Show all of them") if total <= MOST else _("Show {most} of them", most=MOST)
    more = html.A(most, href=all_href) if len(known) < total and not show_all else None
    parts: list[Component] = [html.P([_sentence(traces, known), " ", more], className="muted waterfall-count")]
    before: Trace | None = None
    for trace in traces:
        if any(span["span_id"] in known for span in trace):
            parts += [_pause(before, trace)] if before else []
            parts.append(_trace(trace, known, zone))
            before = trace
    return html.Div(parts, className="waterfall")


def shown_of(traces: list[Trace], show_all: bool) -> set[str]:
    """The ids of the spans that stand on the page."""
    return chosen(traces, MOST if show_all else SHOWN)


def _sentence(traces: list[Trace], known: set[str]) -> str:
    spans = [span for trace in traces for span in trace]
    if len(known) == len(spans):
        return _(
            "{spans} in {traces}.",
            spans=_n("{number} span", "{number} spans", len(spans)),
            traces=_n("{number} trace", "{number} traces", len(traces)),
        )
    hidden = sum(span["is_error"] for span in spans if span["span_id"] not in known)
    shown = _n(
        "Showing {shown} of {all} spans in {number} trace: events and errors first, then the earliest.",
        "Showing {shown} of {all} spans in {number} traces: events and errors first, then the earliest.",
        len(traces),
        shown=len(known),
        all=len(spans),
    )
    if not hidden:
        return f"{shown} {_('None of the others is an error.')}"
    return f"{shown} {_n('{number} of the others is an error.', '{number} of the others are errors.', hidden)}"


# -- one trace -------------------------------------------------------------------------------------------------------------


def _pause(before: Trace, trace: Trace) -> Component:
    """Traces that follow at once need no word; a wait is said, however long, and takes no room."""
    gap = start_of(trace) - end_of(before)
    if 0 <= gap < 10**9:
        return html.Div(className="waterfall-next")
    text = (
        _("{duration} later", duration=span_of(0, gap))
        if gap > 0
        else _("starts {duration} before the trace above ends", duration=span_of(0, gap))
    )
    return html.Div(html.Span(text), className="waterfall-pause")


def _trace(trace: Trace, known: set[str], zone: str) -> Component:
    axis = axis_of([(span["start_ns"], span["end_ns"]) for span in trace])
    trace_id = trace[0]["trace_id"]
    shown = [span for span in trace if span["span_id"] in known]
    many = (
        _n("{number} span", "{number} spans", len(trace))
        if len(shown) == len(trace)
        else _n("{shown} of {number} span", "{shown} of {number} spans", len(trace), shown=len(shown))
    )
    about = _(
        "{spans}, {time}, takes {duration}",
        spans=many,
        time=times.full(start_of(trace), zone),
        duration=span_of(start_of(trace), end_of(trace)),
    )
    head = html.Div(
        [html.H3(_parts("Trace {id}", id=html.Span(trace_id, className="mono"))), html.Span(about, className="muted num")],
        className="trace-head",
    )
    # A single span fills its own axis: a ruler would only repeat its duration.
    ruler = [_ruler(axis)] if len(trace) > 1 else []
    return html.Section([head, *ruler, *[_span(span, axis) for span in shown]], id=anchor("trace", trace_id), className="trace")


def _ruler(axis: Axis) -> Component:
    marks = [html.Span(text, className="tick", style={"left": f"{left:.2f}%"}) for left, text in ticks(axis)]
    cuts = [html.Span(words, className="cut-text", style={"left": f"{middle:.2f}%"}) for middle, words in cut_words(axis)]
    return html.Div(
        [html.Div(className="span-name"), html.Div([*marks, *cuts], className="span-track"), html.Div(className="span-took")],
        className="span-row ruler",
        **{"aria-hidden": "true"},
    )


def _span(span: Span, axis: Axis) -> Component:
    """One row that opens to its attributes."""
    row = html.Summary(
        [_name(span), _track(span, axis), html.Span(span_of(span["start_ns"], span["end_ns"]), className="span-took num")],
        id={"type": "span-row", "span": span["span_id"]},
        className=f"span-row{' span-error' if span['is_error'] else ''}",
    )
    # What is inside comes when the row is opened: for 200 spans it would be most of the page.
    inside = html.Div(_("Loading …"), id={"type": "span-inside", "span": span["span_id"]}, className="span-inside muted")
    return html.Details([row, inside], id=anchor("span", span["span_id"]), className="span")


def _name(span: Span) -> Component:
    who = span["service"] or system_word(span["system"])
    words = [html.B(span["name"], dir="auto"), html.Span(who, className="span-who")]
    marks = [
        icon("circle-x", _("Error")) if span["is_error"] else None,
        html.Span(event_words(span["event_type"]), className="pill") if span["is_event"] and span["event_type"] else None,
        icon("link", _n("{number} link to other spans", "{number} links to other spans", len(span["links"]))) if span["links"] else None,
    ]
    return html.Span(
        [icon("chevron-right"), *words, *[mark for mark in marks if mark is not None]],
        className="span-name",
        style={"--depth": min(span["depth"], DEEPEST)},
    )


def _track(span: Span, axis: Axis) -> Component:
    left, right = axis.place(span["start_ns"]), axis.place(span["end_ns"])
    cuts = [html.I(className="cut", style={"left": f"{at:.2f}%", "width": f"{width:.2f}%"}) for at, width, _text in axis.cuts]
    bar = html.I(className="bar", style={"left": f"{min(left, 99.6):.2f}%", "width": f"{max(right - left, 0):.2f}%"})
    return html.Span([*cuts, bar], className="span-track", **{"aria-hidden": "true"})
