"""A configuration that cannot be used, in the words shown to the person who wrote it."""

from __future__ import annotations

from collections.abc import Sequence

from app.configuration.document import Document
from metrics.keys import Problem, written


class ConfigurationError(Exception):
    """Every problem of every file of a configuration, as a text to print."""

    def __init__(self, documents: Sequence[Document]) -> None:
        wrong = [(document, told) for document in documents if (told := document.told())]
        self.count = sum(len(told) for _, told in wrong)
        reports = (_report(document, told, is_first=number == 0) for number, (document, told) in enumerate(wrong))
        super().__init__("\n".join(reports))


def _report(document: Document, told: list[tuple[str, Problem]], is_first: bool) -> str:
    count = len(told)
    head = f"{document.file} has {count} problem{'s' * (count > 1)}{'; nothing was started' * is_first}."
    return "\n".join([head, *(f"  {', '.join(filter(None, [where, written(p.place)]))}: {p.text}" for where, p in told)])
