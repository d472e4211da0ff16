"""The workflows of a configuration: the packs it names, read and held against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from app.configuration.document import Document, read_document
from metrics.keys import Place, Problem
from metrics.workflows import Workflow, parse

DEFAULT = "default"
LONGEST_SHOWN = 300
SHIPPED = Path(__file__).parent.parent / "packs"
DEFAULT_PACK = SHIPPED / "discrete_manufacturing.yaml"
PACKS = {DEFAULT: DEFAULT_PACK, "batches": SHIPPED / "batches.yaml"}


def read_packs(document: Document, names: Sequence[str], environment: Mapping[str, str]) -> tuple[tuple[Workflow, ...], list[Document]]:
    """The workflows of all packs, and the packs as documents with their problems."""
    workflows: list[Workflow] = []
    packs: list[Document] = []
    for place, name, file in _pack_files(document, names):
        if any(file.samefile(pack.file) for pack in packs):
            document.problems.append(Problem(place, f"'{name}' is named twice; keep one of them."))
            continue
        pack = read_document(file, environment)
        if not pack.is_lost:
            workflows += _parse(pack, workflows)
        packs.append(pack)
    return tuple(workflows), packs


def _pack_files(document: Document, names: Sequence[str]) -> Iterator[tuple[Place, str, Path]]:
    """Each pack that is there, with its name and where it is named; a name of nothing is a problem."""
    for number, name in _numbered(document, names):
        place, file = ("workflows", number), PACKS.get(name) or document.file.parent / name
        if _is_file(file):
            yield place, name, file
        else:
            advice = f"Write the path of a workflow pack, relative to this file, or one of: {', '.join(PACKS)}."
            document.problems.append(Problem(place, f"there is no file {_short(str(file))}. {advice}"))


def _numbered(document: Document, names: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Each name with its number in the file, where also stands what is no name and has been told so."""
    found = document.data.get("workflows") if isinstance(document.data, dict) else None
    written = [str(entry) for entry in found] if isinstance(found, list) else []
    return ((number, name) for number, name in enumerate(written or names) if name in names)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_SHOWN else f"{name[:LONGEST_SHOWN]}…"


def _is_file(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError:  # a name longer than the system has, a folder that may not be looked into
        return False


def _parse(pack: Document, before: Sequence[Workflow]) -> tuple[Workflow, ...]:
    workflows, problems = parse(pack.data)
    taken = {workflow.name for workflow in before}
    pack.problems += problems
    pack.problems += [
        Problem(("workflows", number, "name"), f"another pack has a workflow called '{entry['name']}' already; rename one of them.")
        for number, entry in enumerate(pack.entries("workflows"))
        if str(entry.get("name")) in taken
    ]
    return workflows
