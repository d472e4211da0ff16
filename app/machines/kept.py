"""The tokens that are kept: made, rotated, revoked, each told to the audit; and who is behind a secret that somebody shows."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from sqlalchemy import Connection, Engine, Row, Select, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from app import audit
from app.access.roles import Roles
from app.accounts import people, tokens, user_row
from app.accounts.administration import COMMAND_LINE
from app.accounts.people import AccountError, User
from app.accounts.tables import token_roles
from app.accounts.tables import tokens as table
from app.accounts.tokens import Token
from app.configuration.roles import shipped
from app.instants import SECOND_NS, instant_text
from app.machines import wanted as wants
from app.machines.refusals import Refusals
from app.machines.settings import Terms
from app.machines.terms import OVERLAP, ends_ns, overlap_ns, renewed_ns
from app.machines.wanted import Wanted
from metrics.scope import KINDS, Scope
from metrics.texts import _said

USED_EVERY_NS = 60 * SECOND_NS  # when it was last used is written at most once a minute: reading must not cost a write

MADE, ROTATED, REVOKED = "token made", "token rotated", "token revoked"  # in the audit
LONGEST_REASON = 500
MISTYPED = "This token is mistyped or cut off: its last six signs do not fit the rest."
NOT_IN_USE = "This token is not in use: it is unknown, revoked or expired, or whom it acts for may no longer sign in."


class NoAccess(Exception):
    """What a secret is not good for. `is_known`: it belongs to a token in use, so asking for it anew changes nothing. `token`: its name,
    where it has one; `why`: what the owner is told in the log, and the one who sent it is not."""

    def __init__(self, sentence: str, token: str = "", why: str = "", *, is_known: bool = False) -> None:
        super().__init__(sentence)
        self.token, self.why, self.is_known = token, why or sentence, is_known


@dataclass(frozen=True, slots=True)
class Access:
    """Who is behind a secret, as they are now: never more than the person it acts for."""

    token: Token
    user: User | None

    @property
    def sees(self) -> Scope:
        return self.token.sees.within(self.user.sees) if self.user else self.token.sees

    @property
    def roles(self) -> frozenset[str]:
        """Of scope recover what it may do."""
        return wants.roles_of(self.token.roles, self.user)

    @property
    def actor(self) -> str:
        """As whom it acts: who acts for a person is that person, so that nobody approves their own request with a token."""
        return self.user.name if self.user else f"token {self.token.name}"


class Machines:
    """All tokens in the database behind `engine`. Safe from many threads, and from several processes."""

    def __init__(self, engine: Engine, now_ns: Callable[[], int], terms: Terms, access: Roles | None = None) -> None:
        """`access`: the roles there are; without a configuration those that ship."""
        self._engine, self.now_ns, self.terms = engine, now_ns, terms
        self.access = access or shipped()
        self.refusals = Refusals(engine, now_ns)

    # ── keeping ─────────────────────────────────────────────────────────────────────────────────────────────────────
    def add(self, wanted: Wanted, by: str = COMMAND_LINE) -> str:
        """The secret, to be shown once: it is nowhere afterwards. Raises AccountError: name taken, and what cannot be."""
        name, kept, now_ns = people.name_of(wanted.name, "token"), wants.checked(wanted, self.access), self.now_ns()
        until_ns = ends_ns(self.terms, wanted.expires, now_ns)
        roles = kept.pop("roles") or ""
        with self._engine.begin() as connection:
            audit.take_turn(connection)
            user = self._person(connection, wanted, roles) if wanted.user is not None else None
            row = {"name": name, **kept, "user": user, "made_by": by, "created_ns": now_ns, "expires_ns": until_ns}
            secret = self._insert(connection, row, roles)
            audit.append(connection, now_ns, by, MADE, f"token {name}", _told_of(row, roles), None)
        return secret

    def rotate(self, name: str, overlap: str = OVERLAP, expires: str | None = None, by: str = COMMAND_LINE) -> str:
        """Another secret for the token of that name, shown once; the old one works on for the overlap. Raises AccountError."""
        name, rest_ns, now_ns = people.name_of(name, "token"), overlap_ns(overlap), self.now_ns()
        with self._engine.begin() as connection:
            audit.take_turn(connection)
            old = connection.execute(_current(name)).one_or_none()
            if old is None:
                self._unknown(connection, name)
            lasted_ns = old.expires_ns - old.created_ns if old.expires_ns is not None else None
            next_ns = ends_ns(self.terms, expires, now_ns) if expires else renewed_ns(self.terms, lasted_ns, now_ns)
            until_ns = min(now_ns + rest_ns, old.expires_ns or now_ns + rest_ns)
            connection.execute(update(table).where(table.c.hash == old.hash).values(replaced_ns=now_ns, expires_ns=until_ns))
            kept = ("name", "scope", *KINDS, "sources", "user")
            row = {each: getattr(old, each) for each in kept} | {"made_by": by, "created_ns": now_ns, "expires_ns": next_ns}
            roles = connection.execute(select(token_roles.c.roles).where(token_roles.c.hash == old.hash)).scalar() or ""
            secret = self._insert(connection, row, roles)
            detail = {**_told_of(row, roles), "the old one works until": instant_text(until_ns)}
            audit.append(connection, now_ns, by, ROTATED, f"token {name}", detail, None)
        return secret

    def revoke(self, name: str, reason: str | None = None, by: str = COMMAND_LINE, id: str | None = None) -> None:  # noqa: A002  the token's
        """The token of that name works no more, nor what it replaced; with `id` only that one. Raises AccountError when none works."""
        name, said, now_ns = people.name_of(name, "token"), " ".join((reason or "").split())[:LONGEST_REASON] or None, self.now_ns()
        meant = [table.c.name == name, table.c.revoked_ns.is_(None)]
        if id is not None:
            meant.append(table.c.hash.startswith(id, autoescape=True))
        with self._engine.begin() as connection:
            audit.take_turn(connection)
            ended = update(table).where(*meant).values(revoked_ns=now_ns, revoked_by=by, reason=said)
            if not (number := connection.execute(ended).rowcount):
                self._unknown(connection, name)
            audit.append(connection, now_ns, by, REVOKED, f"token {name}", {"secrets": number}, said)

    def every(self) -> list[Token]:
        """All tokens by name and age, revoked ones too."""
        with self._engine.connect() as connection:
            return listed(connection, self.access)

    # ── using ───────────────────────────────────────────────────────────────────────────────────────────────────────
    def behind(self, secret: str, address: str = "") -> Access:
        """Who shows this secret, as they are now; written down that it was used. Raises NoAccess when it is not in use.

        Found by its hash: whoever measures how long that takes learns of the hash of what they sent, and of no secret."""
        if tokens.is_mistyped(secret):
            raise NoAccess(MISTYPED)
        hashed = tokens.hash_of(secret)
        with self._engine.connect() as connection:
            row = connection.execute(_all().where(table.c.hash == hashed)).one_or_none()
            if row is None or not hmac.compare_digest(row.hash, hashed):
                raise NoAccess(NOT_IN_USE, why="It is unknown.")
            user = _user(connection, row.user, self.access) if row.user is not None else None
        access = Access(tokens.token_of(row, row.roles, self.access), user)
        self._check(access)
        self._remember(row, address)
        return access

    def _check(self, access: Access) -> None:
        token = access.token
        state = token.state(self.now_ns())
        if state in (tokens.EXPIRED, tokens.REVOKED):
            raise NoAccess(NOT_IN_USE, token.name, f"It is {state}.")
        if token.user is None:
            return
        if access.user is None or access.user.disabled:
            raise NoAccess(NOT_IN_USE, token.name, f"{token.user} can no longer sign in.")
        if why := wants.why_not(token.scope, token.roles, access.user):
            raise NoAccess(f"This token acts for a person, and may do nothing that they may not. {why}", token.name, why, is_known=True)

    def _remember(self, row: Row[Any], address: str) -> None:
        now_ns = self.now_ns()
        if row.last_used_ns is not None and now_ns - row.last_used_ns <= USED_EVERY_NS:
            return
        is_old = or_(table.c.last_used_ns.is_(None), table.c.last_used_ns < now_ns - USED_EVERY_NS)
        with self._engine.begin() as connection:
            used = update(table).where(table.c.hash == row.hash, is_old).values(last_used_ns=now_ns, last_address=address[:64] or None)
            connection.execute(used)

    # ── inside ──────────────────────────────────────────────────────────────────────────────────────────────────────
    def _insert(self, connection: Connection, row: dict[str, Any], roles: str) -> str:
        secret = tokens.new_secret()
        hashed = tokens.hash_of(secret)
        try:
            connection.execute(insert(table).values(hash=hashed, **row))
        except IntegrityError:
            raise AccountError(
                _said(
                    "A token called '{name}' exists already. Rotate it (syncline token rotate {name}), revoke it, or choose another name.",
                    name=row["name"],
                )
            ) from None
        if roles:
            connection.execute(insert(token_roles).values(hash=hashed, roles=roles))
        return secret

    def _person(self, connection: Connection, wanted: Wanted, roles: str) -> str:
        """Their name, when a token like this may act for them. Raises AccountError."""
        user = _user(connection, wanted.user or "", self.access)
        if user is None:
            raise AccountError(_said("No user is called '{user}'.", user=wanted.user or ""))
        if why := wants.why_not(wanted.scope, roles.split(), user):
            raise AccountError(why)
        return user.name

    def _unknown(self, connection: Connection, name: str) -> NoReturn:
        known = ", ".join(sorted({token.name for token in listed(connection, self.access) if token.works(self.now_ns())})) or "none"
        raise AccountError(_said("No token in use is called '{name}'. In use: {known}.", name=name, known=known))


def listed(connection: Connection, access: Roles) -> list[Token]:
    """All tokens by name and age."""
    rows = connection.execute(_all().order_by(table.c.name, table.c.created_ns))
    return [tokens.token_of(row, row.roles, access) for row in rows]


def _all() -> Select[Any]:
    return select(table, token_roles.c.roles).select_from(table.outerjoin(token_roles, token_roles.c.hash == table.c.hash))


def _current(name: str) -> Select[Any]:
    return select(table).where(table.c.name == name, table.c.revoked_ns.is_(None), table.c.replaced_ns.is_(None))


def _told_of(row: dict[str, Any], roles: str) -> dict[str, str]:
    """What the audit says of a token; never anything of its secret."""
    said = {
        "scope": row["scope"],
        "for": row["user"] or "a service",
        **{kind: row[kind] for kind in KINDS},
        "sources": row["sources"],
        "roles": roles,
        "ends": instant_text(row["expires_ns"]) if row["expires_ns"] else "never",
    }
    return {name: value for name, value in said.items() if value is not None and value != ""}


def _user(connection: Connection, name: str, access: Roles) -> User | None:
    row = user_row(connection, name)
    return people.user_of(row, access) if row else None
