"""Who we are to a web API: nobody, a name and a password, a token, or a client of an OAuth 2.0 server that gives tokens out."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote_plus, urlsplit

import orjson
import requests

from collectors.collector import Clock
from collectors.rest.body import Broken, body_of
from collectors.rest.request import shown
from collectors.suggest import unknown

NONE, BASIC, BEARER, OAUTH2 = "none", "basic", "bearer", "oauth2"
KEYS = {  # kind → (keys needed, keys allowed)
    NONE: ((), ()),
    BASIC: (("username", "password"), ()),
    BEARER: (("token",), ()),
    OAUTH2: (("token_url", "client_id", "client_secret"), ("scope", "credentials", "parameters")),
}
IN_HEADER, IN_BODY = "header", "body"
SECRET = ("password", "token", "client_secret")
EARLY_NS = 30 * 10**9  # so much before its end a token is not used any more
DEFAULT_SECONDS = 300  # of a token whose life is not told
LARGEST_MEGABYTES = 1  # of the answer with a token
Problems = list[tuple[str, str]]


class Denied(Exception):
    """No token could be had; the text says why."""


class Authentication:
    """Made from a checked section `auth`. `seconds` is how long the token server may take."""

    def __init__(self, data: dict[str, Any] | None, seconds: int) -> None:
        self._data = data or {"kind": NONE}
        self._seconds = seconds
        self._token, self._until_ns = "", 0

    def headers(self, session: requests.Session, clock: Clock) -> dict[str, str]:
        """Raises Denied."""
        data = self._data
        if data["kind"] == BASIC:
            return {"Authorization": _basic(data["username"], data["password"])}
        if data["kind"] == BEARER:
            return {"Authorization": f"Bearer {data['token']}"}
        if data["kind"] == OAUTH2:
            if not self._token or clock() >= self._until_ns:
                self._fetch(session, clock)
            return {"Authorization": f"Bearer {self._token}"}
        return {}

    def renew(self) -> bool:
        """Forgets the token; True when another one can be had."""
        had_one, self._token = bool(self._token), ""
        return had_one

    def without_secrets(self, text: str) -> str:
        for secret in [*(str(self._data[name]) for name in SECRET if name in self._data), self._token]:
            text = text.replace(secret, "…") if secret else text
        return text

    def _fetch(self, session: requests.Session, clock: Clock) -> None:
        where, data = shown(self._data["token_url"]), self._data
        form = {"grant_type": "client_credentials", **data.get("parameters", {})}
        headers = {}
        if "scope" in data:
            form["scope"] = data["scope"]
        if data.get("credentials", IN_HEADER) == IN_HEADER:
            headers["Authorization"] = _basic(quote_plus(data["client_id"]), quote_plus(data["client_secret"]))  # RFC 6749, 2.3.1
        else:
            form |= {"client_id": data["client_id"], "client_secret": data["client_secret"]}
        asked_ns = clock()
        try:
            response = session.post(
                data["token_url"], form, headers=headers, timeout=self._seconds, allow_redirects=False, stream=True
            )  # a redirect is not followed: it would carry the secret
            with response:
                body = body_of(response, LARGEST_MEGABYTES, self._seconds)
        except Broken as error:
            raise Denied(f"the token server {where} {error}") from error
        except (requests.RequestException, OSError) as error:
            raise Denied(f"the token server {where} cannot be reached ({type(error).__name__}).") from error
        self._token, seconds = self._read(where, response.status_code, body)
        self._until_ns = asked_ns + max(seconds * 10**9 - EARLY_NS, seconds * 10**9 // 2)

    def _read(self, where: str, status: int, body: bytes) -> tuple[str, int]:
        try:
            found = orjson.loads(body)
        except orjson.JSONDecodeError:
            found = None
        if not isinstance(found, dict):
            raise Denied(f"the token server {where} answers with HTTP {status} and no JSON.")
        token = found.get("access_token")
        if status != 200 or not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            reason = self.without_secrets(f"{found.get('error', '')} {found.get('error_description', '')}".strip())[:200]
            raise Denied(f"the token server {where} gives no token (HTTP {status}{f': {reason}' if reason else ''}); see `auth`.")
        seconds = found.get("expires_in")
        text = str(seconds).partition(".")[0]
        return token, int(text) if text.isdecimal() and len(text) < 10 else DEFAULT_SECONDS


def check_authentication(value: Any) -> Problems:
    """What is wrong with a section `auth`; no problem shows a secret."""
    if not isinstance(value, dict):
        return [("", "must be a mapping, as in `{kind: basic, username: syncline, password: ${SAP_PASSWORD}}`")]
    kind = value.get("kind")
    if not isinstance(kind, str) or kind not in KEYS:
        return [("kind", unknown("kind of auth", kind, KEYS) if "kind" in value else f"is missing; known: {', '.join(KEYS)}")]
    needed, allowed = KEYS[kind]
    problems = [(str(key), unknown("key", key, ("kind", *needed, *allowed))) for key in value if key not in ("kind", *needed, *allowed)]
    problems += [(key, "is missing") for key in needed if key not in value]
    problems += [(key, "must be a text that is not empty") for key in _texts(value, (*needed, "scope")) if key != "token_url"]
    problems += _unprintable(value)
    if "token_url" in value:
        problems += [("token_url", text) for _, text in a_url(value["token_url"])]
    if value.get("credentials", IN_HEADER) not in (IN_HEADER, IN_BODY):
        problems.append(("credentials", f"must be {IN_HEADER} or {IN_BODY} (found {value['credentials']!r})"))
    if not _is_plain(value.get("parameters", {})):
        problems.append(("parameters", "must be a mapping of names to texts"))
    return problems


def a_url(value: Any) -> Problems:
    """No problem shows what is behind the host: that may be a secret."""
    form = "must be a URL as in https://host/path"
    if not isinstance(value, str):
        return [("", f"{form} (found {value!r})")]
    try:
        parts = urlsplit(value)
        is_good = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_good = False
    if not is_good or any(sign.isspace() or not sign.isprintable() for sign in parts.netloc):
        return [("", form)]
    return [("", "holds a name or a password; write them under `auth`")] if "@" in parts.netloc else []


def _basic(name: str, password: str) -> str:
    return f"Basic {b64encode(f'{name}:{password}'.encode()).decode()}"


def _texts(value: dict[str, Any], keys: Iterable[str]) -> list[str]:
    return [key for key in keys if key in value and not (isinstance(value[key], str) and value[key].strip())]


def _unprintable(value: dict[str, Any]) -> Problems:
    """A token with a line end behind it, as files have them, would not be one header any more."""
    wrong = [key for key in SECRET if isinstance(value.get(key), str) and not value[key].isprintable()]
    return [
        (key, "holds a line end or another sign that cannot be sent; does the file or variable it comes from end with one?")
        for key in wrong
    ]


def _is_plain(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(name, str) and isinstance(text, str) for name, text in value.items())
