"""A sparkline: a few numbers as a line the size of a word, drawn on the server and coloured by the text around it."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from dash import html

WIDTH, HEIGHT = 104, 30


def spark(values: Sequence[float | None]) -> html.Span | None:
    """None when there is no line to draw. A gap in the values is a gap in the line."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    return html.Span(className="spark", style={"--picture": f'url("{picture(values)}")'}, **{"aria-hidden": "true"})


def picture(values: Sequence[float | None]) -> str:
    """The SVG as an address."""
    lines = [_line(run) for run in _runs(_points(values))]
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">{"".join(lines)}</svg>'
    return "data:image/svg+xml," + quote(svg)


def _points(values: Sequence[float | None]) -> list[tuple[float, float] | None]:
    known = [value for value in values if value is not None]
    low, high = min(known), max(known)
    spread = (high - low) or 1
    step = (WIDTH - 4) / max(1, len(values) - 1)
    return [
        None if value is None else (place * step + 1, HEIGHT - 3 - (HEIGHT - 6) * (value - low) / spread)
        for place, value in enumerate(values)
    ]


def _runs(points: list[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """The stretches between the gaps."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]


def _line(run: list[tuple[float, float]]) -> str:
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in run)
    area = f'<polygon points="{run[0][0]:.1f},{HEIGHT} {line} {run[-1][0]:.1f},{HEIGHT}" opacity=".14"/>'
    end = f'<circle cx="{run[-1][0]:.1f}" cy="{run[-1][1]:.1f}" r="2.3"/>'
    return f'{area}<polyline points="{line}" fill="none" stroke="#000" stroke-width="1.7" stroke-linejoin="round"/>{end}'
