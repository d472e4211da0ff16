"""Whether who is signed in has said lately who they are: asked before what would do most harm at a browser that somebody left open."""

from __future__ import annotations

from typing import Any

from flask import current_app, request, session
from flask_login import current_user

from app.accounts import TooManyAttempts
from app.single_sign_on.settings import SingleSignOn
from app.web import known_browsers, login
from metrics.texts import _

ISSUER = "issuer"  # of a session: who vouches for it
PROVED, NOT_PROVED = "identity confirmed", "identity not confirmed"  # in the audit


def is_proved() -> bool:
    """By a password, or at their provider, within the last minutes."""
    return bool(_application().sessions.is_proved(current_user.place))


def provider() -> SingleSignOn | None:
    """Where they say it whom a provider vouches for; None: here, by their password."""
    settings: SingleSignOn | None = _application().settings.single_sign_on
    return settings if ISSUER in session else None


def by_password(password: str) -> str | None:
    """Why it does not count; None: it does, for the next minutes. Counted like a sign-in."""
    application, name = _application(), current_user.name
    try:
        is_right = application.accounts.confirm(name, password, request.remote_addr or "", known_browsers.known_by(name))
    except TooManyAttempts as limit:
        tell(NOT_PROVED, each=False)
        return login.wait_words(limit)
    if not is_right:
        tell(NOT_PROVED)
        return _("That is not your password.")
    application.sessions.prove(current_user.place)
    tell(PROVED)
    return None


def tell(action: str, *, each: bool = True) -> None:
    """To the audit."""
    _application().seen.tell(current_user.name, action, f"user {current_user.name}", each=each)


def _application() -> Any:
    return current_app.extensions["syncline"]
