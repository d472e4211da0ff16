"""Lines with rounded corners that end in an arrow head, drawn in a colour of the page.

A picture cannot see the colours of the page, a mask takes them: dark mode needs nothing more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from dash import html
from dash.development.base_component import Component

Point = tuple[int, int]
BEND = 8
HEAD = 7  # from the tip of an arrow to its back


def masked(lines: Iterable[str], width: int, height: int, look: str) -> Component:
    """These parts of a picture in the colour that the class `look` gives them."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">{"".join(lines)}</svg>'
    return html.Div(className=look, style={"--lines": f'url("data:image/svg+xml,{quote(svg)}")'}, **{"aria-hidden": "true"})


def curve(points: Sequence[Point], head: int = HEAD) -> str:
    """Straight stretches with rounded corners, ending inside the arrow's head."""
    parts = [f"M{points[0][0]},{points[0][1]}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        (ax, ay), (bx, by) = _towards(corner, before), _towards(corner, after)
        parts.append(f"L{ax},{ay} Q{corner[0]},{corner[1]} {bx},{by}")
    (x, y), (dx, dy) = points[-1], _direction(points)
    return " ".join([*parts, f"L{x - dx * (head - 1)},{y - dy * (head - 1)}"])


def arrow(points: Sequence[Point], head: int = HEAD) -> str:
    """The head of the arrow at the end of the line: to the right, left, up or down."""
    (x, y), (dx, dy) = points[-1], _direction(points)
    back_x, back_y, side = x - dx * head, y - dy * head, round(head * 4.5 / 7, 1)
    return f'<path d="M{back_x - dy * side},{back_y - dx * side} L{x},{y} L{back_x + dy * side},{back_y + dx * side}Z"/>'


def _direction(points: Sequence[Point]) -> Point:
    """Of the last stretch."""
    (x, y), (end_x, end_y) = points[-2:]
    return (end_x > x) - (end_x < x), (end_y > y) - (end_y < y)


def _towards(corner: Point, other: Point) -> Point:
    """The point a bend away from the corner, or half the way when the stretch is short."""
    dx, dy = other[0] - corner[0], other[1] - corner[1]
    length = max(abs(dx), abs(dy), 1)
    bend = min(BEND, length // 2)
    return corner[0] + dx * bend // length, corner[1] + dy * bend // length
