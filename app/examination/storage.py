"""Journal and store of a home that nobody serves: are they sound, and do they agree. Both are only read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from app.examination.finding import Finding, fail, ok, warn
from collectors.journal import DAMAGED, Examination, examine
from sql import migrate
from sql.store import OFFLINE

FROM_BACKUP = "Bring the journal's files back from a backup before the next rebuild."


@dataclass(frozen=True, slots=True)
class _Contents:
    """What the store says of itself: `loaded` is the newest record in its tables, `records` how many they were made from."""

    migrations: frozenset[int]
    rejected: int = 0
    loaded: int = 0
    records: int = 0


def look_at_storage(home: Path) -> Iterator[Finding]:
    """The store, read whole, then the journal held against it."""
    file, contents = home / "syncline.duckdb", _Contents(frozenset())
    if file.exists():
        try:
            contents = _contents(file)
        except duckdb.Error as error:
            said = " ".join(str(error).split())
            if "set lock" in said:  # not every "lock": a damaged file is said to have corrupt blocks
                yield warn(f"The store is in use, so neither it nor the journal is looked at: {said}", "Ask again when that has ended.")
                return
            yield fail(f"The store {file} cannot be read: {said}", "Move it away and run `syncline rebuild`: the journal holds everything.")
        else:
            yield _schema(contents.migrations)
            yield from rejected(contents.rejected)
    yield from _journal(home / "journal", contents)


def rejected(count: int) -> Iterator[Finding]:
    """What of the input nobody could understand."""
    if count:
        yield warn(f"{count:,} things of the input could not be understood.", "See them: syncline export rejected")


def _contents(file: Path) -> _Contents:
    with duckdb.connect(str(file), read_only=True, config=OFFLINE) as connection:
        tables = [name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()]
        for table in tables:
            # DuckDB compares checksums only of what it reads, and opening a file reads next to nothing of it.
            connection.execute(f'select bit_xor(hash(row)) from "{table}" as row').fetchall()
        if "migrations" not in tables:  # made, and then killed before anything else
            return _Contents(frozenset())
        migrations = connection.execute("select number from migrations").fetchall()
        marks = dict(connection.execute("select key, value from meta").fetchall())
        count = connection.execute("select count(*) from rejected").fetchall()[0][0]
    loaded, records = (int(marks.get(key, 0)) for key in ("journal_loaded", "journal_records"))
    return _Contents(frozenset(number for (number,) in migrations), count, loaded, records)


def _schema(applied: frozenset[int]) -> Finding:
    known = {int(path.name[:4]) for path in migrate.FOLDER.glob("*.sql")}
    if applied - known:
        return fail(f"The store has schema {max(applied)}, this Syncline knows up to {max(known)}.", "Use the newer Syncline.")
    if known - applied:
        found = max(applied, default="none")
        return warn(f"The store has schema {found}, {max(known)} is the newest.", "The next start brings it there.")
    return ok(f"The store can be read and has the newest schema, {max(known)}.")


def _journal(folder: Path, contents: _Contents) -> Iterator[Finding]:
    try:
        found = examine(folder)
    except OSError as error:
        yield fail(f"The journal {folder} cannot be read: {error.strerror or error}.", "Look at the disk.")
        return
    yield from _against_store(folder, found, contents)
    for problem in found.problems:
        yield warn(problem, "All else is read.")
    if aside := sorted(path.name for path in (folder / DAMAGED).glob("*")):
        yield warn(f"{folder / DAMAGED} keeps what was no whole block: {', '.join(aside)}.", "Leave it for whoever looks into it.")


def _against_store(folder: Path, found: Examination, contents: _Contents) -> Iterator[Finding]:
    if found.newest < contents.loaded:
        lost = f"The journal {folder} ends with record {found.newest:,}, the tables know {contents.loaded:,}: what lies between is lost."
        yield fail(lost, FROM_BACKUP)
    elif found.records < contents.records:
        made = f"the tables were made from {contents.records:,}: a rebuild would lose the difference."
        yield fail(f"The journal {folder} holds {found.records:,} records, {made}", FROM_BACKUP)
    elif folder.exists():
        yield ok(f"The journal holds {found.records:,} records.")
