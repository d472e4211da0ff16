"""What the section `masking` says: which fields nobody sees without giving a reason, and who may see messages at all."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Masking:
    """`fields`: as Fields reads them. `roles`: who may see messages, masked; administrators always may."""

    fields: tuple[str, ...] = ()
    roles: tuple[str, ...] = ("it",)

    def may_see(self, roles: Collection[str]) -> bool:
        """Whether who holds these roles may see messages."""
        return ADMIN in roles or not set(roles).isdisjoint(self.roles)

    def why_not(self, roles: Collection[str]) -> str | None:
        """The sentence for who may not."""
        if self.may_see(roles):
            return None
        from app.accounts.people import roles_words  # it needs what checks passwords

        who = roles_words(self.roles) if self.roles else "nobody but administrators"
        return f"Messages are for {who}: they hold whatever their senders wrote. Your administrator can give you such a role."
