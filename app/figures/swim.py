"""The path as swim lanes: buttons on an absolute grid over one drawing of connectors."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from app.components.icons import icon
from app.figures import meanwhile, strokes
from app.figures.boxes import Box
from app.figures.countdown import note
from app.figures.lanes import HEAD, ROW, Chip, Connector, Drawing, Label, Rect, gap_text
from app.figures.marks import NOTHING, Noted
from metrics.texts import _

KINDS = ("expected", "line", "failed")


def swim_lanes(drawing: Drawing, selected: str | None, noted: Noted = NOTHING) -> Component:
    """The drawing as buttons a person reaches with Tab, in order of events; `selected` is the key of a box. `noted`: what was said to have
    happened meanwhile."""
    stretches = meanwhile.stretches_of(drawing, noted)
    stage = html.Div(
        [
            *_backdrop(drawing),
            *meanwhile.bands(drawing, stretches),
            *_arrows(drawing),
            *[_chip(chip) for chip in drawing.chips],
            *_nodes(drawing, selected),
            *meanwhile.badges(drawing, stretches, noted.around),
        ],
        className="swim",
        style={"width": drawing.width, "height": drawing.height},
    )
    return html.Div(
        stage,
        className="swim-scroll",
        tabIndex=0,
        role="region",
        **{"aria-label": _("Steps by system, in order of time from left to right")},
    )


def spoken(box: Box, before: Box | None) -> str:
    """What a screen reader says of a box: all that its place, colour, icon and chip tell the eye."""
    gap, is_wait = gap_text(before, box) if before else ("", False)
    since = ""
    if gap and before:
        since = f"{gap} {before.title}" if is_wait else _("{duration} after {step}", duration=gap, step=before.title)
    word = "" if box.word.lower() in f"{box.title} {box.note}".lower() else box.word
    return ", ".join(filter(None, (f"{box.lane}: {box.title}", word, box.detail, box.note, since)))


def _nodes(drawing: Drawing, selected: str | None) -> list[Component]:
    known = {box.key: box for box, _rect in drawing.boxes}
    return [_node(box, rect, known.get(box.after or ""), selected) for box, rect in drawing.boxes]


def _node(box: Box, rect: Rect, before: Box | None, selected: str | None) -> Component:
    lines = [
        html.Span([icon(box.icon), html.Span(box.title)], className="node-title"),
        html.Span(box.detail, className="node-detail", dir="auto"),
        note(box.note, box.due_ns, "node-note", is_missing=box.tone == "missing"),
    ]
    return html.Button(
        lines,
        id={"type": "path-box", "key": box.key},
        className=f"node node-{box.tone}{' node-stack' if len(box.events) > 1 else ''}",
        style=_at(rect),
        type="button",
        title=f"{box.word}: {box.title}\n{box.detail}",
        **{"aria-label": spoken(box, before), "aria-pressed": "true" if box.key == selected else "false", "data-key": box.key},
    )


def _chip(chip: Chip) -> Component:
    return html.Span(chip.text, className="chip chip-wait" if chip.wait else "chip", style=_at(chip.rect), **{"aria-hidden": "true"})


def _backdrop(drawing: Drawing) -> list[Component]:
    lanes: list[Component] = [
        html.Div(html.Span(lane), className="lane", style={"top": HEAD + n * ROW, "height": ROW, "width": drawing.width})
        for n, lane in enumerate(drawing.lanes)
    ]
    days = _days(drawing)
    if drawing.now_x is None or drawing.now is None:
        return [*lanes, *days]
    ahead = html.Div(className="swim-ahead", style={"left": drawing.now_x, "top": HEAD - 8, "height": len(drawing.lanes) * ROW + 8})
    return [ahead, *lanes, *days, _label(drawing.now, "swim-now")]


def _days(drawing: Drawing) -> list[Component]:
    """Each day's name stays in sight while any of its steps is: it sticks inside the stretch of its day."""
    end = drawing.now.rect.x - 8 if drawing.now else drawing.width
    ends = [*[label.rect.x - 6 for label in drawing.days[1:]], end]
    return [
        html.Div(
            html.Span(label.text), className="swim-day", style={**_at(label.rect), "width": max(until - label.rect.x, label.rect.width)}
        )
        for label, until in zip(drawing.days, ends, strict=True)
    ]


def _label(label: Label, look: str) -> Component:
    return html.Span(label.text, className=look, style=_at(label.rect))


def _at(rect: Rect) -> dict[str, int]:
    return {"left": rect.x, "top": rect.y, "width": rect.width, "height": rect.height}


# -- connectors ------------------------------------------------------------------------------------------------------------


def _arrows(drawing: Drawing) -> list[Component]:
    """One mask for each kind of line."""
    return [_mask(drawing, kind, lines) for kind in KINDS if (lines := [c for c in drawing.connectors if c.kind == kind])]


def _mask(drawing: Drawing, kind: str, lines: Sequence[Connector]) -> Component:
    dashes = ' stroke-dasharray="5 4"' if kind == "expected" else ""
    drawn = (
        f'<path d="{strokes.curve(c.points)}" fill="none" stroke="#000" stroke-width="1.7"{dashes}/>{strokes.arrow(c.points)}'
        for c in lines
    )
    return strokes.masked(drawn, drawing.width, drawing.height, f"swim-lines lines-{kind}")
