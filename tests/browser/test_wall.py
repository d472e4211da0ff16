"""The wall in a real browser: no shell around it, one site after the other, by its keys, and said when nothing answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.stage import reachable, session_of
from tests.pages.plant import write_plant
from tests.pages.served import opened


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with opened(write_plant(tmp_path_factory.mktemp("plant"), time.time_ns())) as application, reachable(application) as base_url:
        yield base_url


@pytest.fixture(scope="module")
def session(browser: Browser, address: str) -> Any:
    return session_of(browser, address, "maria")


@pytest.fixture
def wall(new_page: Callable[..., Page], address: str, session: Any) -> Callable[[str], Page]:
    def opened_at(query: str) -> Page:
        page = new_page(address, storage_state=session)
        page.goto(f"/wall{query}")
        page.locator("#wall").wait_for()
        return page

    return opened_at


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def test_nothing_of_the_shell_stands_around_the_wall_and_it_fits_its_screen(wall: Callable[[str], Page]) -> None:
    page = wall("?seconds=600")
    for part in ("banner", "navigation"):
        expect(page.get_by_role(part)).to_be_hidden()  # type: ignore[arg-type]
    expect(page.locator(".answer")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_arrows_turn_the_sites_and_the_last_is_followed_by_the_first(wall: Callable[[str], Page]) -> None:
    page = wall("?site=augsburg&site=brno&seconds=600")
    expect(page.get_by_role("heading", level=1)).to_have_text("Augsburg")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", level=1)).to_have_text("Brno")
    expect(page.locator(".wall-place")).to_have_text("2 of 2")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", level=1)).to_have_text("Augsburg")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("heading", level=1)).to_have_text("Brno")


def test_sites_take_turns_by_themselves_until_somebody_stops_them(wall: Callable[[str], Page]) -> None:
    page = wall("?site=augsburg&site=brno&seconds=5")
    first = heading(page)
    expect(page.get_by_role("heading", level=1)).not_to_have_text(first)
    page.keyboard.press("Space")
    expect(page.locator("#wall-pause-word")).to_have_text("go on")
    page.keyboard.press("Space")
    expect(page.locator("#wall-pause-word")).to_have_text("pause")
    stood = heading(page)
    expect(page.get_by_role("heading", level=1)).not_to_have_text(stood)


def test_escape_leaves_the_wall(wall: Callable[[str], Page]) -> None:
    page = wall("?site=augsburg&seconds=600")
    expect(page.locator("#wall-pause-word")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page).to_have_title("Sync status · Syncline")
    expect(page.get_by_role("navigation")).to_be_visible()


def test_the_board_leads_to_the_wall(wall: Callable[[str], Page]) -> None:
    page = wall("")
    page.goto("/?site=augsburg")
    page.get_by_role("link", name="Wall").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Augsburg")


@pytest.mark.parametrize(
    ("query", "said"),
    [("?site=atlantis", "There is no site 'atlantis'"), ("?seconds=1", "5 to 600 seconds"), ("?seconds=soon", "5 to 600 seconds")],
)
def test_a_wall_that_cannot_be_says_why(new_page: Callable[..., Page], address: str, session: Any, query: str, said: str) -> None:
    page = new_page(address, storage_state=session)
    page.goto(f"/wall{query}")
    expect(page.locator("#shell-page")).to_contain_text(said)
