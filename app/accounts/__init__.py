"""People: `Accounts` adds, lists and checks them; changing them is `administration`'s. Threads and processes may use one file at once."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import URL, Connection, Engine, Row, insert, inspect, select, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from app import audit
from app.access.roles import Roles
from app.accounts import passwords, people, sessions, throttle
from app.accounts.people import AccountError, User
from app.accounts.tables import open_engine
from app.accounts.tables import users as user_table
from app.accounts.throttle import TooManyAttempts
from app.configuration.roles import shipped
from app.storage.state import State
from metrics.scope import EVERYTHING, Scope

__all__ = ["AccountError", "Accounts", "TooManyAttempts", "User", "user_row", "users_in"]


class Accounts:
    """All users behind an SQLAlchemy URL such as sqlite:////var/lib/syncline/accounts.sqlite. `access`: the roles there are;
    without a configuration those that ship."""

    def __init__(
        self, url: str | URL, now_ns: Callable[[], int] = time.time_ns, words: Collection[str] = (), access: Roles | None = None
    ) -> None:
        """`words`: what anybody here would try as a password."""
        self._engine = open_engine(url)
        audit.create(self._engine)
        self._now_ns, self._words = now_ns, words
        self.access = access or shipped()

    @property
    def engine(self) -> Engine:
        """The database, for what must be in one transaction with it."""
        return self._engine

    def close(self) -> None:
        self._engine.dispose()

    # ── people ──────────────────────────────────────────────────────────────────────────────────────────────────────
    def add_user(self, name: str, password: str, roles: Collection[str], sees: Scope = EVERYTHING) -> User:
        """The new user. Raises AccountError: name taken or impossible, weak password, unknown role, impossible scope."""
        name = people.name_of(name)
        row = {
            "name": name,
            "roles": people.checked_roles(roles, self.access),
            **people.checked_scope(sees),
            "created_ns": self._now_ns(),
            "password_hash": self.new_hash(name, password),
        }
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(user_table).values(**row))
        except IntegrityError:
            raise AccountError(f"A user called {name!r} exists already. To change the password: syncline user passwd {name}") from None
        return self.user(name)

    def list_users(self) -> list[User]:
        """All users by name, disabled ones too."""
        with self._engine.connect() as connection:
            return [people.user_of(row, self.access) for row in connection.execute(select(user_table).order_by(user_table.c.name))]

    def user(self, name: str) -> User:
        """The user of that name. Raises AccountError when there is none."""
        found = self.find_user(name)
        if found is None:
            known = ", ".join(user.name for user in self.list_users()) or "none yet"
            raise AccountError(f"No user is called {name!r}. Known: {known}.")
        return found

    def find_user(self, name: str) -> User | None:
        with self._engine.connect() as connection:
            row = user_row(connection, name)
        return people.user_of(row, self.access) if row else None

    def new_hash(self, name: str, password: str) -> str:
        """What is kept of a new password. Raises AccountError when it is weak."""
        passwords.check(password, name, self._words)
        return people.hash_of(password)

    def verify(self, name: str, password: str, address: str = "", browser: str | None = None) -> User | None:
        """The user when name and password belong together, else None. `browser`: what it is known by, where they signed in with it before.
        Raises TooManyAttempts before even looking."""
        found = self._proved(name, password, address, browser)
        if found is None:
            return None
        fresh = {"password_hash": people.hash_of(password)} if people.is_outdated(found.password_hash) else {}
        with self._engine.begin() as connection:
            connection.execute(update(user_table).where(user_table.c.name == found.name).values(last_login_ns=self._now_ns(), **fresh))
        return self.user(found.name)

    def confirm(self, name: str, password: str, address: str = "", browser: str | None = None) -> bool:
        """Whether who is signed in knows the password; counted like a sign-in. Raises TooManyAttempts."""
        return self._proved(name, password, address, browser) is not None

    def _proved(self, name: str, password: str, address: str, browser: str | None) -> Row[Any] | None:
        """An unknown name, a disabled one and a wrong password are counted alike, take the same work, and nobody hears which it was."""
        name, now_ns = name.strip().lower()[:64], self._now_ns()
        with self._engine.connect() as connection:
            usual = throttle.is_usual(sessions.addresses_of(connection, name, now_ns), address)
        with self._engine.begin() as connection:
            where = throttle.begin(connection, name, throttle.Origin(address, browser, usual), now_ns)
            row = user_row(connection, name)
        if not people.matches(row.password_hash if row else None, password) or row is None or row.disabled:
            return None
        with self._engine.begin() as connection:
            throttle.forget(connection, name, where)
        return row


def users_in(state: State, access: Roles) -> list[User]:
    """The users that are kept; nothing is changed. Raises sqlalchemy.exc.DatabaseError when the database is damaged or away."""
    if not state.is_there:
        return []
    with state.looked_at() as connection:
        if connection.dialect.name == "sqlite" and (said := connection.exec_driver_sql("pragma quick_check").scalar()) != "ok":
            raise DatabaseError("pragma quick_check", None, sqlite3.DatabaseError(said))
        # A file made by a process that was killed right then is empty; its tables are made by the next.
        if not (known := inspect(connection)).has_table(user_table.name):
            return []
        there = {column["name"] for column in known.get_columns(user_table.name)}  # a database of before lacks some
        rows = connection.execute(select(*(column for column in user_table.c if column.name in there)))
        return [people.user_of(row, access) for row in rows]


def user_row(connection: Connection, name: str) -> Row[Any] | None:
    """The row of users of that name, however it is written."""
    return connection.execute(select(user_table).where(user_table.c.name == name.strip().lower())).one_or_none()
