"""Reads a YAML file into plain values and remembers the line of each, so that every complaint can name it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from metrics.keys import Place, Problem

VARIABLE = re.compile(r"\$\{([^}]*)\}")


@dataclass(slots=True)
class Document:
    """What a file says, and on which line it says what."""

    file: Path
    data: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    variables: set[str] = field(default_factory=set)  # every NAME asked for
    overrides: dict[Place, str] = field(default_factory=dict)  # place → the SYNCLINE_ variable that decides it
    problems: list[Problem] = field(default_factory=list)

    def where(self, place: Place) -> str:
        """`line 14`, or the environment variable; for what is missing the line of what it is missing in."""
        return self.overrides.get(place) or f"line {self.line(place)}"

    def line(self, place: Place) -> int:
        """The line of a value, or of the nearest thing around it that stands in the file."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_document(file: Path, environment: Mapping[str, str]) -> Document:
    """The file as values; syntax errors, repeated keys and unknown variables are in its problems."""
    document = Document(file)
    try:
        node = yaml.compose(file.read_text(encoding="utf-8-sig"), Loader=_Loader)
    except OSError as error:
        document.problems.append(Problem((), f"cannot be read: {error.strerror}."))
    except UnicodeDecodeError as error:
        document.problems.append(Problem((), f"is not UTF-8 text ({error.reason} at byte {error.start})."))
    except yaml.MarkedYAMLError as error:
        document.lines[()] = error.problem_mark.line + 1 if error.problem_mark else 1
        document.problems.append(Problem((), f"is no YAML: {_said(error)}"))
    except yaml.YAMLError as error:
        document.problems.append(Problem((), f"is no YAML: {error}"))
    else:
        document.data = _Builder(document, environment).value(node, ()) if node else None
    return document


class _Loader(yaml.SafeLoader):
    """YAML 1.2's plain words: `17:00`, `yes`, `NO` and `2026-03-23` stay texts, only true, false, null and numbers are not."""

    yaml_implicit_resolvers = {}  # noqa: RUF012  how PyYAML's loaders are told


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$"), list("-+0123456789")
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])


class _Builder:
    """Turns the nodes of one document into values."""

    def __init__(self, document: Document, environment: Mapping[str, str]) -> None:
        self.document = document
        self.environment = environment
        self.resolver = _Loader("")
        self.inside: set[yaml.Node] = set()

    def value(self, node: yaml.Node, place: Place) -> Any:
        self.document.lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, place)
        if node in self.inside:
            self.document.problems.append(Problem(place, "is an alias of something it stands in; write it out."))
            return None
        self.inside.add(node)
        found = self._mapping(node, place) if isinstance(node, yaml.MappingNode) else self._list(node, place)
        self.inside.remove(node)
        return found

    def _list(self, node: yaml.Node, place: Place) -> list[Any]:
        return [self.value(entry, (*place, number)) for number, entry in enumerate(node.value)]

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            at = (*place, name)
            if name in found:
                line = key.start_mark.line + 1
                self.document.problems.append(Problem(at, f"stands twice in this mapping, again at line {line}; keep one of them."))
                continue
            self.document.lines[at] = key.start_mark.line + 1
            found[name] = self.value(value, at)
        return found

    def _scalar(self, node: yaml.ScalarNode, place: Place) -> Any:
        text, tag = node.value, node.tag
        if "${" in text:
            text = VARIABLE.sub(lambda match: self._variable(match[1], place), text)
            tag = tag if node.style else self.resolver.resolve(yaml.ScalarNode, text, (True, False))
        return plain(text, tag)

    def _variable(self, name: str, place: Place) -> str:
        self.document.variables.add(name)
        if name not in self.environment:
            self.document.problems.append(Problem(place, f"the environment has no variable '{name}'. Set it, or write the value here."))
        return self.environment.get(name, "")


def plain_value(text: str) -> Any:
    """What `text` would be if it stood unquoted in a file."""
    return plain(text, _Loader("").resolve(yaml.ScalarNode, text, (True, False)))


def plain(text: str, tag: str) -> Any:
    """A text as the value its YAML tag says it is."""
    kind = tag.rpartition(":")[2]
    if kind == "bool":
        return text.lower() == "true"
    if kind in ("int", "float"):
        return int(text) if kind == "int" else float(text)
    return None if kind == "null" else text


def _said(error: yaml.MarkedYAMLError) -> str:
    """What the parser says, as one sentence with the column."""
    column = f" at column {error.problem_mark.column + 1}" if error.problem_mark else ""
    context = f"{error.context}, " if error.context else ""
    return f"{context}{error.problem}{column}."
