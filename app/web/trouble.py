"""Pages and answers for what goes wrong outside of Dash: too large, forged, not there, our fault."""

from __future__ import annotations

import logging

from dash.exceptions import DependencyException
from flask import Flask, current_app, g, jsonify, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, NotFound, ServiceUnavailable

from app.storage.engine import AWAY
from app.web import audited
from app.web.guard import is_machine
from metrics.texts import _, _later

log = logging.getLogger("syncline.web")

WORDS = {
    400: (_later("This request cannot be used"), _later("Go back, reload the page and try again."), "circle-alert"),
    403: (_later("You may not do this"), _later("Your roles do not allow it. Ask your administrator if they should."), "lock"),
    404: (_later("There is nothing at this address"), _later("The link may be old, or was not copied completely."), "search"),
    413: (_later("This is too large"), _later("Send less at once."), "circle-alert"),
    503: (
        _later("The database that people and their work are kept in does not answer"),
        _later("What was done until now is safe, and data are received as before. Try again in a moment."),
        "plug",
    ),
    500: (
        _later("Something went wrong on our side"),
        _later("The fault was written to the log of the server. Try again in a moment."),
        "triangle-alert",
    ),
}


def install(server: Flask) -> None:
    server.register_error_handler(CSRFError, _forged)
    server.register_error_handler(DependencyException, _no_such_file)
    server.register_error_handler(HTTPException, _trouble)
    for kind in AWAY:
        server.register_error_handler(kind, _away)


def _forged(error: CSRFError) -> ResponseReturnValue:
    """A form or callback without our token: another site, or a page that was open since before a new sign-in."""
    audited.forged()
    if is_machine() and not _is_form():
        return jsonify(error=f"The page is older than your session ({error.description}) Reload it."), 400
    return page(400, _("This page is older than your session"), _("Go back, reload the page and try again."), "history")


def _trouble(error: HTTPException) -> ResponseReturnValue:
    title, text, picture = WORDS.get(error.code or 500, (error.name, error.description or "", "circle-alert"))
    if is_machine():
        return jsonify(error=f"{title}. {text}"), error.code or 500
    return page(error.code or 500, _(title), _(text), picture)


def _away(error: Exception) -> ResponseReturnValue:
    """The database of state does not answer, or not in time. It is asked again with the next request."""
    state = current_app.extensions["syncline"].settings.state
    log.error("%s cannot be used: %s.", state.place, state.words(error))
    g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]  # else it is asked who this is, there
    return _trouble(ServiceUnavailable())


def _no_such_file(_error: DependencyException) -> ResponseReturnValue:
    """A file of a package that Dash does not give out. Nothing is broken."""
    return _trouble(NotFound())


def _is_form() -> bool:
    from flask import request

    return request.mimetype == "application/x-www-form-urlencoded"


def page(code: int, title: str, text: str, picture: str) -> ResponseReturnValue:
    prefix = current_app.config["SYNCLINE_PREFIX"]
    return render_template("trouble.html", prefix=prefix, title=title, text=text, picture=picture), code
