"""What the configuration says of single sign-on: the provider, who we are there, and what its groups mean here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from metrics.scope import EVERYTHING, Scope

SCOPES = ("openid", "profile", "email")
PROVIDER, HERE = "provider", "here"  # where signing out ends the session


@dataclass(frozen=True, slots=True)
class Claims:
    """Under which names the provider says what we need to know."""

    user: str = "preferred_username"
    groups: str = "groups"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a group gives: these roles, and what of everything they see with them."""

    roles: frozenset[str]
    sees: Scope = EVERYTHING


@dataclass(frozen=True, slots=True)
class SingleSignOn:
    """One provider. `url` None: answers come back to where the question was asked; `default` None: who is in no group may not enter."""

    name: str
    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    scopes: tuple[str, ...] = SCOPES
    claims: Claims = Claims()
    groups: Mapping[str, Grant] = field(default_factory=dict)
    default: Grant | None = None
    local_accounts: bool = True
    logout: str = PROVIDER
    longest: int = 12 * 3600
    url: str | None = None
    ca: str | None = None
    proxy: str | None = field(default=None, repr=False)
    timeout: int = 5
    client_secret_file: str | None = None

    def opened(self, folder: Path) -> SingleSignOn:
        """With the secret out of its file; `folder` is what files are relative to. Raises OSError and UnicodeDecodeError."""
        secret = self.client_secret
        if self.client_secret_file:
            secret = (folder / self.client_secret_file).read_text(encoding="utf-8").strip()
        return replace(self, client_secret=secret, client_secret_file=None, ca=str(folder / self.ca) if self.ca else None)
