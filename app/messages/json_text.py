"""JSON laid out, one field a line, numbers as they were written, and what must not be seen hidden."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from app.messages import xml_text
from app.messages.fields import HIDDEN, Fields

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+|\s+|"', re.DOTALL)
NAMING, NAMED = ("name", "key"), "value"  # {"key": "price", "value": …}: the name of a field stands beside it
CLOSERS = {"{": "}", "[": "]"}
DEEPEST_INDENT = 40  # levels; what is nested deeper stands no further to the right
MOST_WITHIN = 4  # messages within each other: JSON in JSON in XML


class Number(str):
    """A number as it was written: 100.00 stays so, and an id of 30 digits keeps all of them."""

    __slots__ = ()


class Pairs(list[tuple[str, Any]]):
    """An object, its fields in order, also one that stands twice."""


def read(text: str) -> Any:
    """The document. Raises ValueError for what is no JSON object or list, or is nested deeper than anybody reads."""
    try:
        found = json.loads(
            text.removeprefix("\ufeff"), object_pairs_hook=Pairs, parse_int=Number, parse_float=Number, parse_constant=Number
        )
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(found, list):
        raise ValueError("it is neither an object nor a list")
    return found


def lines(document: Any, fields: Fields, hidden: dict[str, None], left: int = MOST_WITHIN) -> Iterator[str]:
    """Line by line; `hidden` gets the fields that were, or would have been, as their lines come."""
    todo: list[tuple[str, str, Any, tuple[str | int, ...], str]] = [("", "", document, (), "")]
    while todo:
        indent, before, value, path, after = todo.pop()
        if not isinstance(value, list) or not value:
            yield f"{indent}{before}{_plain(value)}{after}"
            continue
        is_object = isinstance(value, Pairs)
        begin, end = ("{", "}") if is_object else ("[", "]")
        yield f"{indent}{before}{begin}"
        todo.append((indent, "", Number(end), (), after))
        held = [*(_fields(value, path, fields, hidden, left) if isinstance(value, Pairs) else _entries(value, path, fields, hidden, left))]
        last, deeper = len(held) - 1, indent if len(indent) >= 2 * DEEPEST_INDENT else f"{indent}  "
        todo += [(deeper, name, each, place, "" if number == last else ",") for number, (name, each, place) in reversed([*enumerate(held)])]


Held = tuple[str, Any, tuple[str | int, ...]]  # what stands before a value, the value, its path


def _entries(entries: list[Any], path: tuple[str | int, ...], fields: Fields, hidden: dict[str, None], left: int) -> Iterator[Held]:
    for number, value in enumerate(entries):
        yield "", inner(value, fields, hidden, left) if fields and isinstance(value, str) else value, (*path, number)


def _fields(pairs: Pairs, path: tuple[str | int, ...], fields: Fields, hidden: dict[str, None], left: int) -> Iterator[Held]:
    beside = _named_beside(pairs, fields)
    for name, value in pairs:
        place = (*path, name)
        found = (beside if beside and NAMED in name.casefold() else None) or fields.of(place)
        if found:
            hidden[found] = None
        shown = HIDDEN if found and not fields.is_open else value
        yield f"{_text(name)}: ", inner(shown, fields, hidden, left) if fields and isinstance(shown, str) else shown, place


def _named_beside(pairs: Pairs, fields: Fields) -> str | None:
    """As what the field is configured whose name and value are fields themselves."""
    names = [value for name, value in pairs if name.casefold() in NAMING and isinstance(value, str) and not isinstance(value, Number)]
    return fields.of((names[0],)) if names else None


def one_line(document: Any, fields: Fields, hidden: dict[str, None], left: int = MOST_WITHIN) -> str:
    """The document in one line."""
    return "".join(f"{line.strip()} " if line.endswith(",") else line.strip() for line in lines(document, fields, hidden, left))


def value_of(name: str, value: Any, fields: Fields, hidden: dict[str, None]) -> str:
    """The value of one field as text, masked."""
    if found := fields.of((name,)):
        hidden[found] = None
    if found and not fields.is_open:
        return HIDDEN
    if isinstance(value, list):
        return one_line(value, fields, hidden)
    if isinstance(value, str):
        return inner(value, fields, hidden) if fields else str(value)
    return "" if value is None else _text(value)


def inner(text: str, fields: Fields, hidden: dict[str, None], left: int = MOST_WITHIN) -> str:
    """A text in a message. Where it is a message itself, as outboxes and envelopes carry them, its fields are masked too."""
    begin = text.lstrip("\ufeff \t\r\n")[:1]
    if isinstance(text, Number) or begin not in ("{", "[", "<") or not begin:
        return text
    if not left:
        return HIDDEN if fields.hides else text
    found: dict[str, None] = {}
    try:
        if begin == "<":
            xml_text.check(text)
            masked = "".join(line.strip() for line in xml_text.lines(text, fields, found, partial(inner, left=left - 1)))
        else:
            masked = one_line(read(text), fields, found, left - 1)
    except ValueError:
        return text
    hidden |= found
    # What is nested too deeply is hidden without a name.
    return masked if fields.hides and (found or masked.count(HIDDEN) > text.count(HIDDEN)) else text


def mended(text: str) -> str:
    """The beginning of a JSON document as a document: cut behind the last field that is whole, and closed."""
    open_: list[str] = []
    end, closers = 0, ""
    for token in TOKEN.finditer(text):
        sign = token[0]
        if sign == '"':  # a text that was cut off
            break
        if sign in CLOSERS:
            open_.append(CLOSERS[sign])
        elif sign in ("}", "]") and (not open_ or open_.pop() != sign):
            break
        if sign in (*CLOSERS, "}", "]"):
            end, closers = token.end(), "".join(reversed(open_))
        elif sign == ",":
            end, closers = token.start(), "".join(reversed(open_))
    return text[:end] + closers


def _plain(value: Any) -> str:
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, list):
        return "{}" if isinstance(value, Pairs) else "[]"
    return _text(value)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
