"""Payloads that are changed before they are sent: only where the approved path says, and with every difference shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import orjson

from app.recovery import schemas
from app.recovery.model import Payload
from collectors.paths import NoPath, Step, steps_of


class EditRefused(ValueError):
    """The change cannot be made; the text says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What stood at a JSON path, and what stands there now."""

    path: str
    before: Any
    after: Any


def changed(
    payload: Payload, changes: Mapping[str, Any], allowed: Collection[str], schema: str | None = None
) -> tuple[Payload, tuple[Difference, ...]]:
    """The payload with these values (JSON path → value), and what differs. Raises EditRefused: no JSON, a path that may not be changed
    or that is not there, a value of another type, a message that breaks the schema (JSON Schema, as text)."""
    try:
        document = orjson.loads(payload.body)
    except orjson.JSONDecodeError as error:
        raise EditRefused("Only JSON payloads can be changed here; this one is none.") from error
    differences = []
    for path, value in changes.items():
        if path not in allowed:
            raise EditRefused(f"{path} may not be changed. Allowed: {', '.join(sorted(allowed)) or 'nothing'}.")
        before = _put(document, path, value)
        if before != value:
            differences.append(Difference(path, before, value))
    if not differences:
        return payload, ()
    if schema and (sentence := schemas.breach(schema, document)):
        raise EditRefused(sentence)
    body = orjson.dumps(document)
    return replace(payload, body=body, digest=sha256(body).hexdigest()), tuple(differences)


def _put(document: Any, path: str, value: Any) -> Any:
    """Puts the value there; what stood there before."""
    try:
        *before, last = steps_of(path)
    except NoPath as error:
        raise EditRefused(str(error)) from error
    place = document
    for step in before:
        place = _under(place, step, path)
    found = _under(place, last, path)
    if found is not None and value is not None and _kind(found) != _kind(value):
        raise EditRefused(f"{path} holds a {_kind(found)}; a {_kind(value)} would break what the receiver reads.")
    place[last] = value
    return found


def _under(place: Any, step: Step, path: str) -> Any:
    if isinstance(place, dict) and isinstance(step, str) and step in place:
        return place[step]
    if isinstance(place, list) and isinstance(step, int) and -len(place) <= step < len(place):
        return place[step]
    raise EditRefused(f"There is no {path} in this payload.")


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, int | float):
        return "number"
    names: dict[type, str] = {str: "text", list: "list", dict: "group"}
    return names.get(type(value), "value")
