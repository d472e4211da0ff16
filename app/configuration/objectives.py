"""The objectives of a configuration: the OpenSLO files it names, read and held against the metrics there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from app.configuration.document import Document, read_document
from metrics.keys import Place, Problem
from metrics.objectives.model import Objective, usual_objectives
from metrics.objectives.reading import Known, read_objectives

ENDINGS = (".yaml", ".yml")


def read_files(
    document: Document, names: Sequence[str] | None, known: Known, environment: Mapping[str, str]
) -> tuple[tuple[Objective, ...], list[Document]]:
    """The objectives of all files, and the files as documents with their problems; the usual ones where `names` is None."""
    if names is None:
        return usual_objectives(known.metrics), []
    files = [read_document(file, environment, is_many=True) for file in _files(document, names)]
    objectives, problems = read_objectives([file.data or [] for file in files], known)
    for file, found in zip(files, problems, strict=True):
        file.problems += found
    return objectives, files


def _files(document: Document, names: Sequence[str]) -> Iterator[Path]:
    """Every file once, those of a folder by name; a name of nothing is a problem."""
    seen: set[Path] = set()
    for number, name in enumerate(names):
        place: Place = ("objectives", number)
        found = list(_named(document.file.parent / name))
        if not found:
            advice = f"Write the path of a file, or of a folder with files that end in {' or '.join(ENDINGS)}, relative to this file."
            document.problems.append(Problem(place, f"there are no objectives in '{name}'. {advice}"))
        for file in found:
            if (whole := file.resolve()) in seen:
                document.problems.append(Problem(place, f"'{name}' names {file.name} a second time; keep one of them."))
            else:
                seen.add(whole)
                yield file


def _named(path: Path) -> Iterator[Path]:
    try:
        if path.is_dir():
            yield from sorted(file for file in path.iterdir() if file.suffix in ENDINGS and file.is_file())
        elif path.is_file():
            yield path
    except OSError:  # a name longer than the system has, a folder that may not be looked into
        return
