"""Tokens: how machines prove who they are. The secret is shown once; only its SHA-256 is kept."""

from __future__ import annotations

import hashlib
import secrets
import zlib
from dataclasses import dataclass
from typing import Any

from app.access.roles import Holder, Roles
from app.accounts.scopes import scope_of
from metrics.scope import Scope

READ, INGEST, RECOVER, ANNOTATE, WHOLE = "read", "ingest", "recover", "annotate", "admin"
SCOPES = {
    READ: "read exports and metrics",
    INGEST: "send traces, logs and records",
    RECOVER: "read exports, and request, approve and stop recoveries as its roles may",
    ANNOTATE: "say on the charts what happened, such as a release, and nothing else",
    WHOLE: "everything, also ingest, refresh and rebuild on command",
}
PREFIX = "syn_"  # what scanners for secrets look for: syn_[0-9A-Za-z]{49}
SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
RANDOM, CHECK = 43, 6  # signs: 256 random bits, and a CRC-32 over what stands before it
IN_USE, REPLACED, EXPIRED, REVOKED = "in use", "replaced", "expired", "revoked"


@dataclass(frozen=True, slots=True)
class Token(Holder):
    """One machine's access. `sees`: what of everything; `sources` None: all that is sent to us. `roles`: of scope recover, what it may
    do; `gone`: those of them that there are no more. `user`: for whom it acts; None: for a service of its own. `id` names it among those
    of its name, and says nothing about its secret."""

    id: str
    name: str
    scope: str
    sees: Scope
    created_ns: int
    revoked_ns: int | None
    last_used_ns: int | None
    roles: frozenset[str] = frozenset()
    sources: frozenset[str] | None = None
    user: str | None = None
    made_by: str | None = None
    expires_ns: int | None = None
    replaced_ns: int | None = None
    revoked_by: str | None = None
    reason: str | None = None
    last_address: str | None = None
    access: Roles = Roles()
    gone: frozenset[str] = frozenset()

    def allows(self, scope: str) -> bool:
        return self.scope in (scope, WHOLE) or (self.scope, scope) == (RECOVER, READ)

    def state(self, now_ns: int) -> str:
        """One of the four words above; a replaced one works until it expires."""
        if self.revoked_ns is not None:
            return REVOKED
        if self.expires_ns is not None and self.expires_ns <= now_ns:
            return EXPIRED
        return IN_USE if self.replaced_ns is None else REPLACED

    def works(self, now_ns: int) -> bool:
        return self.state(now_ns) in (IN_USE, REPLACED)

    def takes(self, source: str) -> bool:
        """Whether what it sends may be of this source."""
        return self.sources is None or source in self.sources


def new_secret() -> str:
    body = "".join(secrets.choice(SIGNS) for _ in range(RANDOM))
    return PREFIX + body + _check_of(PREFIX + body)


def is_mistyped(secret: str) -> bool:
    """Whether it is no secret of ours as it stands: a sign is wrong or missing. Those made before there was a check are none."""
    if len(secret) == len(PREFIX) + RANDOM:
        return False  # of before, or cut off: nobody can tell
    body, check = secret[:-CHECK], secret[-CHECK:]
    return not secret.isascii() or len(secret) != len(PREFIX) + RANDOM + CHECK or check != _check_of(body)


def _check_of(text: str) -> str:
    number, signs = zlib.crc32(text.encode()), ""
    for _ in range(CHECK):
        number, rest = divmod(number, len(SIGNS))
        signs = SIGNS[rest] + signs
    return signs


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def token_of(row: Any, roles: str | None = None, access: Roles = Roles()) -> Token:  # noqa: B008  it never changes
    given = frozenset((roles or "").split())
    known = given.intersection(access.names)
    return Token(
        id=row.hash[:10],
        name=row.name,
        scope=row.scope,
        sees=scope_of(row),
        created_ns=row.created_ns,
        revoked_ns=row.revoked_ns,
        last_used_ns=row.last_used_ns,
        roles=known,
        sources=_names(row.sources),
        user=row.user,
        made_by=row.made_by,
        expires_ns=row.expires_ns,
        replaced_ns=row.replaced_ns,
        revoked_by=row.revoked_by,
        reason=row.reason,
        last_address=row.last_address,
        access=access,
        gone=given - known,
    )


def _names(text: str | None) -> frozenset[str] | None:
    return None if text is None else frozenset(text.split())
