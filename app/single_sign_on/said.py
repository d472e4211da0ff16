"""Who somebody is, out of what the provider says of them: the name to call them by, and their groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.accounts.people import AccountError, name_of
from app.single_sign_on.refused import Refused
from app.single_sign_on.settings import Claims, SingleSignOn
from metrics.texts import _

EMAIL = "email"
SHOWN = 60  # of what a provider says, in a sentence


def value_of(claims: Mapping[str, Any], name: str) -> Any:
    """Of a claim; a name with dots may lead into what Keycloak nests: `realm_access.roles`."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(part)
    return found


def is_whole(claims: Mapping[str, Any], names: Claims) -> bool:
    """Whether all we need is there, so that nothing more has to be asked."""
    return value_of(claims, names.groups) is not None and _called(claims, names) is not None


def user_in(claims: Mapping[str, Any], settings: SingleSignOn) -> str:
    """The name, as people have it here. Raises Refused, naming the claim."""
    claim = settings.claims.user
    found = _called(claims, settings.claims)
    if not isinstance(found, str):
        raise Refused(
            _("{provider} does not say what to call you: the claim {claim} is missing.", provider=settings.name, claim=f"“{claim}”")
        )
    if found == claims.get(EMAIL) and claims.get("email_verified") is False:
        raise Refused(_("{provider} has not verified your address, so it cannot be your name here.", provider=settings.name))
    try:
        return name_of(found)
    except AccountError:
        raise Refused(
            _(
                "{provider} calls you {found} (claim {claim}), which cannot be a name here. "
                "Allowed: 1 to 64 letters a-z, digits and . _ @ -, beginning with a letter or digit.",
                provider=settings.name,
                found=f"“{found[:SHOWN]}”",
                claim=f"“{claim}”",
            )
        ) from None


def groups_in(claims: Mapping[str, Any], settings: SingleSignOn) -> frozenset[str]:
    """Raises Refused, naming the claim, where it is missing, of another kind, or left out because they are too many."""
    claim = settings.claims.groups
    found = value_of(claims, claim)
    if found is None and _are_too_many(claims, claim):
        raise Refused(
            _(
                "You are in more groups than {provider} puts into its answer (claim {claim}). "
                "Your administrator can have it say only the groups that are assigned to Syncline.",
                provider=settings.name,
                claim=f"“{claim}”",
            )
        )
    if found is None:
        raise Refused(
            _(
                "{provider} does not say in which groups you are: the claim {claim} is missing. Your administrator can add it there.",
                provider=settings.name,
                claim=f"“{claim}”",
            )
        )
    listed = [found] if isinstance(found, str) else found
    if not isinstance(listed, list) or not all(isinstance(group, str) for group in listed):
        raise Refused(
            _("{provider} does not give your groups (claim {claim}) as a list of names.", provider=settings.name, claim=f"“{claim}”")
        )
    return frozenset(listed)


def _called(claims: Mapping[str, Any], names: Claims) -> Any:
    """By the claim that is configured, where that is the usual one else by the address."""
    found = value_of(claims, names.user)
    return claims.get(EMAIL) if found is None and names.user == Claims().user else found


def _are_too_many(claims: Mapping[str, Any], claim: str) -> bool:
    """As OpenID Connect says in 5.6.2, and Entra ID does above 200 groups: the claim is to be had elsewhere."""
    elsewhere = claims.get("_claim_names")
    return (isinstance(elsewhere, Mapping) and claim in elsewhere) or claims.get("hasgroups") in (True, "true")
