"""Finds what stands at a path in a JSON document: `header.order.id`, `lines[0].qty`, `lines[].material` (each), `['a.b'].c`, `@topic`.

A name that is a key as it stands is found first, so a flat document with dots in its keys needs no quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

STEP = re.compile(r"""\['([^']+)'\]|\["([^"]+)"\]|\[(-?[0-9]{1,9})?\]|\.?([^.\[\]]+)""")
EACH = None  # the step `[]`
Step = str | int | None


class NoPath(ValueError):
    """What is written cannot be a path; the text says why."""


@lru_cache(maxsize=4096)
def steps_of(path: str) -> tuple[Step, ...]:
    """The steps of a path. Raises NoPath."""
    found: list[Step] = []
    at, text = 0, path.removeprefix("$")
    while at < len(text):
        match = STEP.match(text, at)
        if not match or (at and text[at] not in ".["):
            raise NoPath(
                f"{path!r} is no path behind {text[:at]!r}; write it as in header.order.id, lines[0].qty, lines[].qty or ['a.b'].c"
            )
        quoted, double, index, name = match.groups()
        found.append(quoted or double or name or (EACH if index is None else int(index)))
        at = match.end()
    if not found:
        raise NoPath("is an empty path")
    return tuple(found)


def lookup_in(document: Any, head: dict[str, Any] | None = None) -> Callable[[str], Any]:
    """What a mapping asks: the value at a path in `document`, or in `head` for a path behind an @; None where nothing stands."""

    def find(path: str) -> Any:
        if path.startswith("@"):
            return _at(head, path[1:]) if head else None
        return _at(document, path)

    return find


def _at(document: Any, path: str) -> Any:
    if document.__class__ is dict and path in document:
        return document[path]
    return _follow(document, steps_of(path), 0)


def _follow(value: Any, steps: tuple[Step, ...], at: int) -> Any:
    for i in range(at, len(steps)):
        step = steps[i]
        if step is EACH:
            found = [_follow(each, steps, i + 1) for each in value] if value.__class__ is list else []
            return [each for each in found if each is not None] or None
        if step.__class__ is int:
            if value.__class__ is not list or not -len(value) <= step < len(value):
                return None
        elif value.__class__ is not dict or step not in value:
            return None
        value = value[step]
    return value
