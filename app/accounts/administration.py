"""What is changed about people: by whom, told to the audit in the same transaction, and never so that nobody is left to administrate."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from app import audit
from app.access.roles import ADMIN
from app.accounts import Accounts, identities, password_links, people, sessions, user_row
from app.accounts.changes import change
from app.accounts.password_links import Link
from app.accounts.people import AccountError, User
from app.accounts.tables import users
from metrics.scope import EVERYTHING, KINDS, Scope
from metrics.texts import _

COMMAND_LINE = "the command line"
ADDED, CHANGED, DISABLED, ENABLED = "person added", "person changed", "person disabled", "person enabled"
SIGNED_OUT, LINK_MADE, PASSWORD_SET, AT_THE_WALL = "person signed out", "password link made", "password set", "screen kept at the wall"


class ChangedMeanwhile(AccountError):
    """Somebody else was faster; the text says what they changed."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may do and see."""

    roles: frozenset[str]
    sees: Scope = EVERYTHING

    def told(self) -> dict[str, Any]:
        """As the audit has it."""
        seen = ((kind, getattr(self.sees, kind)) for kind in KINDS)
        return {"roles": sorted(self.roles), **{kind: "all" if names is None else sorted(names) for kind, names in seen}}


def rights_of(user: User) -> Rights:
    """As they were given, also roles that there are no more."""
    return Rights(user.roles | user.gone, user.given)


class Administration:
    """Changes people. `by` is who does it, as the audit names them."""

    def __init__(self, accounts: Accounts, now_ns: Callable[[], int], link_seconds: int = password_links.LASTS_SECONDS) -> None:
        self.accounts, self._now_ns, self._link_seconds = accounts, now_ns, link_seconds

    def add(self, by: str, name: str, rights: Rights, password: str | None = None) -> User:
        """The new user; without a password a link has to be made for them. Raises AccountError."""
        name = people.name_of(name)
        row = {"name": name, **self._columns(rights), "created_ns": self._now_ns()}
        row["password_hash"] = self.accounts.new_hash(name, password) if password is not None else ""
        with self._changing() as connection:
            if user_row(connection, name) is not None:
                raise AccountError(_("A user called {name} exists already.", name=name))
            self._check_reach(connection, by, rights.sees)
            connection.execute(insert(users).values(row))
            self._tell(connection, by, ADDED, name, rights.told())
        return self.accounts.user(name)

    def change(self, by: str, name: str, rights: Rights, shown: Rights | None = None) -> bool:
        """Whether that is another than before. `shown`: what they may by what the one who changes it was shown. Raises AccountError."""
        columns = self._columns(rights)
        with self._changing() as connection:
            row = self._known(connection, name)
            before = rights_of(people.user_of(row, self.accounts.access))
            self._check_reach(connection, by, before.sees, rights.sees)
            if shown is not None and shown != before:
                raise ChangedMeanwhile(self._what_changed(connection, row.name, shown, before))
            if rights == before:
                return False
            if ADMIN in before.roles - rights.roles:
                _check_is_not_last(connection, row)
            change(connection, row.name, self._now_ns(), **columns)
            were, are = before.told(), rights.told()
            detail = {key: value for key, value in are.items() if were[key] != value}
            self._tell(connection, by, CHANGED, row.name, {**detail, **{f"{key}_before": were[key] for key in detail}})
        return True

    def disable(self, by: str, name: str) -> None:
        """They cannot sign in any more, what they have open ends, and a link they have works no more. Raises AccountError."""
        with self._changing() as connection:
            row = self._reached(connection, by, name)
            if row.disabled:
                return
            _check_is_not_last(connection, row)
            password_links.void(connection, row.name)
            change(connection, row.name, self._now_ns(), disabled=True)
            self._tell(connection, by, DISABLED, row.name, {})

    def enable(self, by: str, name: str) -> None:
        with self._changing() as connection:
            row = self._reached(connection, by, name)
            if row.disabled:
                change(connection, row.name, self._now_ns(), disabled=False)
                self._tell(connection, by, ENABLED, row.name, {})

    def sign_out(self, by: str, name: str, only: str | None = None, but: str | None = None) -> int:
        """Everywhere, out of one session `only`, or out of all `but` one; how many ended."""
        with self._changing() as connection:
            row = self._reached(connection, by, name)
            which = [sessions.sessions.c.user == row.name]
            which += [sessions.sessions.c.id == only] if only is not None else []
            which += [sessions.sessions.c.id != but] if but is not None else []
            why = sessions.BY_ITSELF if by == row.name else sessions.BY_ADMIN
            ended = sessions.end_in(connection, which, why, self._now_ns())
            if only is None and but is None:
                change(connection, row.name, self._now_ns())
            self._tell(connection, by, SIGNED_OUT, row.name, {"sessions": ended})
        return ended

    def keep_at_wall(self, name: str) -> None:
        """Tells that a screen stays signed in for weeks, for the wall only."""
        with self._changing() as connection:
            self._tell(connection, name, AT_THE_WALL, name, {})

    def waiting(self) -> set[str]:
        """Who was added and has not set a password yet."""
        with self.accounts.engine.connect() as connection:
            return set(connection.execute(select(users.c.name).where(users.c.password_hash == "")).scalars())

    def make_link(self, by: str, name: str) -> Link:
        """With which they set a password, once. The one they have works until then. Raises AccountError."""
        with self._changing() as connection:
            row = self._reached(connection, by, name)
            if row.disabled:
                raise AccountError(_("{name} is disabled. Enable them first.", name=row.name))
            identities.check_is_ours(connection, row.name, ["password_hash"])
            link = password_links.make(connection, row.name, by, self._now_ns(), self._link_seconds)
            self._tell(connection, by, LINK_MADE, row.name, {"hours": self._link_seconds / 3600})
        return link

    def link_user(self, secret: str) -> str | None:
        """Whose password a link sets, while it does."""
        with self.accounts.engine.connect() as connection:
            return password_links.user_of(connection, secret, self._now_ns())

    def set_by_link(self, secret: str, password: str) -> str | None:
        """Whose password it is now; None: the link is used, over, or none. Raises AccountError: the password is weak, and the link still
        works."""
        name = self.link_user(secret)
        if name is None:
            return None
        hashed = self.accounts.new_hash(name, password)
        with self._changing() as connection:
            if password_links.user_of(connection, secret, self._now_ns()) != name or not password_links.use(
                connection, secret, self._now_ns()
            ):
                return None
            change(connection, name, self._now_ns(), password_hash=hashed)
            self._tell(connection, name, PASSWORD_SET, name, {"by": "link"})
        return name

    def set_password(self, by: str, name: str, password: str) -> None:
        """All their sessions end, and a link they have works no more. Raises AccountError."""
        name = self.accounts.user(name).name
        hashed = self.accounts.new_hash(name, password)
        with self._changing() as connection:
            self._reached(connection, by, name)
            password_links.void(connection, name)
            change(connection, name, self._now_ns(), password_hash=hashed)
            self._tell(connection, by, PASSWORD_SET, name, {})

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        """One after the other: who is last to administrate is asked and written in one turn."""
        with self.accounts.engine.begin() as connection:
            audit.take_turn(connection)
            yield connection

    def _columns(self, rights: Rights) -> dict[str, Any]:
        return {"roles": people.checked_roles(rights.roles, self.accounts.access), **people.checked_scope(rights.sees)}

    def _known(self, connection: Connection, name: str) -> Row[Any]:
        found = user_row(connection, self.accounts.user(name).name)
        if found is None:
            raise AccountError(_("{name} is not there any more.", name=name))
        return found

    def _reached(self, connection: Connection, by: str, name: str) -> Row[Any]:
        """Somebody whom the one who does it may change: themselves, or who sees no more than they do. Raises AccountError."""
        row = self._known(connection, name)
        if row.name != by:
            self._check_reach(connection, by, people.user_of(row, self.accounts.access).given)
        return row

    def _check_reach(self, connection: Connection, by: str, *seen: Scope) -> None:
        """Else an administrator of one site could give themselves all of them, or set the password of who sees all. Raises AccountError."""
        giver = user_row(connection, by)
        if giver is None:
            return  # the command line, on the machine itself
        reach = people.user_of(giver, self.accounts.access).sees
        if any(each.within(reach) != each for each in seen):
            raise AccountError(
                _(
                    "You may give only what you see yourself, and change only who sees no more than you. "
                    "An administrator who sees everything may."
                )
            )

    def _tell(self, connection: Connection, by: str, action: str, name: str, detail: dict[str, Any]) -> None:
        audit.append(connection, self._now_ns(), by, action, subject_of(name), detail, None)

    def _what_changed(self, connection: Connection, name: str, shown: Rights, now: Rights) -> str:
        newest = audit.entries(connection, audit.Filter(action=CHANGED, subject=subject_of(name)), 0, 1)
        by = newest[0].actor if newest else _("somebody")
        were, are = shown.told(), now.told()
        parts = [
            _("{what} from {before} to {after}", what=_WORDS[key](), before=_listed(were[key]), after=_listed(are[key]))
            for key in are
            if were[key] != are[key]
        ]
        return _(
            "Nothing was saved: meanwhile {by} changed {parts}. Look at it again, and save once more if you still want to.",
            by=by,
            parts=", ".join(parts),
        )


def subject_of(name: str) -> str:
    """What the audit calls a person something is done with."""
    return f"user {name}"


_WORDS: dict[str, Callable[[], str]] = {
    "roles": lambda: _("the roles"),
    "sites": lambda: _("the sites"),
    "workflows": lambda: _("the workflows"),
    "suppliers": lambda: _("the suppliers"),
}


def _listed(value: str | Collection[str]) -> str:
    return _("all") if value == "all" else ", ".join(value) or _("none")


def _check_is_not_last(connection: Connection, row: Row[Any]) -> None:
    """Of those who have a password, or have been here: who was only invited may never come."""
    if ADMIN not in row.roles.split() or row.disabled:
        return
    others = connection.execute(select(users).where(users.c.name != row.name, users.c.disabled.is_(False))).all()
    if not any(ADMIN in each.roles.split() and (each.password_hash or each.last_login_ns) for each in others):
        raise AccountError(
            _("{name} is the only administrator who can sign in. Make somebody else one first, and let them sign in.", name=row.name)
        )
