"""What a receiver was sent: OTLP export requests, one record each. There is nothing to read; it comes by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from collectors import otlp
from collectors.collector import Clock, Collector, Trouble
from collectors.event import Record
from collectors.mapping import AttributeMapping
from collectors.meaning import Meaning
from collectors.otlp.rows import add_otlp
from collectors.rows import Rows, excerpt_of
from collectors.settings import attribute_map, setting


class Otlp(Collector):
    kind: ClassVar[str] = "otlp"

    @dataclass(frozen=True, slots=True)
    class Settings:
        map: dict[str, Any] | None = setting(attribute_map, None)

    def __init__(self, name: str, folder: Path, settings: Settings) -> None:
        self.name = name
        self.mapping = AttributeMapping(settings.map) if settings.map else None

    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble]:
        return iter(())

    def decode(self, record: Record, meaning: Meaning, rows: Rows) -> None:
        try:
            groups = otlp.decode(record.stream, record.content_type, record.payload)
        except otlp.Undecodable as error:
            rows.reject(record, record.position, "request", f"the request cannot be read: {error}", excerpt_of(record))
            return
        add_otlp(record.stream, groups, record, meaning, rows, self.mapping)
