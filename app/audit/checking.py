"""Whether the audit is what was written: the first entry that was changed, taken out or cut off."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from pathlib import Path

import orjson
from sqlalchemy import Connection, func, inspect, select

from app.audit.chain import Head, head_of
from app.audit.entry import FIRST, Entry, digest_of, hash_of
from app.audit.listing import streamed
from app.audit.tables import entries, redactions

ERASED, MOVED_OUT = "erased a person", "audit moved out"  # actions of entries that say something of others
CHANGED, MISSING, CUT_OFF = "was changed", "is missing", "was cut off with all behind it"


@dataclass(frozen=True, slots=True)
class Wrong:
    """The first entry that is not what was written, and what is wrong with it."""

    number: int
    what: str

    def __str__(self) -> str:
        return f"entry {self.number:,} {self.what}"


@dataclass(frozen=True, slots=True)
class Redacted:
    """What was blacked out: of each entry what it says since, and for each entry that tells of it the digest it must carry."""

    said: dict[int, str]
    told: dict[int, str]
    highest: dict[int, int]  # an erasure can only be of what stands before it


def verify(connection: Connection, file: Path | None = None, anchors: Iterable[Head] = (), before: Iterable[Entry] = ()) -> Wrong | None:
    """None when all entries are there as they were. `file`: where the head is kept beside the database; `anchors`: heads of before, kept
    elsewhere; `before`: entries that were moved out, to be looked at with the others."""
    kept = head_of(file) if file else None
    known: dict[int, set[str]] = {}
    for head in (*anchors, *([kept] if kept else [])):
        known.setdefault(head.number, set()).add(head.hash)
    begin = first_number(connection)
    moved = [entry for entry in before if begin is None or entry.number < begin]
    last = Head(moved[0].number - 1, "") if moved else _begin(connection, begin)
    if last is None:
        return Wrong(1, MISSING)
    if moved and moved[0].number == 1:
        last = Head(0, FIRST)
    known = {number: wanted for number, wanted in known.items() if number > last.number}
    with closing(of_database(connection)) as found:
        return _first_wrong(_both(moved, found), last, known, redacted(connection))


def _both(moved: list[Entry], found: Iterator[Entry]) -> Iterator[Entry]:
    yield from moved
    yield from found


def _first_wrong(found: Iterator[Entry], last: Head, known: dict[int, set[str]], black: Redacted) -> Wrong | None:
    number, before = last.number, last.hash
    untold = set(black.told)
    for entry in found:
        number += 1
        if entry.number != number:
            return Wrong(number, MISSING)
        if not _is_as_written(entry, before, black):
            return Wrong(number, CHANGED)
        if entry.action == ERASED:
            untold.discard(number)
        before = entry.hash
        if known.get(number, {before}) != {before}:
            return Wrong(number, CHANGED)
    if any(wanted > number for wanted in known):
        return Wrong(number + 1, CUT_OFF)
    return Wrong(min(untold), CHANGED) if untold else None


def _is_as_written(entry: Entry, before: str, black: Redacted) -> bool:
    if entry.number in black.said:  # its hash is that of what it said once; the next entry holds it
        return digest_of(entry) == black.said[entry.number]
    if before and entry.hash != hash_of(before, entry):
        return False
    if entry.action != ERASED:
        return True
    told = orjson.loads(entry.detail).get("redactions")
    return bool(told == black.told.get(entry.number, digest_of_redactions(())) and black.highest.get(entry.number, 0) < entry.number)


def redacted(connection: Connection) -> Redacted:
    """All that was blacked out, as it is written down."""
    if not inspect(connection).has_table(redactions.name):
        return Redacted({}, {}, {})
    rows = connection.execute(select(redactions).order_by(redactions.c.by, redactions.c.number)).all()
    told, highest = {}, {}
    for by, of in groupby(rows, lambda row: int(row.by)):
        group = [(int(row.number), str(row.digest)) for row in of]
        told[by], highest[by] = digest_of_redactions(group), group[-1][0]
    return Redacted({int(row.number): str(row.digest) for row in rows}, told, highest)


def digest_of_redactions(rows: Iterable[tuple[int, str]]) -> str:
    """Of (number, digest) in the order of the numbers: what the entry that tells of them carries."""
    return sha256("".join(f"{number} {digest}\n" for number, digest in rows).encode()).hexdigest()


def first_number(connection: Connection) -> int | None:
    """Of the first entry that is in the database."""
    found = connection.execute(select(func.min(entries.c.number))).scalar()
    return None if found is None else int(found)


def of_database(connection: Connection) -> Generator[Entry]:
    """Every entry, the oldest first."""
    found = {column["name"] for column in inspect(connection).get_columns(entries.name)}
    listed = select(*(column for column in entries.c if column.name in found)).order_by(entries.c.number)
    with closing(streamed(connection, listed)) as rows:
        for row in rows:
            yield Entry(*tuple(row))


def _begin(connection: Connection, begin: int | None) -> Head | None:
    """What stands before the first entry: nothing, or what an entry says was moved out."""
    if begin is None or begin == 1:
        return Head(0, FIRST)
    moved = select(entries.c.detail).where(entries.c.action == MOVED_OUT).order_by(entries.c.number.desc())
    for detail in connection.execute(moved).scalars():
        said = orjson.loads(detail)
        if said.get("through") == begin - 1:
            return Head(int(said["through"]), str(said["hash"]))
    return None
