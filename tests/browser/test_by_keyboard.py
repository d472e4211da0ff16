"""Whole ways through the product without a mouse: what has the focus is always seen, nothing traps it, and each page begins at its head."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from app.application import Application
from tests.browser.journey import HELD, skip, tab_to
from tests.browser.stage import recovering_by_itself, session_of


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with recovering_by_itself(tmp_path_factory.mktemp("keyboard")) as application:
        yield application


@pytest.fixture(scope="module")
def sessions(browser: Browser, address: str) -> dict[str, Any]:
    return {name: session_of(browser, address, name) for name in ("maria", "tom", "eva")}


@pytest.fixture
def page_of(new_page: Callable[..., Page], address: str, sessions: dict[str, Any]) -> Callable[..., Page]:
    """`page_of("tom", "/failures")` is that page, with nothing pressed yet."""

    def opened(name: str, where: str) -> Page:
        page = new_page(address, storage_state=sessions[name])
        page.goto(where)
        page.locator("#shell-page h1").first.wait_for()
        return page

    return opened


def arrived(page: Page, heading: str) -> None:
    """The next page is there, and Tab begins at its head."""
    page.get_by_role("heading", level=1, name=heading).wait_for()
    expect(page.locator("#main")).to_be_focused()


def test_a_document_is_opened_from_the_list_of_a_group(page_of: Callable[..., Page]) -> None:
    page = page_of("maria", "/")
    skip(page)
    tab_to(page, page.get_by_role("link", name="Invoice issued in Finance has not come"))
    page.keyboard.press("Enter")
    arrived(page, "Transactions")
    page.locator("a.path-link").first.wait_for()
    tab_to(page, page.locator(".ag-header-cell").first)
    page.keyboard.press("ArrowDown")
    assert page.evaluate(HELD) == ""
    page.keyboard.press("Enter")
    arrived(page, "Delivery")


def test_an_executive_gets_from_a_figure_to_its_cases(page_of: Callable[..., Page]) -> None:
    page = page_of("eva", "/objectives")
    skip(page)
    folded = page.locator("details.objective:not([open]) > summary").first
    tab_to(page, folded)
    page.keyboard.press("Enter")
    expect(page.locator("details.objective[open] > summary").first).to_be_focused()
    figure = page.locator("details.objective[open] a", has_text=" bad").first
    tab_to(page, figure)
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1).wait_for()
    page.wait_for_url("**/cases?**")
    expect(page.locator("#main")).to_be_focused()
    expect(page.locator("#shell-page tbody tr").first).to_be_visible()


def test_escape_closes_what_is_open_and_the_focus_stays_where_it_was(page_of: Callable[..., Page]) -> None:
    page = page_of("tom", "/failures")
    menu = page.get_by_label("Signed in as tom: menu")
    tab_to(page, menu)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="Your permissions"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Your permissions")).to_be_hidden()
    expect(menu).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#shell-search")).to_be_focused()
    assert page.evaluate(HELD) == ""
    page.keyboard.type(page.locator("#shell-page a[href^='/path/']").first.inner_text())
    page.locator("#shell-hits a.hit").first.wait_for()
    page.keyboard.press("Escape")
    expect(page.locator("#shell-hits")).to_be_hidden()
    expect(page.locator("#shell-search")).to_be_focused()
    choice = page.locator("#main").get_by_label("Site", exact=True).first
    tab_to(page, choice)
    page.keyboard.press("ArrowDown")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("Escape")
    expect(page.get_by_role("option").first).to_be_hidden()
    expect(choice).to_be_focused()


def test_what_is_narrowed_begins_at_its_head(page_of: Callable[..., Page]) -> None:
    page = page_of("tom", "/at-risk")
    skip(page)
    tab_to(page, page.locator(".stakes-filters a").first)
    page.keyboard.press("Enter")
    page.wait_for_url("**/at-risk?**")
    expect(page.locator(".stakes-filters [aria-current=true]").first).to_be_visible()
    expect(page.locator("body")).not_to_be_focused()
