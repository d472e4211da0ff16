"""Users: who they are, what they may see, and whether a password is theirs."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from metrics.texts import ENGLISH, _, _later, language

# role: what it is for, as shown on the page "Your permissions"
ROLES = {
    "supply": _later("Supply chain: is every order, batch and shipment in step, and what is at risk?"),
    "it": _later("Plant IT and integration: what is failing, why, and whose is it?"),
    "exec": _later("Management: did we keep our promises, and is it getting better?"),
    "approver": _later("Approval: looks at what colleagues want to recover, and says yes or no where a path names this role."),
    "viewer": _later("Viewing: sees what the others see, and changes nothing."),
    "admin": _later("Administration: users, tokens and everything the others may see."),
}
PASSWORD_MAX = 1024
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
_HASHER = PasswordHasher()


class AccountError(Exception):
    """A person's mistake, said in a sentence."""


@dataclass(frozen=True, slots=True)
class User:
    """One person. `sites` None: all sites, also those that come later."""

    name: str
    roles: frozenset[str]
    sites: frozenset[str] | None
    disabled: bool
    epoch: int
    created_ns: int
    last_login_ns: int | None

    def may(self, roles: frozenset[str]) -> bool:
        """True when one of `roles` is theirs. Administrators may see every page."""
        return "admin" in self.roles or bool(self.roles & roles)


def user_of(row: Any) -> User:
    sites = frozenset(row.sites.split()) if row.sites is not None else None
    return User(row.name, frozenset(row.roles.split()), sites, row.disabled, row.epoch, row.created_ns, row.last_login_ns)


def name_of(text: str, what: str = "user") -> str:
    """The name as stored: lower case. Raises AccountError when no user, or what else it is for, can have it."""
    name = text.strip().lower()
    if not _NAME.fullmatch(name):
        raise AccountError(
            f"{text!r} cannot be a {what} name. Allowed: 1 to 64 letters a-z, digits and . _ @ -, beginning with a letter or digit."
        )
    return name


def roles_words(roles: Collection[str]) -> str:
    """`Plant IT and integration or Supply chain`; a role that we do not know stays as it is."""
    return language().listed([_(ROLES[role]).partition(":")[0] if role in ROLES else role for role in roles], either=True)


def roles_said(roles: Collection[str]) -> str:
    """The same in English, as it is recorded."""
    return ENGLISH.listed([ROLES[role].partition(":")[0] if role in ROLES else role for role in roles], either=True)


def checked_roles(roles: Collection[str]) -> str:
    unknown = sorted(set(roles) - set(ROLES))
    if unknown:
        raise AccountError(f"No role is called {unknown[0]!r}. Known: {', '.join(ROLES)}.")
    if not roles:
        raise AccountError(f"A user needs at least one role. Known: {', '.join(ROLES)}.")
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
