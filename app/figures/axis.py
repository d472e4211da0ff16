"""The time axis of a trace: to scale, with long idle stretches cut out and said so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.figures.words import duration
from metrics.texts import _

# A stretch in which nothing ran is cut out when it is this much longer than all the work together: a second of work in a day of waiting
# would be a line of one pixel.
IDLE_NS, IDLE_FACTOR = 2 * 10**9, 2
BREAK = 5.0  # per cent of the width that a cut takes, while there are few of them
_NICE = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of the axis that is drawn, in ns, and where it stands in per cent of the width."""

    start_ns: int
    end_ns: int
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Axis:
    """All stretches share one scale; `cuts` are (left, width, text) of what was cut out between them."""

    start_ns: int
    stretches: tuple[Stretch, ...]
    cuts: tuple[tuple[float, float, str], ...]

    def place(self, ns: int) -> float:
        """Where an instant stands, in per cent of the width."""
        stretch = next((s for s in self.stretches if ns <= s.end_ns), self.stretches[-1])
        share = (ns - stretch.start_ns) / ((stretch.end_ns - stretch.start_ns) or 1)
        return stretch.left + stretch.width * min(max(share, 0.0), 1.0)


def axis_of(intervals: Sequence[tuple[int, int]]) -> Axis:
    """The axis for these (start, end) intervals; at least one."""
    busy = _merged(intervals)
    work = sum(end - start for start, end in busy) or 1
    kept = _joined(busy, max(IDLE_NS, IDLE_FACTOR * work))
    shown = sum(end - start for start, end in kept) or 1
    cut = min(BREAK, 40 / (len(kept) - 1)) if len(kept) > 1 else 0.0
    stretches, cuts, left = [], [], 0.0
    for n, (start, end) in enumerate(kept):
        if n:
            cuts.append((left, cut, duration((start - kept[n - 1][1]) / 1e9)))
            left += cut
        width = (100 - cut * (len(kept) - 1)) * ((end - start) / shown if shown > 1 else 1 / len(kept))
        stretches.append(Stretch(start, end, left, width))
        left += width
    return Axis(kept[0][0], tuple(stretches), tuple(cuts))


def cut_words(axis: Axis) -> list[tuple[float, str]]:
    """(middle, text) of what was cut out; where cuts stand close together only the first has room to say its length."""
    found: list[tuple[float, str]] = []
    taken: list[tuple[float, float]] = []
    for left, width, text in axis.cuts:
        middle, words = left + width / 2, _("{text} idle", text=text)
        if _has_room(middle - _width(words) / 2, words, taken):
            found.append((middle, words))
    return found


def ticks(axis: Axis, about: int = 5) -> list[tuple[float, str]]:
    """(left, text) of round times since the start, as far as there is room beside each other and the words of the cuts."""
    step = _nice_step(sum(s.end_ns - s.start_ns for s in axis.stretches) / about)
    taken = [(middle - _width(words) / 2, middle + _width(words) / 2) for middle, words in cut_words(axis)]
    found: list[tuple[float, str]] = []
    for stretch in axis.stretches:
        for since in range(0, stretch.end_ns - stretch.start_ns + 1, step):
            left, words = axis.place(stretch.start_ns + since), _since(stretch.start_ns + since - axis.start_ns)
            is_new = not found or words != found[-1][1]  # hours after a cut, a second more is not worth a word
            if is_new and _has_room(left, words, taken):
                found.append((left, words))
    return found


def _has_room(left: float, words: str, taken: list[tuple[float, float]]) -> bool:
    """Whether a text fits beside those before it; if so, its place is taken from now on."""
    right = left + _width(words)
    is_free = right <= 100 and all(right <= other_left or left >= other_right for other_left, other_right in taken)
    if is_free:
        taken.append((left, right))
    return is_free


def _width(words: str) -> float:
    """Of a text on the axis, in per cent of its width; measured on the narrowest track beside a name, 460 px."""
    return 2.0 + 1.45 * len(words)


def _since(ns: int) -> str:
    return "0" if ns == 0 else f"+{duration(ns / 1e9)}"


def _nice_step(at_least: float) -> int:
    """The first of 1, 2, 5, 10, 20, 50 … nanoseconds that is not below."""
    size = 1
    while True:
        for nice in _NICE:
            if nice * size >= at_least:
                return nice * size
        size *= 10


def _merged(intervals: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted((start, max(start, end)) for start, end in intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _joined(busy: list[tuple[int, int]], idle: int) -> list[tuple[int, int]]:
    """Busy intervals with the short pauses between them; what stays apart is longer than `idle`."""
    kept = [busy[0]]
    for start, end in busy[1:]:
        if start - kept[-1][1] <= idle:
            kept[-1] = (kept[-1][0], end)
        else:
            kept.append((start, end))
    return kept
