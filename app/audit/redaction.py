"""Blacking something out of entries that were written: what they say changes, the chain still verifies, and one more entry tells of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, update

from app.audit.chain import append, newest, take_turn
from app.audit.checking import ERASED, digest_of_redactions, of_database
from app.audit.entry import Entry, digest_of
from app.audit.files import read, write
from app.audit.tables import entries, redactions

Change = Callable[[str], str]  # a text, and the same without what must not be in it


@dataclass(frozen=True, slots=True)
class Told:
    """How blacking out is told: when, by whom, of what."""

    at_ns: int
    actor: str
    subject: str
    detail: Mapping[str, Any]


def black_out(connection: Connection, folder: Path, change: Change, told: Told, after: ExitStack) -> int:
    """In the caller's transaction; how many entries say something else now. Those that were moved out are in files of `folder`: they are
    replaced when `after` ends, which is when the transaction has."""
    take_turn(connection)
    head = newest(connection)
    by = (head.number if head else 0) + 1
    changed: dict[int, str] = {}
    for file in sorted(folder.glob("audit-from-*.jsonl")):
        found = [_changed(entry, change) for entry in read(file)]
        new = {entry.number: digest_of(entry) for entry, is_new in found if is_new}
        if new:
            changed |= new
            after.callback(write, file, [entry for entry, _ in found])
    here = [entry for entry, is_new in (_changed(entry, change) for entry in of_database(connection)) if is_new]
    for entry in here:
        values = entry._asdict()
        connection.execute(update(entries).where(entries.c.number == values.pop("number")).values(**values))
    changed |= {entry.number: digest_of(entry) for entry in here}
    rows = sorted(changed.items())
    if rows:
        connection.execute(insert(redactions), [{"number": number, "by": by, "digest": digest} for number, digest in rows])
    detail = {**told.detail, "entries": len(rows), "redactions": digest_of_redactions(rows)}
    append(connection, told.at_ns, told.actor, ERASED, told.subject, detail)
    return len(rows)


def _changed(entry: Entry, change: Change) -> tuple[Entry, bool]:
    """With another salt: the digest of what it said before is of no use to who wants to guess that."""
    made = entry._replace(
        actor=change(entry.actor),
        subject=change(entry.subject),
        detail=change(entry.detail),
        reason=None if entry.reason is None else change(entry.reason),
    )
    if made == entry:
        return entry, False
    return made._replace(came_from="", salt=secrets.token_hex(16)), True
