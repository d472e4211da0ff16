"""Where everything of what belongs together goes: objects in columns by type, lines between them, a handle on each line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.figures.lanes import Rect
from metrics.together import Key, Link, Thing, Together

WIDTH, HEIGHT, GAP, BETWEEN = 196, 56, 14, 104  # of an object; below it; between two columns
HEAD, MARGIN, REST = 34, 18, 30
HANDLE = 20
STRETCHES = (0.5, 0.4, 0.6, 0.32, 0.68, 0.24, 0.76)  # where on its line a handle may stand


@dataclass(frozen=True, slots=True)
class Line:
    """From the right of one object to the left of another; `handle` is where it is asked about."""

    link: Link
    points: tuple[tuple[float, float], ...]  # the four of a Bézier curve
    handle: Rect


@dataclass(frozen=True, slots=True)
class Column:
    """A type of objects: its heading, the objects, and below them what is not shown."""

    object_type: str
    head: Rect
    things: tuple[tuple[Thing, Rect], ...]
    rest: Rect | None


@dataclass(frozen=True, slots=True)
class Board:
    """Everything with its place, in whole pixels where it is a rectangle."""

    width: int
    height: int
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]


def board_of(together: Together) -> Board:
    """Columns from left to right in the order in which their types come to be."""
    rested = {rest.object_type for rest in together.rests}
    kinds = dict(together.columns)
    for kind in sorted(rested - kinds.keys()):  # of what may not be seen at all there is nothing but its number
        kinds[kind] = ()
    columns = tuple(_column(place, kind, things, kind in rested) for place, (kind, things) in enumerate(kinds.items()))
    rects = {thing.key: rect for column in columns for thing, rect in column.things}
    bottoms = [rect.bottom for column in columns for rect in (column.head, column.rest, *(rect for _, rect in column.things)) if rect]
    width = 2 * MARGIN + len(columns) * WIDTH + (len(columns) - 1) * BETWEEN
    return Board(width, max(bottoms) + MARGIN, columns, _lines(together.links, rects))


def _column(place: int, kind: str, things: Sequence[Thing], has_rest: bool) -> Column:
    x = MARGIN + place * (WIDTH + BETWEEN)
    rects = [Rect(x, HEAD + number * (HEIGHT + GAP), WIDTH, HEIGHT) for number in range(len(things))]
    below = HEAD + len(things) * (HEIGHT + GAP)
    return Column(kind, Rect(x, 6, WIDTH, 20), tuple(zip(things, rects, strict=True)), Rect(x, below, WIDTH, REST) if has_rest else None)


def _lines(links: Sequence[Link], rects: dict[Key, Rect]) -> tuple[Line, ...]:
    lines: list[Line] = []
    for link in links:
        points = _curve(rects[link.one], rects[link.other])
        lines.append(Line(link, points, _handle(points, [*rects.values(), *(line.handle for line in lines)])))
    return tuple(lines)


def _curve(one: Rect, other: Rect) -> tuple[tuple[float, float], ...]:
    """Between two of one column it goes round at the right."""
    start, bend = (one.right, one.y + HEIGHT / 2), BETWEEN * 0.55
    if one.x == other.x:
        return start, (start[0] + bend, start[1]), (start[0] + bend, other.y + HEIGHT / 2), (other.right, other.y + HEIGHT / 2)
    end = (other.x, other.y + HEIGHT / 2)
    return start, (start[0] + bend, start[1]), (end[0] - bend, end[1]), end


def _handle(points: Sequence[tuple[float, float]], taken: Sequence[Rect]) -> Rect:
    """On its line, clear of everything that stands there already as far as there is room."""
    places = [_around(_at(points, share)) for share in STRETCHES]
    return next((place for place in places if not any(place.meets(other) for other in taken)), places[0])


def _around(point: tuple[float, float]) -> Rect:
    return Rect(round(point[0]) - HANDLE // 2, round(point[1]) - HANDLE // 2, HANDLE, HANDLE)


def _at(points: Sequence[tuple[float, float]], share: float) -> tuple[float, float]:
    """A point of a Bézier curve."""
    weights = ((1 - share) ** 3, 3 * share * (1 - share) ** 2, 3 * share**2 * (1 - share), share**3)
    return sum(w * x for w, (x, _) in zip(weights, points, strict=True)), sum(w * y for w, (_, y) in zip(weights, points, strict=True))
