"""Files of rows as records: what the sources `csv` and `inventory_csv` have in common."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from collectors.collector import Clock, Trouble
from collectors.event import Record, Refused
from collectors.files.delimited import QUIET_NS, NoRow, RowReader, reason_of
from collectors.files.tail import FileState, Tail, as_text, rests
from collectors.files.tailed_files import Reading, TailedFiles
from collectors.mapping import RowMapping
from collectors.meaning import Meaning
from collectors.readings import EventReading, StockReading
from collectors.rows import Rows, excerpt_of

ROW = "application/json"  # a row as its columns and their texts
BROKEN = "text/csv; "  # the bytes of what is no row; the content type goes on with the reason
SHOWN = 20  # columns named in a sentence: of a file that is something else altogether there may be thousands


class Form(NamedTuple):
    """How the files of a source are written."""

    delimiter: str
    encoding: str
    position: str | None  # the column that numbers the rows; without one, it is the line

    @property
    def mark(self) -> str:
        """What a file is read anew for when it changes: a wrong split, and what was taken for broken, stand in the journal for good.

        Not `position`: that column is in the journal with its row, where a rebuild finds it (see position_of). Read anew under it,
        every row would be an event twice until then.
        """
        return f"{self.delimiter} {self.encoding}"


class TableFiles:
    """Reads the files of one source. A file that lacks columns of `expected` is told of; of one with none of `mapping`, nothing is read."""

    def __init__(self, source: str, folder: Path, pattern: str, form: Form, mapping: RowMapping, expected: RowMapping) -> None:
        self._source, self._form, self._mapping, self._expected = source, form, mapping, expected
        self._files = TailedFiles(folder, pattern, self._read_tail, form.encoding, form.mark)

    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble]:
        return self._files.read(after, clock)

    def _read_tail(self, tail: Tail, state: FileState, clock: Clock) -> Reading:
        name = as_text(str(tail.path))
        try:
            rows = RowReader(tail, self._form.delimiter, self._form.encoding, rests(state, clock(), QUIET_NS))
        except (csv.Error, UnicodeError, NoRow) as error:
            why = reason_of(error, self._form.encoding)
            yield Trouble(tail.stream, f"{name} cannot be read, its header already: {why}. Nothing of it was read.")
            return False
        if sentence := self._obstacle(rows):
            yield Trouble(tail.stream, f"{name} {sentence}")
            return False
        if rows.header and (sentence := gaps(self._expected, rows.header, rows.header)):
            yield Trouble(tail.stream, f"{name} {sentence}")
        yield from self._records(tail, rows, clock)
        return not tail.unfinished and not rows.is_waiting

    def _records(self, tail: Tail, rows: RowReader, clock: Clock) -> Iterator[Record]:
        for row in rows:
            position, kind, payload = tail.position(row.line), ROW, b""
            if row.values is None:
                kind, payload = BROKEN + row.problem, row.raw
            else:
                named = dict(zip(rows.header, row.values, strict=True))
                payload = orjson.dumps(named)
                position = position_of(named, self._form.position, position)
            yield Record(self._source, position, payload, kind, clock(), tail.stream, tail.mark())

    def _obstacle(self, rows: RowReader) -> str:
        """Why nothing of a file is read; empty when it is."""
        header, position, wanted = rows.header, self._form.position, self._mapping.columns()
        if rows.problem:
            return f"has no header: {rows.problem}. Nothing of it was read."
        if header and wanted and not set(header) & set(wanted):
            return (
                f"has none of the columns that the mapping names ({listed(wanted)}); split at {self._form.delimiter!r}, its columns are: "
                f"{listed(header)}. Nothing of it was read; correct `delimiter` or `map`."
            )
        if header and position and position not in header:
            return f"has no column {position!r}, which `position` names; its columns: {listed(header)}. Nothing of it was read."
        return ""


def add_row(record: Record, column: str | None, reading: EventReading | StockReading, meaning: Meaning, rows: Rows) -> None:
    """What the row that `record` holds says, into `rows`."""
    try:
        row = row_of(record)
    except Refused as error:
        if rows.is_new(f"{record.source}:{record.position}\n{error}"):
            rows.reject(record, record.position, "row", str(error), excerpt_of(record))
        return
    position = position_of(row, column, record.position)
    if isinstance(reading, EventReading):
        reading.add(record, row.get, position, meaning, rows, has=row.__contains__)
    else:
        reading.add(record, row.get, position, meaning, rows)


def row_of(record: Record) -> dict[str, str]:
    """The row a record holds. Raises Refused for what never was a row."""
    if record.content_type == ROW:
        row: dict[str, str] = orjson.loads(record.payload)
        return row
    raise Refused(f"the line is not a row of the table: {record.content_type.removeprefix(BROKEN)}")


def position_of(row: Mapping[str, Any], column: str | None, otherwise: str) -> str:
    """Where a row stands: what `column` says, as it is configured now; `otherwise` where that is empty."""
    said = row.get(column) if column else None
    text = "" if said is None else str(said)
    return text if text.strip() else otherwise


def gaps(expected: RowMapping, found: Sequence[str], shown: Sequence[str]) -> str:
    """What a file lacks whose rows have `found` and whose columns are `shown`; empty when nothing."""
    absent = [f"{columns} (for {field})" for field, columns in expected.absent_columns(found)]
    if not absent:
        return ""
    return f"has no column {', '.join(absent)}; its columns: {listed(shown)}. {expected.empty_or_refused(set(found).__contains__)}"


def listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(name[:80] for name in names[:SHOWN]) + more
