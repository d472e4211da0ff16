"""Small charts as SVG: a promise against its target over weeks, and a line without axes. The same in HTML, PDF and mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from app.reports.content import Point, Promise
from app.reports.told import promised, share


@dataclass(frozen=True, slots=True)
class Palette:
    """What is drawn on which ground."""

    ink: str
    muted: str
    grid: str
    line: str
    bad: str


LIGHT = Palette("#17202B", "#566272", "#E2E6EB", "#1F4E79", "#B3123F")
DARK = Palette("#E8EDF3", "#A3AFBE", "#2A3543", "#7FB3E6", "#F0557D")
FACE = 'font-family="Inter, Inter Var, sans-serif"'
LEFT, RIGHT, TOP, BOTTOM = 46, 58, 12, 24
STEPS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5)  # between the lines of the grid


def trend(promise: Promise, width: int = 560, height: int = 180, look: Palette = LIGHT) -> str:
    """Weeks nobody can say anything of are gaps."""
    low, high, lines = _scale([point.value for point in promise.trend if point.value is not None], promise.target)
    last = max(len(promise.trend) - 1, 1)

    def x(number: int) -> float:
        return LEFT + (width - LEFT - RIGHT) * number / last

    def y(value: float) -> float:
        return TOP + (height - TOP - BOTTOM) * (high - value) / (high - low)

    parts = [_grid(value, width, y(value), look) for value in lines]
    parts.append(_target(promise.target, width, y(promise.target), look))
    parts += [_line([(x(number), y(value)) for number, value in run], 2, look) for run in _runs(promise.trend)]
    ends = {number for run in _runs(promise.trend) for number in (run[-1][0],)}
    for number, point in enumerate(promise.trend):
        if point.value is not None:
            parts.append(_dot(x(number), y(point.value), point.value < promise.target, number in ends, look))
        if number % 2 == last % 2:
            parts.append(_week(point, x(number), height - 6, look))
    newest = promise.trend[-1].value
    if newest is not None:
        colour = look.bad if newest < promise.target else look.ink
        at = _apart(y(newest), y(promise.target))
        parts.append(_label(width, at, share(newest, promise.target), colour, 10))
    return _svg(width, height, parts)


def spark(points: Sequence[Point], target: float | None, width: int = 84, height: int = 20, look: Palette = LIGHT) -> str:
    """A line without axes; what is below the target stands below a dotted line."""
    known = [point.value for point in points if point.value is not None]
    if not known:
        return _svg(width, height, [])
    low, high = min([*known, *([target] if target is not None else [])]), max([*known, *([target] if target is not None else [])])
    last = max(len(points) - 1, 1)

    def place(number: int, value: float) -> tuple[float, float]:
        return 2 + (width - 6) * number / last, 3 + (height - 6) * (high - value) / ((high - low) or 1)

    parts = []
    if target is not None:
        _, at = place(0, target)
        parts.append(
            f'<line x1="2" x2="{width - 4}" y1="{at:.1f}" y2="{at:.1f}" stroke="{look.muted}" stroke-width=".7" stroke-dasharray="2 2"/>'
        )
    is_bad = target is not None and points[-1].value is not None and points[-1].value < target
    parts += [_line([place(*each) for each in run], 1.4, look) for run in _runs(points)]
    for run in _runs(points):
        cx, cy = place(*run[-1])
        if len(run) == 1 or run[-1][0] == len(points) - 1:
            parts.append(f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="2" fill="{look.bad if is_bad else look.line}"/>')
    return _svg(width, height, parts)


def _runs(points: Sequence[Point]) -> list[list[tuple[int, float]]]:
    """(place, value) of weeks that follow each other without a gap."""
    runs: list[list[tuple[int, float]]] = []
    for number, point in enumerate(points):
        if point.value is None:
            continue
        if runs and runs[-1][-1][0] == number - 1:
            runs[-1].append((number, point.value))
        else:
            runs.append([(number, point.value)])
    return runs


def _scale(values: Sequence[float], target: float) -> tuple[float, float, list[float]]:
    """From where to where, and the lines between; the target is never at an edge."""
    low, high = min([*values, target]), max([*values, target])
    room = max((high - low) * 0.15, 0.002)
    low, high = low - room, min(high + room, 1.0) if high <= 1 else high + room
    high = max(high, target + 0.0005)
    step = next((each for each in STEPS if (high - low) / each <= 5), STEPS[-1])
    first = int(low / step) + (low > 0)
    lines = [round(number * step, 6) for number in range(first, int(high / step + 1e-9) + 1)]
    return low, high, [line for line in lines if low <= line <= high]


def _grid(value: float, width: int, at: float, look: Palette) -> str:
    line = f'<line x1="{LEFT}" x2="{width - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" stroke="{look.grid}" stroke-width=".8"/>'
    text = f'text-anchor="end" {FACE} font-size="9" fill="{look.muted}">{value * 100:.4g} %'
    return f'{line}<text x="{LEFT - 6}" y="{at + 3.2:.1f}" {text}</text>'


def _target(target: float, width: int, at: float, look: Palette) -> str:
    line = (
        f'<line x1="{LEFT}" x2="{width - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" stroke="{look.ink}" stroke-width="1" stroke-dasharray="4 3"/>'
    )
    return line + _label(width, at, promised(target), look.ink, 9)


def _label(width: int, at: float, text: str, colour: str, size: int) -> str:
    return (
        f'<text x="{width - RIGHT + 5}" y="{at + 3:.1f}" {FACE} font-size="{size}" font-weight="600" fill="{colour}">{escape(text)}</text>'
    )


def _apart(at: float, other: float) -> float:
    """So that two labels do not cover each other."""
    if abs(at - other) >= 12:
        return at
    return other + 12 if at >= other else other - 12


def _week(point: Point, x: float, y: float, look: Palette) -> str:
    return f'<text x="{x:.1f}" y="{y}" text-anchor="middle" {FACE} font-size="9" fill="{look.muted}">{point.week[5:]}</text>'


def _line(places: Sequence[tuple[float, float]], stroke: float, look: Palette) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    return f'<polyline points="{points}" fill="none" stroke="{look.line}" stroke-width="{stroke}" stroke-linejoin="round"/>'


def _dot(x: float, y: float, is_bad: bool, is_end: bool, look: Palette) -> str:
    radius = 3.4 if is_bad and is_end else 2.6 if is_bad else 2.1
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{look.bad if is_bad else look.line}"/>'


def _svg(width: int, height: int, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">{"".join(parts)}</svg>'
    )
