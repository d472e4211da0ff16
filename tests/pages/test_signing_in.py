"""Signing in over real HTTP: whose address counts, who is stopped, and who is not although somebody guesses their password."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from app.application import Application
from tests.browser.stage import reachable
from tests.pages.served import PASSWORD, opened
from tests.people import Changed

WRONG = "not the password"


@pytest.fixture(autouse=True)
def _an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two tries of whom nobody knows: longer than any of these tests."""
    monkeypatch.setattr("app.accounts.throttle.SLOWER", ((20, 3600),))


@pytest.fixture
def application(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Application]:
    """`proxies`: how many are trusted."""
    (tmp_path / "syncline.yaml").write_text("version: 1\ntimezone: UTC\n")
    with opened(tmp_path / "syncline.yaml", trusted_proxies=getattr(request, "param", 0)) as application:
        yield application


@pytest.fixture
def address(application: Application) -> Iterator[str]:
    with reachable(application) as base_url:
        yield base_url


class Browser:
    """Keeps its cookies; `at`: the address that a proxy in front says it has."""

    def __init__(self, base_url: str, at: str = "") -> None:
        self.http, self.base_url = requests.Session(), base_url
        if at:
            self.http.headers["X-Forwarded-For"] = at

    def sign_in(self, name: str = "maria", password: str = PASSWORD) -> requests.Response:
        form = self.http.get(f"{self.base_url}/login", timeout=30).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', form)
        assert token, form
        sent = {"username": name, "password": password, "csrf_token": token[1]}
        return self.http.post(f"{self.base_url}/login", data=sent, allow_redirects=False, timeout=30)

    def sign_out(self) -> None:
        """As if weeks had gone by: what is left of having been here is that one was here."""
        self.http.cookies.clear(domain="127.0.0.1", path="/", name="syncline_session")


def guess(address: str, at: str, name: str = "maria", times: int = 5) -> list[int]:
    browser = Browser(address, at)
    return [browser.sign_in(name, WRONG).status_code for _ in range(times)]


@pytest.mark.parametrize("application", [1], indirect=True)
def test_a_stranger_elsewhere_cannot_keep_anybody_out(address: str) -> None:
    assert guess(address, "198.51.100.1", times=7) == [401] * 5 + [429] * 2
    for number in range(2, 5):
        guess(address, f"198.51.100.{number}")
    assert guess(address, "198.51.100.9", times=1) == [429], "by now whoever is new has to wait"
    assert Browser(address, "192.0.2.9").sign_in().status_code == 429
    assert Browser(address, "192.0.2.9").sign_in("tom").status_code == 302


@pytest.mark.parametrize("application", [1], indirect=True)
def test_a_browser_that_somebody_signed_in_with_is_not_kept_out_by_anybody(address: str) -> None:
    known = Browser(address, "192.0.2.9")
    assert known.sign_in().status_code == 302
    known.sign_out()
    for number in range(1, 6):
        guess(address, f"198.51.100.{number}")
    guess(address, "192.0.2.9", times=5)
    assert Browser(address, "192.0.2.9").sign_in().status_code == 429
    assert known.sign_in().status_code == 302


@pytest.mark.parametrize("application", [1], indirect=True)
def test_the_cookie_of_a_browser_counts_for_its_people_only_and_cannot_be_made(address: str) -> None:
    known = Browser(address, "192.0.2.9")
    known.sign_in("tom")
    known.sign_out()
    guess(address, "192.0.2.9")
    assert known.sign_in("maria").status_code == 429
    made = Browser(address, "192.0.2.9")
    cookie = known.http.cookies.get("syncline_browser") or ""
    made.http.cookies.set("syncline_browser", cookie[:-4] + "AAAA", domain="127.0.0.1", path="/")
    assert made.sign_in("maria").status_code == 429


def test_an_address_that_nobody_trusted_says_is_none(address: str) -> None:
    assert [guess(address, f"198.51.100.{number}", times=1) for number in range(5)] == [[401]] * 5
    assert guess(address, "198.51.100.77", times=1) == [429]


@pytest.mark.parametrize("application", [1], indirect=True)
def test_of_several_addresses_the_one_that_our_proxy_saw_counts(address: str) -> None:
    assert [guess(address, f"203.0.113.{number}, 198.51.100.1", times=1) for number in range(5)] == [[401]] * 5
    assert guess(address, "203.0.113.99, 198.51.100.1", times=1) == [429]


def test_unknown_disabled_and_wrong_get_the_same_answer(address: str, application: Application) -> None:
    Changed(application.accounts).disable("eva")
    answers = [Browser(address).sign_in(name, password) for name, password in (("maria", WRONG), ("eva", PASSWORD), ("nobody", PASSWORD))]
    seen = {(answer.status_code, re.sub(r'(value|maxlength)="[^"]*"', "", answer.text)) for answer in answers}
    assert len(seen) == 1
    assert {tuple(sorted(name for name in answer.headers if name != "Content-Length")) for answer in answers} == {
        tuple(sorted(name for name in answers[0].headers if name != "Content-Length"))
    }


def test_the_cookie_that_knows_a_browser_is_for_the_server_only_and_names_nobody(address: str) -> None:
    answer = Browser(address).sign_in("maria")
    header = next(text for text in answer.headers["Set-Cookie"].split(", syncline_") if "browser=" in text)
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "maria" not in header
