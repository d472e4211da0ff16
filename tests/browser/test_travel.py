"""Looking at another moment in a real browser: said in words, every page is as of it, and one click leads back to now."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

FACE = "summary[aria-label='Look at another moment']"


def test_a_moment_said_in_words_is_looked_at_and_left_again(odd_page: Callable[..., Page]) -> None:
    page = odd_page()
    page.goto("/transactions?status=failed")
    page.locator("#shell-page > *").first.wait_for()
    page.locator(FACE).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("1 hour ago")
    page.keyboard.press("Enter")
    expect(page.get_by_role("note").first).to_contain_text("Everything here is as of")
    assert set(parse_qs(urlsplit(page.url).query)) == {"status", "as_of", "known_at"}
    expect(page.get_by_label("Which moment")).to_be_hidden()

    page.get_by_role("link", name="Failures", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Failures")
    assert "as_of=" in page.url  # who looks at a moment stays in it from page to page

    page.locator(FACE).click()
    page.locator("#travel-now").click()
    expect(page.get_by_role("note")).to_have_count(0)
    assert "as_of" not in page.url


def test_what_is_known_now_may_judge_the_moment(odd_page: Callable[..., Page]) -> None:
    page = odd_page()
    page.goto("/failures")
    page.locator(FACE).click()
    page.get_by_text("By what is known now").click()
    page.get_by_label("Which moment").fill("2 hours ago")
    page.get_by_role("button", name="Go").click()
    expect(page.get_by_role("note").first).to_contain_text("Everything here is as of")
    assert "known_at" not in page.url


def test_what_is_no_moment_is_said_where_it_was_typed(odd_page: Callable[..., Page]) -> None:
    page = odd_page()
    page.goto("/failures")
    page.locator(FACE).click()
    page.get_by_label("Which moment").fill("soon")
    page.get_by_role("button", name="Go").click()
    expect(page.locator("#travel-said")).to_contain_text("'soon' is no time that is understood here")
    assert "as_of" not in page.url
