"""The home folder: may it be written, is there room, are journal and store sound."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb

from app.examination.finding import Finding, fail, ok, warn
from app.remote import Server
from app.settings import Settings
from app.trouble import Trouble
from collectors.journal import Journal, JournalBusy
from sql import migrate

TIGHT_BYTES, LITTLE_BYTES = 512 * 2**20, 5 * 2**30


def look_at_home(settings: Settings, server: Server | None) -> Iterator[Finding]:
    """Folder, disk, and then what the serving process says, or journal and store themselves."""
    home = settings.home
    if not home.exists():
        yield warn(f"The home {home} does not exist yet.", "It is made by the first `syncline ingest` or `syncline serve`.")
        return
    if not os.access(home, os.W_OK):
        yield fail(f"The home {home} cannot be written.", "Give it to the user that runs Syncline.")
        return
    yield _room(home)
    if server:
        yield from _serving(server)
    else:
        yield from _journal(home / "journal")
        yield from _store(home / "syncline.duckdb")


def _room(home: Path) -> Finding:
    free = shutil.disk_usage(home).free
    text = f"{free / 2**30:.1f} GiB are free for {home}."
    if free < TIGHT_BYTES:
        return fail(text, "Records are refused soon; make room.")
    return warn(text, "Make room in time.") if free < LITTLE_BYTES else ok(text)


def _serving(server: Server) -> Iterator[Finding]:
    try:
        state = server.readiness()
    except Trouble as trouble:
        yield fail(f"{str(trouble)[0].upper()}{str(trouble)[1:]}", "")
        return
    behind = "an unknown number of" if state["behind_records"] is None else state["behind_records"]
    yield ok(f"Process {server.pid} serves this home at {server.url}; {behind} records are not loaded yet.")
    for problem in state["problems"]:
        yield fail(problem, "The log of the server says more.")
    yield from _rejected(state["rejected"] or 0)


def _journal(folder: Path) -> Iterator[Finding]:
    if not folder.exists():
        return
    try:
        with closing(Journal(folder)) as journal:
            yield ok(f"The journal holds {journal.last} records.")
            for problem in journal.problems:
                yield warn(problem, "Nothing else is lost; keep the file for whoever looks into it.")
    except (JournalBusy, OSError) as error:
        yield fail(f"The journal cannot be opened: {error}", "Stop the process that uses it, or look at the disk.")


def _store(file: Path) -> Iterator[Finding]:
    if not file.exists():
        return
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            applied = {number for (number,) in connection.execute("select number from migrations").fetchall()}
            rejected = connection.execute("select count(*) from rejected").fetchall()[0][0]
    except duckdb.Error as error:
        yield fail(f"The store {file} cannot be read: {error}", "Move it away and run `syncline rebuild`: the journal holds everything.")
        return
    yield _schema(applied)
    yield from _rejected(rejected)


def _schema(applied: set[int]) -> Finding:
    known = {int(path.name[:4]) for path in migrate.FOLDER.glob("*.sql")}
    if applied - known:
        return fail(f"The store has schema {max(applied)}, this Syncline knows up to {max(known)}.", "Use the newer Syncline.")
    if known - applied:
        return warn(f"The store has schema {max(applied)}, {max(known)} is the newest.", "The next start brings it there.")
    return ok(f"The store opens and has the newest schema, {max(known)}.")


def _rejected(count: int) -> Iterator[Finding]:
    if count:
        yield warn(f"{count:,} things of the input could not be understood.", "See them: syncline export rejected")
