"""Who asks the API, by bearer token or session, and what they send; sentences on refusal."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from typing import Any

from flask import current_app, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError, validate_csrf
from wtforms import ValidationError

from app.access.rights import ANNOTATE_OWN, EXPORT, ORDER
from app.access.roles import ADMIN
from app.accounts.tokens import ANNOTATE, INGEST, READ, RECOVER, WHOLE
from app.application import Application
from app.audit import NOBODY, own_of
from app.machines.kept import Access, NoAccess
from app.machines.refusals import API
from app.messages.glass import Viewer
from app.recovery.runs import Actor
from app.remote import is_this_machine
from app.web import audited
from metrics.scope import EVERYTHING, Scope

NOT_READING = {  # scope → what a token of it is told that wants to read
    ANNOTATE: "This token is for annotations only. Reading needs one of scope read.",
    INGEST: "This token is for sending data, not for reading it. Reading needs one of scope read.",
}
LONGEST_NUMBER = 18  # digits: what a database holds as a whole number
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
    is_here: bool = False  # a command on this machine, of whoever runs this process


class Denied(Exception):
    """The answer is this status with this sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def application() -> Application:
    found: Application = current_app.extensions["syncline"]
    return found


def token_of_request() -> str | None:
    """The bearer token that is shown, also an empty one; None where a session has to say who asks, whatever else stands in that head:
    browsers fill it in by themselves for an address with a name and a password in it."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else None


def caller_of_request() -> Caller:
    """Who asks, by bearer token or session. Raises Denied."""
    if (secret := token_of_request()) is not None:
        return _bearer(secret)
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
    is_local = here.local_token and hmac.compare_digest(secret.encode("utf-8", "replace"), here.local_token.encode())
    if is_local and is_this_machine(request.remote_addr or ""):  # a copy of the file that lies elsewhere opens nothing
        audited.called_by("command line")
        return Caller(EVERYTHING, may_order=True, is_here=True)
    access = _reading(secret)
    audited.called_by(access.actor)
    actor = _actor(access) if access.token.allows(RECOVER) else None
    viewer = Viewer(actor.name, actor.roles, access=actor.access) if actor else None
    return Caller(access.sees, may_order=False, own=_own(access), actor=actor, viewer=viewer)


def _reading(secret: str) -> Access:
    """Who is behind the secret, when it may read. Raises Denied, and counts it."""
    here, address = application(), request.remote_addr or ""
    try:
        access = here.machines.behind(secret, address)
        if not access.token.allows(READ):
            raise NoAccess(NOT_READING[access.token.scope], access.token.name, is_known=True)
    except NoAccess as refused:
        here.machines.refusals.note(API, refused.token, refused.why, address)
        raise Denied(403 if refused.is_known else 401, str(refused)) from refused
    return access


def _actor(access: Access) -> Actor:
    roles = frozenset({ADMIN}) if access.token.scope == WHOLE else access.roles
    return Actor(access.actor, roles, access.sees, access=access.token.access)


def _own(access: Access) -> str | None:
    """Of the audit a token sees what whom it acts for sees; a service all of it, or where it is limited to sites nothing."""
    if access.user is not None:
        return own_of(replace(access.user, sees=access.sees))
    return None if access.sees.is_all else NOBODY


def annotator_of_request() -> Actor:
    """As whom the caller says what happened. Raises Denied."""
    secret = token_of_request()
    if secret is None:
        actor = caller_of_request().actor
        check_csrf()
    elif (access := _known(secret)) and access.token.allows(ANNOTATE):
        roles = frozenset({ADMIN}) if access.token.scope == WHOLE else frozenset[str]()
        audited.called_by(access.actor)
        return Actor(access.actor, roles, access.sees, access=access.token.access, also=frozenset({ANNOTATE_OWN}))
    else:
        actor = _bearer(secret).actor
    if actor is None:
        raise Denied(403, "Annotations need a token of scope annotate (syncline token add NAME --scope annotate), or sign in.")
    return actor


def _known(secret: str) -> Access | None:
    try:
        return application().machines.behind(secret, request.remote_addr or "")
    except NoAccess:
        return None  # whoever asks as any caller next is told why


def check_csrf() -> None:
    try:
        validate_csrf(request.headers.get("X-CSRFToken"))
    except (ValidationError, CSRFError) as error:
        audited.forged()
        raise Denied(400, f"The page is older than your session. Reload it. ({error})") from error


def body() -> dict[str, Any]:
    body = request.get_json(silent=True) if request.data else {}
    if not isinstance(body, dict):
        raise Denied(400, "The body must be a JSON object, or empty.")
    return body


def is_number(text: str) -> bool:
    """Whether it is a number that something kept may have; in an address anything may stand."""
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
