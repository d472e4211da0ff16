"""What people know of a group of failures, kept by its signature: whose it is, notes, a ticket, muted until, fixed, and come back."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, update

from app import audit
from app.access.rights import WRITE_NOTES
from app.recovery.model import Case
from app.recovery.runs import Actor, Refusal
from app.recovery.tables import group_memory, group_notes
from metrics.texts import _

MOST_LETTERS = 2000
MOST_CHANGES = 50  # of one group that are shown
OPEN, MUTED, FIXED, REGRESSED = "open", "muted", "fixed", "regressed"
OF_A_WORKFLOW = ("failed", "missing", "inventory")  # kinds of cases; a rule, or what nobody can place, is about none


def signature_of(case: Case) -> str:
    """What a case is remembered by: the signature of its failure, else what it is called."""
    return case.signature or signature_named(case.kind, case.workflow, case.milestone)


def signature_named(kind: str, workflow: str | None, milestone: str) -> str:
    """Of what is missing, broken, different or unplaced: nobody said words that could tell one from another."""
    named = (kind, workflow or "" if kind in OF_A_WORKFLOW else "", milestone)
    return sha256("\x1f".join(named).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote."""

    at_ns: int
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is known of one signature. `fixed_ns`: since when somebody holds that the cause is gone."""

    signature: str
    owner: str | None = None
    ticket: str | None = None
    muted_until_ns: int | None = None
    fixed_ns: int | None = None
    notes: tuple[Note, ...] = ()

    def until(self, at_ns: int) -> Remembered:
        """Without the notes, and without what was held to be fixed, after that moment. Of all else only the last word is kept."""
        is_known = self.fixed_ns is not None and self.fixed_ns <= at_ns
        return replace(self, fixed_ns=self.fixed_ns if is_known else None, notes=tuple(note for note in self.notes if note.at_ns <= at_ns))

    def state(self, last_seen_ns: int, is_failing: bool, now_ns: int) -> str:
        """open, muted, fixed, or regressed: it failed again after it was held to be fixed, also where it was muted."""
        if self.fixed_ns is not None and last_seen_ns > self.fixed_ns:
            return REGRESSED
        if not is_failing or self.fixed_ns is not None:
            return FIXED
        return MUTED if self.muted_until_ns is not None and now_ns < self.muted_until_ns else OPEN


class Memory:
    """Reads and writes what is remembered; every change is told to the audit. Raises Refusal for who may not, and for what cannot be."""

    def __init__(self, engine: Engine, now_ns: Callable[[], int]) -> None:
        self._engine, self._now_ns = engine, now_ns

    def of(self, signatures: Collection[str]) -> dict[str, Remembered]:
        """By signature, those of which something is known."""
        wanted = set(signatures)
        return {signature: known for signature, known in self.every().items() if signature in wanted}

    def every(self) -> dict[str, Remembered]:
        """By signature, all of which something is known."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(group_memory)).all()
            notes: dict[str, list[Note]] = {}
            for row in connection.execute(select(group_notes).order_by(group_notes.c.at_ns, group_notes.c.number)):
                notes.setdefault(row.signature, []).append(Note(row.at_ns, row.by, row.text))
        known = {row.signature: (row.owner, row.ticket, row.muted_until_ns, row.fixed_ns) for row in rows}
        return {
            signature: Remembered(signature, *known.get(signature, (None, None, None, None)), tuple(notes.get(signature, ())))
            for signature in known.keys() | notes.keys()
        }

    def changes(self, signature: str) -> list[Row[Any]]:
        """What the audit holds of it, the newest first: at_ns, actor, action, detail, reason."""
        with self._engine.connect() as connection:
            return audit.entries(connection, audit.Filter(subject=f"group {signature}"), stop=MOST_CHANGES)

    def note(self, signature: str, actor: Actor, words: str) -> None:
        """Adds a note."""
        said = _said(words, _("A note"))
        with self._changing(actor) as connection:
            audit.take_turn(connection)
            number = len(connection.execute(select(group_notes.c.number).where(group_notes.c.signature == signature)).all()) + 1
            row = {"signature": signature, "number": number, "at_ns": self._now_ns(), "by": actor.name, "text": said}
            connection.execute(insert(group_notes).values(**row))
            self._tell(connection, actor, "noted", signature, {"text": said})

    def assign(self, signature: str, actor: Actor, owner: str | None) -> None:
        """Whose it is, against what the workflow says; None: what that says."""
        self._set(signature, actor, "assigned", owner=owner)

    def link(self, signature: str, actor: Actor, ticket: str | None) -> None:
        """The ticket where it is worked on."""
        if ticket is not None and not ticket.startswith(("https://", "http://")):
            raise Refusal(_("A ticket is the address of a page, beginning with https://."))
        self._set(signature, actor, "ticket linked", ticket=ticket)

    def mute(self, signature: str, actor: Actor, until_ns: int | None, reason: str | None) -> None:
        """Raises no alert until then; None: it does again. It is still listed."""
        if until_ns is not None:
            if until_ns <= self._now_ns():
                raise Refusal(_("It can be muted until a moment that is still to come."))
            reason = _said(reason, _("A reason"))
        self._set(signature, actor, "muted" if until_ns else "unmuted", reason, muted_until_ns=until_ns)

    def fix(self, signature: str, actor: Actor, reason: str | None) -> None:
        """The cause is gone, somebody holds; what fails the same way from now on has come back."""
        self._set(signature, actor, "fixed", reason, fixed_ns=self._now_ns(), muted_until_ns=None)

    def reopen(self, signature: str, actor: Actor, reason: str | None = None) -> None:
        """It is not fixed after all."""
        self._set(signature, actor, "reopened", reason, fixed_ns=None)

    def _set(self, signature: str, actor: Actor, action: str, reason: str | None = None, **values: Any) -> None:
        with self._changing(actor) as connection:
            audit.take_turn(connection)
            mine = update(group_memory).where(group_memory.c.signature == signature)
            if not connection.execute(mine.values(**values)).rowcount:
                connection.execute(insert(group_memory).values(signature=signature, **values))
            self._tell(connection, actor, action, signature, values, reason)

    def _changing(self, actor: Actor) -> Any:
        if not actor.may(WRITE_NOTES):
            raise Refusal(_("Only {roles} may write this.", roles=actor.access.only(WRITE_NOTES)))
        return self._engine.begin()

    def _tell(
        self, connection: Connection, actor: Actor, action: str, signature: str, detail: dict[str, Any], reason: str | None = None
    ) -> None:
        audit.append(connection, self._now_ns(), actor.name, action, f"group {signature}", detail, reason)


def _said(words: str | None, what: str) -> str:
    said = (words or "").strip()
    if not said:
        raise Refusal(_("{what} is needed.", what=what))
    if len(said) > MOST_LETTERS:
        raise Refusal(_("{what} may have {most} letters; this one has {number}.", what=what, most=MOST_LETTERS, number=len(said)))
    return said
