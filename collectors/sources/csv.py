"""Transaction logs as delimited text: each row an event, told by a mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from collectors.collector import Clock, Collector, Trouble
from collectors.event import Record
from collectors.files.table_file import Form, TableFiles, add_row
from collectors.meaning import Meaning
from collectors.readings import EventReading
from collectors.rows import Rows
from collectors.settings import a_character, a_text, an_encoding, column_map, setting


class Csv(Collector):
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
        self._reading = EventReading(settings.map)
        self.mapping = self._reading.mapping
        self._position = settings.position
        form = Form(settings.delimiter, settings.encoding, settings.position)
        self._files = TableFiles(name, folder, settings.path, form, self.mapping, self.mapping)

    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble]:
        return self._files.read(after, clock)

    def decode(self, record: Record, meaning: Meaning, rows: Rows) -> None:
        """The first event of a position counts. A row that was rejected may come again, read in another form, and be one."""
        add_row(record, self._position, self._reading, meaning, rows)
