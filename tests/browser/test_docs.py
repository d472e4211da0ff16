"""The docs in a real browser: searched by keyboard, marked, in the address, and found from everywhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import looks


@pytest.fixture
def page(odd_page: Callable[..., Page]) -> Page:
    page = odd_page()
    page.goto("/docs")
    page.locator("#docs-search").wait_for()
    return page


def test_a_word_leads_to_its_section_by_keyboard_and_back_to_what_was_found(page: Page) -> None:
    page.locator("#docs-search").focus()
    page.keyboard.type("canary ramp")
    expect(page.get_by_role("heading", level=1)).to_have_text("“canary ramp” in the docs")
    expect(page).to_have_url("/docs?q=canary+ramp")
    expect(page.locator("#docs-body mark").first).to_be_visible()
    found = page.locator("#docs-body a.docs-hit")
    page.keyboard.press("ArrowDown")
    expect(found.first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#docs-search")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("article.prose h1")).to_be_visible()
    assert "#" in page.url
    expect(page.locator(page.evaluate("location.hash"))).to_be_in_viewport()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("“canary ramp” in the docs")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("“canary ramp” in the docs")


def test_enter_right_behind_the_last_letter_goes_to_the_best(page: Page) -> None:
    page.locator("#docs-search").focus()
    page.keyboard.type("working calendar")
    page.keyboard.press("Enter")
    page.wait_for_url("**/docs?page=**")
    expect(page.locator("article.prose h1")).to_be_visible()


def test_an_emptied_box_shows_the_document_again(page: Page) -> None:
    page.goto("/docs?page=calendars&q=recovery")
    expect(page.get_by_role("heading", level=1)).to_have_text("“recovery” in the docs")
    page.locator("#docs-search").fill("")
    expect(page.get_by_role("heading", level=1)).to_have_text("Calendars")
    expect(page).to_have_url("/docs?page=calendars")


def test_the_box_at_the_top_finds_sections_for_words(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("dead letters")
    expect(page.get_by_role("group", name="In the docs").get_by_role("option").first).to_contain_text("Dead letters")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/docs?page=**")


def test_the_question_mark_leads_to_what_the_docs_say_about_a_page(page: Page) -> None:
    for where, heading in (("/suppliers", "What Suppliers shows"), ("/path/order_to_production/PO-tried", "Path"), ("/", "Sync status")):
        looks.open_page(page, where)
        page.get_by_role("link", name="Help with this page").first.click()
        page.wait_for_url("**/docs?page=**")
        anchor = page.locator(page.evaluate("location.hash"))
        expect(anchor).to_have_text(heading)
        expect(anchor).to_be_in_viewport()


def test_what_was_found_can_be_read_by_everybody(page: Page) -> None:
    looks.open_page(page, "/docs?q=silent+feed")
    page.locator("#docs-body mark").first.wait_for()
    found = [*looks.axe(page), *looks.structure(page)]
    page.set_viewport_size({"width": 320, "height": 640})
    found += looks.narrow(page)
    page.keyboard.press("/")
    page.keyboard.type("calendar")
    page.locator("#shell-hits .hit-group").first.wait_for()
    assert [*found, *looks.axe(page)] == []
