"""XML documents, read without trust: bounded in size, depth and count, names without namespaces, and values found by paths.

A path names elements from the outside in: `E1EDK01/BELNR`, `E1EDK02[QUALF=001]/BELNR` (only where QUALF is 001), `E1EDP01[]/WERKS`
(each of them), `E1EDK01/@SEGMENT` (an attribute), `/ApplicationArea/BODID` (from the root, whatever part is being read).
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from collectors.event import Refused
from collectors.files.documents import Cut
from collectors.paths import NoPath

LARGEST = 64 << 20  # bytes
MOST_ELEMENTS = 500_000
DEEPEST = 64  # elements within each other; IDocs need 8, B2MML 20
STEP = re.compile(r"(@?[^/\[\]@=]+)((?:\[[^\[\]]*\])*)")
CONDITION = re.compile(r"\[(?:(@?[^\[\]@=]+)=([^\[\]]*))?\]")
ROOT = re.compile(rb"<([A-Za-z_\x80-\xff][^\s/<>]*+)[^<>]*+>")  # possessive: text without an end is read once
SPACE = re.compile(rb"\s*+")
EXAMPLES = "write it as in E1EDK01/BELNR, E1EDK02[QUALF=001]/BELNR, E1EDP01[]/WERKS or E1EDK01/@SEGMENT"


class Document(NamedTuple):
    root: Element
    namespace: str  # of the root; "" where it has none


class Step(NamedTuple):
    name: str
    conditions: tuple[tuple[str, str], ...]
    each: bool


def read_document(body: bytes) -> Document:
    """The document in `body`. Raises Refused with the reason why there is none."""
    if len(body) > LARGEST:
        raise Refused(f"is larger than {LARGEST >> 20} MiB; split it")
    builder = _Builder()
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    try:
        parser.feed(body)
        return Document(parser.close(), builder.namespace)
    except DefusedXmlException as error:
        raise Refused("has a document type definition, which is not read: it can name other files and grow without end") from error
    except ParseError as error:
        raise Refused(f"is not well-formed: {error}") from error
    except (LookupError, ValueError, UnicodeError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(f"cannot be read in the encoding it names: {error}") from error


class _Builder(TreeBuilder):
    """Builds elements whose names have lost their namespace, as long as the document stays within the bounds."""

    def __init__(self) -> None:
        super().__init__()
        self.namespace = ""
        self._depth = self._count = 0

    def start(self, tag: str, attributes: dict[str, str], /) -> Element:
        self._depth += 1
        self._count += 1
        if self._depth > DEEPEST:
            raise Refused(f"has more than {DEEPEST} elements within each other")
        if self._count > MOST_ELEMENTS:
            raise Refused(f"has more than {MOST_ELEMENTS:,} elements; split it")
        namespace, _, name = tag.rpartition("}")
        if self._count == 1:
            self.namespace = namespace[1:]
        return super().start(name, attributes)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag.rpartition("}")[2])


@lru_cache(maxsize=4096)
def steps_of(path: str) -> tuple[Step, ...]:
    """The steps of a path. Raises NoPath."""
    steps = []
    for part in _parts(path.removeprefix("/")):
        match = STEP.fullmatch(part)
        if not match or not all(CONDITION.fullmatch(each) for each in re.findall(r"\[[^\[\]]*\]", match[2])):
            raise NoPath(f"{path!r} is no path at {part!r}; {EXAMPLES}")
        conditions = CONDITION.findall(match[2])
        steps.append(Step(match[1].strip(), tuple((n, v.strip()) for n, v in conditions if n), any(not n for n, _ in conditions)))
    if any(step.name.startswith("@") for step in steps[:-1]):
        raise NoPath(f"{path!r} goes on behind an attribute; {EXAMPLES}")
    return tuple(steps)


def _parts(path: str) -> list[str]:
    """Split at slashes, except within brackets."""
    return re.split(r"/(?![^\[]*\])", path)


def lookup_in(part: Element, root: Element, head: dict[str, Any] | None = None) -> Callable[[str], Any]:
    """What a mapping asks: the text at a path in `part`, behind a slash in `root`, behind an @ in `head`; None where nothing stands."""

    def find(path: str) -> Any:
        if path.startswith("@") and "/" not in path:
            return (head or {}).get(path[1:])
        return value_at(root if path.startswith("/") else part, path)

    return find


def value_at(part: Element, path: str) -> str | list[str] | None:
    """The first text at a path that is not empty; with a step `[]` all of them. None where there is none."""
    steps = steps_of(path)
    found = [text for text in texts_at(part, steps) if text]
    if any(step.each for step in steps):
        return found or None
    return found[0] if found else None


def text_at(part: Element, path: str) -> str:
    """The first text at a path without `[]`; "" where there is none."""
    return next((text for text in texts_at(part, steps_of(path)) if text), "")


def elements_at(part: Element, path: str) -> list[Element]:
    """The elements at a path."""
    found = [part]
    for step in steps_of(path):
        found = _children(found, step)
    return found


def texts_at(part: Element, steps: tuple[Step, ...]) -> Iterator[str]:
    found = [part]
    for step in steps:
        if step.name.startswith("@"):
            yield from (each.get(step.name[1:], "").strip() for each in found)
            return
        found = _children(found, step)
    yield from ((each.text or "").strip() for each in found)


def _children(found: list[Element], step: Step) -> list[Element]:
    return [child for each in found for child in each if child.tag == step.name and all(_holds(child, *c) for c in step.conditions)]


def _holds(element: Element, name: str, value: str) -> bool:
    if name.startswith("@"):
        return element.get(name[1:], "").strip() == value
    return any(child.tag == name and (child.text or "").strip() == value for child in element)


def documents_in(data: bytes) -> Iterator[Cut]:
    """The documents of a file, one behind the other, as a port that appends writes them. In UTF-16 a file is one document."""
    if b"\0" in data[:64]:
        yield Cut(0, len(data))
        return
    at, last = 0, len(data.rstrip())
    while at < last:
        end = _end_of(data, at)
        if end is None:
            yield Cut(at, len(data), is_whole=False)
            return
        yield Cut(at, end)
        at = end


def _end_of(data: bytes, start: int) -> int | None:
    """Where the document that begins at `start` ends; None when its end has not come."""
    at = _root_at(data, start)
    if at is None:
        return None
    open_tag = ROOT.match(data, at)
    if not open_tag:
        return len(data) if b">" in data[at : at + 4096] else None  # no document: refused as a whole, with the reason
    if data[open_tag.end() - 2 : open_tag.end()] == b"/>":
        return open_tag.end()
    close_tag = re.compile(rb"</" + re.escape(open_tag[1]) + rb"\s*>").search(data, open_tag.end())
    return close_tag.end() if close_tag else None


def _root_at(data: bytes, start: int) -> int | None:
    """Where the first tag stands, behind declarations and comments; None when one of these has no end."""
    at = start + 3 if data.startswith(BOM_UTF8, start) else start
    while True:
        at = SPACE.match(data, at).end()  # type: ignore[union-attr]  # matches always
        for begin, end in ((b"<?", b"?>"), (b"<!--", b"-->")):
            if data.startswith(begin, at):
                closed = data.find(end, at)
                break
        else:
            return at
        if closed < 0:
            return None
        at = closed + len(end)
