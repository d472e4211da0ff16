"""Break-glass: seeing masked fields for an hour, for a reason that is written down; it ends by the clock of the server."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from app import audit
from app.access.rights import BREAK_GLASS, END_BREAK_GLASS, SEE_MESSAGES
from app.access.roles import Holder, Roles
from app.accounts.sessions import sessions
from app.accounts.tables import create_tables, users
from app.messages.settings import Masking, why_not
from app.messages.tables import break_glasses, metadata
from app.recovery.model import Path
from metrics.scope import EVERYTHING, Scope

LASTS_NS = 3600 * 10**9
SHORTEST_REASON, LONGEST_REASON = 10, 500
NOT_YOURS = "Only who broke the glass, administrators and people who approve recoveries may end it."
CLOCK = "the clock"  # who ends what nobody ended
BEGUN, ENDED, REFUSED = "break glass", "break glass ended", "break glass refused"  # in the audit


class NotAllowed(Exception):
    """Asked for and not done; the text says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Viewer(Holder):
    """Who looks. `session`: of a browser, "" for machines, which never see what is masked; `epoch`: of the user's account;
    `access`: what the roles may."""

    name: str
    roles: frozenset[str]
    session: str = ""
    epoch: int = 0
    access: Roles = Roles()


@dataclass(frozen=True, slots=True)
class Glass:
    """One break-glass that lasts."""

    id: str
    user: str
    reason: str
    begun_ns: int
    until_ns: int


class Glasses:
    """All break-glasses in the database behind `engine`. Every beginning and end is told to the audit in the same transaction.

    `overseers`: the roles that may end another's, beside those that have the right."""

    def __init__(self, engine: Engine, now_ns: Callable[[], int], masking: Masking, overseers: frozenset[str]) -> None:
        self._engine, self._now_ns, self._masking, self._overseers = engine, now_ns, masking, overseers
        create_tables(engine, metadata)

    def begin(self, viewer: Viewer, reason: str, about: str = "") -> Glass:
        """The one that lasts already, where one does: pressed twice, or in two tabs, it begins once. `about`: the message that is open.
        Raises NotAllowed."""
        said = " ".join(reason.split())
        with self._engine.begin() as connection:
            audit.take_turn(connection)
            refused = self._why_not(viewer, said)
            if refused is None:
                found = self.current_in(connection, viewer)
                return found or self._begun(connection, viewer, said, about)
            audit.append(connection, self._now_ns(), viewer.name, REFUSED, viewer.name, {"why": refused}, said[:LONGEST_REASON] or None)
        raise NotAllowed(refused)

    def _why_not(self, viewer: Viewer, reason: str) -> str | None:
        if said := why_not(viewer):
            return said
        if said := not_hidden(viewer):
            return said
        if not viewer.session:
            return "Only people who are signed in see what is masked; a token never does."
        if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
            return f"Give a reason of {SHORTEST_REASON} to {LONGEST_REASON} letters: it stands in the audit, and colleagues read it."
        return None

    def _begun(self, connection: Connection, viewer: Viewer, reason: str, about: str) -> Glass:
        now_ns = self._now_ns()
        made = Glass(f"G-{secrets.token_hex(5)}", viewer.name, reason, now_ns, now_ns + LASTS_NS)
        values = {"id": made.id, "user": made.user, "session": _hash(viewer.session), "epoch": viewer.epoch, "reason": reason}
        connection.execute(insert(break_glasses).values(**values, begun_ns=made.begun_ns, until_ns=made.until_ns))
        detail = {"minutes": LASTS_NS // (60 * 10**9), "fields": list(self._masking.fields), "about": about}
        audit.append(connection, now_ns, viewer.name, BEGUN, made.id, detail, reason)
        return made

    def current(self, viewer: Viewer) -> Glass | None:
        """The viewer's, in this session, if it lasts. One whose time is over ends here at the latest."""
        if not viewer.session:
            return None
        with self._engine.connect() as connection:
            found = self.current_in(connection, viewer)
            is_over = found is None and connection.execute(_of(viewer).limit(1)).one_or_none() is not None
        if is_over:
            self.expire()
        return found

    def current_in(self, connection: Connection, viewer: Viewer) -> Glass | None:
        """The same in a transaction of the caller's."""
        if not viewer.session or not (viewer.may(SEE_MESSAGES) and viewer.may(BREAK_GLASS)):
            return None
        asked = _of(viewer).where(break_glasses.c.until_ns > self._now_ns(), break_glasses.c.epoch == viewer.epoch)
        row = connection.execute(asked.order_by(break_glasses.c.begun_ns).limit(1)).one_or_none()
        return _glass(row) if row else None

    def all_open(self) -> list[Glass]:
        """Those that last, of everybody, the oldest first."""
        with self._engine.connect() as connection:
            lasting = select(break_glasses).join(users, _is_in_session()).where(break_glasses.c.ended_ns.is_(None))
            rows = connection.execute(lasting.where(break_glasses.c.until_ns > self._now_ns()).order_by(break_glasses.c.begun_ns))
            return [_glass(row) for row in rows]

    def oversees(self, who: Holder, sees: Scope) -> bool:
        """Whether they see everybody's and may end them: who approves, and sees everything."""
        return sees.is_all and (who.may(END_BREAK_GLASS) or who.holds(self._overseers))

    def end(self, glass_id: str, viewer: Viewer, sees: Scope = EVERYTHING) -> None:
        """At once. Nothing happens where it has ended already. Raises NotAllowed."""
        with self._engine.begin() as connection:
            audit.take_turn(connection)
            lasting = select(break_glasses).where(break_glasses.c.id == glass_id, break_glasses.c.ended_ns.is_(None))
            row = connection.execute(lasting).one_or_none()
            if row is None:
                return
            if row.user == viewer.name or self.oversees(viewer, sees):
                self._end(connection, row, viewer.name)
                return
            audit.append(connection, self._now_ns(), viewer.name, REFUSED, glass_id, {"why": NOT_YOURS}, None)
        raise NotAllowed(NOT_YOURS)

    def end_session(self, viewer: Viewer) -> None:
        """Who signs out sees nothing unmasked any more, also where somebody kept the cookie."""
        with self._engine.begin() as connection:
            audit.take_turn(connection)
            for row in connection.execute(_of(viewer)).all():
                self._end(connection, row, viewer.name)

    def expire(self) -> None:
        """Ends those whose time is over, or whose session is."""
        with self._engine.connect() as connection:
            if not connection.execute(self._over().limit(1)).one_or_none():
                return
        with self._engine.begin() as connection:
            audit.take_turn(connection)
            for row in connection.execute(self._over()).all():
                self._end(connection, row, CLOCK)

    def _over(self) -> Any:
        over = select(break_glasses).outerjoin(users, _is_in_session()).where(break_glasses.c.ended_ns.is_(None))
        is_signed_out = select(sessions.c.id).where(sessions.c.hash == break_glasses.c.session, sessions.c.ended_ns.is_not(None)).exists()
        return over.where((break_glasses.c.until_ns <= self._now_ns()) | users.c.name.is_(None) | is_signed_out)

    def _end(self, connection: Connection, row: Any, by: str) -> None:
        now_ns = self._now_ns()
        ended = update(break_glasses).where(break_glasses.c.id == row.id)
        connection.execute(ended.values(ended_ns=min(now_ns, row.until_ns), ended_by=by))
        lasted = (min(now_ns, row.until_ns) - row.begun_ns) // 10**9
        audit.append(connection, now_ns, by, ENDED, row.id, {"user": row.user, "seconds": lasted}, row.reason)


def overseers(paths: Iterable[Path]) -> frozenset[str]:
    """The roles that see everybody's because the catalogue wants their eyes beside those of who asks."""
    return frozenset(role for path in paths for role in path.approvers)


def not_hidden(who: Holder) -> str | None:
    """The sentence for who sees messages, and not what is hidden in them."""
    return None if who.may(BREAK_GLASS) else f"Only {who.access.only(BREAK_GLASS)} may see what is hidden."


def _of(viewer: Viewer) -> Any:
    mine = select(break_glasses).where(break_glasses.c.user == viewer.name, break_glasses.c.ended_ns.is_(None))
    return mine.where(break_glasses.c.session == _hash(viewer.session))


def _is_in_session() -> Any:
    """A user who was disabled, or whose password or roles were changed, has no session any more."""
    return (users.c.name == break_glasses.c.user) & (users.c.epoch == break_glasses.c.epoch) & users.c.disabled.is_(False)


def _hash(session: str) -> str:
    return sha256(session.encode()).hexdigest()


def _glass(row: Any) -> Glass:
    return Glass(row.id, row.user, row.reason, row.begun_ns, row.until_ns)
