"""Finds single records in a journal by where and when they were recorded, reading no more of it than that takes."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from collectors.event import Record
from collectors.journal import segments
from collectors.segment import Block, begin_at, frames_of, scan

SLACKS_NS = (2 * 10**9, 600 * 10**9, 1 << 63)  # a page that is read slowly comes into the journal behind what was recorded after it
FEW = 16  # of so many the times are looked for in the bytes of a block, before it is taken apart
NEVER = 1 << 62


PART = re.compile(r"[/:]")  # what parts the position of a record from the place in it


class OutOfTime(Exception):
    """Whoever asked does not wait any longer; whether the record is there is not known."""


class Wanted(NamedTuple):
    """A record, by what an event of it says. `position` may go on behind that of the record, as in `orders/0/17/2` or `4711:3`."""

    source: str
    position: str
    recorded_ns: int


class _Stretch(NamedTuple):
    """A part of the journal, by when it begins; `until_ns` is when the next one does."""

    path: Path
    offset: int
    end: int
    from_ns: int
    until_ns: int

    def may_hold(self, wanted: Wanted, slack_ns: int) -> bool:
        return self.from_ns - slack_ns <= wanted.recorded_ns <= self.until_ns + slack_ns


def numbered(folder: Path, wanted: Wanted) -> Record | None:
    """The record of what was received, whose position begins with its number in the journal; None: it is not there. One segment is
    looked at, and of that the heads of its blocks and one block."""
    said = PART.split(wanted.position, maxsplit=1)[0]
    if not said.isdecimal():
        return None
    number, known = int(said), segments(folder)
    behind = bisect_right([first for first, _ in known], number)
    if not behind:
        return None
    with suppress(FileNotFoundError), known[behind - 1][1].open("rb") as file:
        for block in scan(file, after=number - 1):
            if not block.is_damaged:
                found = next((frame.record for frame in frames_of(block, number - 1) if frame.number == number), None)
                return found if found and (found.source, found.recorded_ns) == (wanted.source, wanted.recorded_ns) else None
    return None


def find(folder: Path, wanted: Collection[Wanted], goes_on: Callable[[], bool] = lambda: True) -> dict[Wanted, Record]:
    """The records of `wanted` that are in the journal, whoever has it open. Looks first where they should be, then around, then
    everywhere: of 1 GiB of small messages one takes 0.2 s, one that is not there as long as reading all. Raises OutOfTime when `goes_on`,
    asked before each block is read, says no."""
    missing = set(wanted)
    found: dict[Wanted, Record] = {}
    for slack_ns in SLACKS_NS:
        for segment in _segments(folder) if missing else ():
            if near := {each for each in missing if segment.may_hold(each, slack_ns)}:
                found |= _found_in(segment, near, slack_ns, goes_on)
                missing -= found.keys()
    return found


def _found_in(segment: _Stretch, wanted: Collection[Wanted], slack_ns: int, goes_on: Callable[[], bool]) -> dict[Wanted, Record]:
    found: dict[Wanted, Record] = {}
    with suppress(FileNotFoundError), segment.path.open("rb") as file:  # its time may just be over
        for stretch in _blocks(file, segment):
            near = [each for each in wanted if each not in found and stretch.may_hold(each, slack_ns)]
            if not near:
                continue
            if not goes_on():
                raise OutOfTime
            for block in scan(file, stretch.offset):
                if block.offset >= stretch.end:
                    break
                found |= _taken(block, near)
    return found


def _taken(block: Block, wanted: Sequence[Wanted]) -> dict[Wanted, Record]:
    """What a block holds of it. `position` is that of the record, or that and more."""
    if block.is_damaged or (len(wanted) <= FEW and not any(str(each.recorded_ns).encode() in block.payload for each in wanted)):
        return {}
    by_time: dict[tuple[str, int], list[Wanted]] = {}
    for each in wanted:
        by_time.setdefault((each.source, each.recorded_ns), []).append(each)
    found: dict[Wanted, Record] = {}
    for _, record in frames_of(block, -1):
        for each in by_time.get((record.source, record.recorded_ns), ()):
            is_longer = each not in found or len(record.position) > len(found[each].position)
            if is_longer and (each.position == record.position or each.position.startswith((f"{record.position}/", f"{record.position}:"))):
                found[each] = record
    return found


def _segments(folder: Path) -> Iterator[_Stretch]:
    paths = [path for _, path in segments(folder)]
    begins = []
    for path in paths:
        with path.open("rb") as file:
            begin = begin_at(file, 0)
        begins.append(begin[1] if begin else None)
    for number, path in enumerate(paths):
        later = [each for each in begins[number + 1 :] if each is not None]
        from_ns = begins[number]
        yield _Stretch(path, 0, NEVER, -NEVER if from_ns is None else from_ns, NEVER if from_ns is None or not later else later[0])


def _blocks(file: BinaryIO, segment: _Stretch) -> Iterator[_Stretch]:
    """The blocks of a segment; from where that cannot be told any more, all the rest of it."""
    offset, begun = 0, begin_at(file, 0)
    while begun:
        end, from_ns = begun
        following = begin_at(file, end)
        yield _Stretch(segment.path, offset, end, from_ns, following[1] if following else segment.until_ns)
        offset, begun = end, following
    yield _Stretch(segment.path, offset, NEVER, -NEVER, NEVER)
