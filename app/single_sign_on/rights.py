"""What somebody's groups give them here: never more of anything than one of the groups gives."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import combinations

from app.access.roles import ADMIN
from app.single_sign_on.refused import Refused
from app.single_sign_on.settings import Grant, SingleSignOn
from metrics.scope import KINDS, Names, Scope
from metrics.texts import _


def rights_of(groups: Collection[str], settings: SingleSignOn) -> Grant:
    """Raises Refused where they give nothing, or different roles of different things."""
    found = [grant for group, grant in settings.groups.items() if group in groups]
    if not found:
        if settings.default is None:
            raise Refused(
                _("None of your groups at {provider} may use Syncline. Ask your administrator which one you need.", provider=settings.name)
            )
        return settings.default
    found = _beside_administrators(found)
    # A person has all roles for all they see. What a role is given for in part only would be more, elsewhere, than any group gives.
    given = [_together(grant.sees for grant in found if role in grant.roles) for role in {role for grant in found for role in grant.roles}]
    sees = _shared([scope for scope in given if scope is not None])
    if None in given or any(getattr(sees, kind) == frozenset() for kind in KINDS):
        raise Refused(
            _(
                "Your groups at {provider} give you different rights at different sites, workflows or suppliers, and nobody can have that "
                "here. Ask your administrator for groups that fit together.",
                provider=settings.name,
            )
        )
    return Grant(frozenset().union(*(grant.roles for grant in found)), sees)


def _beside_administrators(grants: list[Grant]) -> list[Grant]:
    """Without what administrators may anyway, which would only narrow them."""
    of_admin = [grant.sees for grant in grants if ADMIN in grant.roles]
    everything = _together(of_admin) if of_admin else None
    return [grant for grant in grants if ADMIN in grant.roles or everything is None or not _lies_in(grant.sees, everything)]


def _together(scopes: Iterable[Scope]) -> Scope | None:
    """All of them as one; None where one would be more than they are, as of one site's orders and another's purchases."""
    left = list(scopes)
    while len(left) > 1:
        pair = next(((one, other, both) for one, other in combinations(left, 2) if (both := _joined(one, other)) is not None), None)
        if pair is None:
            return None
        left.remove(pair[0])
        left.remove(pair[1])
        left.append(pair[2])
    return left[0]


def _joined(one: Scope, other: Scope) -> Scope | None:
    if _lies_in(one, other):
        return other
    if _lies_in(other, one):
        return one
    differing = [kind for kind in KINDS if getattr(one, kind) != getattr(other, kind)]
    if len(differing) > 1:
        return None
    return replace(one, **{differing[0]: getattr(one, differing[0]) | getattr(other, differing[0])})


def _shared(scopes: Collection[Scope]) -> Scope:
    """What all of them see."""
    limits = {kind: [names for scope in scopes if (names := getattr(scope, kind)) is not None] for kind in KINDS}
    return Scope(**{kind: frozenset.intersection(*names) if names else None for kind, names in limits.items()})


def _lies_in(one: Scope, other: Scope) -> bool:
    return all(_are_in(getattr(one, kind), getattr(other, kind)) for kind in KINDS)


def _are_in(names: Names, others: Names) -> bool:
    return others is None or (names is not None and names <= others)
