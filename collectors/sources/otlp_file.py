"""Files the OpenTelemetry Collector's file exporter writes: JSON Lines, an export request of traces or logs a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from collectors import otlp
from collectors.collector import Clock, Collector, Trouble
from collectors.event import Record
from collectors.files.line_files import CUT, LineFiles
from collectors.files.tail import TOO_LONG
from collectors.mapping import AttributeMapping
from collectors.meaning import Meaning
from collectors.otlp.rows import add_otlp
from collectors.rows import Rows, excerpt_of
from collectors.settings import a_text, attribute_map, setting


class OtlpFile(Collector):
    kind: ClassVar[str] = "otlp_file"

    @dataclass(frozen=True, slots=True)
    class Settings:
        path: str = setting(a_text)
        map: dict[str, Any] | None = setting(attribute_map, None)

    def __init__(self, name: str, folder: Path, settings: Settings) -> None:
        self.name = name
        self._files = LineFiles(name, folder, settings.path, otlp.JSON)
        self.mapping = AttributeMapping(settings.map) if settings.map else None

    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble]:
        return self._files.read(after, clock)

    def decode(self, record: Record, meaning: Meaning, rows: Rows) -> None:
        try:
            if record.content_type.endswith(CUT):
                raise otlp.Undecodable(TOO_LONG)
            for signal, groups in otlp.decode_line(record.payload):
                add_otlp(signal, groups, record, meaning, rows, self.mapping)
        except otlp.Undecodable as error:
            rows.reject(record, record.position, "line", f"the line cannot be read: {error}", excerpt_of(record))
