"""The REST API: exports, orders to the running process, and whether it is well. Tokens or a session; sentences on refusal."""

from __future__ import annotations

from dataclasses import asdict
from importlib.metadata import version
from itertools import chain
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import annotations_api, health, messages_api, recovery_api, reports_api
from app.access.rights import EXPORT
from app.api_callers import Denied, application, body, caller_of_request, check_csrf, token_of_request
from app.application import Application
from app.exports import ENDINGS, EXPORTS, FORMATS, PERIODS, Asked, check
from app.instants import instant_ns
from app.openapi import description
from app.recovery.runs import Refusal
from app.several.part import caught_up
from app.storage.engine import AWAY
from app.trouble import Trouble
from metrics.keys import unknown

api = Blueprint("api", __name__)
recovery_api.add_to(api)
annotations_api.add_to(api)
messages_api.add_to(api)
reports_api.add_to(api)


def install(server: Flask) -> Blueprint:
    """Adds the API below the prefix of the server. The caller exempts it from the CSRF check: it has its own."""
    server.register_blueprint(api, url_prefix=server.config["SYNCLINE_PREFIX"].rstrip("/") or None)
    server.after_request(_count)
    return api


@api.get("/api/v1/<name>")
def export(name: str) -> ResponseReturnValue:
    caller = caller_of_request()
    asked = _asked(name)
    pieces = application().export(asked, caller.sees, caller.own)
    first = next(pieces, b"")  # what goes wrong before the first row still gets a status of its own
    file = f"{name}.{ENDINGS.get(asked.form, asked.form)}"
    return Response(chain([first], pieces), content_type=FORMATS[asked.form], headers={"Content-Disposition": f'inline; filename="{file}"'})


@api.get("/api/v1/openapi.json")
def openapi() -> ResponseReturnValue:
    return jsonify(description(current_app.config["SYNCLINE_PREFIX"], version("syncline")))


@api.get("/api/<path:address>")
def nothing(address: str) -> ResponseReturnValue:
    raise Denied(404, f"There is nothing at /api/{address}. What there is stands in /api/v1/openapi.json.")


@api.post("/api/v1/ingest")
def ingest() -> ResponseReturnValue:
    return jsonify(asdict(_ordered().ingest(_sources())))


@api.post("/api/v1/refresh")
def refresh() -> ResponseReturnValue:
    return jsonify(asdict(caught_up(_ordered()).advance()))


@api.post("/api/v1/retry")
def retry() -> ResponseReturnValue:
    return jsonify(asdict(_ordered().retry(_sources())))


@api.post("/api/v1/rebuild")
def rebuild() -> ResponseReturnValue:
    here, anyway = _ordered(), body().get("anyway", False)
    if not isinstance(anyway, bool):
        raise Denied(400, "`anyway` must be true or false.")
    return jsonify(asdict(here.rebuild(anyway=anyway)))


@api.post("/api/v1/backup")
def backup() -> ResponseReturnValue:
    """Writes where the body says, so only for a command of whoever runs this process."""
    from app.backup.making import make

    here, folder = _ordered(), body().get("folder")
    if not caller_of_request().is_here:
        raise Denied(403, "Only commands on the server itself may do this: syncline backup make FOLDER.")
    if not isinstance(folder, str) or not folder.isprintable() or not Path(folder).is_absolute():
        raise Denied(400, "`folder` must be the whole path of a folder on the server.")
    return jsonify(asdict(make(here, Path(folder))))


@api.get("/healthz")
def healthz() -> ResponseReturnValue:
    return jsonify(status="alive")


@api.get("/readyz")
def readyz() -> ResponseReturnValue:
    state = health.readiness(application(), is_whole=_sees_all())
    return jsonify(state), 200 if state["ready"] else 503


@api.get("/metrics")
def metrics() -> ResponseReturnValue:
    numbers = health.exposition(application(), is_whole=_sees_all())
    return Response(numbers, mimetype="text/plain", content_type="text/plain; version=0.0.4; charset=utf-8")


def _sees_all() -> bool:
    """Whether who asks how it is may know the names of sources: those who may read everything. Nobody has to say who they are; a token
    that is not for reading is refused all the same, so that who sent it notices. Raises Denied."""
    is_token = request.headers.get("Authorization", "").lower().startswith("bearer ")
    try:
        if not is_token and not (current_user.is_authenticated and current_user.may(EXPORT)):
            return False
        return caller_of_request().sees.is_all
    except AWAY:  # who asks cannot be known then, and how it is has to be told all the same
        return False


@api.errorhandler(Denied)
def _denied(denied: Denied) -> ResponseReturnValue:
    headers = {"WWW-Authenticate": "Bearer"} if denied.status == 401 else {}
    return jsonify(error=str(denied)), denied.status, headers


@api.errorhandler(Refusal)
def _refused(refusal: Refusal) -> ResponseReturnValue:
    return jsonify(error=str(refusal)), 409


@api.errorhandler(Trouble)
def _trouble(trouble: Trouble) -> ResponseReturnValue:
    return jsonify(error=str(trouble)), 503 if trouble.exit_code == 4 else 400


def _count(response: Response) -> Response:
    application().answers[response.status_code] += 1
    return response


def _sources() -> list[str]:
    """The sources an order names; none are all. Raises Denied."""
    names = body().get("sources", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Denied(400, "`sources` must be a list of names of sources.")
    return names


def _ordered() -> Application:
    """The application, for who may give it orders. Raises Denied."""
    if not caller_of_request().may_order:
        raise Denied(403, "Only administrators and commands on the server itself may do this.")
    if token_of_request() is None:
        check_csrf()
    return application()


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
        return None if text is None else instant_ns(text)
    except ValueError as error:
        raise Denied(400, f"{parameter}: {error} In an address `+` is written %2B.") from error
