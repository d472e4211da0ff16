"""An ID token, taken apart and not believed before everything in it is right: who signed it, for whom, when, for which question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ClaimError, InvalidKeyIdError, JoseError, UnsupportedAlgorithmError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

# Signatures of a private key only: `none` is no signature, and a secret shared with us would make everybody who knows it a provider.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
LEEWAY_SECONDS = 60
SHORTEST_MODULUS = 342  # of an RSA key of 2048 bits, in letters of Base64
MOST_LETTERS = 1 << 17
WRONG = {
    "iss": "is from another provider",
    "aud": "is for another application",
    "azp": "is for another application",
    "exp": "has expired",
    "nbf": "is not valid yet",
    "iat": "was made in the future, or does not say when",
    "nonce": "answers another sign-in",
    "at_hash": "does not belong to what came with it",
    "sub": "does not say who signed in",
}
KINDS: dict[str, Any] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}


class Untrusted(Exception):
    """The text says what is wrong with the token, behind “the ID token”."""


class UnknownKey(Untrusted):
    """None of the keys that we have has signed it: there may be newer ones."""


class Expected(NamedTuple):
    """What the token has to say."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str | None
    now_seconds: int


def keys_in(document: Mapping[str, Any]) -> KeySet:
    """The keys that may sign. What we do not understand, what is too short and what is for something else is left out."""
    listed = document.get("keys")
    found = [key for each in (listed if isinstance(listed, list) else []) if (key := _key(each))]
    return KeySet(found)


def checked(token: object, keys: KeySet, expected: Expected) -> dict[str, Any]:
    """The claims. Raises Untrusted."""
    found = read(token, keys)
    claims = CodeIDToken(
        found.claims,
        found.header,
        options={
            "iss": {"essential": True, "value": expected.issuer},
            "aud": {"essential": True, "value": expected.client_id},
            "sub": {"essential": True},
            "nonce": {"essential": True},
        },
        params={"nonce": expected.nonce, "client_id": expected.client_id, "access_token": expected.access_token},
    )
    try:
        claims.validate(expected.now_seconds, LEEWAY_SECONDS)
    except ClaimError as error:
        claim = error.claim.partition(",")[0]  # of several that are missing the first
        raise Untrusted(WRONG.get(claim, f"is not right in the claim {claim[:40]}")) from None
    except (TypeError, ValueError, AttributeError):  # of claims that are of another kind than they should be
        raise Untrusted("has claims that cannot be read") from None
    if len(claims["sub"]) > 255:
        raise Untrusted(WRONG["sub"])
    return dict(claims)


def read(token: object, keys: KeySet) -> jwt.Token:
    """What one of the keys has signed. Raises Untrusted."""
    if not isinstance(token, str) or not token.isascii() or len(token) > MOST_LETTERS:
        raise Untrusted("is missing")
    try:
        return jwt.decode(token, keys, algorithms=ALGORITHMS)
    except InvalidKeyIdError:
        raise UnknownKey("is signed with a key that the provider does not name") from None
    except UnsupportedAlgorithmError:
        raise Untrusted("is signed in a way that is not accepted") from None
    except (JoseError, ValueError) as error:
        raise Untrusted(f"has no valid signature ({getattr(error, 'error', None) or type(error).__name__})") from None


def _key(found: Any) -> Any:
    """One key, or None."""
    if not isinstance(found, dict) or found.get("kty") not in KINDS or found.get("use", "sig") != "sig":
        return None
    if found["kty"] == "RSA" and len(str(found.get("n", ""))) < SHORTEST_MODULUS:
        return None
    public = {name: value for name, value in found.items() if name not in ("key_ops", "x5c", "x5t", "x5t#S256", "x5u")}
    try:
        return KINDS[found["kty"]].import_key(public)
    except (JoseError, ValueError, TypeError):
        return None
