"""The shell and the board in a real browser: sign in, read, search, walk by keyboard, light and dark, on a phone, live."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from app.application import Application
from tests.browser.stage import reachable, session_of, sign_in
from tests.pages.plant import write_plant
from tests.pages.served import PASSWORD, opened

UPDATES = "**/_dash-update-component*"


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with opened(write_plant(tmp_path_factory.mktemp("plant"), time.time_ns())) as application:
        yield application


@pytest.fixture(scope="module")
def sessions(browser: Browser, address: str) -> dict[str, Any]:
    return {name: session_of(browser, address, name) for name in ("maria", "ada")}


@pytest.fixture
def page_of(new_page: Callable[..., Page], address: str, sessions: dict[str, Any]) -> Callable[..., Page]:
    """`page_of("ada", "/failures", viewport=…)` is that page, drawn for that person."""

    def drawn(name: str, path: str = "/", **options: Any) -> Page:
        page = new_page(address, storage_state=sessions[name], **options)
        page.goto(path)
        page.locator("#shell-page > *").first.wait_for()
        return page

    return drawn


@pytest.fixture
def page(page_of: Callable[..., Page]) -> Page:
    return page_of("maria")


def asked(route: Route) -> str:
    """Which outputs a question is about."""
    return str(json.loads(route.request.post_data or "{}").get("output", ""))


def test_signing_in_leads_to_the_board_and_signing_out_leaves_it(new_page: Callable[..., Page], address: str) -> None:
    page = sign_in(new_page(address), "maria")
    expect(page).to_have_title("Sync status · Syncline")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sync status")
    page.get_by_label("Signed in as maria: menu").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_wrong_password_is_told_and_the_name_stays(new_page: Callable[..., Page], address: str) -> None:
    page = new_page(address)
    page.goto("/transactions")
    page.get_by_label("User").fill("maria")
    page.get_by_label("Password").fill("not her password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("Wrong user or password.")
    expect(page.get_by_label("User")).to_have_value("maria")
    page.problems.clear()  # the browser reports the 401 itself
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Transactions")


def test_the_board_answers_first_in_a_sentence(page: Page) -> None:
    verdict = page.locator(".answer")
    expect(verdict).to_contain_text("transactions have failed")
    expect(verdict).to_contain_text("Production-to-inventory posting in Augsburg")
    words = page.locator("a.tile .tile-top, div.tile .tile-top").all_inner_texts()
    shown = {
        word
        for word in ("On time", "Late", "Overdue", "Failed", "Inconsistent", "Cannot judge", "No data")
        if any(word in text for text in words)
    }
    assert shown == {"On time", "Late", "Overdue", "Failed", "Inconsistent", "Cannot judge", "No data"}


def test_from_a_failing_tile_to_the_stuck_document_are_two_clicks(page: Page) -> None:
    page.get_by_role("link", name="Production-to-inventory posting, Augsburg: Failed").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Transactions")
    page.locator("a.path-link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("onfirmation")
    expect(page.locator("#shell-page")).to_contain_text("Posting period 11/2026 is not open")


def test_the_bars_of_a_week_are_broad_enough_to_be_seen(page: Page) -> None:
    page.goto("/?period=7d")
    expect(page.get_by_role("heading", name="Transactions per 6 hours")).to_be_visible()
    widths = page.locator(".hourly-hour").evaluate_all("bars => bars.map(bar => bar.getBoundingClientRect().width)")
    assert len(widths) in (28, 29)
    assert min(widths) > 8


def test_back_returns_to_the_board_as_it_was(page: Page) -> None:
    page.get_by_label("7 days").locator("xpath=..").click()
    expect(page).to_have_url("/?period=7d")
    page.get_by_role("link", name="Failures").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Failures")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sync status")
    expect(page.locator(".kpi").first).to_contain_text("Transactions, 7 days")


def test_a_late_answer_of_the_board_leaves_the_address_of_the_next_page_alone(page: Page) -> None:
    held: list[Route] = []
    page.route(UPDATES, lambda route: held.append(route) if "board-body" in asked(route) else route.continue_())
    with page.expect_request(lambda question: "board-body" in (question.post_data or "")):
        page.get_by_label("7 days").locator("xpath=..").click()
    page.get_by_role("link", name="Production-to-inventory posting, Augsburg: Failed").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Transactions")
    address = page.url
    with page.expect_response(lambda answer: "board-body" in (answer.request.post_data or "")):
        held[-1].continue_()
    page.wait_for_timeout(200)
    assert page.url == address


def test_filters_that_come_between_two_pages_belong_to_neither(page: Page) -> None:
    held: list[Route] = []
    page.route(UPDATES, lambda route: held.append(route) if "shell-page" in asked(route) else route.continue_())
    page.get_by_role("link", name="Failures").first.click()
    expect(page).to_have_url("/failures")
    page.get_by_label("7 days").locator("xpath=..").click()
    expect(page.locator(".kpi").first).to_contain_text("Transactions, 7 days")
    expect(page).to_have_url("/failures")
    held[-1].continue_()
    expect(page.get_by_role("heading", level=1)).to_have_text("Failures")


def test_a_board_that_was_just_drawn_is_not_computed_again(page: Page) -> None:
    answers: list[Any] = []

    def hear(route: Route) -> None:
        answer = route.fetch()
        if "board-body" in asked(route):
            answers.append(answer.json()["response"])
        route.fulfill(response=answer)

    page.wait_for_load_state("networkidle")
    page.route(UPDATES, hear)
    for _ in range(2):
        minute = time.time() // 60
        answers.clear()
        page.reload()
        page.locator(".answer").wait_for()
        page.wait_for_load_state("networkidle")
        if time.time() // 60 == minute:  # at the turn of a minute it is another board
            break
    page.unroute_all(behavior="wait")
    assert answers == [{}]


def test_a_slow_page_shows_that_it_is_waited_for(page: Page) -> None:
    held: list[Route] = []
    page.route(UPDATES, lambda route: held.append(route) if "shell-page" in asked(route) else route.continue_())
    page.get_by_role("link", name="Failures").first.click()
    expect(page.locator("#main")).to_have_attribute("aria-busy", "true")
    held[-1].continue_()
    expect(page.get_by_role("heading", level=1)).to_have_text("Failures")
    expect(page.locator("#main")).not_to_have_attribute("aria-busy", "true")


def test_an_ended_session_is_told_and_signing_in_leads_back(page: Page) -> None:
    page.wait_for_load_state("networkidle")  # an answer under way would bring the session back
    page.context.clear_cookies()
    page.get_by_role("link", name="Sources").first.click()
    ended = page.get_by_role("alert").filter(has_text="session")
    expect(ended).to_have_text("Your session has ended. Sign in again.")
    ended.get_by_role("link").click()
    page.locator("#username").fill("maria")
    page.locator("#password").fill(PASSWORD)
    page.locator("#password").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sources")
    expect(ended).to_be_hidden()
    page.problems[:] = [problem for problem in page.problems if "status of 401" not in problem]  # the browser reports these itself


def test_a_path_is_called_by_its_object_in_the_title_of_the_browser(page: Page) -> None:
    page.goto("/transactions?workflow=order_to_production")
    page.locator("a.path-link").first.click()
    number = page.locator(".path-id").inner_text()
    expect(page).to_have_title(f"Production order {number} · Syncline")


def test_the_navigation_says_how_many_transactions_have_failed(page: Page) -> None:
    said = re.compile(r"^\d+ failed transactions$")
    expect(page.locator(".nav-item", has_text="Failures").locator(".nav-count > span")).to_have_attribute("title", said)
    expect(page.locator(".nav-item", has_text="Failures").locator(".nav-count")).to_have_text(said)


def test_a_site_is_chosen_and_a_reload_keeps_it(page: Page) -> None:
    page.get_by_label("Site", exact=True).first.click()
    page.get_by_role("option", name="Brno").click()
    expect(page.locator(".board-site")).to_have_count(1)
    expect(page).to_have_url("/?site=brno")
    page.reload()
    expect(page.locator(".board-site")).to_contain_text("Brno")


def test_slash_finds_a_number_and_enter_goes_to_the_best_hit(page: Page, application: Application) -> None:
    number = page.request.get("/api/v1/transactions").text().split('"transaction_id":"')[1].split('"')[0]
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Find by number")).to_be_focused()
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(number)
    assert "/path/" in page.url


def test_what_is_found_can_be_walked_with_arrows_and_left_with_escape(page: Page) -> None:
    box = page.get_by_role("combobox", name="Find by number")
    box.fill("8")
    expect(page.locator("#shell-hits")).to_be_hidden()
    box.fill("86")
    expect(page.locator("#shell-hits a.hit").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator('#shell-hits a[aria-selected="true"]')).to_have_count(1)
    assert box.get_attribute("aria-activedescendant") == "shell-hit-1"
    page.keyboard.press("Escape")
    expect(page.locator("#shell-hits")).to_be_hidden()
    expect(box).to_be_focused()


@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, {"width": 320, "height": 700}], ids=["wide", "phone"])
def test_what_was_found_and_the_way_to_the_rest_of_it_are_in_sight(page_of: Callable[..., Page], viewport: Any) -> None:
    page = page_of("maria", viewport=viewport)
    page.get_by_role("combobox", name="Find by number").fill("86")
    expect(page.get_by_role("link", name="All transactions with “86”")).to_be_in_viewport(ratio=1)
    found = page.locator("#shell-hits").bounding_box()
    assert found is not None
    assert found["x"] >= 0
    assert found["x"] + found["width"] <= viewport["width"]


def test_the_rest_of_what_was_found_is_a_list_of_transactions(page: Page) -> None:
    page.get_by_role("combobox", name="Find by number").fill("86")
    page.get_by_role("link", name="All transactions with “86”").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Transactions")
    assert page.url.endswith("/transactions?text=86")


def test_a_number_that_is_nowhere_is_told(page: Page) -> None:
    page.get_by_role("combobox", name="Find by number").fill("no such thing")
    expect(page.locator("#shell-hits")).to_contain_text("Nothing is called so.")


def test_dark_is_chosen_once_and_stays_also_at_the_sign_in(page: Page) -> None:
    def scheme() -> str:
        return page.evaluate("document.documentElement.dataset.mantineColorScheme")

    assert scheme() == "light"
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 22, 30)"
    page.reload()
    page.locator(".answer").wait_for()
    assert scheme() == "dark"
    page.context.clear_cookies()
    page.goto("/login")
    assert scheme() == "dark"


def test_the_system_decides_until_somebody_chooses(page_of: Callable[..., Page]) -> None:
    page = page_of("maria", color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "light")


def test_the_first_tab_skips_to_the_page(page: Page) -> None:
    page.reload()
    page.locator(".answer").wait_for()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('main').contains(document.activeElement)")


def test_the_current_page_is_marked_and_walking_moves_focus_and_title(page: Page) -> None:
    page.get_by_role("link", name="Sources").first.click()
    expect(page).to_have_title("Sources · Syncline")
    expect(page.locator('.nav-item[aria-current="page"]')).to_have_text("Sources")
    expect(page.locator("#main")).to_be_focused()


def test_the_menu_of_the_user_opens_and_closes_by_keyboard(page: Page) -> None:
    page.get_by_label("Signed in as maria: menu").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Your permissions")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Your permissions")).to_be_hidden()
    expect(page.get_by_label("Signed in as maria: menu")).to_be_focused()


def test_a_past_moment_is_said_and_kept_from_page_to_page(page: Page) -> None:
    page.goto("/?as_of=2026-01-01T08:00:00Z")
    expect(page.get_by_role("note")).to_contain_text("Everything here is as of")
    page.get_by_role("link", name="Sources").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sources")
    assert "as_of=2026-01-01T08%3A00%3A00Z" in page.url
    page.get_by_role("link", name="Back to now").click()
    expect(page.get_by_text("Everything here is as of")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sources")
    expect(page).to_have_url("/sources")


def test_back_to_now_keeps_the_filters(page: Page) -> None:
    page.goto("/transactions?as_of=2026-01-01T08:00:00Z&status=failed")
    page.get_by_role("link", name="Back to now").click()
    expect(page.get_by_text("Everything here is as of")).to_have_count(0)
    expect(page).to_have_url("/transactions?status=failed")


def test_what_is_opened_in_a_tab_of_its_own_stays_in_the_past_moment(page: Page) -> None:
    page.goto("/?as_of=2026-01-01T08:00:00Z")
    with page.context.expect_page() as opened_page:
        page.get_by_role("link", name="Sources").first.click(modifiers=["Control"])
    expect(opened_page.value).to_have_url("/sources?as_of=2026-01-01T08%3A00%3A00Z")
    assert page.get_by_role("link", name="Sources").first.get_attribute("href") == "/sources"


def test_new_data_appear_without_losing_focus_or_place(new_page: Callable[..., Page], tmp_path: Path) -> None:
    with opened(write_plant(tmp_path, time.time_ns())) as application, reachable(application) as base_url:
        page = new_page(base_url)
        page.clock.install()
        sign_in(page, "maria")
        before = page.locator(".kpi-figure").first.inner_text()
        tile = page.get_by_role("link", name="Order-to-production release, Augsburg")
        tile.focus()
        page.evaluate("window.scrollTo(0, 300)")
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        with (tmp_path / "bus.csv").open("a") as file:
            file.write(f"n1,{now},order.released,erp,augsburg,production_order,NEW-1,ok,,,1,\n")
        application.ingest()
        page.clock.run_for(13_000)
        expect(page.locator(".kpi-figure").first).not_to_have_text(before)
        expect(tile).to_be_focused()
        assert page.evaluate("window.scrollY") == 300


def test_silence_of_the_server_is_noticed(new_page: Callable[..., Page], tmp_path: Path) -> None:
    with opened(write_plant(tmp_path, time.time_ns())) as application:
        with reachable(application) as base_url:
            page = new_page(base_url)
            page.clock.install()
            sign_in(page, "maria")
            expect(page.locator("#shell-asof")).not_to_be_empty()
        page.clock.run_for(60_000)
        expect(page.locator("#shell-moment")).to_have_class("moment is-stale")
        page.problems.clear()  # the browser reports each question that nobody answered


def test_on_a_phone_the_pages_are_behind_a_button(page_of: Callable[..., Page]) -> None:
    page = page_of("ada", "/", viewport={"width": 390, "height": 844})
    expect(page.locator("#shell-asof")).to_be_visible()
    expect(page.get_by_role("link", name="Failures").first).not_to_be_in_viewport()
    page.get_by_role("button", name="Pages").click()
    page.get_by_role("link", name="Docs").first.click()
    expect(page).to_have_title("Docs · Syncline")
    expect(page.locator(".nav-item").first).not_to_be_in_viewport()
