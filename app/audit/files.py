"""Entries that were kept long enough leave the database as files that verify with what is left: JSON Lines, one entry a line."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson
from sqlalchemy import Connection, Engine, delete, func, select

from app.audit.chain import append, take_turn
from app.audit.checking import MOVED_OUT, first_number, of_database
from app.audit.entry import Entry, canonical
from app.audit.tables import entries
from app.instants import instant_text

FOLDER = "audit"  # in the home
ACTOR = "syncline"


def move_out(engine: Engine, folder: Path, before_ns: int, now_ns: int) -> int:
    """Entries from before that time go into a file in `folder`; how many. The next entry says which, and the hash of the last of them:
    the chain begins with that from then on."""
    with engine.begin() as connection:
        take_turn(connection)
        through, first = _through(connection, before_ns), first_number(connection)
        if through is None or first is None or through < first:
            return 0
        leaving = [entry for entry in of_database(connection) if entry.number <= through]
        file = folder / f"audit-from-{first:012d}.jsonl"  # the same name once more when we were killed before the commit
        write(file, leaving)
        said = {"through": through, "hash": leaving[-1].hash, "entries": len(leaving), "file": file.name}
        append(connection, now_ns, ACTOR, MOVED_OUT, "audit", {**said, "before": instant_text(before_ns)})
        connection.execute(delete(entries).where(entries.c.number <= through))
        return len(leaving)


def _through(connection: Connection, before_ns: int) -> int | None:
    """The number of the last entry before the first one that stays: clocks may have gone back."""
    stays = connection.execute(select(func.min(entries.c.number)).where(entries.c.at_ns >= before_ns)).scalar()
    newest = connection.execute(select(func.max(entries.c.number))).scalar()
    if newest is None:
        return None
    return int(stays) - 1 if stays is not None else int(newest)


def moved_out(folder: Path) -> Iterator[Entry]:
    """All entries of the files in `folder`, the oldest first, each once. Raises ValueError for a line that is none."""
    last = 0
    for file in sorted(folder.glob("audit-from-*.jsonl")):
        for entry in read(file):
            if entry.number > last:
                last = entry.number
                yield entry


def read(file: Path) -> Iterator[Entry]:
    """The entries of a file. Raises ValueError with where and what."""
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield Entry(**orjson.loads(line))
            except (TypeError, ValueError) as error:
                raise ValueError(f"{file}, line {number}, is no entry of an audit.") from error


def write(file: Path, found: Iterable[Entry]) -> None:
    """Whole or not at all, and on the disk."""
    file.parent.mkdir(mode=0o700, exist_ok=True)
    draft = file.with_suffix(".part")
    with draft.open("w", encoding="utf-8") as lines:
        lines.writelines(f"{canonical(entry._asdict())}\n" for entry in found)
        lines.flush()
        os.fsync(lines.fileno())
    draft.replace(file)
