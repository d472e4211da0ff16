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

PASSWORD_MAX = 1024
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
_HASHER = PasswordHasher()


class AccountError(Exception):
    """A person's mistake, said in a sentence."""


@dataclass(frozen=True, slots=True)
class User(Holder):
    """One person. `sites` None: all sites, also those that come later. `gone`: roles they were given that there are no more, which grant
    nothing; `given_sites`: also where for that reason they see none."""

    name: str
    roles: frozenset[str]
    sites: frozenset[str] | None
    disabled: bool
    epoch: int
    created_ns: int
    last_login_ns: int | None
    access: Roles = Roles()
    gone: frozenset[str] = frozenset()
    given_sites: frozenset[str] | None = None


def user_of(row: Any, access: Roles) -> User:
    """The user as the roles are now: who holds none of them any more sees no site."""
    given = frozenset(row.roles.split())
    roles = given.intersection(access.names)
    sites = frozenset(row.sites.split()) if row.sites is not None else None
    return User(
        row.name,
        roles,
        sites if roles else frozenset(),
        row.disabled,
        row.epoch,
        row.created_ns,
        row.last_login_ns,
        access,
        given - roles,
        sites,
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


def checked_sites(sites: Collection[str] | None) -> str | None:
    """None stays None: all sites."""
    if sites is None:
        return None
    strange = [site for site in sites if not site or site.split() != [site]]
    if strange:
        raise AccountError(f"{strange[0]!r} cannot be a site: a site is a name without spaces.")
    return " ".join(sorted(set(sites)))


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
