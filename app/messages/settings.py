"""What the section `masking` says: which fields nobody sees without giving a reason; and the sentence for who sees no messages."""

from __future__ import annotations

from dataclasses import dataclass

from app.access.rights import SEE_MESSAGES
from app.access.roles import Holder


@dataclass(frozen=True, slots=True)
class Masking:
    """`fields`: as Fields reads them. `roles`: who may see messages, masked; None: as their roles say."""

    fields: tuple[str, ...] = ()
    roles: tuple[str, ...] | None = None


def why_not(who: Holder) -> str | None:
    """The sentence for who may not see messages."""
    if who.may(SEE_MESSAGES):
        return None
    holders = who.access.holders(SEE_MESSAGES)
    named = who.access.words(holders) if holders else "nobody but administrators"
    return f"Messages are for {named}: they hold whatever their senders wrote. Your administrator can give you such a role."
