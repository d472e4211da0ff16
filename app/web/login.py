"""Sign in and out: sessions of people."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, redirect, render_template, request, session, url_for
from flask.sessions import SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from app.accounts import Accounts, TooManyAttempts, User
from app.accounts.landings import Landings, usual
from app.accounts.sessions import SIGNED_OUT, WALL, Place, Sessions
from app.messages.glass import Viewer
from app.recovery.runs import Actor
from app.web import browsers, known_browsers
from app.web.guard import WALL_PATH, sitemap
from app.web.sitemap import Page
from metrics.texts import _, _n

SET_FOR = "password set for"  # whose password was set a moment ago, in what a browser keeps before it signs in
BY_ITSELF = "X-Syncline-By-Itself"  # assets/08-asking.js says so where a page asks and nobody has touched it for a while


class Cookies(SecureCookieSessionInterface):
    """What a browser keeps for us, signed with HMAC-SHA-256 and not, as Flask does, with SHA-1."""

    digest_method = staticmethod(sha256)


class Session(UserMixin):
    """The signed-in user of a request. A screen that only shows the wall has none of the rights of who signed in at it."""

    def __init__(self, place: Place, account: User, secret: str) -> None:
        self.place, self._secret, self.is_wall = place, secret, place.kind == WALL
        self.account = replace(account, roles=frozenset()) if self.is_wall else account
        self.name, self.roles, self.sees = account.name, self.account.roles, account.sees

    def may(self, right: str) -> bool:
        return self.account.may(right)

    @property
    def actor(self) -> Actor:
        """As whom they act."""
        return Actor(self.name, self.roles, self.sees, access=self.account.access)

    @property
    def viewer(self) -> Viewer:
        """Who looks at messages, in this session."""
        return Viewer(self.name, self.roles, self._secret, self.account.epoch, self.account.access)

    def may_open(self, page: Page) -> bool:
        return page.path == WALL_PATH if self.is_wall else self.account.sees_page(page.name)

    def get_id(self) -> str:
        """The secret that the accounts know the session by."""
        return self._secret


def install(server: Flask, accounts: Accounts, sessions: Sessions) -> None:
    """Adds /login and /logout and says who a session belongs to."""
    prefix = server.config["SYNCLINE_PREFIX"]
    server.extensions["syncline_accounts"] = accounts
    server.extensions["syncline_sessions"] = sessions
    manager = LoginManager(server)
    manager.session_protection = "basic"  # "strong" signs people out behind proxies whose address changes
    manager.user_loader(_load)
    server.add_url_rule(f"{prefix}login", "login", _login, methods=["GET", "POST"])
    server.add_url_rule(f"{prefix}logout", "logout", _logout, methods=["POST"])


def open_session(account: User, at_provider: str | None = None, *, is_proved: bool = True) -> None:
    """Whoever asks is signed in as that user from now on; a session that was planted before is worth nothing, nor is one that was open."""
    close_session()
    address, browser = request.remote_addr or "", browsers.called(request.user_agent.string)
    _keep(_sessions().begin(account, address, browser, at_provider=at_provider, is_proved=is_proved))


def wait_words(limit: TooManyAttempts) -> str:
    minutes = max(1, -(-limit.seconds // 60))
    return _n(
        "Too many wrong passwords. Try again in {number} minute.", "Too many wrong passwords. Try again in {number} minutes.", minutes
    )


def close_session(why: str = SIGNED_OUT) -> None:
    """Nobody is signed in here any more, also not with a copy of the cookie."""
    if current_user.is_authenticated:
        current_app.extensions["syncline"].messages.glasses.end_session(current_user.viewer)
        _sessions().end(current_user.name, current_user.place.id, why)
    logout_user()
    session.clear()


def renew_session(kind: str | None = None) -> None:
    """The same person under another secret, because what the session may has changed, or the account."""
    _keep(_sessions().renew(current_user.place, kind))


def _keep(secret: str) -> None:
    session.permanent = True
    found = _load(secret)
    if found is None:
        raise RuntimeError("a session that was begun a moment ago is not there")
    login_user(found)


def safe_next(target: str | None, prefix: str) -> str | None:
    """`target` when it is a path of ours, else None: no other host, whatever the spelling."""
    if not target or not target.startswith(prefix) or target.startswith("//") or "\\" in target or any(ord(sign) < 32 for sign in target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


def _load(secret: str) -> Session | None:
    found = _sessions().find(secret, request.remote_addr or "", by_person=BY_ITSELF not in request.headers)
    if found is None:
        return None
    place, account = found
    return Session(place, account, secret)


def _login() -> ResponseReturnValue:
    target = safe_next(request.values.get("next"), current_app.config["SYNCLINE_PREFIX"])
    if request.method == "POST":
        return _try(target)
    if current_user.is_authenticated:
        return redirect(target or _landing(current_user))
    return _form(target)


def _try(target: str | None) -> ResponseReturnValue:
    name, password = request.form.get("username", ""), request.form.get("password", "")
    try:
        account = _accounts().verify(name, password, request.remote_addr or "", known_browsers.known_by(name))
    except TooManyAttempts as limit:
        return _form(target, wait_words(limit)), 429, {"Retry-After": str(limit.seconds)}
    if account is None:
        return _form(target, _("Wrong user or password.")), 401
    open_session(account)
    answer = redirect(target or _landing(current_user))
    known_browsers.remember(answer, account.name)
    return answer


def _logout() -> ResponseReturnValue:
    close_session()
    return redirect(url_for("login"))


def _form(target: str | None, error: str | None = None) -> str:
    name = session.pop(SET_FOR, "") if request.method == "GET" else ""
    typed, prefix = request.form.get("username", name), current_app.config["SYNCLINE_PREFIX"]
    return render_template("login.html", prefix=prefix, target=target, error=error, typed=typed[:64], is_set=bool(name) and not error)


def _landing(who: Session) -> str:
    """Where somebody chose to land, while it is theirs to see; else where the role's own question is answered."""
    prefix, chosen = str(current_app.config["SYNCLINE_PREFIX"]), Landings(_accounts().engine).chosen(who.name)
    if who.is_wall:
        return prefix + WALL_PATH.lstrip("/")
    page = sitemap().page_at(prefix + chosen.partition("?")[0]) if chosen is not None else None
    return prefix + (chosen if chosen is not None and page and who.may_open(page) else usual(who.account))


def _accounts() -> Any:
    return current_app.extensions["syncline_accounts"]


def _sessions() -> Any:
    return current_app.extensions["syncline_sessions"]
