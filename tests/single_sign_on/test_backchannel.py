"""A provider says that somebody left there: what they have open here ends, by a token in which everything is right, and by no other.

The provider from PyPI sends no logout tokens. They are signed with its own keys by the door in front of it, and posted as it would.
"""

from __future__ import annotations

import json
import logging
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import audit
from app.accounts.sessions import WALL
from app.application import Application
from app.single_sign_on.logout_tokens import EVENT
from app.web.backchannel import MOST_REFUSED, REFUSED
from tests.pages.served import PASSWORD, Client
from tests.processes import free_ports
from tests.servers.identity_provider import CLIENT, IdentityProvider
from tests.single_sign_on.plant import Browser, Later, served

ENDED = "login/single-sign-on/ended"


def token_of(provider: IdentityProvider, *, typ: str | None = "logout+jwt", does: dict[str, Any] | None = None, **claims: Any) -> str:
    """Of the person tom, unless `claims` say otherwise; None: it does not say that."""
    now = int(time.time())
    usual = {
        "iss": provider.url,
        "aud": CLIENT,
        "iat": now,
        "exp": now + 120,
        "jti": f"of-{time.time_ns()}",
        "sub": "tom",
        "events": {EVENT: {}},
    }
    said = {name: value for name, value in {**usual, **claims}.items() if value is not None}
    return provider.signs(said, {"typ": typ} if typ else {}, **(does or {}))


def tells(server: Flask, token: str | None, **options: Any) -> Any:
    """What the provider hears, which has no session and no token of ours."""
    sent = {"data": {} if token is None else {"logout_token": token}, **options}
    return Client(server).post(ENDED, csrf=False, headers={"Referer": ""}, **sent)


def signed_in(browser: Browser, sid: str | None = None, sub: str = "tom") -> Browser:
    """Another browser in which somebody signs in, from that session with the provider."""
    other = Browser(browser.http.application, browser.provider)
    browser.provider.does(claims={"sid": sid})
    other.signs_in_there(sub)
    browser.provider.does()
    assert other.is_signed_in
    return other


def test_somebody_who_left_is_signed_out_everywhere_and_nobody_else(plant: tuple[Later, Browser]) -> None:
    application, browser = plant
    here, there, maria = signed_in(browser), signed_in(browser, "s-2"), signed_in(browser, sub="maria")
    answer = tells(browser.http.application, token_of(browser.provider))
    assert (answer.status_code, answer.data, answer.headers["Cache-Control"]) == (200, b"", "no-store")
    assert [each.is_signed_in for each in (here, there, maria)] == [False, False, True]
    with application.accounts.engine.connect() as connection:
        (told,) = audit.entries(connection, audit.Filter(action="person signed out"), 0, 10)
    assert (told.actor, told.subject, json.loads(told.detail)) == ("single sign-on", "user tom", {"sessions": 2})


def test_of_one_session_with_the_provider_ends_what_came_from_it(plant: tuple[Later, Browser]) -> None:
    _, browser = plant
    server = browser.http.application
    first, second = signed_in(browser, "s-1"), signed_in(browser, "s-2")
    assert tells(server, token_of(browser.provider, sid="s-1")).status_code == 200
    assert (first.is_signed_in, second.is_signed_in) == (False, True)
    assert tells(server, token_of(browser.provider, sid="s-2", sub="maria")).status_code == 200
    assert second.is_signed_in, "of somebody else"
    assert tells(server, token_of(browser.provider, sid="s-2", sub=None)).status_code == 200
    assert not second.is_signed_in


def test_what_nobody_said_where_it_came_from_ends_with_any_session_of_its_person(plant: tuple[Later, Browser]) -> None:
    _, browser = plant
    unsaid = signed_in(browser)
    assert tells(browser.http.application, token_of(browser.provider, sid="s-1", sub=None)).status_code == 200
    assert unsaid.is_signed_in
    assert tells(browser.http.application, token_of(browser.provider, sid="s-1")).status_code == 200
    assert not unsaid.is_signed_in


def test_a_screen_at_the_wall_stays_when_one_session_ended_and_ends_when_its_person_left(plant: tuple[Later, Browser]) -> None:
    application, browser = plant
    signed_in(browser, "s-1")
    (place,) = application.sessions.of("tom")
    application.sessions.renew(place, WALL)
    assert tells(browser.http.application, token_of(browser.provider, sid="s-1")).status_code == 200
    assert [each.kind for each in application.sessions.of("tom")] == [WALL]
    assert tells(browser.http.application, token_of(browser.provider)).status_code == 200
    assert application.sessions.of("tom") == []


def test_who_has_nothing_open_here_or_is_not_known_is_answered_alike(plant: tuple[Later, Browser]) -> None:
    application, browser = plant
    application.accounts.add_user("ada", PASSWORD, ["admin"])
    browser.sign_in("ada")
    for said in ({"sub": "nobody"}, {"sub": "ada"}, {"sub": None, "sid": "unknown"}):
        answer = tells(browser.http.application, token_of(browser.provider, **said))
        assert (answer.status_code, answer.data) == (200, b"")
    assert browser.is_signed_in, "who has a password here is nobody of the provider's"


@pytest.mark.parametrize(
    ("made", "why"),
    [
        ({"iss": "https://evil.example"}, "is not right in its claims (iss)"),
        ({"iss": None}, "is not right in its claims (iss)"),
        ({"aud": "another"}, "is not right in its claims (aud)"),
        ({"aud": None}, "is not right in its claims (aud)"),
        ({"aud": ["another", "third"]}, "is not right in its claims (aud)"),
        ({"exp": 1_700_000_000}, "is not right in its claims (exp)"),
        ({"exp": None}, "is not right in its claims (exp)"),
        ({"exp": "never"}, "is not right in its claims (exp)"),
        ({"iat": None}, "is not right in its claims (iat)"),
        ({"iat": 4_000_000_000}, "is not right in its claims (iat)"),
        ({"iat": 1_700_000_000}, "was made more than ten minutes ago"),
        ({"jti": None}, "does not say what it is called, or who left"),
        ({"jti": 17}, "is not right in its claims (jti)"),
        ({"sub": None}, "does not say what it is called, or who left"),
        ({"sub": ["tom"]}, "is not right in its claims (sub)"),
        ({"sid": "x" * 256}, "is not right in its claims (sid)"),
        ({"nonce": "of-a-sign-in"}, "has a nonce, which only ID tokens have"),
        ({"events": None}, "does not say that somebody left"),
        ({"events": EVENT}, "does not say that somebody left"),
        ({"events": {EVENT: True}}, "does not say that somebody left"),
        ({"events": {"http://schemas.openid.net/event/other": {}}}, "does not say that somebody left"),
        ({"typ": "at+jwt"}, "is a token for something else"),
        ({"does": {"algorithm": "none"}}, "is signed in a way that is not accepted"),
        ({"does": {"algorithm": "HS256"}}, "is signed in a way that is not accepted"),
        ({"does": {"tampered": {"sub": "maria"}}}, "has no valid signature (bad_signature)"),
        ({"does": {"key": "other"}}, "is signed with a key that the provider does not name"),
        ({"does": {"key": "other", "kid": "first"}}, "has no valid signature (bad_signature)"),
    ],
    ids=str,
)
def test_a_token_that_is_not_right_signs_nobody_out(
    plant: tuple[Later, Browser], caplog: pytest.LogCaptureFixture, made: dict[str, Any], why: str
) -> None:
    _, browser = plant
    tom = signed_in(browser)
    with caplog.at_level(logging.WARNING, "syncline.single_sign_on"):
        answer = tells(browser.http.application, token_of(browser.provider, **made))
    assert (answer.status_code, answer.headers["Cache-Control"]) == (400, "no-store")
    assert answer.get_json() == {"error": "invalid_request", "error_description": REFUSED}
    assert caplog.messages[-1].endswith(f"the logout token {why}")
    assert tom.is_signed_in


@pytest.mark.parametrize("token", [None, "", "no.token", "é.é.é", "x" * 20_000])
def test_what_is_no_token_is_refused(plant: tuple[Later, Browser], token: str | None) -> None:
    _, browser = plant
    assert tells(browser.http.application, token).status_code == 400


def test_providers_that_name_no_type_or_several_audiences_are_understood(plant: tuple[Later, Browser]) -> None:
    _, browser = plant
    for made in ({"typ": None}, {"typ": "JWT"}, {"aud": [CLIENT, "another"]}):
        tom = signed_in(browser)
        assert tells(browser.http.application, token_of(browser.provider, **made)).status_code == 200
        assert not tom.is_signed_in


def test_a_token_counts_once_for_as_long_as_it_could_count(plant: tuple[Later, Browser]) -> None:
    application, browser = plant
    token = token_of(browser.provider, exp=int(time.time()) + 86400)
    assert tells(browser.http.application, token).status_code == 200
    again = signed_in(browser)
    assert tells(browser.http.application, token).status_code == 400
    application.ahead_seconds = 700
    assert tells(browser.http.application, token).status_code == 400, "too old by then, however long it says that it lasts"
    application.ahead_seconds = 0
    assert again.is_signed_in


def test_an_id_token_is_no_logout_token(plant: tuple[Later, Browser]) -> None:
    _, browser = plant
    now = int(time.time())
    claims = {"iss": browser.provider.url, "aud": CLIENT, "iat": now, "exp": now + 60, "sub": "tom", "nonce": "n", "jti": "j"}
    assert tells(browser.http.application, browser.provider.signs(claims)).status_code == 400


def test_who_sends_many_that_are_wrong_waits_and_others_do_not(plant: tuple[Later, Browser]) -> None:
    application, browser = plant
    server, tom = browser.http.application, signed_in(browser)
    for _ in range(MOST_REFUSED):
        assert tells(server, "no.token").status_code == 400
    answer = tells(server, token_of(browser.provider))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert tells(server, token_of(browser.provider, sub="maria"), environ_base={"REMOTE_ADDR": "10.0.0.9"}).status_code == 200
    assert tom.is_signed_in
    application.ahead_seconds = 61
    assert tells(server, token_of(browser.provider, iat=int(time.time()))).status_code == 200


def test_only_a_form_of_bearable_size_is_read_and_only_what_is_posted(plant: tuple[Later, Browser]) -> None:
    _, browser = plant
    server, token = browser.http.application, token_of(browser.provider)
    assert tells(server, "x" * (70 << 10)).status_code == 413
    assert Client(server).post(ENDED, csrf=False, json={"logout_token": token}).status_code == 400
    assert Client(server).post(f"{ENDED}?logout_token={token}", csrf=False).status_code == 400
    assert Client(server).get(f"{ENDED}?logout_token={token}").status_code in (302, 401, 405)


def test_where_the_provider_cannot_be_asked_for_its_keys_nobody_is_signed_out(tmp_path: Path, provider: IdentityProvider) -> None:
    (port,) = free_ports(1)
    token = token_of(provider, iss=f"http://127.0.0.1:{port}")
    with served(tmp_path, provider, issuer=f"http://127.0.0.1:{port}") as (_, server):
        assert tells(server, token).status_code == 400


def test_without_single_sign_on_there_is_no_such_address(tmp_path: Path) -> None:
    from tests.pages.served import make_server, opened

    (tmp_path / "syncline.yaml").write_text("version: 1\n")
    with opened(tmp_path / "syncline.yaml") as application:
        assert isinstance(application, Application)
        assert Client(make_server(application)).post(ENDED, csrf=False).status_code in (401, 404, 405)
