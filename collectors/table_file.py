"""Files of rows as records: what the sources `csv` and `inventory_csv` have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson

from collectors.collector import Clock, Trouble
from collectors.delimited import QUIET_NS, RowReader
from collectors.event import Record, Refused
from collectors.mapping import RowMapping
from collectors.tail import Folder, Tail, state_of, trouble_of

ROW = "application/json"  # a row as its columns and their texts
BROKEN = "text/csv; "  # the bytes of what is no row; the content type goes on with the reason


class TableFiles:
    """Reads the files of one source; positions come from the column `position`, else from the line."""

    def __init__(
        self, source: str, folder: Path, pattern: str, delimiter: str, encoding: str, position: str | None, mapping: RowMapping
    ) -> None:
        self._source, self._delimiter, self._encoding, self._position, self._mapping = source, delimiter, encoding, position, mapping
        self._folder = Folder(folder, pattern)

    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble]:
        if missing := self._folder.missing():
            yield Trouble("", missing)
        for stream, path in self._folder.streams():
            try:
                if not self._folder.is_unchanged(stream, path):
                    yield from self._read_file(stream, path, after.get(stream), clock)
            except (OSError, EOFError, UnicodeError, LookupError, ValueError) as error:
                yield Trouble(stream, trouble_of(path, error))

    def _read_file(self, stream: str, path: Path, after: str | None, clock: Clock) -> Iterator[Record | Trouble]:
        state = state_of(path)
        tail = Tail(path, stream, after, self._encoding)
        try:
            rows = RowReader(tail, self._delimiter, self._encoding, not 0 <= clock() - state[2] < QUIET_NS)
            sentence = self._header_problem(path, rows.header)
            if sentence and self._position and self._position not in rows.header:
                yield Trouble(stream, sentence)
                return
            if sentence:
                yield Trouble(stream, sentence)
            yield from self._records(tail, rows, stream, clock)
            if not tail.unfinished:
                self._folder.finished(stream, state)
        finally:
            tail.close()

    def _records(self, tail: Tail, rows: RowReader, stream: str, clock: Clock) -> Iterator[Record]:
        for row in rows:
            position, kind, payload = tail.position(row.line), ROW, b""
            if row.values is None:
                kind, payload = BROKEN + row.problem, row.raw
            else:
                named = dict(zip(rows.header, row.values, strict=True))
                payload = orjson.dumps(named)
                position = (named[self._position] if self._position else "") or position
            yield Record(self._source, position, payload, kind, clock(), stream, tail.mark())

    def _header_problem(self, path: Path, header: list[str]) -> str:
        if not header:
            return ""
        if self._position and self._position not in header:
            return (
                f"{path} has no column {self._position!r}, which `position` names; its columns: {', '.join(header)}. "
                "Nothing of it was read."
            )
        absent = [f"{columns} (for {field})" for field, columns in self._mapping.absent_columns(header)]
        return f"{path} has no column {', '.join(absent)}; its columns: {', '.join(header)}. These fields stay empty." if absent else ""


def row_of(record: Record) -> dict[str, str]:
    """The row a record holds. Raises Refused for what never was a row."""
    if record.content_type == ROW:
        row: dict[str, str] = orjson.loads(record.payload)
        return row
    raise Refused(f"the line is not a row of the table: {record.content_type.removeprefix(BROKEN)}")
