"""Whether payloads that people edited are sealed, and can be opened."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import inspect, select
from sqlalchemy.exc import DatabaseError

from app.examination.finding import Finding, fail, ok, warn
from app.recovery.model import Action
from app.recovery.run_tables import items
from app.recovery.seals import Seal
from app.recovery.settings import Recovery
from app.storage.state import State

EDITING = (Action.EDIT_AND_REPLAY, Action.BULK_TRANSFORM)
NO_KEY = "Payloads that are edited are kept as they are, readable by whoever can read the home."
LOST_ADVICE = "Put the key they were sealed with back at the end of recovery.payloads.keys; until then nothing is sent of them."


def look_at_payloads(state: State, recovery: Recovery) -> Iterator[Finding]:
    """Nothing where nothing can be edited and nothing was."""
    try:
        kept = _kept(state)
    except (DatabaseError, OSError):  # a finding about the people or the home already
        return
    seal = Seal(recovery.payloads.keys)
    if lost := sum(seal.opened(body) is None for body in kept):
        many = "1 edited payload" if lost == 1 else f"{lost:,} edited payloads"
        yield fail(f"{many} cannot be read: no key in the configuration opens what was sealed.", LOST_ADVICE)
    if not recovery.payloads.keys:
        if kept or any(path.action in EDITING for path in recovery.paths):
            yield warn(NO_KEY, "Give recovery.payloads.keys a key; docs/recovery.md says how.")
    elif not lost:
        yield ok(f"Edited payloads are sealed; {len(kept):,} {'is' if len(kept) == 1 else 'are'} kept.")


def _kept(state: State) -> list[bytes]:
    if not state.is_there:
        return []
    with state.looked_at() as connection:
        if not inspect(connection).has_table(items.name):
            return []
        return list(connection.execute(select(items.c.body).where(items.c.body.is_not(None))).scalars())
