"""The integrity rules of a configuration: those that ship with Syncline, and the SQL files it names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.configuration.document import Document
from metrics.keys import Place, Problem
from metrics.rules.rule import Rule, WrongRule, in_force, rule_of

if TYPE_CHECKING:
    from metrics.workflows import Definitions

ENDING = ".sql"


@dataclass(slots=True)
class RuleFile(Document):
    """A file that is no YAML: what is wrong with it stands at a line of it, and nowhere else."""

    rule: Rule | None = None

    def told(self) -> list[tuple[str, Problem]]:
        return [(f"line {self.line(problem.place)}", Problem((), problem.text)) for problem in self.problems]

    def tell(self, problems: Sequence[tuple[int, str]]) -> None:
        for number, (line, text) in enumerate(problems):
            self.lines[(number,)] = line
            self.problems.append(Problem((number,), text))


def read_rules(document: Document, names: Sequence[str]) -> list[RuleFile]:
    """The rules that `names` lead to, each with what is wrong with the head of its file."""
    files: list[RuleFile] = []
    for place, path in _paths(document, names):
        if path.stem in [file.file.stem for file in files]:
            document.problems.append(Problem(place, f"leads to a second rule called '{path.stem}'; each name may be used once."))
            continue
        files.append(file := RuleFile(path))
        try:
            file.rule = rule_of(path)
        except WrongRule as wrong:
            file.tell(wrong.problems)
        except OSError as error:
            file.tell([(1, f"cannot be read: {error.strerror}.")])
        except UnicodeDecodeError as error:
            file.tell([(1, f"is not UTF-8 text ({error.reason} at byte {error.start}).")])
    return files


def try_out(files: Sequence[RuleFile], definitions: Definitions) -> None:
    """Adds what is wrong with their statements, each run where nothing has happened."""
    for file in files:
        if file.rule:
            from metrics.rules.trial import problems_of  # it needs DuckDB, which a configuration without own rules does not

            file.tell(problems_of(file.rule, replace(definitions, rules=(file.rule,))))


def rules_of(files: Sequence[RuleFile]) -> tuple[Rule, ...]:
    """All rules in force: those that ship with Syncline, and these."""
    return in_force(tuple(file.rule for file in files if file.rule))


def _paths(document: Document, names: Sequence[str]) -> Iterator[tuple[Place, Path]]:
    """Every file once, those of a folder by name; a name of nothing is a problem."""
    for number, name in enumerate(names):
        place, found = ("rules", number), _named(document.file.parent / name)
        if not found:
            advice = f"Write the path of a file, or of a folder with files that end in {ENDING}, relative to this file."
            document.problems.append(Problem(place, f"there are no rules in '{name}'. {advice}"))
        yield from ((place, path) for path in found)


def _named(path: Path) -> list[Path]:
    try:
        return sorted(path.glob(f"*{ENDING}")) if path.is_dir() else [path] if path.is_file() else []
    except OSError:  # a name longer than the system has, a folder that may not be looked into
        return []
