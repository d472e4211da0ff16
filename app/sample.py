"""How a sample file would be read: what each record becomes, which fields stay empty, and which workflow waits for it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.configuration.sections import RECEIVED
from app.settings import Settings, Source
from app.trouble import Mistake
from collectors.collector import Trouble
from collectors.explain import Explanation, explain_file
from collectors.files.tail import Folder
from collectors.meaning import Meaning
from metrics.keys import nearest
from metrics.workflows import Definitions

KINDS = {
    ".csv": ("csv", "inventory_csv", "files"),
    ".jsonl": ("otlp_file", "files"),
    ".parquet": ("files",),
    ".json": ("otlp_file",),
    ".xml": ("idoc", "b2mml"),
}
RECEIVED_FILE = {"name": RECEIVED, "kind": RECEIVED}  # what an exporter sends needs no source


class Sample:
    """The lines to show, one record after the other; afterwards `summary()` and how many were `rejected`."""

    def __init__(self, settings: Settings, file: Path, name: str | None) -> None:
        self._definitions = settings.definitions
        self._entry, self._file = _entry(settings, file, name), file.absolute()
        self._meaning = Meaning(settings.identifiers, settings.error_rules)
        self._verdicts: Counter[str] = Counter()
        self._filled: Counter[str] = Counter()
        self._empty: Counter[str] = Counter()
        self.rejected = 0

    def lines(self) -> Iterator[str]:
        for found in explain_file(self._entry, self._file, self._meaning):
            if isinstance(found, Trouble):
                self.rejected += 1
                yield found.sentence
            else:
                self._count(found)
                yield _heading(found)
                yield from self._details(found)

    def summary(self) -> str:
        """What came of all records together, and which fields none of them filled."""
        counted = ", ".join(f"{count} {what}" for what, count in self._verdicts.items()) or "nothing"
        never = [name for name in self._empty if name not in self._filled]
        return f"Read as source {self._entry['name']}: {counted}." + (
            f"\nNever filled: {', '.join(never)}." if self._filled and never else ""
        )

    def _count(self, found: Explanation) -> None:
        word = found.verdict.partition(" ")[0].rstrip(":")
        self._verdicts[{"no": "without an event", "stock": "stock lines", "event": "events"}.get(word, word)] += 1
        self.rejected += word == "rejected"
        self._filled.update(name for name, _, _ in found.fields)
        self._empty.update(found.empty if found.fields else [])

    def _details(self, found: Explanation) -> Iterator[str]:
        for name, value, origin in found.fields:
            yield f"    {name:<22}  {value:<36}  {origin}".rstrip()
        if found.fields:
            yield f"    empty: {', '.join(found.empty) or 'nothing'}"
        fields = {name: value for name, value, _ in found.fields}
        if "event_type" in fields:
            yield f"    {awaited(self._definitions, fields['event_type'], fields.get('system'))}"


def awaited(definitions: Definitions, event: str, system: str | None) -> str:
    """Which steps of which workflows an event takes; when none, what it could have been."""
    steps = [(workflow.name, step) for workflow in definitions.workflows for step in workflow.milestones]
    taken = [f"step '{step.name}' of {name}" for name, step in steps if (step.event, step.system) == (event, system)]
    taken += [f"a cancel event of {workflow.name}" for workflow in definitions.workflows if (event, system) in workflow.cancel]
    if taken:
        return f"is {', '.join(taken)}"
    if elsewhere := sorted({step.system for _, step in steps if step.event == event}):
        return f"no workflow waits for {event} at {system or 'no system'}; they wait for it at {', '.join(elsewhere)}"
    near = nearest(event, sorted({step.event for _, step in steps}))
    return f"no workflow waits for {event}{f'; did you mean {near[0]}?' if near else ''}"


def _heading(found: Explanation) -> str:
    return f"{found.position}  {found.what}: {found.verdict}"


def _entry(settings: Settings, file: Path, name: str | None) -> dict[str, Any]:
    """The entry of `sources` that would read the file. Raises Mistake."""
    if not _is_file(file):
        raise Mistake(f"there is no sample file {file}.")
    readable = list(settings.sources)
    if name is not None:
        for source in readable:
            if source.name == name:
                return source.options
        raise Mistake(f"no source is called '{name}'. Known: {_names(readable)}.")
    return _fitting(settings, readable, file)


def _is_file(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError as error:
        raise Mistake(f"the sample file {file} cannot be read: {error.strerror or error}.") from error


def _fitting(settings: Settings, readable: list[Source], file: Path) -> dict[str, Any]:
    """The one whose path fits, else the one whose kind fits the ending of the file."""
    kinds = KINDS.get(Path(file.name.removesuffix(".gz")).suffix, ())
    fitting = [source for source in readable if "path" in source.options and _reads(settings, source.options["path"], file)]
    fitting = fitting or [source for source in readable if source.kind in kinds]
    if not fitting and "otlp_file" in kinds:
        return next((source.options for source in readable if source.kind == RECEIVED), RECEIVED_FILE)
    if len(fitting) != 1:
        raise Mistake(f"say with --source which source is to read {file}. Possible: {_names(fitting or readable)}.")
    return fitting[0].options


def _reads(settings: Settings, pattern: str, file: Path) -> bool:
    # Not Path.resolve: it refuses a link that points at itself, and one such link beside the sample is no reason to stop.
    found = {os.path.realpath(path) for _, path in Folder(settings.folder, pattern).streams()}
    return os.path.realpath(file) in found


def _names(sources: list[Source]) -> str:
    return ", ".join(source.name for source in sources) or "none; add it under `sources` in the configuration"
