"""Users: who they are, what they may see, and whether a password is theirs."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.access.roles import Holder, Roles
from app.accounts.scopes import columns_of, scope_of
from metrics.scope import EVERYTHING, NOTHING, Scope

PASSWORD_MAX = 1024
LONGEST_NAME = 200
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
_HASHER = PasswordHasher()


class AccountError(Exception):
    """A person's mistake, said in a sentence."""


@dataclass(frozen=True, slots=True)
class User(Holder):
    """One person, and what of everything they may see. `gone`: roles they were given that there are no more, which grant nothing; `given`:
    what they were given to see, also where for that reason they see nothing."""

    name: str
    roles: frozenset[str]
    sees: Scope
    disabled: bool
    epoch: int
    created_ns: int
    last_login_ns: int | None
    access: Roles = Roles()
    gone: frozenset[str] = frozenset()
    given: Scope = EVERYTHING


def user_of(row: Any, access: Roles) -> User:
    """The user as the roles are now: who holds none of them any more sees nothing."""
    given = frozenset(row.roles.split())
    roles = given.intersection(access.names)
    given_scope = scope_of(row)
    return User(
        row.name,
        roles,
        given_scope if roles else NOTHING,
        row.disabled,
        row.epoch,
        row.created_ns,
        row.last_login_ns,
        access,
        given - roles,
        given_scope,
    )


def name_of(text: str, what: str = "user") -> str:
    """The name as stored: lower case. Raises AccountError when no user, or what else it is for, can have it."""
    name = text.strip().lower()
    if not _NAME.fullmatch(name):
        raise AccountError(
            f"{text!r} cannot be a {what} name. Allowed: 1 to 64 letters a-z, digits and . _ @ -, beginning with a letter or digit."
        )
    return name


def checked_roles(roles: Collection[str], access: Roles) -> str:
    unknown = sorted(set(roles) - set(access.names))
    if unknown:
        raise AccountError(f"No role is called {unknown[0]!r}. Known: {', '.join(access.names)}.")
    if not roles:
        raise AccountError(f"A user needs at least one role. Known: {', '.join(access.names)}.")
    return " ".join(sorted(set(roles)))


def checked_scope(sees: Scope) -> dict[str, str | None]:
    """The columns that keep it. Raises AccountError for names that nothing can have."""
    strange = [site for site in sees.sites or () if not site or site.split() != [site]]
    if strange:
        raise AccountError(f"{strange[0]!r} cannot be a site: a site is a name without spaces.")
    for what, names in (("workflow", sees.workflows), ("supplier", sees.suppliers)):
        for name in names or ():
            if not name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
                raise AccountError(f"{name!r} cannot be a {what}: it is a name of 1 to {LONGEST_NAME} printable letters.")
    return columns_of(sees)


def hash_of(password: str) -> str:
    """The argon2 hash; app.accounts.passwords says whether the password is any good."""
    return _HASHER.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether `password` is the one behind `stored` (None: no such user, "": none was set yet; takes as long and is never true)."""
    try:
        return _HASHER.verify(stored or _nobody(), password[: PASSWORD_MAX + 1]) and bool(stored)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


@cache
def _nobody() -> str:
    """An unknown user must cost as much time as a known one."""
    return _HASHER.hash("nobody has this password")


def is_outdated(stored: str) -> bool:
    """True when the hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(stored)
