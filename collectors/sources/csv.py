"""Transaction logs as delimited text: each row an event, told by a mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from collectors.collector import Clock, Trouble
from collectors.event import Record, Refused
from collectors.mapping import RowMapping
from collectors.meaning import FINE, Failing, Meaning, Origin
from collectors.rows import Rows, excerpt_of, id_hash
from collectors.settings import a_character, a_text, an_encoding, column_map, setting
from collectors.table_file import TableFiles, row_of


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
        self._files = TableFiles(name, folder, settings.path, settings.delimiter, settings.encoding, settings.position, self.mapping)

    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble]:
        return self._files.read(after, clock)

    def decode(self, record: Record, meaning: Meaning, rows: Rows) -> None:
        identity = f"{record.source}:{record.position}"
        if not rows.is_new(identity):
            return
        try:
            row = self.mapping.apply(row_of(record))
            kind = row.attributes.get("mfg.event.type")
            if kind is not None:  # a row without an event type is no event; the journal keeps it
                origin = Origin(identity, identity, id_hash(identity), record.source, record.position, record.recorded_ns)
                rows.events.append(
                    meaning.event(
                        origin,
                        str(kind),
                        row.attributes,
                        _failing(row.is_error, row.attributes),
                        None,
                        trace_id=row.trace_id,
                        span_id=row.span_id,
                    )
                )
        except Refused as error:
            rows.reject(record, record.position, "row", str(error), excerpt_of(record))


def _failing(is_error: bool, attributes: dict[str, Any]) -> Failing:
    return Failing(True, attributes.get("error.type"), attributes.get("exception.message")) if is_error else FINE
