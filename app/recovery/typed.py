"""What a person typed into the fields of a message: which values are others than before, and of which type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from app.messages.fields import HIDDEN
from collectors.paths import NoPath, steps_of


def value_at(text: str, place: str) -> Any:
    """What stands at a JSON path; an empty text where nothing does."""
    try:
        found: Any = orjson.loads(text)
        for step in steps_of(place):
            found = found[step]
    except (NoPath, LookupError, TypeError, orjson.JSONDecodeError):
        return ""
    return found


def changes_of(text: str, whole: str, given: Mapping[str, str | None]) -> dict[str, Any]:
    """JSON path → value, of what is another than in the message as it was shown. What stays hidden and was not typed stays as it is.

    The whole message only says of which type a value is."""
    found: dict[str, Any] = {}
    for place, typed in given.items():
        before, said = value_at(text, place), (typed or "").strip()
        after = said if isinstance(value_at(whole, place), str) else _plain(said)
        if after != before and not (before == HIDDEN and not said):
            found[place] = after
    return found


def _plain(said: str) -> Any:
    try:
        return orjson.loads(said)
    except orjson.JSONDecodeError:
        return said
