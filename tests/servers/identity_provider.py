"""A real provider of OpenID Connect on loopback: oidc-provider-mock from PyPI, in a process of its own, behind a door that can misbehave.

The provider itself is right, but for one thing: who says no there comes back without the state. What it never does (sign with other keys,
speak for others, lead elsewhere, stay silent) is done by the door in front of it, a WSGI layer of the same process: it names the keys,
signs each ID token with one of them, and alters answers as a test says over HTTP. `python -m tests.servers.identity_provider PORT` runs it.
"""

from __future__ import annotations

import hmac
import json
import sys
import threading
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx

from tests.processes import free_ports, listens, real_server

CLIENT, SECRET = "syncline", "s3cret~of.syncline"
DOOR = "/_door"
DISCOVERY = "/.well-known/openid-configuration"
PATHS = {"discovery": DISCOVERY, "jwks": "/jwks", "token": "/oauth2/token", "userinfo": "/userinfo", "authorize": "/oauth2/authorize"}


class IdentityProvider:
    """What a test says to the provider."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._http = httpx.Client(base_url=self.url, trust_env=False)

    def close(self) -> None:
        self._http.close()

    def person(self, sub: str, **claims: Any) -> None:
        """Somebody who can sign in there, and what it says of them. `groups=None`: the claim is missing."""
        said = {"preferred_username": sub, "email": f"{sub}@example.com", "groups": [], **claims}
        self._http.put(f"/users/{sub}", json={name: value for name, value in said.items() if value is not None}).raise_for_status()

    def does(self, **what: Any) -> None:
        """From now on the door does this, and nothing else; without anything all is right again. `on` names what is altered: discovery,
        jwks, token or userinfo.

        claims={name: value}: the ID token says so (None: does not say it); shifted={name: seconds}: the same, so far from now. algorithm:
        signed so, also `none` and `HS256` with the public key as secret. key="other": by a key nobody has named, `kid` is its name.
        tampered={name: value}: the token says so, and is signed as if it did not. keys=[]: it names these. metadata={name: value}: it says
        so of itself. answer={name: value}: its way back to us holds this. status, leads_to, silent, drips, words: HTTP, at `on`.
        """
        self._http.put(DOOR, json=what).raise_for_status()

    def rotates(self, *, keeps_old: bool = False) -> None:
        """From now on it signs with a new key."""
        self._http.post(f"{DOOR}/rotate", json={"keeps_old": keeps_old}).raise_for_status()

    def keys(self) -> list[str]:
        """The names of those that it names."""
        return [key["kid"] for key in self._http.get("/jwks").json()["keys"]]

    def signs(self, claims: dict[str, Any], header: dict[str, Any] | None = None, **does: Any) -> str:
        """A token with these claims, as the door would sign it that `does` this."""
        token = self._http.post(f"{DOOR}/sign", json={"claims": claims, "header": header or {}, "does": does}).raise_for_status()
        return str(token.json())

    def asked(self, what: str) -> list[dict[str, Any]]:
        """How it was asked, so far, for: discovery, jwks, token, userinfo, authorize."""
        found: list[dict[str, Any]] = self._http.get(f"{DOOR}/asked").json()[what]
        return found

    def signs_in(self, address: str, sub: str, **form: str) -> str:
        """Where the browser is led to once `sub` has said, at the address we sent them to, who they are."""
        answer = self._http.post(address.removeprefix(self.url), data={"sub": sub, **form})
        assert answer.status_code in (302, 303), answer.text
        return answer.headers["Location"]


@contextmanager
def identity_provider(folder: Path) -> Iterator[IdentityProvider]:
    (port,) = free_ports(1)
    with real_server([sys.executable, "-W", "ignore", "-m", __name__, str(port)], listens(port), log=folder / "identity-provider.log"):
        provider = IdentityProvider(port)
        try:
            yield provider
        finally:
            provider.close()


# ── the process ─────────────────────────────────────────────────────────────────────────────────────────────────────────
Start = Callable[..., Any]


class Door:
    """In front of the provider."""

    def __init__(self, provider: Any) -> None:
        from joserfc.jwk import RSAKey

        self.provider, self.orders, self.asked = provider, {}, {name: [] for name in (*PATHS, "other")}
        self.keys = [RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})]
        self.other = RSAKey.generate_key(2048, {"kid": "other", "use": "sig"})
        self.silence = threading.Event()

    def __call__(self, environ: dict[str, Any], start: Start) -> Any:
        from werkzeug.wrappers import Request, Response

        request = Request(environ)
        if request.path.startswith(DOOR):
            return self._told(request)(environ, start)
        name = next((name for name, path in PATHS.items() if path == request.path), "other")
        body = request.get_data(cache=True).decode()
        form = {key: values[0] for key, values in parse_qs(body).items()}
        self.asked[name].append({"query": request.args.to_dict(), "form": form, "authorization": request.headers.get("Authorization")})
        if self.orders.get("on") == name and (odd := self._odd()):
            return odd(environ, start)
        environ["wsgi.input"].seek(0) if environ["wsgi.input"].seekable() else None
        answer = Response.from_app(self.provider, environ, buffered=True)
        self._alter(name, answer)
        return answer(environ, start)

    def _told(self, request: Any) -> Any:
        from werkzeug.wrappers import Response

        if request.method == "PUT":
            self.orders = request.get_json()
            self.silence.set()
            self.silence = threading.Event()
        elif request.path.endswith("/sign"):
            asked = request.get_json()
            return Response(json.dumps(self._made(asked["claims"], asked["header"], asked["does"])), mimetype="application/json")
        elif request.path.endswith("/rotate"):
            from joserfc.jwk import RSAKey

            new = RSAKey.generate_key(2048, {"kid": f"key-{len(self.keys)}-{id(self.orders)}", "use": "sig"})
            self.keys = [new, *(self.keys if request.get_json()["keeps_old"] else [])]
        return Response(json.dumps(self.asked), mimetype="application/json")

    def _odd(self) -> Any:
        from werkzeug.wrappers import Response

        if self.orders.get("silent"):
            self.silence.wait(60)  # until the next order: nobody waits longer than the one who asks
            return Response("", 503)
        if self.orders.get("drips"):
            return Response((b" " for _ in iter(lambda: self.silence.wait(0.1), True)), mimetype="application/json")
        if at := self.orders.get("leads_to"):
            return Response("", 302, {"Location": at})
        if words := self.orders.get("words"):
            return Response(words, self.orders.get("status", 200), mimetype="application/json")
        return Response("away", self.orders["status"]) if "status" in self.orders else None

    def _alter(self, name: str, answer: Any) -> None:
        if name == "discovery" and answer.status_code == 200:
            said = {**json.loads(answer.data), **self.orders.get("metadata", {})}
            answer.data = json.dumps({key: value for key, value in said.items() if value is not None})
        elif name == "jwks":
            answer.data = json.dumps({"keys": self.orders.get("keys", [key.as_dict(private=False) for key in self.keys])})
        elif name == "token" and answer.status_code == 200:
            said = json.loads(answer.data)
            answer.data = json.dumps({**said, "id_token": self._signed(said["id_token"])})
        elif name == "authorize" and "Location" in answer.headers:
            said = {key: values[0] for key, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}
            query = {"state": self.asked["authorize"][-1]["query"]["state"], **said, **self.orders.get("answer", {})}
            kept = {key: value for key, value in query.items() if value is not None}
            answer.headers["Location"] = urljoin(answer.headers["Location"], f"?{urlencode(kept)}")

    def _signed(self, token: str) -> str:
        """What the provider says, in a token of the keys that are named here."""
        claims = {**json.loads(_decoded(token.split(".")[1])), **self.orders.get("claims", {})}
        claims |= {name: int(time.time()) + seconds for name, seconds in self.orders.get("shifted", {}).items()}
        return self._made({name: value for name, value in claims.items() if value is not None}, {}, self.orders)

    def _made(self, claims: dict[str, Any], header: dict[str, Any], orders: dict[str, Any]) -> str:
        from joserfc import jwt

        algorithm, key = orders.get("algorithm", "RS256"), self.other if orders.get("key") == "other" else self.keys[0]
        kid = orders.get("kid", key.kid)
        header = {"alg": algorithm, **({"kid": kid} if kid else {}), **header}
        if algorithm == "none":
            return f"{_encoded(header)}.{_encoded(claims)}."
        if algorithm == "HS256":
            signed = f"{_encoded(header)}.{_encoded(claims)}"
            made = hmac.digest(key.as_pem(private=False), signed.encode(), "sha256")  # by hand: the library refuses to
            return f"{signed}.{urlsafe_b64encode(made).rstrip(b'=').decode()}"
        made = jwt.encode(header, claims, key, algorithms=[algorithm])
        if orders.get("tampered"):
            head, _, signature = made.split(".")
            return f"{head}.{_encoded({**claims, **orders['tampered']})}.{signature}"
        return made


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _encoded(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def main(port: int) -> None:
    import os

    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # of the provider: on loopback there is no TLS
    import oidc_provider_mock
    import waitress

    waitress.serve(Door(oidc_provider_mock.app(require_client_registration=False)), host="127.0.0.1", port=port, threads=8)


if __name__ == "__main__":
    main(int(sys.argv[1]))
