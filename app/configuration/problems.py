"""A configuration that cannot be used, in the words shown to the person who wrote it."""

from __future__ import annotations

from collections.abc import Sequence

from app.configuration.document import Document
from metrics.keys import written


class ConfigurationError(Exception):
    """Every problem of every file of a configuration, as a text to print."""

    def __init__(self, documents: Sequence[Document]) -> None:
        wrong = [document for document in documents if document.problems]
        self.count = sum(len(document.problems) for document in wrong)
        super().__init__("\n".join(_report(document, first=document is wrong[0]) for document in wrong))


def _report(document: Document, first: bool) -> str:
    count = len(document.problems)
    head = f"{document.file} has {count} problem{'s' * (count > 1)}{'; nothing was started' * first}."
    return "\n".join([head, *_lines(document)])


def _lines(document: Document) -> list[str]:
    ordered = sorted(document.problems, key=lambda problem: document.line(problem.place))
    return [f"  {', '.join(filter(None, [document.where(p.place), written(p.place)]))}: {p.text}" for p in ordered]
