"""A provider of OpenID Connect: where to send somebody, and what an answer that comes back with them says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc.jwk import KeySet

from app.single_sign_on import asking
from app.single_sign_on.id_tokens import Expected, UnknownKey, Untrusted, checked, keys_in
from app.single_sign_on.logout_tokens import Left, left
from app.single_sign_on.refused import Away, Refused
from app.single_sign_on.said import is_whole
from app.single_sign_on.settings import SingleSignOn
from metrics.texts import _

Found = TypeVar("Found")

SECOND_NS = 10**9
KEPT_NS = 3600 * SECOND_NS  # what a provider says of itself, and its keys
NOT_AGAIN_NS = 60 * SECOND_NS  # keys are fetched for a new one at most so often, whatever strangers send
AWAY_NS = 10 * SECOND_NS  # who does not answer is left alone for a while: asking takes a thread of ours
DISCOVERY = "/.well-known/openid-configuration"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True)
class Question:
    """What one sign-in was begun with: its answer has to fit."""

    state: str
    nonce: str
    verifier: str
    return_to: str
    again: str | None = None  # who is signed in, and is asked to say once more that it is them


class Provider:
    """Asked by several threads at once."""

    def __init__(self, settings: SingleSignOn, now_ns: Callable[[], int]) -> None:
        self.settings, self._now_ns = settings, now_ns
        self._lock = threading.Lock()
        self._metadata: tuple[int, dict[str, Any]] | None = None
        self._keys: tuple[int, KeySet] | None = None
        self._away: tuple[int, str] | None = None

    def address(self, question: Question) -> str:
        """Where somebody goes to say who they are. Raises Away."""
        metadata = self.metadata()
        # Whatever session there is with the provider does not count then, and the answer has to say when they signed in.
        anew = {"prompt": "login", "max_age": "0"} if question.again else {}
        with self._session(question.return_to) as session:
            url, _state = session.create_authorization_url(
                metadata["authorization_endpoint"], question.state, code_verifier=question.verifier, nonce=question.nonce, **anew
            )
        return str(url)

    def claims(self, code: str, question: Question) -> dict[str, Any]:
        """What the provider says of who comes back with `code`. Raises Away, Refused and Untrusted."""
        metadata = self.metadata()
        with self._session(question.return_to) as session:
            try:
                tokens = session.fetch_token(
                    metadata["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=question.verifier
                )
            except OAuthError as error:
                said = _("{provider} did not confirm that it was you. Begin again.", provider=self.settings.name)
                raise Refused(said, f"the code is not taken: {_word(error.error)}", 502) from None
            except (requests.RequestException, ValueError):
                raise Away(f"{asking.host_of(metadata['token_endpoint'])} answers for the code with nothing that can be used.") from None
        access = tokens.get("access_token")
        expected = Expected(
            self.settings.issuer,
            self.settings.client_id,
            question.nonce,
            access if isinstance(access, str) else None,
            self._now_ns() // SECOND_NS,
        )
        claims = self._with_keys(lambda keys: checked(tokens.get("id_token"), keys, expected))
        return self._completed(claims, metadata, expected.access_token)

    def left(self, token: object) -> Left:
        """Who left there, by a logout token. Raises Away and Untrusted."""
        settings, now = self.settings, self._now_ns() // SECOND_NS
        return self._with_keys(lambda keys: left(token, keys, settings.issuer, settings.client_id, now))

    def end_session(self, return_to: str) -> str | None:
        """Where the session there is ended too; None where the provider offers nothing of the kind. Raises Away."""
        found = self.metadata().get("end_session_endpoint")
        if not asking.is_safe(found):
            return None
        asked = urlencode({"client_id": self.settings.client_id, "post_logout_redirect_uri": return_to})
        return f"{found}{'&' if '?' in str(found) else '?'}{asked}"

    def metadata(self) -> dict[str, Any]:
        """What the provider says of itself. Raises Away."""
        with self._lock:
            now_ns = self._now_ns()
            if self._metadata and now_ns - self._metadata[0] < KEPT_NS:
                return self._metadata[1]
            found = self._asked(lambda: discovered(self.settings))
            self._metadata = now_ns, found
            return found

    def _with_keys(self, check: Callable[[KeySet], Found]) -> Found:
        """What a token says, by keys that may have become others since they were fetched."""
        try:
            return check(self._known_keys(KEPT_NS))
        except UnknownKey:
            return check(self._known_keys(NOT_AGAIN_NS))

    def _known_keys(self, at_most_ns: int) -> KeySet:
        """The keys, as they were at most so long ago."""
        uri = self.metadata()["jwks_uri"]
        with self._lock:
            now_ns = self._now_ns()
            if self._keys and now_ns - self._keys[0] < at_most_ns:
                return self._keys[1]
            found = keys_in(self._asked(lambda: asking.document(self.settings, uri)))
            self._keys = now_ns, found
            return found

    def _asked(self, ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """One thread asks, the others wait for it; after a failure nobody asks for a while."""
        now_ns = self._now_ns()
        if self._away and now_ns - self._away[0] < AWAY_NS:
            raise Away(self._away[1])
        try:
            found = ask()
        except Away as away:
            self._away = now_ns, str(away)
            raise
        self._away = None
        return found

    def _completed(self, claims: dict[str, Any], metadata: Mapping[str, Any], access: str | None) -> dict[str, Any]:
        """With what some providers say only when they are asked once more. Who it is stays as the token says."""
        at = metadata.get("userinfo_endpoint")
        if access is None or is_whole(claims, self.settings.claims) or not asking.is_safe(at):
            return claims
        said = asking.document(self.settings, str(at), access)
        if said.get("sub") != claims["sub"]:
            raise Untrusted("does not fit the user info, which is about somebody else")
        return {**said, **claims}

    def _session(self, return_to: str) -> OAuth2Session:
        settings = self.settings
        session = OAuth2Session(
            settings.client_id,
            settings.client_secret,
            token_endpoint_auth_method=self._method(),
            scope=" ".join(settings.scopes),
            redirect_uri=return_to,
            code_challenge_method="S256",
        )
        return asking.prepared(session, settings)

    def _method(self) -> str:
        """How we say who we are: as the provider takes it, in the header where it says nothing."""
        if self.settings.client_secret is None:
            return "none"
        offered = self.metadata().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return "client_secret_post" if "client_secret_basic" not in offered and "client_secret_post" in offered else "client_secret_basic"


def discovered(settings: SingleSignOn) -> dict[str, Any]:
    """What the provider says of itself, with all that is needed in it. Raises Away."""
    url = settings.issuer.rstrip("/") + DISCOVERY
    found = asking.document(settings, url)
    if found.get("issuer") != settings.issuer:
        raise Away(f"{url} speaks for the issuer {str(found.get('issuer'))[:200]!r}; write exactly this as `issuer`, or another address.")
    for name in ENDPOINTS:
        if not asking.is_safe(found.get(name)):
            raise Away(f"{url} names no {name} that begins with https://.")
    return found


def _word(error: object) -> str:
    """An error code of OAuth; whatever else stands in its place is not repeated."""
    return error if isinstance(error, str) and error.isascii() and error.replace("_", "").isalnum() and len(error) <= 40 else "no reason"
