"""Who came by single sign-on says at their provider once more who they are: signed in anew there, as themselves, since they were asked."""

from __future__ import annotations

from typing import Any

import pytest

from app import audit
from app.accounts.sessions import PROVED_NS
from tests.pages.served import PASSWORD
from tests.single_sign_on.plant import ONWARD, Browser, Later, query_of, said

AGAIN = f"{ONWARD}/again"
NOT_NOW = "Example AG does not say that you signed in just now. Your administrator finds the reason in the log."


def is_proved(application: Later, name: str = "tom") -> bool:
    (place,) = application.sessions.of(name)
    return application.sessions.is_proved(place)


def signed_in_long_ago(browser: Browser) -> None:
    """As far as the provider says."""
    browser.provider.does(claims={"auth_time": None})
    browser.signs_in_there("tom")
    browser.provider.does()


def says_again(browser: Browser, sub: str = "tom") -> Any:
    answer = browser.get(AGAIN)
    assert answer.status_code == 302, answer.text
    return browser.comes_back(browser.provider.signs_in(answer.headers["Location"], sub))


@pytest.mark.parametrize(
    ("does", "counts"),
    [
        ({}, True),
        ({"claims": {"auth_time": None}}, False),
        ({"shifted": {"auth_time": -5}}, True),
        ({"shifted": {"auth_time": -3600}}, False),
    ],
)
def test_signing_in_counts_where_the_provider_says_that_they_did_so_just_now(plant: Any, does: dict[str, Any], counts: bool) -> None:
    application, browser = plant
    browser.provider.does(**does)
    browser.signs_in_there("tom")
    assert is_proved(application) is counts


def test_they_are_asked_to_sign_in_anew_and_then_it_counts_for_the_session_they_have(plant: Any) -> None:
    application, browser = plant
    signed_in_long_ago(browser)
    (before,) = application.sessions.of("tom")
    asked = query_of(browser.get(AGAIN).headers["Location"])
    assert (asked["prompt"], asked["max_age"], asked["code_challenge_method"]) == ("login", "0", "S256")
    answer = says_again(browser)
    assert answer.status_code == 200
    assert "It is you, tom" in answer.text
    assert is_proved(application)
    assert [place.id for place in application.sessions.of("tom")] == [before.id]
    application.ahead_seconds = PROVED_NS // 10**9 + 1
    assert not is_proved(application)
    application.seen.write()
    with application.accounts.engine.connect() as connection:
        told = list(audit.entries(connection, audit.Filter(action="identity confirmed"), 0, 10))
    assert [(entry.actor, entry.subject) for entry in told] == [("tom", "user tom")]


@pytest.mark.parametrize(
    "does",
    [
        {"claims": {"auth_time": None}},
        {"shifted": {"auth_time": -120}},
        {"claims": {"auth_time": 0}},
        {"claims": {"auth_time": -5}},
        {"claims": {"auth_time": 1e300}},
    ],
)
def test_what_the_provider_does_not_say_or_said_of_before_counts_for_nothing(plant: Any, does: dict[str, Any]) -> None:
    application, browser = plant
    signed_in_long_ago(browser)
    browser.provider.does(**does)
    answer = says_again(browser)
    assert (answer.status_code, said(answer)) == (403, NOT_NOW)
    assert not is_proved(application)
    assert browser.is_signed_in


@pytest.mark.parametrize("claim", ["yesterday", ["now"], True])
def test_a_time_that_is_none_makes_the_token_worthless(plant: Any, claim: Any) -> None:
    application, browser = plant
    signed_in_long_ago(browser)
    browser.provider.does(claims={"auth_time": claim})
    assert says_again(browser).status_code in (403, 502)
    assert not is_proved(application)


def test_somebody_else_at_the_provider_proves_nothing_for_who_is_signed_in(plant: Any) -> None:
    application, browser = plant
    signed_in_long_ago(browser)
    answer = says_again(browser, "maria")
    assert said(answer) == "You were asked whether you are tom, and Example AG says somebody else."
    assert not is_proved(application)
    assert application.sessions.counts() == {"tom": 1}


def test_the_answer_is_for_the_browser_that_was_asked_and_works_once(plant: Any) -> None:
    _, browser = plant
    signed_in_long_ago(browser)
    other = Browser(browser.http.application, browser.provider)
    back = browser.provider.signs_in(browser.get(AGAIN).headers["Location"], "tom")
    assert other.comes_back(back).status_code == 400
    assert browser.comes_back(back).status_code == 200
    assert browser.comes_back(back).status_code == 400


def test_who_has_signed_out_meanwhile_is_not_signed_in_by_it(plant: Any) -> None:
    application, browser = plant
    signed_in_long_ago(browser)
    back = browser.provider.signs_in(browser.get(AGAIN).headers["Location"], "tom")
    for place in application.sessions.of("tom"):
        application.sessions.end("tom", place.id, "ended")
    assert browser.comes_back(back).status_code in (302, 400, 403)
    assert not browser.is_signed_in


def test_who_has_a_password_here_says_it_here_and_a_stranger_is_asked_to_sign_in(plant: Any) -> None:
    application, browser = plant
    assert browser.get(AGAIN).headers["Location"].startswith("/login?next=")
    application.accounts.add_user("ada", PASSWORD, ["admin"])
    browser.sign_in("ada")
    assert browser.get(AGAIN).headers["Location"] == "/login"
