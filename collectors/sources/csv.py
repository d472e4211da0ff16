"""Transaction logs as delimited text: each row an event, told by a mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from collectors.collector import Clock, Trouble
from collectors.event import Event, Record, Refused
from collectors.mapping import RowMapping
from collectors.meaning import FINE, Failing, Meaning, Origin
from collectors.rows import Rows, excerpt_of, id_hash
from collectors.settings import a_character, a_text, an_encoding, column_map, setting
from collectors.table_file import Form, TableFiles, position_of, row_of


class Csv:
    kind: ClassVar[str] = "csv"

    @dataclass(frozen=True, slots=True)
    class Settings:
        path: str = setting(a_text)
        map: dict[str, Any] = setting(column_map)
        position: str | None = setting(a_text, None)
        delimiter: str = setting(a_character, ",")
        encoding: str = setting(an_encoding, "utf-8")

    def __init__(self, name: str, folder: Path, settings: Settings) -> None:
        self.name = name
        self.mapping = RowMapping(settings.map)
        self._position = settings.position
        form = Form(settings.delimiter, settings.encoding, settings.position)
        self._files = TableFiles(name, folder, settings.path, form, self.mapping, self.mapping)

    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble]:
        return self._files.read(after, clock)

    def decode(self, record: Record, meaning: Meaning, rows: Rows) -> None:
        """The first event of a position counts. A row that was rejected may come again, read in another form, and be one."""
        position = record.position
        try:
            row = row_of(record)
            position = position_of(row, self._position, position)
            event = self._event(record, row, position, meaning)
            if event and rows.is_new(event.identity):
                rows.events.append(event)
        except Refused as error:
            if rows.is_new(f"{record.source}:{position}\n{error}"):
                rows.reject(record, position, "row", str(error), excerpt_of(record))

    def _event(self, record: Record, row: dict[str, str], position: str, meaning: Meaning) -> Event | None:
        """The event of a row; one without an event type is none, and the journal keeps it. Raises Refused."""
        mapped = self.mapping.apply(row)
        kind, identity = mapped.attributes.get("mfg.event.type"), f"{record.source}:{position}"
        if kind is None:
            return None
        origin = Origin(identity, identity, id_hash(identity), record.source, position, record.recorded_ns)
        failing = _failing(mapped.is_error, mapped.attributes)
        return meaning.event(origin, str(kind), mapped.attributes, failing, None, trace_id=mapped.trace_id, span_id=mapped.span_id)


def _failing(is_error: bool, attributes: dict[str, Any]) -> Failing:
    return Failing(True, attributes.get("error.type"), attributes.get("exception.message")) if is_error else FINE
