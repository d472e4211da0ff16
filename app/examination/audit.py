"""Whether the audit is what was written: no entry changed, taken out or cut off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from app import audit
from app.accounts.tables import open_unchanged
from app.audit import files
from app.audit.checking import MISSING
from app.examination.finding import Finding, fail, ok

ADVICE = "Find out who may write to the home, and bring the file back from a backup."


def look_at_audit(home: Path) -> Iterator[Finding]:
    """The chain, read whole, and held against the head that is kept beside it."""
    try:
        yield from _look(home / "accounts.sqlite", home / audit.HEAD_FILE)
    except ValueError as error:
        yield fail(str(error), ADVICE)
    except (DatabaseError, OSError):  # a finding about the people or the home already
        return


def _look(file: Path, head: Path) -> Iterator[Finding]:
    if not file.exists():
        if head.exists():
            yield fail(f"{head} is there, {file} with the audit is not.", ADVICE)
        return
    engine = open_unchanged(file)
    try:
        with engine.connect() as connection:
            if audit.is_there(connection):
                wrong = audit.verify(connection, head, before=files.moved_out(file.parent / files.FOLDER))
                entries = audit.count(connection, audit.Filter())
            else:
                wrong, entries = audit.Wrong(1, MISSING) if head.exists() else None, 0
        yield _said(wrong, entries)
    finally:
        engine.dispose()


def _said(wrong: audit.Wrong | None, entries: int) -> Finding:
    if wrong is not None:
        return fail(f"The audit is not what was written: {wrong}.", ADVICE)
    held = "1 entry, not" if entries == 1 else f"{entries:,} entries, none"
    return ok(f"The audit holds {held} changed since it was written.")
