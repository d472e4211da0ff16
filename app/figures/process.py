"""Where everything on a process graph goes: steps from top to bottom, what skips one at the right, what goes back at the left, in pixels.

The order of the steps is that of the definition, so the same workflow looks the same on every day. Lines beside the steps keep to tracks
wide enough for their labels: no two on a track pass the same step, and short ones are nearest to the steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.figures.lanes import Rect
from metrics.discovery import CANCELLED, END, START

Row = Mapping[str, Any]
WIDTH, HEIGHT, GAP = 216, 58, 46
END_WIDTH, END_HEIGHT = 172, 30
TRACK, NEAREST, LOOP, MARGIN = 116, 80, 22, 14  # a loop keeps near to its step, its label stands outside of it
LABEL, LINE = 108, 17  # width of a label, height of one line of it
RARE = 0.01  # ways of fewer of the transactions are left out, unless a step has no other
THIN, THICK = 1.4, 6.5
SOME_LATE, MANY_LATE = 0.05, 0.25


@dataclass(frozen=True, slots=True)
class Way:
    """One line: from step to step, the corners it passes, how thick, and where its label stands. `kind`: plain, late or bad."""

    row: Row
    points: tuple[tuple[int, int], ...]
    thickness: float
    kind: str
    label: Rect
    is_straight: bool  # down to the next step; others go beside the steps


@dataclass(frozen=True, slots=True)
class Stop:
    """One step. `row` is None for the start and the end, and for what was never taken `row["transactions"]` is 0."""

    name: str
    rect: Rect
    row: Row | None


@dataclass(frozen=True, slots=True)
class Graph:
    """Everything with its place, and the ways that are too rare to be drawn."""

    width: int
    height: int
    stops: tuple[Stop, ...]
    ways: tuple[Way, ...]
    left_out: tuple[Row, ...]


def graph_of(steps: Sequence[Row], nodes: Sequence[Row], edges: Sequence[Row], total: int, everything: bool = False) -> Graph:
    """Places what `metrics.discovery.graph` tells of one workflow with these steps (milestone, system), of so many transactions."""
    taken = {row["milestone"]: row for row in nodes}
    names = [START, *(step["milestone"] for step in steps), *([CANCELLED] if CANCELLED in taken else []), END]
    rows = {step["milestone"]: {**step, "transactions": 0, "failed": 0, "running": 0} for step in steps} | taken
    shown = list(edges) if everything else _frequent(edges, total)
    lefts, rights = _tracks(shown, names, backwards=True), _tracks(shown, names, backwards=False)
    x = MARGIN + _beside(lefts)
    places = _places(names, x)
    ways = _ways(shown, places, lefts | rights, max((row["transactions"] for row in shown), default=1))
    return Graph(
        x + WIDTH + _beside(rights) + MARGIN,
        places[END].bottom + MARGIN,
        tuple(Stop(name, rect, rows.get(name)) for name, rect in places.items()),
        tuple(ways),
        tuple(row for row in edges if row not in shown),
    )


def late_share(row: Row) -> float:
    """Of all times that this way was taken and had a due time, how many came after it. What had none, such as a part of what was ordered,
    neither kept one nor missed it."""
    return row["late"] / row["promised"] if row["promised"] else 0.0


def _frequent(edges: Sequence[Row], total: int) -> list[Row]:
    """Without the rare ones, but of each step the most frequent way in and out."""
    kept = []
    for row in edges:
        ins = [other["transactions"] for other in edges if other["to_milestone"] == row["to_milestone"]]
        outs = [other["transactions"] for other in edges if other["from_milestone"] == row["from_milestone"]]
        if row["transactions"] >= RARE * total or row["transactions"] in (max(ins), max(outs)):
            kept.append(row)
    return kept


def _places(names: Sequence[str], x: int) -> dict[str, Rect]:
    places, y = {}, MARGIN
    for name in names:
        is_end = name in (START, END)
        width, height = (END_WIDTH, END_HEIGHT) if is_end else (WIDTH, HEIGHT)
        places[name] = Rect(x + (WIDTH - width) // 2, y, width, height)
        y += height + GAP
    return places


# -- tracks ----------------------------------------------------------------------------------------------------------------

Pair = tuple[str, str]


def pair_of(row: Row) -> Pair:
    return row["from_milestone"], row["to_milestone"]


def _tracks(edges: Sequence[Row], names: Sequence[str], backwards: bool) -> dict[Pair, int]:
    """Of the ways beside the steps on one side: on which track, counted from the steps, the short ones first."""
    place = {name: number for number, name in enumerate(names)}
    ends = {pair_of(row): (place[row["from_milestone"]], place[row["to_milestone"]]) for row in edges}
    spans = {pair: _span(*each) for pair, each in ends.items() if (each[1] <= each[0] if backwards else each[1] > each[0] + 1)}
    tracks: dict[Pair, int] = {}
    for pair, (low, high) in sorted(spans.items(), key=lambda each: (each[1][1] - each[1][0], each[1])):
        taken = {tracks[other] for other in tracks if spans[other][0] < high and low < spans[other][1]}
        tracks[pair] = next(track for track in range(len(spans)) if track not in taken)
    return tracks


def _span(start: int, end: int) -> tuple[float, float]:
    """Which stretch of the height a way takes; one from a step to itself takes that step."""
    return (start - 0.3, start + 0.3) if start == end else (min(start, end), max(start, end))


def _beside(tracks: Mapping[Pair, int]) -> int:
    """The width that the tracks of one side need."""
    return NEAREST + max(tracks.values()) * TRACK + LABEL // 2 if tracks else 0


# -- ways ------------------------------------------------------------------------------------------------------------------


def _ways(edges: Sequence[Row], places: Mapping[str, Rect], tracks: Mapping[Pair, int], most: int) -> list[Way]:
    ports = _ports(tracks, places)
    ways = []
    for row in edges:
        pair, thickness = pair_of(row), round(THIN + (THICK - THIN) * (row["transactions"] / most) ** 0.5, 1)
        points, middle = _aside(pair, places, tracks[pair], ports) if pair in tracks else _down(pair, places)
        share = late_share(row)
        kind = "bad" if share >= MANY_LATE else "late" if share >= SOME_LATE else "plain"
        height = LINE * (2 if row["late"] else 1)
        left = middle[0] + 10 if pair not in tracks else middle[0] - LABEL - 4 if pair[0] == pair[1] else middle[0] - LABEL // 2
        ways.append(Way(row, points, thickness, kind, Rect(left, middle[1] - height // 2, LABEL, height), pair not in tracks))
    return ways


Points = tuple[tuple[int, int], ...]
Port = tuple[Pair, bool]  # where a way leaves (True) or arrives (False)


def _down(pair: Pair, places: Mapping[str, Rect]) -> tuple[Points, tuple[int, int]]:
    start, end = places[pair[0]], places[pair[1]]
    x = start.x + start.width // 2
    return ((x, start.bottom), (x, end.y)), (x, (start.bottom + end.y) // 2)


def _aside(pair: Pair, places: Mapping[str, Rect], track: int, ports: Mapping[Port, int]) -> tuple[Points, tuple[int, int]]:
    """Out of the step, along the track, and into the other one."""
    start, end = places[pair[0]], places[pair[1]]
    out_y, in_y = ports[pair, True], ports[pair, False]
    middle, far = start.x + start.width // 2, WIDTH // 2 + (LOOP if start == end else NEAREST) + track * TRACK
    if end.y <= start.y:
        x, from_x, to_x = middle - far, start.x, end.x
    else:
        x, from_x, to_x = middle + far, start.right, end.right
    return ((from_x, out_y), (x, out_y), (x, in_y), (to_x, in_y)), (x, (out_y + in_y) // 2)


def _ports(tracks: Mapping[Pair, int], places: Mapping[str, Rect]) -> dict[Port, int]:
    """At which height each way leaves its step and reaches the other: spread over the side, in the order in which none crosses another."""
    sides: dict[tuple[str, bool], list[tuple[tuple[int, int], Port]]] = {}
    for pair, track in tracks.items():
        is_left = places[pair[1]].y <= places[pair[0]].y
        for name, is_out in ((pair[0], True), (pair[1], False)):
            is_above = is_out == is_left  # at the left, ways go up: they leave above and come in below
            order = (0 if is_above else 1, track if is_above else -track)
            sides.setdefault((name, is_left), []).append((order, (pair, is_out)))
    ports = {}
    for (name, _), found in sides.items():
        rect = places[name]
        for number, (_, port) in enumerate(sorted(found), 1):
            ports[port] = rect.y + rect.height * number // (len(found) + 1)
    return ports
