"""One entry of the audit, and the hash that binds it to the one before."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, NamedTuple

FIRST = "0" * 64  # stands before the first entry


class Entry(NamedTuple):
    """As it is written, in the order of the columns. `salt` None: from before there were salts and addresses."""

    number: int
    at_ns: int
    actor: str
    action: str
    subject: str
    detail: str
    reason: str | None
    hash: str
    came_from: str | None = None
    salt: str | None = None


def hash_of(before: str, entry: Entry) -> str:
    """What the entry carries when `before` is the hash of the one before it."""
    return sha256(f"{before}\n{said(entry)}".encode()).hexdigest()


def digest_of(entry: Entry) -> str:
    """Of what an entry says, whichever stand before it."""
    return sha256(said(entry).encode()).hexdigest()


def said(entry: Entry) -> str:
    """What is hashed: JSON without spaces, letters as they are."""
    parts: list[Any] = [entry.number, entry.at_ns, entry.actor, entry.action, entry.subject, entry.detail, entry.reason]
    return canonical(parts if entry.salt is None else [*parts, entry.came_from, entry.salt])


def canonical(value: Any) -> str:
    """Of Python's json and no faster one: who verifies an export elsewhere has this, and floats must be the same."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
