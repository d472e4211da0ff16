"""Stock snapshots as delimited text: each row the quantity of one key in one system at one time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from collectors.collector import Clock, Collector, Trouble
from collectors.event import Record
from collectors.files.table_file import Form, TableFiles, add_row
from collectors.mapping import RowMapping
from collectors.meaning import Meaning
from collectors.readings import StockReading
from collectors.rows import Rows
from collectors.settings import a_character, a_text, an_encoding, inventory_map, setting


class InventoryCsv(Collector):
    kind: ClassVar[str] = "inventory_csv"

    @dataclass(frozen=True, slots=True)
    class Settings:
        path: str = setting(a_text)
        map: dict[str, Any] | None = setting(inventory_map, None)
        position: str | None = setting(a_text, None)
        delimiter: str = setting(a_character, ",")
        encoding: str = setting(an_encoding, "utf-8")

    def __init__(self, name: str, folder: Path, settings: Settings) -> None:
        self.name = name
        self._reading = StockReading(settings.map)
        self.mapping = self._reading.mapping
        self._position = settings.position
        form = Form(settings.delimiter, settings.encoding, settings.position)
        self._files = TableFiles(name, folder, settings.path, form, self.mapping, RowMapping(settings.map or {}))

    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble]:
        return self._files.read(after, clock)

    def decode(self, record: Record, meaning: Meaning, rows: Rows) -> None:
        add_row(record, self._position, self._reading, meaning, rows)
