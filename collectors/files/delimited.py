"""Rows of a delimited file, each with the byte behind it: quoted line ends belong to their row, bad rows are kept and skipped."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from collectors.files.content import is_wide, undecodable
from collectors.files.tail import KEPT_OF_CUT, LONGEST_LINE, TOO_LONG, Place, Tail

csv.field_size_limit(LONGEST_LINE)
LONGEST_ROW = 4 << 20  # of several lines: behind a stray quote, not more than this waits for another one
QUIET_NS = 10**9  # a last line without its end is taken once the file has rested so long


class Row(NamedTuple):
    line: int
    values: list[str] | None  # None: not a row, see problem
    raw: bytes
    problem: str = ""


class NoRow(ValueError):
    """What begins here is no row; the text says why."""


class RowReader:
    """Reads what is new in `tail` as rows under `header`; where that is empty, `problem` may say why."""

    def __init__(self, tail: Tail, delimiter: str, encoding: str, is_quiet: bool) -> None:
        self._tail, self._delimiter, self._is_quiet = tail, delimiter, is_quiet
        self._encoding = "utf-8" if is_wide(encoding) else encoding
        self._raw: list[bytes] = []
        self._size = 0
        self._ran_dry = False
        self.problem = ""
        self.is_waiting = False  # for the rest of a row that somebody may be writing
        self.header = self._read_header()

    def __iter__(self) -> Iterator[Row]:
        """Row after row; after each, the tail stands behind it."""
        if not self.header:
            return
        reader = self._reader()
        while True:
            place, self._raw, self._size = self._tail.place(), [], 0
            try:
                values = next(reader, None)
            except (csv.Error, UnicodeDecodeError, NoRow) as error:
                yield self._first_line_as_problem(place, reason_of(error, self._encoding))
                reader = self._reader()
                continue
            if values is None:
                yield from self._last(place)
                return
            if self._ran_dry:  # a quote is open and the file ends
                self._tail.back_to(place)
                if not self._is_quiet:
                    self.is_waiting = True
                    return
                yield self._first_line_as_problem(place, "it opens a quote that nothing closes")
                reader = self._reader()
            elif not is_blank(values):
                yield self._row(place[1] + 1, values)

    def _reader(self) -> Iterator[list[str]]:
        self._ran_dry = False
        return csv.reader(self._texts(), delimiter=self._delimiter)

    def _texts(self) -> Iterator[str]:
        while (line := self._tail.next()) is not None:
            self._raw.append(line)
            self._size += len(line)
            if self._tail.is_cut:
                raise NoRow(TOO_LONG)
            if self._size > LONGEST_ROW and len(self._raw) > 1:
                raise NoRow(f"it opens a quote that is still open after {LONGEST_ROW >> 20} MiB")
            yield line.decode(self._encoding)
        self._ran_dry = True

    def _row(self, line: int, values: list[str]) -> Row:
        if len(values) == len(self.header):
            return Row(line, values, b"")
        raw = b"".join(self._raw)
        return Row(line, None, raw, f"it has {len(values)} fields where the header has {len(self.header)}")

    def _last(self, place: Place) -> Iterator[Row]:
        """The last line without its end, once nobody seems to be writing it any more."""
        if not self._tail.unfinished.strip() or not self._is_quiet:
            return
        self._raw = [self._tail.take_unfinished()]
        try:
            values = next(csv.reader([self._raw[0].decode(self._encoding)], delimiter=self._delimiter), [])
        except (csv.Error, UnicodeDecodeError) as error:
            yield Row(place[1] + 1, None, self._raw[0], reason_of(error, self._encoding))
            return
        if not is_blank(values):
            yield self._row(place[1] + 1, values)

    def _first_line_as_problem(self, place: Place, problem: str) -> Row:
        self._tail.back_to(place)
        raw = self._tail.next() or b""
        return Row(place[1] + 1, None, raw[:KEPT_OF_CUT] if self._tail.is_cut else raw, problem)

    def _read_header(self) -> list[str]:
        """The names in the first row that is not blank, each different; the tail comes back to where it was, or behind the header."""
        place = self._tail.place()
        self._tail.back_to(Place())
        names = next((row for row in self._reader() if not is_blank(row) and row != ["\ufeff"]), [])
        if self._ran_dry:
            self.problem = self._why_no_header(names) if self._is_quiet else ""
            self.is_waiting, names = not self._is_quiet, []
        behind = self._tail.place()
        self._tail.back_to(max(place, behind))
        if names:
            names[0] = names[0].removeprefix("\ufeff")
        return distinct(names)

    def _why_no_header(self, names: list[str]) -> str:
        if names:
            return "its first row opens a quote that nothing closes"
        if b"\r" in self._tail.unfinished:
            return "it has no line end but carriage returns; write it with the line ends of Unix or Windows"
        return ""  # empty, or only a header that has no line end yet


def is_blank(values: Sequence[str]) -> bool:
    """Whether a row is a blank line, such as spreadsheets write before a header and behind the last row."""
    return not any(map(str.strip, values))


def reason_of(error: csv.Error | UnicodeError | NoRow, encoding: str) -> str:
    """Why lines are no row, as it goes on after "the line is not a row of the table: "."""
    if isinstance(error, UnicodeError):
        return undecodable(error, encoding)
    if "new-line character" in str(error):
        return "it holds a carriage return that no quotes enclose"
    return str(error) if isinstance(error, NoRow) else f"it cannot be read as a row: {error}"


def distinct(names: Sequence[str]) -> list[str]:
    """The names, a second `QTY` as `QTY (2)`: two columns of one name would hide one another."""
    seen: dict[str, int] = {}
    found = []
    for name in (n.strip() for n in names):
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found
