"""Setting a password with a link: `/password#SECRET`. What stands behind the `#` is sent to nobody, so no log of a proxy has it."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, current_app, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from app.accounts import AccountError
from app.web import known_browsers, login
from metrics.texts import _


def install(server: Flask) -> None:
    """Adds /password: assets/password.js sends what stands in the address, the form that comes back sets the password."""
    server.add_url_rule(f"{server.config['SYNCLINE_PREFIX']}password", "password", _password, methods=["GET", "POST"])


def _password() -> ResponseReturnValue:
    secret = request.form.get("secret", "")
    if request.method == "GET" or not secret:
        return _page(stage="begin")
    name = _people().link_user(secret)
    if name is None:
        return _page(stage="over"), 410
    if "password" not in request.form:
        return _page(stage="form", name=name, secret=secret)
    if (error := _set(secret, request.form["password"], request.form.get("again", ""))) is not None:
        return _page(stage="form", name=name, secret=secret, error=error), 422
    login.close_session()  # who else was signed in here is not the one who goes on
    session[login.SET_FOR] = name
    answer = redirect(url_for("login"))
    known_browsers.remember(answer, name)
    return answer


def _set(secret: str, password: str, again: str) -> str | None:
    """Why it was not set, or None."""
    if password != again:
        return _("The two passwords differ.")
    try:
        if _people().set_by_link(secret, password) is None:
            return _("This link works no more. Ask your administrator for another one.")
    except AccountError as weak:
        return str(weak)
    return None


def _page(**words: Any) -> Response:
    """No browser keeps it: the link stands in its form."""
    answer = make_response(render_template("password.html", prefix=current_app.config["SYNCLINE_PREFIX"], **words))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _people() -> Any:
    return current_app.extensions["syncline"].people
