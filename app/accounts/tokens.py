"""Tokens: how machines prove who they are. The secret is shown once; only its SHA-256 is kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from app.access.roles import Holder, Roles
from app.accounts.scopes import scope_of
from metrics.scope import Scope

RECOVER = "recover"
ANNOTATE = "annotate"
SCOPES = {
    "read": "read exports and metrics",
    "ingest": "send traces, logs and records",
    RECOVER: "read exports, and request, approve and stop recoveries as its roles may",
    ANNOTATE: "say on the charts what happened, such as a release, and nothing else",
    "admin": "everything, also ingest, refresh and rebuild on command",
}


@dataclass(frozen=True, slots=True)
class Token(Holder):
    """One machine's access. `sees`: what of everything. `roles`: of scope recover, what it may do; `gone`: those of them that
    there are no more."""

    name: str
    scope: str
    sees: Scope
    created_ns: int
    revoked_ns: int | None
    last_used_ns: int | None
    roles: frozenset[str] = frozenset()
    access: Roles = Roles()
    gone: frozenset[str] = frozenset()

    def allows(self, scope: str) -> bool:
        return self.scope in (scope, "admin") or (self.scope, scope) == (RECOVER, "read")


def new_secret() -> str:
    return "syn_" + secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def token_of(row: Any, roles: str | None = None, access: Roles = Roles()) -> Token:  # noqa: B008  it never changes
    given = frozenset((roles or "").split())
    known = given.intersection(access.names)
    return Token(row.name, row.scope, scope_of(row), row.created_ns, row.revoked_ns, row.last_used_ns, known, access, given - known)
