"""The workflows of a configuration: the packs it names, read and held against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from app.configuration.document import Document, read_document
from metrics.keys import Place, Problem
from metrics.workflows import Workflow, parse

DEFAULT = "default"
DEFAULT_PACK = Path(__file__).parent.parent / "packs" / "discrete_manufacturing.yaml"


def read_packs(document: Document, names: Sequence[str], environment: Mapping[str, str]) -> tuple[tuple[Workflow, ...], list[Document]]:
    """The workflows of all packs, and the packs as documents with their problems."""
    workflows: list[Workflow] = []
    packs: list[Document] = []
    for number, name in enumerate(names):
        if (file := _pack_file(document, name, ("workflows", number))) is not None:
            pack = read_document(file, environment)
            if not pack.problems:
                workflows += _parse(pack, workflows)
            packs.append(pack)
    return tuple(workflows), packs


def _pack_file(document: Document, name: str, place: Place) -> Path | None:
    file = DEFAULT_PACK if name == DEFAULT else document.file.parent / name
    if file.is_file():
        return file
    document.problems.append(
        Problem(place, f"there is no file {file}. Write the path of a workflow pack, relative to this file, or 'default'.")
    )
    return None


def _parse(pack: Document, before: Sequence[Workflow]) -> tuple[Workflow, ...]:
    workflows, problems = parse(pack.data)
    taken = {workflow.name for workflow in before}
    twice = {workflow.name for workflow in workflows} & taken
    pack.problems += problems
    pack.problems += [
        Problem(("workflows", number, "name"), f"another pack has a workflow called '{name}' already; rename one of them.")
        for number, name in enumerate(_names(pack))
        if name in twice
    ]
    return workflows


def _names(pack: Document) -> list[str | None]:
    return [entry.get("name") if isinstance(entry, dict) else None for entry in pack.data["workflows"]]
