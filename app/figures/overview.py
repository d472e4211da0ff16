"""A long path at a glance: the whole of it in one strip, which part of it is in sight, and ways to the step that needs somebody."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from app.figures.lanes import HEAD, TITLE, Drawing
from metrics.texts import _, _later

LONG = 1600  # pixels: what is narrower is in sight as a whole, or nearly
_NEEDY = ("failed", "retrying", "missing", "unjudged")
_WORDS = {
    "failed": _later("To the failed step"),
    "retrying": _later("To the retrying step"),
    "missing": _later("To the missing step"),
    "unjudged": _later("To the step nobody can judge"),
}


def overview(drawing: Drawing) -> Component | None:
    """None where there is nothing to go to. What it does stands in assets/20-path.js; whoever uses no mouse has the buttons."""
    if drawing.width <= LONG:
        return None
    marks = [
        html.Span(className=f"over-box node-{box.tone}", style=_share(drawing, rect.x, rect.y, rect.width)) for box, rect in drawing.boxes
    ]
    now = [html.Span(className="over-now", style={"left": f"{_across(drawing, drawing.now_x):.2f}%"})] if drawing.now_x is not None else []
    window = html.Span(className="over-window")
    strip = html.Div([*marks, *now, window], className="over-strip", **{"aria-hidden": "true"})
    return html.Div([html.Div(_buttons(drawing), className="over-buttons"), strip], className="over no-print")


def _buttons(drawing: Drawing) -> list[Component]:
    needy = next(((box, tone) for tone in _NEEDY for box, _rect in drawing.boxes if box.tone == tone), None)
    buttons = [_button(_("To the start"), "start")]
    if needy:
        buttons.append(_button(_(_WORDS[needy[1]]), needy[0].key))
    if drawing.now_x is not None:
        buttons.append(_button(_("To now"), "now"))
    return [
        *buttons,
        html.Button(_("Smaller"), type="button", className="button button-quiet", **{"data-zoom": "yes", "aria-pressed": "false"}),
    ]


def _button(text: str, goes: str) -> Component:
    return html.Button(text, type="button", className="button button-quiet", **{"data-goes": goes})


def _share(drawing: Drawing, x: int, y: int, width: int) -> dict[str, str]:
    """Its place in the strip, of which the names of the lanes are no part."""
    top = 100 * (y - HEAD) / (drawing.height - HEAD)
    return {"left": f"{_across(drawing, x):.2f}%", "top": f"{top:.1f}%", "width": f"{100 * width / (drawing.width - TITLE):.2f}%"}


def _across(drawing: Drawing, x: int) -> float:
    return 100 * (x - TITLE) / (drawing.width - TITLE)
