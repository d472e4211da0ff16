"""Rows of a delimited file, each with the byte behind it: quoted line ends belong to their row, bad rows are kept and skipped."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from collectors.tail import LONGEST_LINE, Tail, is_wide

QUIET_NS = 10**9  # a last line without its end is taken once the file has rested so long


class Row(NamedTuple):
    line: int
    values: list[str] | None  # None: not a row, see problem
    raw: bytes
    problem: str = ""


class RowReader:
    """Reads what is new in `tail` as rows under `header`."""

    def __init__(self, tail: Tail, delimiter: str, encoding: str, is_quiet: bool) -> None:
        self._tail, self._delimiter, self._encoding, self._is_quiet = tail, delimiter, encoding, is_quiet
        self._raw: list[bytes] = []
        self._ran_dry = False
        self.header = self._read_header()

    def __iter__(self) -> Iterator[Row]:
        """Row after row; after each, the tail stands behind it."""
        if not self.header:
            return
        reader = self._reader()
        while True:
            place, self._raw = self._tail.place(), []
            try:
                values = next(reader, None)
            except (csv.Error, UnicodeDecodeError) as error:
                yield self._first_line_as_problem(place, self._reason(error))
                reader = self._reader()
                continue
            if values is None:
                yield from self._last(place)
                return
            if self._ran_dry:  # a quote is open and the file ends
                self._tail.back_to(place)
                if not self._is_quiet:
                    return
                yield self._first_line_as_problem(place, "it opens a quote that nothing closes")
                reader = self._reader()
            elif values:
                yield self._row(place[1] + 1, values)

    def _reader(self) -> Iterator[list[str]]:
        self._ran_dry = False
        return csv.reader(self._texts(), delimiter=self._delimiter)

    def _texts(self) -> Iterator[str]:
        while (line := self._tail.next()) is not None:
            self._raw.append(line)
            yield decoded(line, self._encoding)
        self._ran_dry = True

    def _row(self, line: int, values: list[str]) -> Row:
        if len(values) == len(self.header):
            return Row(line, values, b"")
        raw = b"".join(self._raw)
        return Row(line, None, raw, f"it has {len(values)} fields where the header has {len(self.header)}")

    def _last(self, place: tuple[int, int]) -> Iterator[Row]:
        """The last line without its end, once nobody seems to be writing it any more."""
        if not self._tail.unfinished.strip() or not self._is_quiet:
            return
        self._raw = [self._tail.take_unfinished()]
        try:
            values = next(csv.reader([decoded(self._raw[0], self._encoding)], delimiter=self._delimiter), [])
        except (csv.Error, UnicodeDecodeError) as error:
            yield Row(place[1] + 1, None, self._raw[0], self._reason(error))
            return
        yield self._row(place[1] + 1, values)

    def _first_line_as_problem(self, place: tuple[int, int], problem: str) -> Row:
        self._tail.back_to(place)
        raw = self._tail.next() or b""
        return Row(place[1] + 1, None, raw[:LONGEST_LINE], problem)

    def _reason(self, error: csv.Error | UnicodeDecodeError) -> str:
        if isinstance(error, UnicodeDecodeError):
            return f"byte {error.object[error.start]:#x} is not {self._encoding}; say in `encoding` how the file is written, such as cp1252"
        return f"it cannot be read as a row: {error}"

    def _read_header(self) -> list[str]:
        """The names in the first row, each different; the tail comes back to where it was, or behind the header."""
        place = self._tail.place()
        self._tail.back_to((0, 0))
        names = next(self._reader(), [])
        if self._ran_dry and self._is_quiet and self._tail.unfinished:
            names = []
        behind = self._tail.place()
        self._tail.back_to(max(place, behind))
        if names:
            names[0] = names[0].removeprefix("\ufeff")
        return distinct(names)


def decoded(line: bytes, encoding: str) -> str:
    return line.decode("utf-8" if is_wide(encoding) else encoding)


def distinct(names: Sequence[str]) -> list[str]:
    """The names, a second `QTY` as `QTY (2)`: two columns of one name would hide one another."""
    seen: dict[str, int] = {}
    found = []
    for name in (n.strip() for n in names):
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found
