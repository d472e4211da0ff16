"""A token's life in a real browser, by mouse and by keyboard: made, copied, used, rotated, revoked, and its secret gone with the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import update

from app.accounts.sessions import sessions
from app.application import Application
from tests.browser.journey import Journey
from tests.browser.stage import session_of, sign_in
from tests.pages.odd_plant import write_odd_plant
from tests.pages.served import PASSWORD, opened


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with opened(write_odd_plant(tmp_path_factory.mktemp("machines"), 1_774_300_000 * 10**9)) as application:
        yield application


@pytest.fixture(scope="module")
def session(browser: Browser, address: str) -> object:
    return session_of(browser, address, "ada")


def reads(address: str, secret: str) -> int:
    return httpx.get(f"{address}/api/v1/transactions", headers={"Authorization": f"Bearer {secret}"}, timeout=30).status_code


def allow_clipboard(context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])


@pytest.mark.parametrize("by_keyboard", [False, True], ids=["mouse", "keyboard"])
def test_a_token_is_made_used_rotated_and_revoked(by_keyboard: bool, new_page: Callable[..., Page], address: str, session: object) -> None:
    page = new_page(address, storage_state=session)
    allow_clipboard(page.context)
    journey, name = Journey(page, by_keyboard), f"grafana-{'keys' if by_keyboard else 'mouse'}"
    journey.begin("/access")
    journey.type(page.get_by_role("textbox", name="What it is called"), name)
    journey.press(page.get_by_role("button", name="Make it"))
    secret = page.locator("#access-secret").inner_text()
    assert reads(address, secret) == 200
    if not by_keyboard:
        page.locator(".copied").get_by_title("Copy").click()
        page.wait_for_function("secret => navigator.clipboard.readText().then(text => text === secret)", arg=secret)
    journey.press(page.get_by_role("link", name=f"Token {name}: rotate or revoke it"))
    page.get_by_role("heading", name=f"Token {name}").wait_for()
    assert secret not in page.content(), "it is nowhere once one goes elsewhere"
    journey.type(page.get_by_role("textbox", name="Why it is revoked"), "the board was replaced")
    journey.press(page.get_by_role("button", name="New secret"))
    again = page.locator("#access-secret").inner_text()
    assert [reads(address, each) for each in (secret, again)] == [200, 200]
    expect(page.locator("#access-facts")).to_contain_text("Replaced")
    journey.press(page.get_by_role("button", name="Revoke the old secret only"))
    expect(page.locator("#access-shown")).to_contain_text(f"The old secret of {name} works no more.")
    assert [reads(address, each) for each in (secret, again)] == [401, 200]
    journey.press(page.get_by_role("button", name="Revoke", exact=True))
    expect(page.locator("#access-shown")).to_contain_text(f"Token {name} works no more.")
    assert reads(address, again) == 401
    page.reload()
    expect(page.locator("#access-facts")).to_contain_text("the board was replaced")
    assert not any(each in page.content() for each in (secret, again))
    stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, history.state, location.href])")
    assert "syn_" not in stored


def test_only_the_limits_that_a_token_has_are_asked_for(new_page: Callable[..., Page], address: str, session: object) -> None:
    page = new_page(address, storage_state=session)
    page.goto("/access")
    shown = page.locator(".access-fields :is(.mantine-MultiSelect-label, .mantine-TagsInput-label)")
    seen = ["Sites", "Workflows", "Suppliers"]
    expect(shown.locator("visible=true")).to_have_text(seen)
    for does, limits in (("sends data", ["Sources"]), ("reads and recovers", [*seen, "Roles"]), ("reads", seen)):
        page.get_by_role("combobox", name="What it does").or_(page.get_by_label("What it does")).first.click()
        page.get_by_role("option", name=does, exact=True).click()
        expect(shown.locator("visible=true")).to_have_text(limits)


@pytest.mark.parametrize("by_keyboard", [False, True], ids=["mouse", "keyboard"])
def test_at_a_browser_that_was_left_open_a_password_is_asked_for_and_then_it_is_made(
    by_keyboard: bool, new_page: Callable[..., Page], application: Application, address: str
) -> None:
    page = sign_in(new_page(address), "ada")
    with application.accounts.engine.begin() as connection:
        connection.execute(update(sessions).values(proved_ns=None))  # as after a while
    journey, name = Journey(page, by_keyboard), f"left-open-{'keys' if by_keyboard else 'mouse'}"
    journey.begin("/access")
    journey.type(page.get_by_role("textbox", name="What it is called"), name)
    make = page.get_by_role("button", name="Make it")
    journey.press(make)
    question = page.get_by_role("dialog", name="Say once more who you are")
    expect(question.get_by_label("Your password")).to_be_focused()
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(make).to_be_focused()
    page.keyboard.press("Enter")
    expect(question.get_by_label("Your password")).to_be_focused()
    page.keyboard.type("not the password")
    journey.press(question.get_by_role("button", name="Go on"))
    expect(question.get_by_role("alert")).to_have_text("That is not your password.")
    expect(page.locator("#access-secret")).to_have_count(0)
    question.get_by_label("Your password").focus()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    assert reads(address, page.locator("#access-secret").inner_text()) == 200
    expect(question).to_have_count(0)
    expect(make).to_be_focused()
    journey.press(page.get_by_role("link", name=f"Token {name}: rotate or revoke it"))
    journey.press(page.get_by_role("button", name="Revoke", exact=True))
    expect(page.locator("#access-shown")).to_have_text(f"Token {name} works no more.")
