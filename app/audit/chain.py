"""Writing the audit: each entry is bound to the one before it, and the newest is remembered beside the database."""

from __future__ import annotations

import logging
import os
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, event, insert, select, update

from app.audit.entry import FIRST, Entry, canonical, hash_of
from app.audit.place import LONGEST, came_from
from app.audit.tables import entries
from app.storage import engine

HEAD_FILE = "audit.head"
FILE, NEXT = "audit head file", "audit head to keep"  # in what a connection remembers

log = logging.getLogger("syncline.audit")


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry. Its text, `42:9f86…`, is an anchor: kept elsewhere it shows later that nothing up to it was changed or cut off."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


def append(
    connection: Connection, at_ns: int, actor: str, action: str, subject: str, detail: Mapping[str, Any], reason: str | None = None
) -> int:
    """Adds an entry in the caller's transaction; its number. Whoever else appends waits until that transaction has ended.

    Where it came from is taken from app.audit.place. What was changed stands in `detail` as `before` and `after`, and never a secret."""
    take_turn(connection)
    last = newest(connection) or Head(0, FIRST)
    values = (plain(actor), plain(action), plain(subject)[:512], plain(canonical(detail)), None if reason is None else plain(reason))
    entry = Entry(last.number + 1, at_ns, *values, "", plain(came_from.get())[:LONGEST], secrets.token_hex(16))
    entry = entry._replace(hash=hash_of(last.hash, entry))
    connection.execute(insert(entries).values(entry._asdict()))
    if (file := connection.info.get(FILE)) and (NEXT in connection.info or _is_ours(connection, file)):
        connection.info[NEXT] = Head(entry.number, entry.hash)
    return entry.number


def newest(connection: Connection) -> Head | None:
    """The newest entry, None before the first."""
    row = connection.execute(select(entries.c.number, entries.c.hash).order_by(entries.c.number.desc()).limit(1)).one_or_none()
    return Head(row.number, row.hash) if row else None


def take_turn(connection: Connection) -> None:
    """Nobody else reads the newest entry, to put another behind it, before this transaction has ended."""
    engine.take_turn(connection)
    if connection.dialect.name == "sqlite":  # what writes, even nothing, holds the database
        connection.execute(update(entries).where(entries.c.number < 0).values(number=entries.c.number))


def keep_head(of: Engine, file: Path) -> None:
    """From now on the head of the chain is also kept in `file`, so that a tail that was cut off is noticed."""
    event.listen(of, "checkout", lambda _, record, __: record.info.__setitem__(FILE, file))
    event.listen(of, "rollback", lambda connection: connection.invalidated or connection.info.pop(NEXT, None))
    event.listen(of, "checkin", lambda connection, record: _committed(file, connection, record.info.pop(NEXT, None)))


def head_of(file: Path) -> Head | None:
    """The head as it is kept; None where none was ever kept. Raises ValueError when the file is no head."""
    try:
        found = orjson.loads(file.read_bytes())
        return Head(int(found["number"]), str(found["hash"]))
    except FileNotFoundError:
        return None
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{file} is not the head of an audit.") from error


def plain(word: str) -> str:
    """Without what no database takes: a reason may come from anywhere."""
    return str(word).encode("utf-8", "replace").decode().replace("\0", "?")


def _is_ours(connection: Connection, file: Path) -> bool:
    """Whether the chain still holds what the file says. Else somebody cut it, and the file is left as the evidence."""
    try:
        kept = head_of(file)
    except ValueError as error:
        log.error("%s It is left as it is; `syncline doctor` says more.", error)
        return False
    if kept is None:
        return True
    found = connection.execute(select(entries.c.hash).where(entries.c.number == kept.number)).scalar_one_or_none()
    if found != kept.hash:
        log.error("The audit lacks entry %s, or it was changed: %s is left as it is; `syncline doctor` says more.", kept.number, file)
    return found == kept.hash


def _committed(file: Path, connection: Any, head: Head | None) -> None:
    """After the commit, not before it. Where the connection was lost nobody knows, and the head may lag behind but never be ahead."""
    if connection is not None:
        _keep(file, head)


def _keep(file: Path, head: Head | None) -> None:
    """The entry is in the database already: when the file cannot be written, that is told, and the next entry tries again."""
    if head is None:
        return
    try:
        kept = head_of(file)
        if kept is None or kept.number < head.number:  # else somebody was faster
            _write(file, head)
    except (OSError, ValueError):
        log.exception("The head of the audit cannot be kept in %s.", file)


def _write(file: Path, head: Head) -> None:
    draft = file.with_name(f"{file.name}.{os.getpid()}-{threading.get_ident()}.part")
    with draft.open("wb") as opened:
        opened.write(orjson.dumps({"number": head.number, "hash": head.hash}))
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(file)
