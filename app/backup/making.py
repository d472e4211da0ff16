"""Makes a backup of a home while it is served: people first, then the numbers, then the records they are made of."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from errno import ENOSPC
from importlib.metadata import version
from pathlib import Path

from app import audit
from app.application import Application
from app.audit import files as audit_files
from app.backup import manifest
from app.backup.manifest import Manifest, Written
from app.trouble import Mistake, Unreachable
from collectors.journal import sync_folder
from sql import migrate
from sql.copying import copy_store

ACCOUNTS, STORE, JOURNAL = "accounts.sqlite", "syncline.duckdb", "journal"
BESIDE = ("session.key",)


def make(application: Application, folder: Path) -> Manifest:
    """Leaves a backup in `folder`, which must not be there yet: all of it, or nothing. Raises Mistake and Unreachable.

    What of the people says that something is in the records already is copied before the records, and so are the numbers: nothing of
    the copy knows of a record that the copy lacks. What the copy has of records beyond its numbers is computed when it is restored."""
    home = application.settings.home.resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Mistake(f"{folder} is there already and is left as it is. Name a folder that is not there yet.")
    if folder.resolve().is_relative_to(home):
        raise Mistake(f"{folder} lies in the home itself, which a backup is to survive. Name a folder on another disk.")
    with _draft(folder) as draft:
        known_ns = application.now_ns()
        files = dict(_copied(application, home, draft))
        record = application.journal.last
        schema = max(int(path.name[:4]) for path in migrate.FOLDER.glob("*.sql"))
        made = Manifest(version("syncline"), schema, application.now_ns(), known_ns, record, files, _elsewhere(application))
        manifest.write(draft, made)
        _synced(draft)
    return made


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    """A folder beside it that takes its name once everything is on the disk, and is gone where that fails."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            yield draft
            draft.rename(folder)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        sync_folder(folder.parent)
    except OSError as error:
        why = "the disk is full" if error.errno == ENOSPC else error.strerror or str(error)
        raise Unreachable(f"the backup {folder} cannot be written: {why}. Nothing was left there.") from error


def _copied(application: Application, home: Path, draft: Path) -> Iterator[tuple[str, Written]]:
    """Each file with its path in the backup. The head of the audit comes before the audit: it may lag behind, never be ahead. So it stays
    here where the audit is elsewhere, and was copied before."""
    is_here = not _elsewhere(application)
    for name in (*([audit.HEAD_FILE] if is_here else []), *BESIDE):
        if (home / name).is_file():
            yield name, _copy(home / name, draft / name)
    if is_here:
        _copy_accounts(home / ACCOUNTS, draft / ACCOUNTS)
        yield ACCOUNTS, _written(draft / ACCOUNTS)
    for path in sorted((home / audit_files.FOLDER).glob("*.jsonl")):
        yield f"{audit_files.FOLDER}/{path.name}", _copy(path, draft / audit_files.FOLDER / path.name)
    copy_store(application.store, draft / STORE)
    yield STORE, _written(draft / STORE)
    for path, size in application.journal.durable():
        inside = f"{JOURNAL}/{path.relative_to(application.journal.folder)}"
        yield inside, _copy(path, draft / inside, size)


def _elsewhere(application: Application) -> str:
    """The database that the state lies in, where it is not in the home."""
    state = application.settings.state
    return "" if state.shared is None else state.place


def _copy_accounts(source: Path, target: Path) -> None:
    """As SQLite copies a database that is in use. Its own file would not do: what was written last lies in another."""
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written)
        written.execute("pragma journal_mode = delete")  # all in one file


def _copy(source: Path, target: Path, most: int | None = None) -> Written:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with source.open("rb") as read, target.open("xb") as written:
        return manifest.taken(read, written, most)


def _written(path: Path) -> Written:
    with path.open("rb") as file:
        return manifest.taken(file)


def _synced(folder: Path) -> None:
    """Everything in it is on the disk, for its owner only."""
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(0o600)
            with path.open("rb") as file:
                os.fsync(file.fileno())
        else:
            sync_folder(path)
    sync_folder(folder)
