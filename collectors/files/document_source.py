"""Folders of documents in one format, as a source: what the kinds `edi`, `idoc` and `b2mml` have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from collectors.collector import Clock, Collector, Trouble
from collectors.event import Record
from collectors.files.documents import Cut, DocumentFiles
from collectors.formats import check_format, open_format
from collectors.formats.xml_document import documents_in
from collectors.meaning import Meaning
from collectors.message import Message, unpacked
from collectors.rows import Rows
from collectors.settings import a_text, judged_together, setting


class DocumentSource(Collector):
    """A kind has the name of its format. `with_head` keeps the file's name and times beside each document."""

    with_head: ClassVar[bool] = False

    @dataclass(frozen=True, slots=True)
    class Settings:
        path: str = setting(a_text)
        map: dict[str, Any] | None = setting(judged_together, None)
        options: dict[str, Any] | None = setting(judged_together, None)

        @staticmethod
        def check_together(data: dict[str, Any]) -> list[tuple[str, str]]:
            return check_format({**data, "format": data["kind"]})

    def __init__(self, name: str, folder: Path, settings: Settings) -> None:
        self.name = name
        self._format = open_format(self.kind, settings.map, settings.options)
        self.mapping = self._format.mapping
        self._files = DocumentFiles(name, folder, settings.path, self._format.content_type, self.split, self.with_head)

    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble]:
        return self._files.read(after, clock)

    def decode(self, record: Record, meaning: Meaning, rows: Rows) -> None:
        head, body, content_type = unpacked(record)
        message = Message(body, content_type, head, default_ns=self.default_ns(record, head))
        self._format.add(record, message, record.position, meaning, rows)

    @staticmethod
    def split(data: bytes) -> Iterator[Cut]:
        """The documents in the bytes of a file, in order and without overlap."""
        return documents_in(data)

    def default_ns(self, record: Record, head: dict[str, Any]) -> int | None:
        """When what a document says took effect, where nothing in it tells; None: that is refused."""
        return None
