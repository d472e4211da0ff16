"""Whose a case is: the owner that claims its error code and site most closely, else who owns the workflow or rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.configuration.model import Owner
from app.recovery.catalogue import ANY, matches


def owner_of(owners: Sequence[Owner], usual: str | None, site: str | None, code: str | None) -> str | None:
    """The name. Code and site come before code alone, that before site alone; a whole code comes before one with a `*`, and of equals the
    first that is written."""
    claiming = [owner for owner in owners if (owner.codes or owner.sites) and _claims(owner, site, code)]
    return max(claiming, key=lambda owner: _closeness(owner, code)).name if claiming else usual


def owners_of_each(
    owners: Sequence[Owner], usual: str | None, sites: Iterable[str | None], codes: Iterable[str | None] = (None,)
) -> list[str]:
    """Whose something at these sites with these codes is, each once; nobody's is left out."""
    every = [*codes] or [None]
    found = (owner_of(owners, usual, site, code) for site in [*sites] or [None] for code in every)
    return list(dict.fromkeys(name for name in found if name))


def owner_of_all(owners: Sequence[Owner], usual: str | None, sites: Iterable[str], code: str | None) -> str | None:
    """Of a group at several sites the one that owns it everywhere, else who owns it wherever no site is looked at."""
    found = {owner_of(owners, usual, site, code) for site in sites}
    return found.pop() if len(found) == 1 else owner_of(owners, usual, None, code)


def _claims(owner: Owner, site: str | None, code: str | None) -> bool:
    return (not owner.sites or site in owner.sites) and (not owner.codes or any(matches(each, code) for each in owner.codes))


def _closeness(owner: Owner, code: str | None) -> tuple[bool, bool, bool]:
    is_whole = any(matches(each, code) for each in owner.codes if ANY not in each)
    return bool(owner.codes), is_whole, bool(owner.sites)
