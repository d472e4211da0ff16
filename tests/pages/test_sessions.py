"""Sessions over HTTP: what a cookie is worth when its session has ended, and what a screen that only shows the wall may do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.accounts.sessions import BY_ITSELF, Sessions
from app.application import Application
from app.web import browsers
from tests.pages.served import PASSWORD, Client, make_server, opened, signed_in

HOUR = 3600 * 10**9
ALONE = {"X-Syncline-By-Itself": "1"}


class Clock:
    """Goes on when it is told to."""

    def __init__(self) -> None:
        self.ns = 1_764_000_000 * 10**9

    def __call__(self) -> int:
        return self.ns


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    folder: Path = tmp_path_factory.mktemp("sessions")
    (folder / "syncline.yaml").write_text("version: 1\ntimezone: UTC\n")
    with opened(folder / "syncline.yaml") as application:
        yield application


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(application: Application, clock: Clock) -> Flask:
    application.sessions = Sessions(application.accounts.engine, clock, application.settings.access.sessions)
    return make_server(application)


def press(client: Client, button: str, output: str) -> Any:
    part, _dot, name = output.rpartition(".")
    return client.call(output, [{"id": button, "property": "n_clicks", "value": 1}], {"id": part, "property": name})


def wall_of(server: Flask, name: str) -> Client:
    client = signed_in(server, name)
    assert press(client, "wall-stay", "wall-stays.children").status_code == 200
    client.get("wall")
    return client


def test_a_stolen_cookie_is_worth_nothing_once_its_owner_signed_out(server: Flask) -> None:
    client = signed_in(server, "tom")
    thief = Client(server)
    thief.http.set_cookie("syncline_session", client.http.get_cookie("syncline_session").value)
    assert thief.get().status_code == 200
    client.post("logout")
    assert thief.get().headers["Location"] == "/login?next=/"


def test_each_sign_in_has_a_session_of_its_own_and_one_can_be_ended(server: Flask, application: Application) -> None:
    here, there = signed_in(server, "eva"), signed_in(server, "eva")
    places = application.sessions.of("eva")
    assert len({place.id for place in places}) == 2
    assert application.sessions.end("eva", places[0].id, BY_ITSELF)
    assert sorted([here.show("/").status_code, there.show("/").status_code]) == [200, 401]


def test_who_signs_in_again_leaves_no_copy_of_the_session_before(server: Flask, application: Application) -> None:
    client = signed_in(server, "eva")
    thief = Client(server)
    thief.http.set_cookie("syncline_session", client.http.get_cookie("syncline_session").value)
    assert thief.get().status_code == 200
    before = {place.id for place in application.sessions.of("eva")}
    token = client.http.get_cookie("_csrf_token").value
    again = client.post("login", data={"username": "eva", "password": PASSWORD, "csrf_token": token})
    assert again.status_code == 302
    assert (client.get().status_code, thief.get().status_code) == (200, 302)
    assert len({place.id for place in application.sessions.of("eva")} & before) == len(before) - 1


def test_an_open_page_that_nobody_touches_is_signed_out_after_eight_hours(server: Flask, clock: Clock) -> None:
    client = signed_in(server, "tom")
    for _ in range(9):
        clock.ns += HOUR
        answer = client.get("_dash-dependencies", headers=ALONE)
    assert answer.status_code == 401
    client = signed_in(server, "tom")
    for _ in range(9):
        clock.ns += HOUR
        assert client.get("_dash-dependencies").status_code == 200


def test_the_way_out_stands_around_every_page(server: Flask) -> None:
    for name in ("eva", "ada"):
        frame = json.dumps(signed_in(server, name).get("_dash-layout").get_json())
        assert '"id": "shell-page"' in frame, "every page is drawn into it"
        assert '"id": "shell-signout"' in frame


def test_a_wall_shows_the_wall_for_weeks_and_nothing_else(server: Flask, clock: Clock) -> None:
    client = wall_of(server, "ada")
    clock.ns += 60 * 24 * HOUR
    assert client.get("wall").status_code == 200
    assert "This screen only shows the wall" not in client.show("/wall").text
    for path in ("", "transactions", "permissions", "sources"):
        assert client.get(path).status_code == 403
        assert "This screen only shows the wall" in client.show(f"/{path}").text


def test_a_wall_may_change_nothing_find_nothing_and_export_nothing(server: Flask) -> None:
    client = wall_of(server, "ada")
    callbacks = server.extensions["syncline_callbacks"]
    allowed = set()
    for output, called in callbacks.items():
        if "callback" in called:
            answer = client.post("_dash-update-component", json={"output": output})
            if answer.status_code != 403:
                allowed.add(f"{called['callback'].__module__}.{called['callback'].__name__}")
    assert allowed == {
        "app.components.shell.show",
        "app.components.shell.open_navigation",
        "app.components.moment.tell",
        "app.components.break_glass.tell",
        "app.pages.wall.update",
        "app.pages.wall.stay",
    }
    answer = client.get("api/v1/transactions")
    assert (answer.status_code, answer.get_json()["error"][:48]) == (403, "This screen is signed in for the wall only. Sign")
    assert client.post("logout").headers["Location"] == "/login"


def test_who_signs_in_again_at_a_wall_is_led_to_it(server: Flask) -> None:
    client = wall_of(server, "ada")
    assert client.get("login").headers["Location"] == "/wall"


def test_a_session_of_somebody_else_cannot_be_made_up(server: Flask, application: Application) -> None:
    client = Client(server)
    client.http.set_cookie("syncline_session", "eyJfdXNlcl9pZCI6ImFkYXwxIn0.aaaaaa.bbbbbbbb")
    assert client.get().status_code == 302


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
            "Safari on macOS",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/140 Mobile/15E148 Safari/604.1",
            "Chrome on iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36", "Chrome on Linux"),
        ("curl/8.5.0", "curl"),
        ("<script>alert(1)</script>", "script alert 1"),
        ("", ""),
    ],
)
def test_a_browser_is_called_as_people_call_it(agent: str, words: str) -> None:
    assert browsers.called(agent).strip() == words
