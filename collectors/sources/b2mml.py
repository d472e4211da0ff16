"""B2MML messages in a folder: schedules, performance, material and stock between business and plant."""

from __future__ import annotations

from typing import ClassVar

from collectors.files.document_source import DocumentSource


class B2mmlFiles(DocumentSource):
    kind: ClassVar[str] = "b2mml"
