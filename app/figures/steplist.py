"""The path as a list from top to bottom: what phones show instead of swim lanes."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from app.components.icons import icon
from app.figures import times
from app.figures.boxes import Box
from app.figures.countdown import note
from app.figures.lanes import gap_text
from app.figures.swim import spoken


def step_list(boxes: Sequence[Box], zone: str, now: str, selected: str | None) -> Component:
    """Every box as a row a thumb can hit, days and waits between them, "now" before what has not come."""
    known = {box.key: box for box in boxes}
    rows: list[Component] = []
    for before, box in zip([None, *boxes], boxes, strict=False):
        rows += _between(before, box, known.get(box.after or ""), zone, now)
        rows.append(_row(box, known.get(box.after or ""), selected))
    return html.Ol(rows, className="step-list")


def _between(before: Box | None, box: Box, parent: Box | None, zone: str, now: str) -> list[Component]:
    """What stands between two rows: a new day, the now line, or how long it waited."""
    if box.expected:
        return [] if before and before.expected else [html.Li(html.Span(now, className="swim-now"), className="step-now")]
    marks: list[Component] = []
    text, wait = gap_text(parent, box) if parent else ("", False)
    if wait:
        marks.append(html.Li(html.Span(text, className="chip chip-wait"), className="step-wait"))
    if box.ns is not None and (before is None or before.ns is None or times.day_of(before.ns, zone) != times.day_of(box.ns, zone)):
        marks.append(html.Li(times.day(box.ns, zone), className="step-day"))
    return marks


def _row(box: Box, parent: Box | None, selected: str | None) -> Component:
    words = [
        html.Span([html.B(box.title), html.Span(box.lane, className="step-lane")], className="step-head"),
        html.Span(box.detail, className="step-detail", dir="auto") if box.detail else None,
        note(box.note, box.due_ns, "step-note", is_missing=box.tone == "missing"),
    ]
    button = html.Button(
        [html.Span(icon(box.icon), className="step-mark"), html.Span([word for word in words if word is not None], className="step-words")],
        id={"type": "path-row", "key": box.key},
        className=f"step-row node-{box.tone}",
        type="button",
        **{"aria-label": spoken(box, parent), "aria-pressed": "true" if box.key == selected else "false", "data-key": box.key},
    )
    return html.Li(button)
