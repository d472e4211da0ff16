"""Files the OpenTelemetry Collector's file exporter writes: JSON Lines, an export request of traces or logs a line."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import orjson

from collectors import otlp
from collectors.collector import Clock, Collector, Trouble
from collectors.event import Record
from collectors.mapping import AttributeMapping
from collectors.meaning import Meaning
from collectors.otlp_rows import add_otlp
from collectors.rows import Rows, excerpt_of
from collectors.settings import a_text, attribute_map, setting
from collectors.tail import KEPT_OF_CUT, TOO_LONG, UNREADABLE, Folder, Tail, as_text, rests, state_of, trouble_of

CUT = "application/json; cut"  # the beginning of a line that is too long to be one
RESTED_NS = 60 * 10**9  # exporters write in blocks: half a line is nothing to tell of while the rest may be on its way


class OtlpFile(Collector):
    kind: ClassVar[str] = "otlp_file"

    @dataclass(frozen=True, slots=True)
    class Settings:
        path: str = setting(a_text)
        map: dict[str, Any] | None = setting(attribute_map, None)

    def __init__(self, name: str, folder: Path, settings: Settings) -> None:
        self.name = name
        self._folder = Folder(folder, settings.path)
        self.mapping = AttributeMapping(settings.map) if settings.map else None

    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble]:
        if missing := self._folder.missing():
            yield Trouble("", missing)
        for stream, path in self._folder.streams():
            try:
                if not self._folder.is_unchanged(stream, path):
                    yield from self._read_file(stream, path, after.get(stream), clock)
            except UNREADABLE as error:
                yield Trouble(stream, trouble_of(path, error))

    def _read_file(self, stream: str, path: Path, after: str | None, clock: Clock) -> Iterator[Record | Trouble]:
        state = state_of(path)
        tail = Tail(path, stream, after)
        try:
            for line in tail:
                if not line.isspace():
                    yield self._record(tail, line.rstrip(), clock)
            if _is_whole(tail.unfinished):
                yield self._record(tail, tail.take_unfinished(), clock)
            if not tail.unfinished:
                self._folder.finished(stream, state)
            elif tail.unfinished.strip() and rests(state, clock(), RESTED_NS):
                where = f"{as_text(str(path))} ends in the middle of line {tail.line + 1}"
                yield Trouble(stream, f"{where}; it is read when the rest has come.")
        finally:
            tail.close()

    def _record(self, tail: Tail, line: bytes, clock: Clock) -> Record:
        kind, payload = (CUT, line[:KEPT_OF_CUT]) if tail.is_cut else (otlp.JSON, line)
        return Record(self.name, tail.position(tail.line), payload, kind, clock(), tail.stream, tail.mark())

    def decode(self, record: Record, meaning: Meaning, rows: Rows) -> None:
        try:
            if record.content_type == CUT:
                raise otlp.Undecodable(TOO_LONG)
            for signal, groups in otlp.decode_line(record.payload):
                add_otlp(signal, groups, record, meaning, rows, self.mapping)
        except otlp.Undecodable as error:
            rows.reject(record, record.position, "line", f"the line cannot be read: {error}", excerpt_of(record))


def _is_whole(line: bytes) -> bool:
    """A last line without its end is half-written, unless it is whole JSON already."""
    try:
        return isinstance(orjson.loads(line.removeprefix(codecs.BOM_UTF8)), dict)
    except orjson.JSONDecodeError:
        return False
