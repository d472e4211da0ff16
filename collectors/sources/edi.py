"""EDI interchanges in a folder, as a translator or a gateway keeps what it sent and received: X12 and EDIFACT."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from collectors.collector import Clock, Collector, Trouble
from collectors.edi.envelope import cuts
from collectors.event import Record
from collectors.files.documents import Cut, DocumentFiles
from collectors.formats import check_format, judged_together
from collectors.formats.edi import Edi
from collectors.meaning import Meaning
from collectors.message import Message, unpacked
from collectors.rows import Rows
from collectors.settings import a_text, setting


class EdiFiles(Collector):
    """What came counts from when its file was written."""

    kind: ClassVar[str] = "edi"

    @dataclass(frozen=True, slots=True)
    class Settings:
        path: str = setting(a_text)
        map: dict[str, Any] | None = setting(judged_together, None)
        options: dict[str, Any] | None = setting(judged_together, None)

        @staticmethod
        def check_together(data: dict[str, Any]) -> list[tuple[str, str]]:
            return check_format({**data, "format": Edi.name})

    def __init__(self, name: str, folder: Path, settings: Settings) -> None:
        self.name = name
        self._format = Edi(settings.map, settings.options or {})
        self.mapping = self._format.mapping
        self._files = DocumentFiles(name, folder, settings.path, Edi.content_type, _cuts, with_head=True)

    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble]:
        return self._files.read(after, clock)

    def decode(self, record: Record, meaning: Meaning, rows: Rows) -> None:
        head, body, content_type = unpacked(record)
        message = Message(body, content_type, head, default_ns=head.get("modified_ns", record.recorded_ns))
        self._format.add(record, message, record.position, meaning, rows)


def _cuts(data: bytes) -> Iterator[Cut]:
    return (Cut(*extent) for extent in cuts(data))
