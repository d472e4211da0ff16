"""Sign in and out: sessions of people."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from app.accounts import Accounts, TooManyAttempts, User
from app.accounts.landings import Landings, usual
from app.messages.glass import Viewer
from app.web.guard import sitemap
from metrics.texts import _, _n

SECRET = "secret"  # noqa: S105  of a session: what is only for this one, such as a break-glass, is bound to it


class Session(UserMixin):
    """The signed-in user of a request."""

    def __init__(self, account: User) -> None:
        self.account, self.name, self.roles, self.sites = account, account.name, account.roles, account.sites

    @property
    def viewer(self) -> Viewer:
        """Who looks at messages, in this session. Sessions from before there was a secret in them get one with the first look."""
        if SECRET not in session:
            session[SECRET] = secrets.token_hex(16)
        return Viewer(self.name, frozenset(self.roles), session[SECRET], self.account.epoch)

    def get_id(self) -> str:
        """With the epoch: raising it in the accounts ends every session of the user."""
        return f"{self.name}|{self.account.epoch}"


def install(server: Flask, accounts: Accounts) -> None:
    """Adds /login and /logout and says who a session belongs to."""
    prefix = server.config["SYNCLINE_PREFIX"]
    server.extensions["syncline_accounts"] = accounts
    manager = LoginManager(server)
    manager.session_protection = "basic"  # "strong" signs people out behind proxies whose address changes
    manager.user_loader(_load)
    server.add_url_rule(f"{prefix}login", "login", _login, methods=["GET", "POST"])
    server.add_url_rule(f"{prefix}logout", "logout", _logout, methods=["POST"])


def safe_next(target: str | None, prefix: str) -> str | None:
    """`target` when it is a path of ours, else None: no other host, whatever the spelling."""
    if not target or not target.startswith(prefix) or target.startswith("//") or "\\" in target or any(ord(sign) < 32 for sign in target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


def _load(identity: str) -> Session | None:
    name, _at, epoch = identity.rpartition("|")
    account = _accounts().find_user(name)
    return Session(account) if account and not account.disabled and str(account.epoch) == epoch else None


def _login() -> ResponseReturnValue:
    target = safe_next(request.values.get("next"), current_app.config["SYNCLINE_PREFIX"])
    if request.method == "POST":
        return _try(target)
    if current_user.is_authenticated:
        return redirect(target or _landing(current_user.account))
    return _form(target)


def _try(target: str | None) -> ResponseReturnValue:
    name, password = request.form.get("username", ""), request.form.get("password", "")
    try:
        account = _accounts().verify(name, password, request.remote_addr or "")
    except TooManyAttempts as limit:
        minutes = max(1, -(-limit.seconds // 60))
        said = _n(
            "Too many wrong passwords. Try again in {number} minute.", "Too many wrong passwords. Try again in {number} minutes.", minutes
        )
        return _form(target, said), 429, {"Retry-After": str(limit.seconds)}
    if account is None:
        return _form(target, _("Wrong user or password.")), 401
    session.clear()  # a new session: one that was planted before is worth nothing
    session.permanent = True
    session[SECRET] = secrets.token_hex(16)
    login_user(Session(account))
    return redirect(target or _landing(account))


def _logout() -> ResponseReturnValue:
    if current_user.is_authenticated:
        current_app.extensions["syncline"].messages.glasses.end_session(current_user.viewer)
    logout_user()
    session.clear()
    return redirect(url_for("login"))


def _form(target: str | None, error: str | None = None) -> str:
    typed = request.form.get("username", "")
    return render_template("login.html", prefix=current_app.config["SYNCLINE_PREFIX"], target=target, error=error, typed=typed)


def _landing(account: User) -> str:
    """Where somebody chose to land, while it is theirs to see; else where the role's own question is answered."""
    prefix, chosen = str(current_app.config["SYNCLINE_PREFIX"]), Landings(_accounts().engine).chosen(account.name)
    page = sitemap().page_at(prefix + chosen.partition("?")[0]) if chosen is not None else None
    return prefix + (chosen if chosen is not None and page and account.may(page.roles) else usual(account))


def _accounts() -> Any:
    return current_app.extensions["syncline_accounts"]
