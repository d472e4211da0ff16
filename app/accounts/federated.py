"""People whom a provider of single sign-on vouches for: `admit` gives them their account, with the rights of this very sign-in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import ColumnElement, Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from app import audit
from app.access.roles import Roles
from app.accounts import password_links, people, sessions
from app.accounts.administration import ADDED, CHANGED, SIGNED_OUT, Rights, rights_of, subject_of
from app.accounts.identities import identities, issuer_of, used_answers
from app.accounts.people import AccountError, User
from app.accounts.scopes import columns_of
from app.accounts.tables import users
from metrics.scope import NOTHING

BY = "single sign-on"  # as whom the audit names what groups give
LINKED = "person linked"
NO_PASSWORD = ""  # as of somebody who was only invited: no password is ever right


class Taken(Exception):
    """The name belongs to somebody else here, who is never taken over; `name` is it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class Identity:
    """One person of one provider."""

    issuer: str
    subject: str


class Federated:
    """The people of providers, in the database of the accounts, told to the audit."""

    def __init__(self, engine: Engine, now_ns: Callable[[], int], access: Roles) -> None:
        self._engine, self._now_ns, self._access = engine, now_ns, access

    def admit(self, who: Identity, called: str, rights: Rights) -> User:
        """The person, as they may be from now on; the first time they get an account called `called`. What else they have open ends where
        their rights are others now. They may be disabled: that is for the caller to tell. Raises Taken."""
        with self._engine.begin() as connection:
            audit.take_turn(connection)  # who is new is asked and written in one turn
            name = self._name_of(connection, who)
            if name is None:
                name = self._add(connection, who, called, rights)
            else:
                self._give(connection, name, rights)
            mine = users.c.name == name
            connection.execute(update(users).where(mine, users.c.disabled.is_(False)).values(last_login_ns=self._now_ns()))
            return people.user_of(connection.execute(select(users).where(mine)).one(), self._access)

    def strip(self, who: Identity) -> None:
        """The provider gives the person nothing any more: no rights are left, and what they have open ends."""
        with self._engine.begin() as connection:
            audit.take_turn(connection)
            if (name := self._name_of(connection, who)) is not None:
                self._give(connection, name, Rights(frozenset(), NOTHING))

    def end(self, issuer: str, subject: str | None, session: str | None) -> int:
        """Ends what came from one session with the provider, or where it names none all that the person has open; how many."""
        now_ns = self._now_ns()
        with self._engine.begin() as connection:
            audit.take_turn(connection)
            mine = []
            if subject is not None:
                mine = [sessions.sessions.c.user == (self._name_of(connection, Identity(issuer, subject)) or "")]
            if session is not None:
                mine.append(_came_from(sessions.provider_session(issuer, session), is_known=subject is not None))
            open_ones = select(sessions.sessions.c.user).where(sessions.sessions.c.ended_ns.is_(None), *mine)
            ended = Counter(connection.execute(open_ones).scalars())
            sessions.end_in(connection, mine, sessions.BY_PROVIDER, now_ns)
            for name, number in sorted(ended.items()):
                audit.append(connection, now_ns, BY, SIGNED_OUT, subject_of(name), {"sessions": number})
        return ended.total()

    def link(self, by: str, who: Identity, name: str) -> None:
        """An account that is here already is the person's from now on; no password is right for it any more. Raises AccountError."""
        with self._engine.begin() as connection:
            audit.take_turn(connection)
            if (other := self._name_of(connection, who)) is not None:
                raise AccountError(f"This person signs in as {other!r} already.")
            if issuer_of(connection, name) is not None:
                raise AccountError(f"{name!r} signs in by single sign-on already.")
            connection.execute(delete(identities).where(_is(who)))
            connection.execute(insert(identities).values(issuer=who.issuer, subject=who.subject, user=name))
            self._write(connection, name, {"password_hash": NO_PASSWORD})
            password_links.void(connection, name)
            audit.append(connection, self._now_ns(), by, LINKED, subject_of(name), {"issuer": who.issuer, "subject": who.subject})

    def use(self, state: str, kept_ns: int) -> bool:
        """False where this answer was used before, as far as they are remembered: for `kept_ns`."""
        now_ns = self._now_ns()
        try:
            with self._engine.begin() as connection:
                connection.execute(delete(used_answers).where(used_answers.c.used_ns < now_ns - kept_ns))
                connection.execute(insert(used_answers).values(hash=sha256(state.encode()).hexdigest(), used_ns=now_ns))
        except IntegrityError:
            return False
        return True

    @staticmethod
    def _name_of(connection: Connection, who: Identity) -> str | None:
        """None also where the account was removed meanwhile."""
        known = select(users.c.name).join(identities, identities.c.user == users.c.name)
        return connection.execute(known.where(_is(who))).scalar()

    def _add(self, connection: Connection, who: Identity, called: str, rights: Rights) -> str:
        if connection.execute(select(users.c.name).where(users.c.name == called)).scalar() is not None:
            raise Taken(called)
        connection.execute(delete(identities).where(_is(who) | (identities.c.user == called)))  # of accounts that were removed
        row = {"name": called, "password_hash": NO_PASSWORD, "created_ns": self._now_ns(), **_columns(rights)}
        connection.execute(insert(users).values(row))
        connection.execute(insert(identities).values(issuer=who.issuer, subject=who.subject, user=called))
        told = {**rights.told(), "issuer": who.issuer, "subject": who.subject}
        audit.append(connection, self._now_ns(), BY, ADDED, subject_of(called), told)
        return called

    def _give(self, connection: Connection, name: str, rights: Rights) -> None:
        before = rights_of(people.user_of(connection.execute(select(users).where(users.c.name == name)).one(), self._access))
        if before == rights:
            return
        self._write(connection, name, _columns(rights))
        told = {**rights.told(), **{f"{key}_before": value for key, value in before.told().items()}}
        audit.append(connection, self._now_ns(), BY, CHANGED, subject_of(name), told)

    def _write(self, connection: Connection, name: str, values: dict[str, str | None]) -> None:
        """What they have open ends."""
        connection.execute(update(users).where(users.c.name == name).values(epoch=users.c.epoch + 1, **values))
        sessions.end_all(connection, name, sessions.CHANGED, self._now_ns())


def _is(who: Identity) -> ColumnElement[bool]:
    return (identities.c.issuer == who.issuer) & (identities.c.subject == who.subject)


def _came_from(session: str, *, is_known: bool) -> ColumnElement[bool]:
    """Of that session with the provider. Of a person who is known also what nobody said where it came from, but for screens at the wall."""
    found = sessions.sessions.c.provider_session == session
    unsaid = sessions.sessions.c.provider_session.is_(None) & (sessions.sessions.c.kind != sessions.WALL)
    return found | unsaid if is_known else found


def _columns(rights: Rights) -> dict[str, str | None]:
    """None of either is what somebody has whom their groups give nothing any more."""
    return {"roles": " ".join(sorted(rights.roles)), **columns_of(rights.sees)}
