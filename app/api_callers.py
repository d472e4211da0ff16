"""Who asks the API, by bearer token or session, and what they send; sentences on refusal."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any

from flask import current_app, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError, validate_csrf
from wtforms import ValidationError

from app.access.rights import ANNOTATE_OWN, EXPORT, ORDER
from app.access.roles import ADMIN
from app.accounts.tokens import ANNOTATE, RECOVER
from app.application import Application
from app.audit import NOBODY, own_of
from app.messages.glass import Viewer
from app.recovery.runs import Actor
from app.web import audited
from metrics.scope import EVERYTHING, Scope

MORE = "The page 'Your permissions' says which roles you have."


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and what they may see. `may_order`: may make this process read, refresh and rebuild. `own`: sees
    of the audit only what this person did; None: all of it. `actor`: as whom they recover; None: they may not. `viewer`: as whom they look
    at messages; None: a machine without roles, which may not."""

    sees: Scope
    may_order: bool
    own: str | None = None
    actor: Actor | None = None
    viewer: Viewer | None = None


class Denied(Exception):
    """The answer is this status with this sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def application() -> Application:
    found: Application = current_app.extensions["syncline"]
    return found


def caller_of_request() -> Caller:
    """Who asks, by bearer token or session. Raises Denied."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return _bearer(secret.strip())
    if current_user.is_authenticated:
        if not current_user.may(EXPORT):
            raise Denied(403, f"Only {current_user.account.access.only(EXPORT)} may take out figures and lists. {MORE}")
        own = own_of(current_user.account)
        return Caller(current_user.sees, current_user.may(ORDER), own, current_user.actor, current_user.viewer)
    raise Denied(
        401, "Say who you are: `Authorization: Bearer TOKEN` with a token of scope read (syncline token add NAME --scope read), or sign in."
    )


def _bearer(secret: str) -> Caller:
    here = application()
    if here.local_token and hmac.compare_digest(secret.encode(), here.local_token.encode()):
        audited.called_by("command line")
        return Caller(EVERYTHING, may_order=True)
    if token := here.accounts.check_token(secret, "read"):
        audited.called_by(f"token {token.name}")
        roles = frozenset({ADMIN}) if token.scope == "admin" else token.roles
        actor = Actor(f"token {token.name}", roles, token.sees, access=token.access) if token.allows(RECOVER) else None
        viewer = Viewer(actor.name, actor.roles, access=actor.access) if actor else None
        return Caller(token.sees, may_order=False, own=None if token.sees.is_all else NOBODY, actor=actor, viewer=viewer)
    if here.accounts.check_token(secret, ANNOTATE):
        raise Denied(403, "This token is for annotations only. Reading needs one of scope read.")
    if here.accounts.check_token(secret, "ingest"):
        raise Denied(403, "This token is for sending data, not for reading it. Reading needs one of scope read.")
    raise Denied(401, "This token is unknown or revoked.")


def annotator_of_request() -> Actor:
    """As whom the caller says what happened. Raises Denied."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer" and (token := application().accounts.check_token(secret.strip(), ANNOTATE)):
        roles = frozenset({ADMIN}) if token.scope == "admin" else frozenset[str]()
        return Actor(f"token {token.name}", roles, token.sees, access=token.access, also=frozenset({ANNOTATE_OWN}))
    actor = caller_of_request().actor
    if actor is None:
        raise Denied(403, "Annotations need a token of scope annotate (syncline token add NAME --scope annotate), or sign in.")
    if not secret:
        check_csrf()
    return actor


def check_csrf() -> None:
    try:
        validate_csrf(request.headers.get("X-CSRFToken"))
    except (ValidationError, CSRFError) as error:
        raise Denied(400, f"The page is older than your session. Reload it. ({error})") from error


def body() -> dict[str, Any]:
    body = request.get_json(silent=True) if request.data else {}
    if not isinstance(body, dict):
        raise Denied(400, "The body must be a JSON object, or empty.")
    return body
