"""The rows of exports that are kept beside people and machine access, and who may see them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Engine

from app.instants import instant_text
from app.recovery import audit

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """One export: its columns, and its rows until a moment (ns, included), of everybody or only `own` ones."""

    columns: tuple[str, ...]
    rows: Callable[[Engine, int, str | None], Iterator[Row]]


def audit_rows(engine: Engine, until_ns: int, own: str | None) -> Iterator[Row]:
    """One row per entry of the audit, the oldest first."""
    with engine.connect() as connection:
        for entry in audit.every(connection, audit.Filter(to_ns=until_ns + 1, own=own)):
            values = (entry.number, instant_text(entry.at_ns), entry.actor, entry.action, entry.subject, entry.reason)
            yield dict(zip(AUDIT, (*values, orjson.loads(entry.detail), entry.hash), strict=True))


AUDIT = ("number", "at_time", "actor", "action", "subject", "reason", "detail", "hash")
KEPT = {"audit": Kept(AUDIT, audit_rows)}
