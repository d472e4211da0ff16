"""CloudEvents as they are sent to the receiver, a request one record; or with a `path`, those in a folder of files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from collectors.collector import Clock, Collector, Trouble
from collectors.event import Record
from collectors.files.documents import DocumentFiles, one_document
from collectors.files.line_files import CUT, LineFiles
from collectors.files.tail import TOO_LONG
from collectors.formats.cloudevents import STRUCTURED, CloudEvents
from collectors.meaning import Meaning
from collectors.message import MESSAGE, Message, packed, unpacked
from collectors.rows import Rows, excerpt_of
from collectors.sample_file import messages_in
from collectors.settings import a_text, setting
from collectors.suggest import unknown

LINE, FILE = "line", "file"
KIND = f"{MESSAGE}; {STRUCTURED}"


def what_a_message_is(value: Any) -> list[tuple[str, str]]:
    return [] if value in (LINE, FILE) else [("", unknown("part of a file", value, (LINE, FILE)))]


def a_map(value: Any) -> list[tuple[str, str]]:
    return CloudEvents.check_map(value)


class CloudEventsSource(Collector):
    kind: ClassVar[str] = "cloudevents"

    @dataclass(frozen=True, slots=True)
    class Settings:
        path: str | None = setting(a_text, None)
        message: str = setting(what_a_message_is, LINE)
        map: dict[str, Any] | None = setting(a_map, None)

        @staticmethod
        def check_together(data: dict[str, Any]) -> list[tuple[str, str]]:
            return [("message", "is only for files, which `path` names")] if "message" in data and "path" not in data else []

    def __init__(self, name: str, folder: Path, settings: Settings) -> None:
        self.name = name
        self._format = CloudEvents(settings.map, {})
        self.mapping = self._format.mapping
        self._files: LineFiles | DocumentFiles | None = None
        if settings.path and settings.message == FILE:
            self._files = DocumentFiles(name, folder, settings.path, STRUCTURED, one_document)
        elif settings.path:
            self._files = LineFiles(name, folder, settings.path, KIND, pack=lambda file, line: packed({"file": file}, line))

    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble]:
        return self._files.read(after, clock) if self._files else iter(())

    def sample(self, file: Path) -> Iterator[Record | Trouble]:
        return messages_in(self.name, file, STRUCTURED)

    def decode(self, record: Record, meaning: Meaning, rows: Rows) -> None:
        """What was sent and says no time took effect when it came."""
        head, body, content_type = unpacked(record)
        if content_type.endswith(CUT):
            reason = f"the line cannot be read: {TOO_LONG}"
            if rows.is_new(f"{record.source}:{record.position}\n{reason}"):
                rows.reject(record, record.position, "message", reason, excerpt_of(record))
            return
        default_ns = record.recorded_ns if record.after is None and record.recorded_ns else None
        self._format.add(record, Message(body, content_type, head, default_ns=default_ns), record.position, meaning, rows)
