"""Where everything on the swim lanes goes: boxes, chips, connectors, the days and the "now" line, in whole pixels.

Time is not to scale: a path runs from milliseconds to weeks. Boxes stand in order of time from left to right, each at least a step
to the right of the one before it, whatever its lane. That order is also what keeps connectors clear of boxes: a connector goes down
(or up) in a gutter just left of its target, right of every box placed so far in the lanes it crosses; later boxes start right of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.figures import times
from app.figures.boxes import Box
from app.figures.words import span_of
from metrics.texts import _

TITLE, HEAD, ROW, HEIGHT = 112, 34, 104, 68
NARROW, WIDE = 148, 216  # boxes are as wide as their longest title or note needs, within this
ARM = 36  # from a connector's upright to its box
GUTTER = ARM + 16  # from the last box in the way to the next one: the upright stands clear of both
STEP = 26  # how far right of the box before it (in any lane) a box starts at least
TRACKS = (0, -9, 9, -14, 14)
CHIP, LETTER = 18, 6.3  # height of a chip, and the width of a letter at 11.5 px, on the wide side
WAIT_NS = 60 * 10**9  # a gap beyond this is a wait, and said so


@dataclass(frozen=True, slots=True)
class Rect:
    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    def meets(self, other: Rect) -> bool:
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom


@dataclass(frozen=True, slots=True)
class Chip:
    """A label on a connector: the time that passed between two steps."""

    rect: Rect
    text: str
    wait: bool


@dataclass(frozen=True, slots=True)
class Connector:
    """An arrow from one box to the next, as the corners it passes. `kind`: line, failed or expected."""

    points: tuple[tuple[int, int], ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Label:
    rect: Rect
    text: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything with its place. `now_x` is None when nothing is open any more."""

    width: int
    height: int
    lanes: tuple[str, ...]
    boxes: tuple[tuple[Box, Rect], ...]
    chips: tuple[Chip, ...]
    connectors: tuple[Connector, ...]
    days: tuple[Label, ...]
    now_x: int | None
    now: Label | None


@dataclass(slots=True)
class _Board:
    """The lanes while they fill up from left to right."""

    lanes: list[str]
    zone: str
    width: int
    right: dict[str, int] = field(default_factory=dict)
    newest_x: int = TITLE + 12 - STEP
    rects: dict[str, Rect] = field(default_factory=dict)
    boxes: dict[str, Box] = field(default_factory=dict)
    chips: list[Chip] = field(default_factory=list)
    connectors: list[Connector] = field(default_factory=list)
    days: list[Label] = field(default_factory=list)
    flats: list[tuple[int, int, int]] = field(default_factory=list)  # (y, from x, to x) of horizontals between lanes

    def row(self, lane: str) -> int:
        return self.lanes.index(lane)

    def y(self, lane: str) -> int:
        return HEAD + self.row(lane) * ROW + (ROW - HEIGHT) // 2

    def middle(self, lane: str) -> int:
        return self.y(lane) + HEIGHT // 2


def drawing_of(boxes: Sequence[Box], lanes: Sequence[str], zone: str, now: str) -> Drawing:
    """Places `boxes` (in order: taken, then expected) on `lanes`; `now` is the text at the line between the two."""
    board = _Board(list(lanes), zone, _width(boxes))
    for box in boxes:
        if not box.expected:
            _place(board, box)
    line = _now_line(board, now) if any(box.expected for box in boxes) else None
    for box in boxes:
        if box.expected:
            _place(board, box)
    return _finished(board, boxes, line)


def _width(boxes: Sequence[Box]) -> int:
    """Titles are semi-bold behind an icon, 6.9 px a letter on the wide side; notes are smaller."""
    needed = max((max(len(box.title) * 6.9 + 44, len(box.note) * LETTER + 24) for box in boxes), default=0)
    return round(min(max(needed, NARROW), WIDE))


# -- one box ---------------------------------------------------------------------------------------------------------------


def _place(board: _Board, box: Box) -> None:
    parent = board.boxes.get(box.after or "")
    text, wait = gap_text(parent, box) if parent else ("", False)
    width = round(len(text) * LETTER) + 12 if text else 0
    x = max(board.newest_x + STEP, board.right.get(box.lane, 0) + 14, _day_x(board, box))
    if parent:
        x, chip = _beside(board, parent, box, x, width) if _is_neighbour(board, parent, box) else _across(board, parent, box, x, width)
        if chip:
            board.chips.append(Chip(chip, text, wait))
    _day_label(board, box, x)
    rect = Rect(x, board.y(box.lane), board.width, HEIGHT)
    if parent:
        board.connectors.append(Connector(tuple(_corners(board, parent, box, rect)), _kind(parent, box)))
    board.rects[box.key], board.boxes[box.key] = rect, box
    board.right[box.lane], board.newest_x = rect.right, x


def gap_text(parent: Box, box: Box) -> tuple[str, bool]:
    """What the chip on the connector says, and whether that was a wait."""
    if box.ns is None or parent.ns is None:
        return "", False
    gap = max(box.ns - (parent.until_ns or parent.ns), 0)
    waited = gap > WAIT_NS
    return _("waited {duration}", duration=span_of(0, gap)) if waited else span_of(0, gap), waited


def _is_neighbour(board: _Board, parent: Box, box: Box) -> bool:
    return parent.lane == box.lane and board.right[box.lane] == board.rects[parent.key].right


def _beside(board: _Board, parent: Box, box: Box, x: int, width: int) -> tuple[int, Rect | None]:
    """Next in the same lane: a straight arrow, with room for its chip."""
    left = board.rects[parent.key].right
    x = max(x, left + (width + 34 if width else 40))
    return x, Rect(left + 8, board.middle(box.lane) - CHIP // 2, width, CHIP) if width else None


def _across(board: _Board, parent: Box, box: Box, x: int, width: int) -> tuple[int, Rect | None]:
    """Into another lane, or past boxes of the same one: right of whatever stands in the way, and of chips where its own would be."""
    start = board.rects[parent.key]
    x = max(
        [x, start.x + 60 + ARM, TITLE + 8 + ARM + width // 2]
        + [board.right[lane] + GUTTER for lane in _crossed(board, parent, box) if lane in board.right]
    )
    while True:
        x = _off_the_edge(start, x)
        free = [chip for chip in _chip_places(board, parent, box, x - ARM, width) if not any(chip.meets(c.rect) for c in board.chips)]
        if free:
            return x, free[0] if width else None
        x += 8


def _off_the_edge(start: Rect, x: int) -> int:
    """An upright leaves from below its parent or from beside it, never from the corner between."""
    return start.right + 14 + ARM if start.right - 12 < x - ARM < start.right + 14 else x


def _crossed(board: _Board, parent: Box, box: Box) -> list[str]:
    """The lanes an upright passes on its way to the box: all after the parent's, up to and with its own."""
    start, end = board.row(parent.lane), board.row(box.lane)
    if start == end:
        return [box.lane]
    return board.lanes[start + 1 : end + 1] if start < end else board.lanes[end:start]


def _chip_places(board: _Board, parent: Box, box: Box, x: int, width: int) -> list[Rect]:
    """On the upright, in the strips between lanes; the one next to the target first."""
    start, end = board.row(parent.lane), board.row(box.lane)
    strips = range(end, start, -1) if start < end else range(end + 1, start + 1) if start > end else [end + 1]
    return [Rect(x - width // 2, HEAD + strip * ROW - CHIP // 2, width, CHIP) for strip in strips]


def _kind(parent: Box, box: Box) -> str:
    if box.expected:
        return "expected"
    return "failed" if parent.tone in ("attempt", "failed") and box.tone in ("attempt", "failed") else "line"


# -- connectors ------------------------------------------------------------------------------------------------------------


def _corners(board: _Board, parent: Box, box: Box, rect: Rect) -> list[tuple[int, int]]:
    start, end = board.rects[parent.key], (rect.x - 1, rect.y + HEIGHT // 2)
    if _is_neighbour(board, parent, box):
        return [(start.right, end[1]), end]
    upright = rect.x - ARM
    down = board.row(box.lane) >= board.row(parent.lane)
    edge = start.bottom if down else start.y
    if parent.lane != box.lane and start.x + 12 <= upright <= start.right - 12:
        return [(upright, edge), (upright, end[1]), end]
    if parent.lane != box.lane and board.right[parent.lane] == start.right:
        return [(start.right, start.y + HEIGHT // 2), (upright, start.y + HEIGHT // 2), (upright, end[1]), end]
    return _along_strip(board, start, edge, board.row(parent.lane) + down, upright, end)


def _along_strip(board: _Board, start: Rect, edge: int, strip: int, upright: int, end: tuple[int, int]) -> list[tuple[int, int]]:
    """Out of the box into the strip between two lanes, along it on a track of its own while there is one, then to the target."""
    leave = start.right - 22
    levels = [HEAD + strip * ROW + track for track in TRACKS]
    level = next(
        (y for y in levels if not any(y == other and leave < to and since < upright for other, since, to in board.flats)), levels[0]
    )
    board.flats.append((level, leave, upright))
    return [(leave, edge), (leave, level), (upright, level), (upright, end[1]), end]


# -- days and now ----------------------------------------------------------------------------------------------------------


def _day_x(board: _Board, box: Box) -> int:
    """A box that opens a new day starts right of the label of the day before."""
    return board.days[-1].rect.right + 10 if board.days and _new_day(board, box) else 0


def _new_day(board: _Board, box: Box) -> str:
    """The name of the day when the box is the first of it, else nothing."""
    if box.ns is None:
        return ""
    text = times.day(box.ns, board.zone)
    return "" if board.days and board.days[-1].text == text else text


def _day_label(board: _Board, box: Box, x: int) -> None:
    text = _new_day(board, box)
    if text:
        board.days.append(Label(Rect(x, 6, round(len(text) * LETTER) + 12, 20), text))


def _now_line(board: _Board, text: str) -> tuple[int, Label]:
    """Right of all that has happened; steps to come start right of it."""
    half = (round(len(text) * LETTER) + 20) // 2
    taken = [*board.right.values(), *(chip.rect.right for chip in board.chips), TITLE]
    x = max(max(taken) + 26, TITLE + 8 + half, *(label.rect.right + 8 + half for label in board.days[-1:]))
    board.newest_x = x + GUTTER - STEP
    return x, Label(Rect(x - half, 6, 2 * half, 20), text)


def _finished(board: _Board, boxes: Sequence[Box], line: tuple[int, Label] | None) -> Drawing:
    rights = (
        [rect.right for rect in board.rects.values()] + [label.rect.right for label in board.days] + ([line[1].rect.right] if line else [])
    )
    return Drawing(
        width=max(rights, default=TITLE) + 24,
        height=HEAD + len(board.lanes) * ROW + 20,
        lanes=tuple(board.lanes),
        boxes=tuple((box, board.rects[box.key]) for box in boxes),
        chips=tuple(board.chips),
        connectors=tuple(board.connectors),
        days=tuple(board.days),
        now_x=line[0] if line else None,
        now=line[1] if line else None,
    )
