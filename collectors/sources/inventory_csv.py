"""Stock snapshots as delimited text: each row the quantity of one key in one system at one time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from collectors import instants
from collectors.collector import Clock, Trouble
from collectors.event import Record, Refused
from collectors.mapping import RowMapping
from collectors.meaning import Meaning, quantity_of
from collectors.rows import Row, Rows, excerpt_of
from collectors.settings import INVENTORY_FIELDS, a_character, a_text, an_encoding, inventory_map, setting
from collectors.table_file import Form, TableFiles, position_of, row_of

NEEDED = ("snapshot_time", "system", "site", "item", "quantity")


class InventoryCsv:
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
        own = settings.map or {}
        self.mapping = RowMapping({field: own.get(field, {"column": field}) for field in INVENTORY_FIELDS})
        self._position = settings.position
        form = Form(settings.delimiter, settings.encoding, settings.position)
        self._files = TableFiles(name, folder, settings.path, form, self.mapping, RowMapping(own))

    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble]:
        return self._files.read(after, clock)

    def decode(self, record: Record, meaning: Meaning, rows: Rows) -> None:
        position = record.position
        try:
            row = row_of(record)
            position = position_of(row, self._position, position)
            stock = self._stock(record, row, position)
            if rows.is_new(f"{record.source}:{position}"):
                rows.stock.append(stock)
        except Refused as error:
            if rows.is_new(f"{record.source}:{position}\n{error}"):
                rows.reject(record, position, "row", str(error), excerpt_of(record))

    def _stock(self, record: Record, row: dict[str, str], position: str) -> Row:
        """The row of the table stock_snapshots. Raises Refused."""
        found = {field.name: value.value for field in self.mapping.fields if (value := field.find(row.get))}
        absent = [name for name in NEEDED if name not in found]
        if absent:
            raise Refused(f"{', '.join(absent)}: empty, and a stock snapshot says nothing without it")
        return (
            found["snapshot_time"] if found["snapshot_time"].__class__ is int else instants.of_text(found["snapshot_time"]),
            str(found["system"]),
            str(found["site"]),
            str(found.get("location", "")),
            str(found["item"]),
            str(found.get("batch", "")),
            str(found.get("stock_status", "unrestricted")),
            quantity_of(found["quantity"], "quantity"),
            found.get("uom"),
            record.source,
            position,
            record.recorded_ns,
        )
