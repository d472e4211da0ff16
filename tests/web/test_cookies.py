"""Every cookie that is ever set: who may read it, where it goes, and what it is called over TLS."""

from __future__ import annotations

from contextlib import closing
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest

from tests.pages.served import PASSWORD, Client, make_server
from tests.web.conftest import empty

DASHS = "_csrf_token"  # read and named by Dash's renderer
RULES = {"httponly", "secure", "samesite", "path", "domain"}


def cookies(tmp_path: Path, url: str, **web: Any) -> dict[str, dict[str, Any]]:
    """All of one visit: signing in, pages, a wrong password, signing out."""
    with closing(empty(tmp_path, **web)) as application:
        application.accounts.add_user("tom", PASSWORD, ["it"])
        client = Client(make_server(application), web.get("prefix", "/"), url)
        answers = [client.get("login"), client.sign_in("tom", "wrong password"), client.sign_in("tom"), client.get(), client.show("/")]
        answers += [client.get("api/v1/events"), client.post("logout"), client.get("password"), client.get("nothing")]
    said = SimpleCookie()
    for answer in answers:
        for text in answer.headers.getlist("Set-Cookie"):
            said.load(text)
    return {name: {rule: found[rule] for rule in RULES} for name, found in said.items()}


@pytest.mark.parametrize(("prefix", "mark"), [("/", "__Host-"), ("/obs/", "__Secure-")])
def test_over_tls_every_cookie_is_for_tls_and_this_site_and_called_so(tmp_path: Path, prefix: str, mark: str) -> None:
    found = cookies(tmp_path, "https://localhost", prefix=prefix, secure_cookies=True)
    ours = {"httponly": True, "secure": True, "samesite": "Lax", "path": prefix, "domain": ""}
    assert found == {
        f"{mark}syncline_session": ours,
        f"{mark}syncline_browser": ours,
        DASHS: {**ours, "httponly": ""},
    }


def test_on_this_machine_they_are_the_same_but_for_tls(tmp_path: Path) -> None:
    found = cookies(tmp_path, "http://localhost")
    ours = {"httponly": True, "secure": "", "samesite": "Lax", "path": "/", "domain": ""}
    assert found == {"syncline_session": ours, "syncline_browser": ours, DASHS: {**ours, "httponly": ""}}
