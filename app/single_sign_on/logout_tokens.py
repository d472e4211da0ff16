"""A logout token (OpenID Connect Back-Channel Logout 1.0), not believed before everything in it is right; and whose sessions it ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from app.single_sign_on.id_tokens import LEEWAY_SECONDS, Untrusted, read

EVENT = "http://schemas.openid.net/event/backchannel-logout"
TYPES = ("logout+jwt", "application/logout+jwt", "jwt")  # providers of before 2022 say JWT, or nothing
OLDEST_SECONDS = 600  # so that what is remembered of those that were used need not be for ever
LONGEST = 255
MOST_LETTERS = 1 << 14


class Left(NamedTuple):
    """Who left, or which of their sessions ended; `token`: what the token is called, which counts once."""

    subject: str | None
    session: str | None
    token: str


def left(token: object, keys: KeySet, issuer: str, client_id: str, now_seconds: int) -> Left:
    """Raises Untrusted."""
    if not isinstance(token, str) or len(token) > MOST_LETTERS:
        raise Untrusted("is missing")
    found = read(token, keys)
    if str(found.header.get("typ", "jwt")).lower() not in TYPES:
        raise Untrusted("is a token for something else")
    _check_claims(found.claims, issuer, client_id, now_seconds)
    if "nonce" in found.claims:
        raise Untrusted("has a nonce, which only ID tokens have")
    events = found.claims.get("events")
    if not isinstance(events, Mapping) or not isinstance(events.get(EVENT), Mapping):
        raise Untrusted("does not say that somebody left")
    subject, session = (_name(found.claims, each) for each in ("sub", "sid"))
    called = _name(found.claims, "jti")
    if called is None or (subject is None and session is None):
        raise Untrusted("does not say what it is called, or who left")
    return Left(subject, session, called)


def _check_claims(claims: dict[str, Any], issuer: str, client_id: str, now_seconds: int) -> None:
    known = JWTClaimsRegistry(
        now_seconds,
        LEEWAY_SECONDS,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        known.validate(claims)
        is_old = claims["iat"] < now_seconds - OLDEST_SECONDS
    except (JoseError, TypeError, ValueError) as error:
        raise Untrusted(f"is not right in its claims ({getattr(error, 'claim', None) or type(error).__name__})") from None
    if is_old:
        raise Untrusted("was made more than ten minutes ago")


def _name(claims: Mapping[str, Any], claim: str) -> str | None:
    """None where it is not said. Raises Untrusted where it is no name."""
    found = claims.get(claim)
    if found is not None and not (isinstance(found, str) and 0 < len(found) <= LONGEST):
        raise Untrusted(f"is not right in its claims ({claim})")
    return found
