"""The settings of sources: what each key may hold, so that all problems can be told at once."""

from __future__ import annotations

import codecs
import dataclasses
import re
from collections.abc import Callable, Sequence
from typing import Any

from collectors.files.content import is_wide
from collectors.mapping_check import OPTION_CHECKS, check_fields, check_mapping
from collectors.readings import STOCK_FIELDS
from collectors.suggest import unknown

EVENTS, INVENTORY = "events", "inventory"  # what the rows of a source may be
DURATION = re.compile(r"(\d{1,9})([smhd])", re.ASCII)
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
PROBE = 'A,;\t"\r\nz09'
Problems = list[tuple[str, str]]
Check = Callable[[Any], Problems]  # a value → its problems as (path inside it, sentence)


def setting(check: Check, default: Any = dataclasses.MISSING) -> Any:
    """A field of a source's Settings that `check` judges; without a default it must be there."""
    return dataclasses.field(default=default, metadata={"check": check})


def check_settings(settings: Any, data: dict[str, Any], common: tuple[str, ...]) -> Problems:
    """Every problem of one source's `data` against the dataclass `settings`; keys in `common` belong to somebody else.

    Where keys depend on each other, `settings` has a static method `check_together(data)` that returns the problems of that.
    """
    fields = {f.name: f for f in dataclasses.fields(settings)}
    problems = [(str(key), unknown("key", key, [*fields, *common])) for key in data if key not in fields and key not in common]
    for name, field in fields.items():
        if name in data:
            problems += [(_inside(name, where), text) for where, text in field.metadata["check"](data[name])]
        elif field.default is dataclasses.MISSING:
            problems.append((name, "is missing"))
    return problems + (settings.check_together(data) if hasattr(settings, "check_together") else [])


def _inside(name: str, where: str) -> str:
    return f"{name}.{where}" if where and not where.startswith("[") else f"{name}{where}"


def check_keys(data: Any, known: Sequence[str], example: str, what: str = "option") -> Problems:
    """What is wrong with a mapping before its values are looked at: that it is none, or keys that nobody knows."""
    if not isinstance(data, dict):
        return [("", f"must be a mapping, as in `{example}` (found {data!r})")]
    return [(str(key), unknown(what, key, known)) for key in data if key not in known]


def judged_together(_value: Any) -> Problems:
    """For a key whose value is judged with others: see `check_together` of its settings."""
    return []


def what_it_holds(value: Any) -> Problems:
    return [] if value in (EVENTS, INVENTORY) else [("", unknown("content", value, (EVENTS, INVENTORY)))]


def a_whole_number(high: int, shown: str = "") -> Check:
    """From 1 to `high`, which a sentence shows as `shown`."""

    def check(value: Any) -> Problems:
        good = value.__class__ is int and 0 < value <= high
        return [] if good else [("", f"must be a whole number from 1 to {shown or high} (found {value!r})")]

    return check


def a_zone(value: Any) -> Problems:
    return [("", problem)] if (problem := OPTION_CHECKS["time_zone"](value)) else []


def a_look_back(value: Any) -> Problems:
    is_number = value.__class__ is int and 0 <= value < 2**63
    if is_number or (isinstance(value, str) and DURATION.fullmatch(value)):
        return []
    return [("", f"must be a duration, as in 5m, for a watermark that is a time, or how many numbers, as in 1000 (found {value!r})")]


def seconds_of(text: str) -> int:
    """Of a duration that was checked before."""
    found = DURATION.fullmatch(text)
    assert found, text
    return int(found[1]) * SECONDS[found[2]]


def a_text(value: Any) -> Problems:
    return [] if isinstance(value, str) and value.strip() else [("", f"must be a text that is not empty (found {value!r})")]


def a_character(value: Any) -> Problems:
    if not isinstance(value, str) or len(value) != 1:
        return [("", f'must be one character, as in ";" or "\\t" (found {value!r})')]
    if value in '"\r\n\0':
        return [("", f'must be a character that can stand between two fields, as in ";" or "\\t" (found {value!r})')]
    return []


def an_encoding(value: Any) -> Problems:
    allowed = "allowed are names such as utf-8, cp1252, latin-1, utf-16"
    try:
        codecs.lookup(value)
    except (LookupError, TypeError, ValueError):
        return [("", f"no encoding is called {value!r}; {allowed}")]
    return [] if _holds_lines(value) else [("", f"{value!r} is no encoding in which a file has lines and columns; {allowed}")]


def _holds_lines(encoding: str) -> bool:
    """Whether files in `encoding` can be split at line ends before they are decoded, or decoded as a whole."""
    try:
        encoded = PROBE.encode(encoding)
        return encoded.decode(encoding).endswith(PROBE) and (is_wide(encoding) or encoded.endswith(PROBE.encode()))
    except (LookupError, ValueError):  # some codecs turn no text into bytes at all
        return False


def column_map(value: Any) -> Problems:
    return check_mapping(value, "column")


def attribute_map(value: Any) -> Problems:
    return check_mapping(value, "attribute")


def inventory_map(value: Any) -> Problems:
    return check_fields(value, "column", STOCK_FIELDS, ())
