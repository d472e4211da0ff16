"""Deny by default: who has not signed in gets nothing but the login, and a callback answers only those who may see its page."""

from __future__ import annotations

from typing import Any

from dash import Dash
from flask import Flask, current_app, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect, generate_csrf

from app.components.callbacks import RIGHT
from app.web.sitemap import Sitemap

# Names of endpoints: paths can be spelled in many ways.
PUBLIC = {
    "login",
    "password",
    "single_sign_on",
    "single_sign_on_answer",
    "single_sign_on_left",
    "single_sign_on_ended",
    "_dash_assets.static",
}
OWN_RULES = {"api"}  # blueprints that check bearer tokens themselves
WALL_PATH = "/wall"
# What a screen that only shows the wall may call beside the page itself: nothing that changes anything, or finds anything.
AT_THE_WALL = frozenset(
    {
        ("app.components.shell", "show"),
        ("app.components.shell", "open_navigation"),
        ("app.components.moment", "tell"),
        ("app.components.break_glass", "tell"),
    }
)
FRAME = "app.components.shell"  # what stands around every page, also around the two that are everybody's
CSRF_COOKIE = "_csrf_token"  # Dash's renderer sends this cookie back as the header X-CSRFToken


def install(server: Flask) -> CSRFProtect:
    """Puts the guard before everything, then the CSRF check: in this order, so that a stranger hears 401 and not 400."""
    csrf = CSRFProtect()
    server.before_request(_check)
    csrf.init_app(server)
    server.after_request(_hand_out_csrf)
    server.after_request(_say_status)
    server.config["WTF_CSRF_TIME_LIMIT"] = None  # as long as the session: a wall stays open for weeks
    return csrf


def protect_callbacks(app: Dash, sitemap: Sitemap) -> None:
    """From now on a callback answers only who may see the page it belongs to."""
    app.server.extensions["syncline_callbacks"] = app.callback_map
    app.server.extensions["syncline_sitemap"] = sitemap


def sitemap() -> Sitemap:
    return current_app.extensions["syncline_sitemap"]


def _check() -> ResponseReturnValue | None:
    if request.blueprint in OWN_RULES:
        return _only_the_wall() if current_user.is_authenticated and current_user.is_wall else None
    if request.endpoint in PUBLIC:
        return None
    if not current_user.is_authenticated:
        return _ask_to_sign_in()
    if request.endpoint and request.endpoint.endswith("_dash-update-component") and not _may_call(_called()):
        return jsonify(error="Your roles do not allow this. The page 'Your permissions' says which ones you have."), 403
    return None


def _only_the_wall() -> ResponseReturnValue:
    return jsonify(error="This screen is signed in for the wall only. Sign out there, and sign in again for anything else."), 403


def _ask_to_sign_in() -> ResponseReturnValue:
    if is_machine():
        return jsonify(error="Not signed in, or the session has ended."), 401
    return redirect(url_for("login", next=request.full_path.rstrip("?")))


def is_machine() -> bool:
    """True when a script asks, to which a page or a redirect would be no answer."""
    return request.method != "GET" or "/_dash" in request.path or "/_reload" in request.path or "/api/" in request.path


def _called() -> str:
    body: Any = request.get_json(silent=True)
    output = body.get("output") if isinstance(body, dict) else None
    return output if isinstance(output, str) else ""


def _may_call(output: str) -> bool:
    called = current_app.extensions["syncline_callbacks"].get(output)
    if not called or "callback" not in called:
        return False
    function = called["callback"]
    right = getattr(function, RIGHT, None)
    if right is not None and not current_user.may(right):
        return False
    module = function.__module__
    page = sitemap().page_of(module)
    if page:
        return bool(current_user.may_open(page))
    if current_user.is_wall:
        return (module, function.__name__) in AT_THE_WALL
    return module == FRAME or (module.startswith("app.components.") and bool(current_user.roles))


def _hand_out_csrf(response: Any) -> Any:
    if current_user.is_authenticated and request.blueprint not in OWN_RULES:
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        response.set_cookie(CSRF_COOKIE, generate_csrf(), samesite="Lax", secure=secure, path=current_app.config["SYNCLINE_PREFIX"])
    return response


def _say_status(response: Any) -> Any:
    """Dash answers every path with 200 and draws the page later; who only reads the status shall hear 404 and 403 too."""
    prefix = current_app.config["SYNCLINE_PREFIX"]
    if request.endpoint in (prefix, f"{prefix}<path:path>") and response.status_code == 200 and current_user.is_authenticated:
        page = sitemap().page_at(request.path)
        response.status_code = 404 if page is None else 200 if current_user.may_open(page) else 403
    return response
