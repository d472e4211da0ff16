"""IDocs as XML in a folder, as an XML port or a gateway writes them."""

from __future__ import annotations

from typing import ClassVar

from collectors.files.document_source import DocumentSource


class IdocFiles(DocumentSource):
    kind: ClassVar[str] = "idoc"
