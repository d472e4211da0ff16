"""The bytes of EDI as segments, whatever separates them: tolerant of line ends, blanks, missing UNA and other people's habits.

Every character is looked at a fixed number of times, so the time grows with the size and with nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

BLANKS = " \t\r\n\ufeff\x00\x1a"  # a byte order mark, and what old systems fill blocks and end files with
BEGIN = re.compile(r"ISA(?=[^A-Za-z0-9 \t\r\n])|UNA(?=[^A-Za-z0-9]{4,6})|UNB(?=[^A-Za-z0-9 \t\r\n])")
X12, EDIFACT = "x12", "edifact"
LONGEST_HEADER = 400  # an ISA of fixed width has 106 characters; some write it wider
X12_FOLLOWS = ("GS", "TA1", "ISB", "ISE", "IEA", "ST")
SYNTAX = {  # level of the syntax in UNB → what its texts are encoded in, where they are no UTF-8
    b"UNOD": "iso8859-2",
    b"UNOE": "iso8859-5",
    b"UNOF": "iso8859-7",
    b"UNOG": "iso8859-3",
    b"UNOH": "iso8859-4",
    b"UNOI": "iso8859-6",
    b"UNOJ": "iso8859-8",
    b"UNOK": "iso8859-9",
}


class Marks(NamedTuple):
    """What separates; `release` makes the character behind it an ordinary one, "" where there is none."""

    dialect: str
    element: str
    component: str
    terminator: str
    release: str = ""
    decimal: str = "."


class Segment:
    """One segment: `value(3)` is its third element, `value(3, 2)` the second component of that."""

    __slots__ = ("elements", "marks", "tag")

    def __init__(self, text: str, marks: Marks) -> None:
        self.elements = _split(unwrapped(text), marks.element, marks.release)
        self.tag = _plain(self.elements[0], marks.release).strip()
        self.marks = marks

    def value(self, element: int, component: int = 0) -> str:
        """What stands there, without blanks around it; "" where nothing does. Of EDIFACT without `component` the first one."""
        if element >= len(self.elements):
            return ""
        raw, marks = self.elements[element], self.marks
        if component or marks.dialect == EDIFACT:
            parts = _split(raw, marks.component, marks.release)
            at = max(component, 1) - 1
            raw = parts[at] if at < len(parts) else ""
        return _plain(raw, marks.release).strip()

    def text(self) -> str:
        """The segment as it was written, without its end."""
        return self.marks.element.join(self.elements)


def decoded(data: bytes) -> str:
    """The text of EDI: UTF-8 where it is, else what the syntax level of the first UNB says, else Latin-1. Never fails."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        found = re.search(rb"UNB.(UNO[A-Z])", data)
        return data.decode(SYNTAX.get(found[1] if found else b"", "latin-1"), errors="replace")


def unwrapped(text: str) -> str:
    """A segment without the line ends that lie in it: some write lines of 80 characters, wherever these end."""
    return text.replace("\n", "").replace("\r", "") if "\n" in text or "\r" in text else text


def skipped(text: str, at: int) -> int:
    """The place of the first character from `at` on that is no blank."""
    while at < len(text) and text[at] in BLANKS:
        at += 1
    return at


def marks_at(text: str, at: int) -> tuple[Marks | None, int]:
    """What separates in the interchange that begins at `at`, and where its header segment does; None: that is no header."""
    if text.startswith("ISA", at):
        return _marks_of_isa(text[at : at + LONGEST_HEADER]), at
    component, element, decimal, release, terminator = ":", "+", ".", "?", "'"
    if text.startswith("UNA", at):
        if at + 9 > len(text):
            return None, at
        component, element, decimal, release, _, terminator = list(text[at + 3 : at + 9])
        at = skipped(text, at + 9)
    elif text.startswith("UNB\x1d", at):  # syntax level B has separators of its own
        component, element, release, terminator = "\x1f", "\x1d", "", "\x1c"
    else:
        element = text[at + 3 : at + 4]
        line, _, behind = text[at : at + LONGEST_HEADER].partition("\n")
        if terminator not in line and behind.startswith(("UNH", "UNG")):
            terminator = "\n"  # each segment on a line of its own, and nothing else ends it
    if not text.startswith("UNB", at):
        return None, at
    return Marks(EDIFACT, element, component, terminator, release.strip(), decimal), at


def stretches(text: str, at: int, marks: Marks) -> Iterator[tuple[int, int, int]]:
    """Where the segments from `at` on stand: begin, end, and the place behind the terminator (the end itself where none came)."""
    size = len(marks.terminator)
    while (at := skipped(text, at)) < len(text):
        end = _end_of_binary(text, at, marks) if text.startswith(("BIN", "BDS"), at) and marks.dialect == X12 else -1
        if end < 0:
            end = _find_end(text, at, marks)
        if end < 0:
            yield at, len(text), len(text)
            return
        yield at, end, end + size
        at = end + size


def segments(text: str, at: int, marks: Marks) -> Iterator[Segment]:
    """The segments from `at` on; the last one may lack its end."""
    for begin, end, behind in stretches(text, at, marks):
        yield Segment(text[begin:end] if end < behind else text[begin:end].rstrip(BLANKS), marks)


def _marks_of_isa(head: str) -> Marks | None:
    element = head[3:4]
    parts = head.split(element, 16)
    if len(parts) < 17:
        return None
    rest = parts[16]
    line = rest[1:].lstrip("\r\n").partition("\n")[0].rstrip("\r")
    is_short = rest[1:2] in ("\r", "\n") and line.endswith(rest[:1])  # what ends the next line as well is no component separator
    for width in (0,) if is_short else (1, 0):  # the component separator may have been left out
        terminator = rest[width : width + 1]
        behind = rest[width + 1 :].lstrip(BLANKS)
        if terminator and terminator != element and (behind.startswith(X12_FOLLOWS) or not behind):
            return Marks(X12, element, rest[:width] or ":", terminator)
    return Marks(X12, element, rest[:1], rest[1:2]) if len(rest) > 1 else None


def _find_end(text: str, at: int, marks: Marks) -> int:
    end = text.find(marks.terminator, at)
    while end >= 0 and marks.release and _is_released(text, at, end, marks.release):
        end = text.find(marks.terminator, end + 1)
    return end


def _is_released(text: str, first: int, at: int, release: str) -> bool:
    before = at
    while before > first and text[before - 1] == release:
        before -= 1
    return (at - before) % 2 == 1


def _end_of_binary(text: str, at: int, marks: Marks) -> int:
    """Where a segment of binary data ends, which says its length itself; -1 when it does not say it rightly."""
    elements = text[at : at + 80].split(marks.element, 3)
    width = 1 if elements[0] == "BIN" else 2
    if len(elements) <= width + 1 or not re.fullmatch(r"\d{1,9}", elements[width], re.ASCII):
        return -1
    end = at + sum(len(each) + 1 for each in elements[: width + 1]) + int(elements[width])
    return end if text.startswith(marks.terminator, end) else -1


def _split(text: str, mark: str, release: str) -> list[str]:
    if not release or release not in text:
        return text.split(mark)
    parts, first, at = [], 0, text.find(mark)
    while at >= 0:
        if not _is_released(text, first, at, release):
            parts.append(text[first:at])
            first = at + 1
        at = text.find(mark, at + 1)
    return [*parts, text[first:]]


def _plain(text: str, release: str) -> str:
    if not release or release not in text:
        return text
    return re.sub(f"{re.escape(release)}(.)", r"\1", text, flags=re.DOTALL)
