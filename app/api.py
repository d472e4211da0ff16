"""The REST API: exports, orders to the running process, and whether it is well. Tokens or a session; sentences on refusal."""

from __future__ import annotations

import hmac
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import chain
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError, validate_csrf
from wtforms import ValidationError

from app import health
from app.application import Application
from app.exports import ENDINGS, EXPORTS, FORMATS, PERIODS, Asked, check
from app.instants import instant_ns
from app.openapi import description
from app.recovery.audit import NOBODY, own_of
from app.trouble import Trouble
from metrics.keys import unknown

api = Blueprint("api", __name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `sites` None: may see all. `may_order`: may make this process read, refresh and rebuild. `own`: sees
    of the audit only what this person did; None: all of it."""

    sites: frozenset[str] | None
    may_order: bool
    own: str | None = None


class Denied(Exception):
    """The answer is this status with this sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def install(server: Flask) -> Blueprint:
    """Adds the API below the prefix of the server. The caller exempts it from the CSRF check: it has its own."""
    server.register_blueprint(api, url_prefix=server.config["SYNCLINE_PREFIX"].rstrip("/") or None)
    server.after_request(_count)
    return api


@api.get("/api/v1/<name>")
def export(name: str) -> ResponseReturnValue:
    caller = _caller()
    asked = _asked(name)
    pieces = _application().export(asked, caller.sites, caller.own)
    first = next(pieces, b"")  # what goes wrong before the first row still gets a status of its own
    file = f"{name}.{ENDINGS.get(asked.form, asked.form)}"
    return Response(chain([first], pieces), mimetype=FORMATS[asked.form], headers={"Content-Disposition": f'inline; filename="{file}"'})


@api.get("/api/v1/openapi.json")
def openapi() -> ResponseReturnValue:
    return jsonify(description(current_app.config["SYNCLINE_PREFIX"], version("syncline")))


@api.post("/api/v1/ingest")
def ingest() -> ResponseReturnValue:
    return jsonify(asdict(_ordered().ingest(_sources())))


@api.post("/api/v1/refresh")
def refresh() -> ResponseReturnValue:
    return jsonify(asdict(_ordered().advance()))


@api.post("/api/v1/retry")
def retry() -> ResponseReturnValue:
    return jsonify(asdict(_ordered().retry(_sources())))


@api.post("/api/v1/rebuild")
def rebuild() -> ResponseReturnValue:
    return jsonify(asdict(_ordered().rebuild(anyway=_body().get("anyway") is True)))


@api.get("/healthz")
def healthz() -> ResponseReturnValue:
    return jsonify(status="alive")


@api.get("/readyz")
def readyz() -> ResponseReturnValue:
    state = health.readiness(_application())
    return jsonify(state), 200 if state["ready"] else 503


@api.get("/metrics")
def metrics() -> ResponseReturnValue:
    return Response(health.exposition(_application()), mimetype="text/plain", content_type="text/plain; version=0.0.4; charset=utf-8")


@api.errorhandler(Denied)
def _denied(denied: Denied) -> ResponseReturnValue:
    headers = {"WWW-Authenticate": "Bearer"} if denied.status == 401 else {}
    return jsonify(error=str(denied)), denied.status, headers


@api.errorhandler(Trouble)
def _trouble(trouble: Trouble) -> ResponseReturnValue:
    return jsonify(error=str(trouble)), 503 if trouble.exit_code == 4 else 400


def _count(response: Response) -> Response:
    _application().answers[response.status_code] += 1
    return response


def _application() -> Application:
    application: Application = current_app.extensions["syncline"]
    return application


def _caller() -> Caller:
    """Who asks, by bearer token or session. Raises Denied."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return _bearer(secret.strip())
    if current_user.is_authenticated:
        own = own_of(current_user.name, current_user.roles, current_user.sites)
        return Caller(current_user.sites, "admin" in current_user.roles, own)
    raise Denied(
        401, "Say who you are: `Authorization: Bearer TOKEN` with a token of scope read (syncline token add NAME --scope read), or sign in."
    )


def _bearer(secret: str) -> Caller:
    application = _application()
    if application.local_token and hmac.compare_digest(secret.encode(), application.local_token.encode()):
        return Caller(None, may_order=True)
    if token := application.accounts.check_token(secret, "read"):
        return Caller(token.sites, may_order=False, own=None if token.sites is None else NOBODY)
    if application.accounts.check_token(secret, "ingest"):
        raise Denied(403, "This token is for sending data, not for reading it. Reading needs one of scope read.")
    raise Denied(401, "This token is unknown or revoked.")


def _sources() -> list[str]:
    """The sources an order names; none are all. Raises Denied."""
    names = _body().get("sources", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Denied(400, "`sources` must be a list of names of sources.")
    return names


def _ordered() -> Application:
    """The application, for who may give it orders. Raises Denied."""
    if not _caller().may_order:
        raise Denied(403, "Only administrators and commands on the server itself may do this.")
    if not request.headers.get("Authorization"):
        _check_csrf()
    return _application()


def _check_csrf() -> None:
    try:
        validate_csrf(request.headers.get("X-CSRFToken"))
    except (ValidationError, CSRFError) as error:
        raise Denied(400, f"The page is older than your session. Reload it. ({error})") from error


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True) if request.data else {}
    if not isinstance(body, dict):
        raise Denied(400, "The body must be a JSON object, or empty.")
    return body


def _asked(name: str) -> Asked:
    """What the address asks for. Raises Denied with a sentence for what it cannot mean."""
    if name not in EXPORTS:
        raise Denied(404, unknown("export", name, EXPORTS))
    known = ("format", "as_of", "known_at", "from", "to", "by")
    for parameter in request.args:
        if parameter not in known:
            raise Denied(400, unknown("parameter", parameter, known))
    form = request.args.get("format", "jsonl")
    if form not in FORMATS:
        raise Denied(400, unknown("format", form, FORMATS))
    by = request.args.get("by")
    if by is not None and by not in PERIODS:
        raise Denied(400, unknown("period", by, PERIODS))
    asked = Asked(name, form, _instant("as_of"), _instant("known_at"), _instant("from"), _instant("to"), by)
    try:
        check(asked)
    except ValueError as error:
        raise Denied(400, str(error)) from error
    return asked


def _instant(parameter: str) -> int | None:
    text = request.args.get(parameter)
    try:
        return instant_ns(text) if text else None
    except ValueError as error:
        raise Denied(400, f"{parameter}: {error} In an address `+` is written %2B.") from error
