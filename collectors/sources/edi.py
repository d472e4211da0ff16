"""EDI interchanges in a folder, as a translator or a gateway keeps what it sent and received: X12 and EDIFACT."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from collectors.edi.envelope import cuts
from collectors.event import Record
from collectors.files.document_source import DocumentSource
from collectors.files.documents import Cut


class EdiFiles(DocumentSource):
    """What came counts from when its file was written."""

    kind: ClassVar[str] = "edi"
    with_head: ClassVar[bool] = True

    @staticmethod
    def split(data: bytes) -> Iterator[Cut]:
        return (Cut(*extent) for extent in cuts(data))

    def default_ns(self, record: Record, head: dict[str, Any]) -> int | None:
        return int(head.get("modified_ns", record.recorded_ns))
