"""Browsers in which somebody has signed in before: a signed cookie that opens nothing, and only says that wrong passwords of strangers are
not this browser's.

So nobody who tries passwords from elsewhere can keep the owner of a name out (OWASP calls it a device cookie)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

KEPT_SECONDS = 400 * 86_400  # the longest that browsers keep a cookie
MOST = 8  # people of one browser, as on a shared machine


def known_by(name: str) -> str | None:
    """What this browser is known by where that person has signed in with it; None: nobody knows it."""
    return _read().get(_digest(name))


def remember(response: Response, name: str) -> None:
    """From now on this browser is known as one of that person's."""
    kept = {key: value for key, value in _read().items() if key != _digest(name)}
    kept[_digest(name)] = secrets.token_hex(12)
    newest = dict(list(kept.items())[-MOST:])
    config = current_app.config
    response.set_cookie(
        config["KNOWN_BROWSER_COOKIE_NAME"],
        _serializer().dumps(newest),
        max_age=KEPT_SECONDS,
        path=config["SYNCLINE_PREFIX"],
        secure=config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def _read() -> Mapping[str, str]:
    try:
        found = _serializer().loads(request.cookies.get(current_app.config["KNOWN_BROWSER_COOKIE_NAME"], ""))
    except BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(_key(), salt="known browser", signer_kwargs={"digest_method": hashlib.sha256})


def _digest(name: str) -> str:
    """Who else uses the browser does not stand in its cookie."""
    return hashlib.blake2b(name.strip().lower().encode("utf-8", "replace"), key=_key().encode()[:64], digest_size=9).hexdigest()


def _key() -> str:
    return str(current_app.config["SECRET_KEY"])
