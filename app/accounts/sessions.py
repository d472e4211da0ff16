"""Sessions: where people are signed in, until when, and how it ended. The secret is in the browser only; here is its SHA-256."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Engine, Index, Integer, String, Table, delete, insert, select, update

from app.access.roles import Roles
from app.accounts.people import User, user_of
from app.accounts.tables import metadata, users
from app.configuration.model import Lifetimes
from app.configuration.roles import shipped

BROWSER, WALL = "browser", "wall"  # what a session is of: a screen that only shows the wall is signed in for longer, and may nothing else
SIGNED_OUT, BY_ITSELF, BY_ADMIN, CHANGED = "signed out", "ended by its person", "ended by an administrator", "account changed"
BY_PROVIDER = "ended at the provider"
IDLE, TOO_OLD, RENEWED = "idle", "too old", "renewed"
SEEN_EVERY_NS = 60 * 10**9  # looking at pages must not cost a write each time
USUAL_NS = 30 * 86_400 * 10**9
KEPT_NS = 90 * 86_400 * 10**9  # of what has ended
PROVED_NS = 600 * 10**9  # so long it counts that somebody said who they are: an open browser that was left is worth nothing of what matters

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(16), primary_key=True),  # what a session is called where people and the audit speak of it
    Column("hash", String(64), nullable=False, unique=True),
    Column("user", String(64), nullable=False),
    Column("epoch", Integer, nullable=False),  # of the user when it began: any later change of what they may ends it
    Column("kind", String(16), nullable=False),
    Column("begun_ns", BigInteger, nullable=False),
    Column("seen_ns", BigInteger, nullable=False),  # when its person last did something
    Column("address", String(64), nullable=False),
    Column("browser", String(80), nullable=False),
    Column("ended_ns", BigInteger),
    Column("why", String(40)),
    Column("proved_ns", BigInteger),  # when its person last said who they are, by a password or at their provider; null: long ago
    Column("provider_session", String(64)),  # SHA-256 of the one it came from; null: the provider does not say, or there is none
)
by_user = Index("sessions_by_user", sessions.c.user, sessions.c.begun_ns)


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is signed in."""

    id: str
    user: str
    kind: str
    begun_ns: int
    seen_ns: int
    address: str
    browser: str
    proved_ns: int | None = None


class Sessions:
    """All sessions of people in the database behind `engine`. `access`: the roles there are; without a configuration those that ship."""

    def __init__(self, engine: Engine, now_ns: Callable[[], int], lasting: Lifetimes, access: Roles | None = None) -> None:
        self._engine, self._now_ns, self.lasting = engine, now_ns, lasting
        self.access = access or shipped()

    def begin(
        self, user: User, address: str, browser: str, kind: str = BROWSER, at_provider: str | None = None, *, is_proved: bool = True
    ) -> str:
        """The secret of a new session. `at_provider`: `provider_session` of the one it came from. `is_proved` False: nobody has seen just
        now that it is them, as their provider may have done it long ago."""
        with self._engine.begin() as connection:
            self._sweep(connection)
            about = {"user": user.name, "epoch": user.epoch, "address": address[:64], "browser": browser[:80], "kind": kind}
            about |= {"provider_session": at_provider}
            return self._begun(connection, {**about, "proved_ns": self._now_ns() if is_proved else None})

    def _begun(self, connection: Connection, about: dict[str, Any]) -> str:
        secret, now_ns = secrets.token_urlsafe(32), self._now_ns()
        values = {"id": f"S-{secrets.token_hex(5)}", "hash": hash_of(secret), "begun_ns": now_ns, "seen_ns": now_ns, **about}
        connection.execute(insert(sessions).values(values))
        return secret

    def prove(self, place: Place, at_ns: int | None = None) -> None:
        """Its person has said at that moment (now) who they are."""
        now_ns = self._now_ns()
        proved_ns = max(place.proved_ns or 0, now_ns if at_ns is None else min(at_ns, now_ns))
        with self._engine.begin() as connection:
            mine = update(sessions).where(sessions.c.id == place.id, sessions.c.ended_ns.is_(None))
            connection.execute(mine.values(proved_ns=proved_ns))

    def is_proved(self, place: Place) -> bool:
        """Whether its person has said lately who they are."""
        return place.proved_ns is not None and self._now_ns() - place.proved_ns < PROVED_NS

    def find(self, secret: str, address: str = "", by_person: bool = True) -> tuple[Place, User] | None:
        """The session behind `secret` while it lasts, and whose it is. `by_person` False: a page asked by itself, which keeps nobody
        signed in who has gone home."""
        now_ns = self._now_ns()
        with self._engine.connect() as connection:
            row = connection.execute(select(sessions).where(sessions.c.hash == hash_of(secret))).one_or_none()
            owner = row and connection.execute(select(users).where(users.c.name == row.user)).one_or_none()
        if row is None or owner is None or row.ended_ns is not None or owner.disabled or row.epoch != owner.epoch:
            return None
        place, user = _place(row), user_of(owner, self.access)
        if why := self._over(place, now_ns):
            self._end([sessions.c.id == place.id], why)
            return None
        is_seen = by_person or place.kind == WALL
        if is_seen and now_ns - place.seen_ns > SEEN_EVERY_NS:
            with self._engine.begin() as connection:
                seen = {"seen_ns": now_ns, "address": address[:64] or place.address}
                connection.execute(update(sessions).where(sessions.c.id == place.id).values(seen))
        return place, user

    def of(self, user: str) -> list[Place]:
        """Where somebody is signed in, the newest first."""
        return [place for place in self._open() if place.user == user]

    def counts(self) -> dict[str, int]:
        """How many each person has."""
        found: dict[str, int] = {}
        for place in self._open():
            found[place.user] = found.get(place.user, 0) + 1
        return found

    def _open(self) -> list[Place]:
        now_ns = self._now_ns()
        asked = select(sessions).join(users, (sessions.c.user == users.c.name) & (sessions.c.epoch == users.c.epoch))
        asked = asked.where(sessions.c.ended_ns.is_(None), users.c.disabled.is_(False)).order_by(sessions.c.begun_ns.desc(), sessions.c.id)
        with self._engine.connect() as connection:
            places = [_place(row) for row in connection.execute(asked)]
        return [place for place in places if not self._over(place, now_ns)]

    def end(self, user: str, session_id: str, why: str) -> bool:
        """Whether it was open: a session of that person, and of nobody else."""
        return self._end([sessions.c.id == session_id, sessions.c.user == user], why) > 0

    def renew(self, place: Place, kind: str | None = None) -> str:
        """The secret of the session that stands in its place from now on, for the user as they are now; the old one is worth nothing."""
        with self._engine.begin() as connection:
            self._end_in(connection, [sessions.c.id == place.id], RENEWED)
            epoch = connection.execute(select(users.c.epoch).where(users.c.name == place.user)).scalar_one()
            before = connection.execute(select(sessions).where(sessions.c.id == place.id)).one()
            about = {name: getattr(before, name) for name in ("user", "address", "browser", "proved_ns", "provider_session")}
            about |= {"epoch": epoch, "kind": kind or place.kind}
            # A screen that only shows the wall stays when who signed in there goes home.
            return self._begun(connection, about | ({"provider_session": None} if kind == WALL else {}))

    def _end(self, which: list[Any], why: str) -> int:
        with self._engine.begin() as connection:
            return self._end_in(connection, which, why)

    def _end_in(self, connection: Connection, which: list[Any], why: str) -> int:
        return end_in(connection, which, why, self._now_ns())

    def _over(self, place: Any, now_ns: int) -> str | None:
        """Why it is over by the clock, or None. A screen in the plant has nobody before it who does anything."""
        age, rest = now_ns - place.begun_ns, now_ns - place.seen_ns
        if place.kind == WALL:
            return TOO_OLD if age >= self.lasting.wall * 10**9 else None
        return TOO_OLD if age >= self.lasting.longest * 10**9 else IDLE if rest >= self.lasting.idle * 10**9 else None

    def _sweep(self, connection: Connection) -> None:
        """Writes down what has ended by the clock, and forgets what ended long ago."""
        now_ns = self._now_ns()
        for row in connection.execute(select(sessions).where(sessions.c.ended_ns.is_(None))).all():
            if why := self._over(row, now_ns):
                self._end_in(connection, [sessions.c.id == row.id], why)
        connection.execute(delete(sessions).where(sessions.c.ended_ns < now_ns - KEPT_NS))


def addresses_of(connection: Connection, user: str, now_ns: int) -> list[str]:
    """From where somebody was signed in during the last weeks."""
    asked = select(sessions.c.address).where(sessions.c.user == user, sessions.c.begun_ns > now_ns - USUAL_NS)
    return list(connection.execute(asked.distinct()).scalars())


def end_all(connection: Connection, user: str, why: str, now_ns: int) -> int:
    """Ends all sessions of somebody, in the caller's transaction; how many."""
    return end_in(connection, [sessions.c.user == user], why, now_ns)


def end_in(connection: Connection, which: list[Any], why: str, now_ns: int) -> int:
    ended = update(sessions).where(sessions.c.ended_ns.is_(None), *which).values(ended_ns=now_ns, why=why)
    return connection.execute(ended).rowcount


def provider_session(issuer: str, session: str) -> str:
    """As it is kept of what a provider calls a session."""
    return hash_of(f"{issuer}\n{session}")


def hash_of(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _place(row: Any) -> Place:
    return Place(row.id, row.user, row.kind, row.begun_ns, row.seen_ns, row.address, row.browser, row.proved_ns)
