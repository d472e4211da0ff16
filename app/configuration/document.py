"""Reads a YAML file into plain values and remembers the line of each, so that every complaint can name it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from metrics.keys import Place, Problem

VARIABLE = re.compile(r"\$\{([^}]*)\}")
UNFIT = re.compile("[\0\ud800-\udfff]")  # no path, name or database takes them
MOST_VALUES = 100_000  # of a file
TAGS = "tag:yaml.org,2002:"  # what YAML writes as !!


@dataclass(slots=True)
class Document:
    """What a file says, and on which line it says what."""

    file: Path
    data: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    variables: set[str] = field(default_factory=set)  # every NAME asked for
    overrides: dict[Place, str] = field(default_factory=dict)  # place → the SYNCLINE_ variable that decides it
    misread: list[Problem] = field(default_factory=list)  # what is wrong with the text of the file
    unknown: set[Place] = field(default_factory=set)  # where, for that reason, nobody knows the value
    problems: list[Problem] = field(default_factory=list)  # what is wrong with what it says

    @property
    def is_lost(self) -> bool:
        """True when nothing could be read at all."""
        return self.data is None and bool(self.misread)

    def told(self) -> list[tuple[str, Problem]]:
        """Everything that is wrong, by line, each with where it stands. Of a value nobody knows only this is told."""
        lists = {place[:-1] for place in self.unknown if place and isinstance(place[-1], int)}  # judged whole, by entries nobody knows
        of_values = [p for p in self.problems if p.place not in lists and not any(place in self.unknown for place in _around(p.place))]
        found = [(f"line {self.line(problem.place)}", problem) for problem in self.misread]
        found += [(self.where(problem.place), problem) for problem in of_values]
        return sorted(found, key=lambda each: self.line(each[1].place))

    def entries(self, section: str) -> list[dict[str, Any]]:
        """The mappings in the list of that name; an empty one for whatever else stands there, which has its own problem."""
        found = self.data.get(section) if isinstance(self.data, dict) else None
        return [entry if isinstance(entry, dict) else {} for entry in found] if isinstance(found, list) else []

    def where(self, place: Place) -> str:
        """`line 14`, or the environment variable; for what is missing the line of what it is missing in."""
        return self.overrides.get(place) or f"line {self.line(place)}"

    def line(self, place: Place) -> int:
        """The line of a value, or of the nearest thing around it that stands in the file."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def _around(place: Place) -> list[Place]:
    return [place[:length] for length in range(len(place) + 1)]


def read_document(file: Path, environment: Mapping[str, str], is_many: bool = False) -> Document:
    """The file as values, with `is_many` as a list of what stands between its lines of `---`. What is wrong with its text is in `misread`:
    syntax, repeated keys, tags, unknown variables."""
    document = Document(file)
    try:
        text, build = file.read_text(encoding="utf-8-sig"), _Builder(document, environment).value
        if is_many:
            document.data = [build(node, (number,)) for number, node in enumerate(yaml.compose_all(text, Loader=_Loader))]
        else:
            node = yaml.compose(text, Loader=_Loader)
            document.data = build(node, ()) if node else None
    except OSError as error:
        document.misread.append(Problem((), f"cannot be read: {error.strerror}."))
    except UnicodeDecodeError as error:
        document.misread.append(Problem((), f"is not UTF-8 text ({error.reason} at byte {error.start})."))
    except yaml.MarkedYAMLError as error:
        document.lines[()] = error.problem_mark.line + 1 if error.problem_mark else 1
        document.misread.append(Problem((), f"is no YAML: {_said(error)}"))
    except yaml.YAMLError as error:
        document.misread.append(Problem((), f"is no YAML: {' '.join(str(error).split())}."))
    except RecursionError:  # PyYAML reads what stands in brackets by calling itself
        document.misread.append(Problem((), "is nested deeper than can be read; a configuration needs no more than ten levels."))
    except _TooMany:
        document.misread.append(
            Problem((), f"stands for more than {MOST_VALUES:,} values, by aliases of aliases; write out what they mean.")
        )
    return document


class _TooMany(Exception):
    """A few lines of aliases can stand for more values than there is memory."""


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
        self.values = 0

    def value(self, node: yaml.Node, place: Place) -> Any:
        self.document.lines.setdefault(place, node.start_mark.line + 1)
        self.values += 1
        if self.values > MOST_VALUES:
            raise _TooMany
        self._check_tag(node, place)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, place)
        if node in self.inside:
            self._unknown(place, "is an alias of something it stands in; write it out.")
            return None
        self.inside.add(node)
        found = self._mapping(node, place) if isinstance(node, yaml.MappingNode) else self._list(node, place)
        self.inside.remove(node)
        return found

    def _unknown(self, place: Place, sentence: str) -> None:
        self.document.misread.append(Problem(place, sentence))
        self.document.unknown.add(place)

    def _check_tag(self, node: yaml.Node, place: Place) -> None:
        """Tags are refused, except where they say what is so without them."""
        is_plain = isinstance(node, yaml.ScalarNode) and node.style is None
        if node.tag != self.resolver.resolve(type(node), node.value, (is_plain, not is_plain)):
            tag = f"!!{node.tag.removeprefix(TAGS)}" if node.tag.startswith(TAGS) else node.tag
            self._unknown(place, f"has the tag {tag}, and tags are not read here. Write the value without it; a text in quotes.")

    def _list(self, node: yaml.Node, place: Place) -> list[Any]:
        return [self.value(entry, (*place, number)) for number, entry in enumerate(node.value)]

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = self._fit(str(key.value), place) if isinstance(key, yaml.ScalarNode) else "?"
            at = (*place, name)
            if name in found:
                line = key.start_mark.line + 1
                self.document.misread.append(Problem(at, f"stands twice in this mapping, again at line {line}; keep one of them."))
                continue
            self.document.lines[at] = key.start_mark.line + 1
            found[name] = self.value(value, at)
        return found

    def _scalar(self, node: yaml.ScalarNode, place: Place) -> Any:
        text, tag = self._fit(node.value, place), node.tag
        if "${" in text:
            text = VARIABLE.sub(lambda match: self._variable(match, place), text)
            tag = tag if node.style else self.resolver.resolve(yaml.ScalarNode, text, (True, False))
        return plain(text, tag)

    def _fit(self, text: str, place: Place) -> str:
        if found := UNFIT.search(text):
            self._unknown(place, f"holds the character U+{ord(found[0]):04X}, which no text may hold; remove it.")
        return UNFIT.sub("", text)

    def _variable(self, match: re.Match[str], place: Place) -> str:
        """The variable's value; what stands in the file when there is no such variable."""
        name = match[1]
        self.document.variables.add(name)
        if name not in self.environment:
            self._unknown(place, f"the environment has no variable '{name}'. Set it, or write the value here.")
        return self.environment.get(name, match[0])


def plain_value(text: str) -> Any:
    """What `text` would be if it stood unquoted in a file."""
    return plain(text, _Loader("").resolve(yaml.ScalarNode, text, (True, False)))


def plain(text: str, tag: str) -> Any:
    """A text as the value its YAML tag says it is. What cannot be that stays a text, also a number of more digits than Python reads."""
    kind = tag.removeprefix(TAGS)
    if kind == "bool":
        return text.lower() == "true"
    if kind in ("int", "float"):
        with suppress(ValueError):
            return int(text) if kind == "int" else float(text)
    return None if kind == "null" else text


def _said(error: yaml.MarkedYAMLError) -> str:
    """What the parser says, as one sentence with the column."""
    column = f" at column {error.problem_mark.column + 1}" if error.problem_mark else ""
    context = f"{error.context}, " if error.context else ""
    return f"{context}{error.problem}{column}."
