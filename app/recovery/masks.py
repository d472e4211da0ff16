"""Payloads as they are shown to who may not see all of them: what the configuration names is hidden, in JSON, XML and tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from typing import Any, NamedTuple

import orjson
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring, tostring

from app.recovery.model import Payload
from collectors.paths import EACH, NoPath, Step, steps_of

HIDDEN = "•••"
DELIMITERS = ",;\t|"


class Shown(NamedTuple):
    """A payload as it may be seen. `text` None: only its size and digest may, and `why` is the sentence that says so."""

    text: str | None
    size: int
    digest: str
    hidden: tuple[str, ...] = ()  # the names under which something was hidden
    why: str = ""


def masked(payload: Payload, names: Collection[str]) -> Shown:
    """`names`: JSON paths (`customer.name`, `lines[].price`), or names alone, which are hidden wherever they stand: keys, elements and
    attributes of XML, columns. What has no form in which names could be found is not shown at all, where there is something to hide."""
    told = (len(payload.body), payload.digest)
    try:
        text = payload.body.decode()
    except UnicodeDecodeError:
        return Shown(None, *told, why="It is no text.")
    if not names:
        return Shown(text, *told)
    for form in (_json, _xml, _table):
        found = form(text, payload.content_type, names)
        if found:
            return Shown(found[0], *told, hidden=found[1])
    return Shown(None, *told, why="Some of it must not be seen, and it is neither JSON nor XML nor a table in which that could be found.")


Masked = tuple[str, tuple[str, ...]] | None


def _json(text: str, _content_type: str, names: Collection[str]) -> Masked:
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(document, dict | list):
        return None
    hidden = []
    for name in names:
        steps = _steps(name)
        places = [steps] if len(steps) > 1 else []
        if (len(steps) == 1 and _hide_anywhere(document, steps[0])) or any(_hide(document, each) for each in places):
            hidden.append(name)
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode(), tuple(hidden)


def _steps(name: str) -> tuple[Step, ...]:
    try:
        return steps_of(name)
    except NoPath:
        return (name,)


def _hide(value: Any, steps: tuple[Step, ...]) -> bool:
    """Whether anything stands there."""
    step, rest = steps[0], steps[1:]
    if step is EACH:
        keys: list[Any] = list(range(len(value))) if isinstance(value, list) else []
    elif isinstance(value, dict):
        keys = [step] if step in value else []
    else:
        keys = [step] if isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value) else []
    found = False
    for key in keys:
        if rest:
            found |= _hide(value[key], rest)
        else:
            value[key], found = HIDDEN, True
    return found


def _hide_anywhere(value: Any, name: Step) -> bool:
    found = False
    for key, each in list(value.items()) if isinstance(value, dict) else enumerate(value):
        if key == name and isinstance(value, dict):
            value[key], found = HIDDEN, True
        elif isinstance(each, dict | list):
            found |= _hide_anywhere(each, name)
    return found


def _xml(text: str, _content_type: str, names: Collection[str]) -> Masked:
    if not text.lstrip("\ufeff \t\r\n").startswith("<"):
        return None
    try:
        root = fromstring(text.lstrip("\ufeff").encode())
    except (ParseError, DefusedXmlException, ValueError):
        return None
    wanted, hidden = {str(_steps(name)[-1]): name for name in names}, []
    for element in root.iter():
        if (name := wanted.get(_local(element.tag))) is not None:
            element.text, element[:] = HIDDEN, []
            element.attrib.clear()
            hidden.append(name)
        for attribute in [each for each in element.attrib if _local(each) in wanted]:
            element.set(attribute, HIDDEN)
            hidden.append(wanted[_local(attribute)])
    return tostring(root, encoding="unicode"), tuple(dict.fromkeys(hidden))


def _local(tag: Any) -> str:
    return str(tag).rpartition("}")[2]


def _table(text: str, content_type: str, names: Collection[str]) -> Masked:
    if "csv" not in content_type.lower():
        return None
    head = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=head.count)
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    columns = [number for number, name in enumerate(rows[0]) if name in names] if rows else []
    for row in rows[1:]:
        for column in columns:
            if column < len(row):
                row[column] = HIDDEN
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue(), tuple(rows[0][column] for column in columns)
