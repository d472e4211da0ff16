"""Whether the audit is what was written: no entry changed, taken out or cut off."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.exc import DatabaseError

from app import audit
from app.audit import files
from app.audit.checking import MISSING
from app.examination.finding import Finding, fail, ok
from app.storage.state import State

ADVICE = "Find out who may write to it, and bring it back from a backup."


def look_at_audit(state: State) -> Iterator[Finding]:
    """The chain, read whole, and held against the head that is kept beside it."""
    try:
        yield from _look(state)
    except ValueError as error:
        yield fail(str(error), ADVICE)
    except (DatabaseError, OSError):  # a finding about the people or the home already
        return


def _look(state: State) -> Iterator[Finding]:
    head = state.home / audit.HEAD_FILE
    if not state.is_there:
        if head.exists():
            yield fail(f"{head} is there, {state.place} with the audit is not.", ADVICE)
        return
    with state.looked_at() as connection:
        if audit.is_there(connection):
            wrong = audit.verify(connection, head, before=files.moved_out(state.home / files.FOLDER))
            entries = audit.count(connection, audit.Filter())
        else:
            wrong, entries = audit.Wrong(1, MISSING) if head.exists() else None, 0
    yield _said(wrong, entries)


def _said(wrong: audit.Wrong | None, entries: int) -> Finding:
    if wrong is not None:
        return fail(f"The audit is not what was written: {wrong}.", ADVICE)
    held = "1 entry, not" if entries == 1 else f"{entries:,} entries, none"
    return ok(f"The audit holds {held} changed since it was written.")
