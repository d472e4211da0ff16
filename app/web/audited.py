"""What the web tells the audit by itself: who signed in and out, who was refused, who opened what, and who took which file away."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote

from flask import Flask, Response, current_app, g, request
from flask_login import current_user, user_logged_in, user_logged_out

from app import audit
from app.audit.place import LONGEST, came_from
from app.audit.seen import EXPORTED
from app.web.sitemap import Page

SIGNED_IN, SIGNED_OUT, NOT_SIGNED_IN = "signed in", "signed out", "sign-in refused"
OPENED, REFUSED = "opened", "refused"
WAYS = {"login": "password", "single_sign_on_answer": "single sign-on"}  # endpoint → with what somebody signed in
# Pages about one thing, or with what people say and do: opening them is an entry, with the address. Boards and lists are not: they show
# everybody the same, and stay open all day. Messages, exports and files are entries of their own.
VIEWED = frozenset({"/path", "/recovery", "/failure", "/reports", "/audit", "/events", "/without-event", "/people"})
HOW = frozenset({"as_of", "known_at", "page", "open", "selected", "attempts", "spans"})  # in an address: how it is shown, not what
FILES = {"api.export": "export", "api.report": "report", "api.published_report": "report"}
DOWNLOADS = "-download.data"  # how the callbacks end that hand out what a list shows
CALLER, FORGED = "syncline_caller", "syncline_forged"


def install(server: Flask) -> None:
    """Before the guard: what it refuses is told as well."""
    server.before_request(_remember_place)
    server.after_request(_tell_answer)
    user_logged_in.connect(_signed_in, server)
    user_logged_out.connect(_signed_out, server)


def called_by(name: str) -> None:
    """Who asks the API in this request, as the audit names them."""
    setattr(g, CALLER, name)


def forged() -> None:
    """This request shows no token of a page: another site's, or that of a page from before."""
    setattr(g, FORGED, True)


def opened(page: Page, below: str, search: str | None) -> None:
    """Somebody who may see this page opened it."""
    if page.path in VIEWED:
        query = sorted((name, values) for name, values in parse_qs((search or "").lstrip("?")).items() if name not in HOW)
        asked = "&".join(f"{name}={value}" for name, values in query for value in values)
        _seen(OPENED, f"{page.path}{f'/{unquote(below)}' if below else ''}{f'?{asked}' if asked else ''}")


def refused(page: Page) -> None:
    """Somebody asked for a page that is not theirs."""
    _seen(REFUSED, page.path)


def _remember_place() -> None:
    came_from.set((request.remote_addr or "")[:LONGEST])


def _tell_answer(response: Response) -> Response:
    endpoint = request.endpoint or ""
    if endpoint == "login" and response.status_code in (401, 429):
        _not_signed_in(response.status_code)
    elif response.status_code in (401, 403) and _who() and (endpoint.startswith("api.") or endpoint.endswith("_dash-update-component")):
        _seen(REFUSED, f"{request.method} {request.path}"[:512], {"status": response.status_code})
    elif g.get(FORGED):
        detail = {"status": response.status_code, "why": "without the token of the page"}
        _seen(REFUSED, f"{request.method} {request.path}"[:512], detail)
    elif response.status_code == 200 and endpoint in FILES:
        is_person = current_user.is_authenticated
        _seen(EXPORTED, _file(endpoint), {name: value[:200] for name, value in request.args.items()}, each=is_person)
    elif response.status_code == 200 and endpoint.endswith("_dash-update-component") and (name := _downloaded()):
        _seen(EXPORTED, f"list {name}", each=True)
    return response


def _file(endpoint: str) -> str:
    named = [str(each) for each in (request.view_args or {}).values()]
    return " ".join([FILES[endpoint], *(named or [request.args.get("week", "")[:10]])]).strip()


def _downloaded() -> str | None:
    """Of which list a file is handed out."""
    body = request.get_json(silent=True)
    output = body.get("output") if isinstance(body, dict) else None
    return output.removesuffix(DOWNLOADS) if isinstance(output, str) and output.endswith(DOWNLOADS) else None


def _who() -> str:
    return str(g.get(CALLER) or (current_user.name if current_user.is_authenticated else ""))


def _seen(action: str, subject: str, detail: dict[str, Any] | None = None, *, each: bool = False) -> None:
    current_app.extensions["syncline"].seen.tell(_who() or "nobody", action, subject[:512], detail, each=each)


def _not_signed_in(status: int) -> None:
    """A name that nobody has is not written down: it may be a password that was typed into the wrong field."""
    application = current_app.extensions["syncline"]
    found = application.accounts.find_user(request.form.get("username", ""))
    subject = f"user {found.name}" if found else "no user of ours"
    application.seen.tell("nobody", NOT_SIGNED_IN, subject, {"status": status}, each=status == 401)


def _signed_in(server: Flask, user: Any, **_: Any) -> None:
    _append(server, user.name, SIGNED_IN, {"with": WAYS.get(request.endpoint or "", "the session before")})


def _signed_out(server: Flask, user: Any, **_: Any) -> None:
    if name := getattr(user, "name", None):
        _append(server, name, SIGNED_OUT, {})


def _append(server: Flask, name: str, action: str, detail: dict[str, Any]) -> None:
    application = server.extensions["syncline"]
    with application.accounts.engine.begin() as connection:
        audit.append(connection, application.now_ns(), name, action, f"user {name}", detail)
