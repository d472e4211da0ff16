"""Keeping a view in a real browser: narrow down, give it a name, find it again, remove it; also by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect


def test_a_narrowed_page_is_kept_found_again_and_removed(odd_page: Callable[..., Page]) -> None:
    page = odd_page()
    page.goto("/transactions?status=failed")
    page.locator("#shell-page > *").first.wait_for()
    page.locator("summary[aria-label='Your views']").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Stuck ones")
    page.keyboard.press("Enter")
    expect(page.locator("#views-said")).to_have_text("“Stuck ones” is kept.")
    expect(page.get_by_label("Name of this view")).to_have_value("")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Name of this view")).to_be_hidden()

    page.goto("/sources")
    page.locator("summary[aria-label='Your views']").click()
    page.get_by_role("link", name="Stuck ones").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Transactions")
    assert page.url.endswith("/transactions?status=failed")

    page.locator("summary[aria-label='Your views']").click()
    page.get_by_role("button", name="Remove the view Stuck ones").click()
    expect(page.locator("#views-said")).to_have_text("“Stuck ones” is removed.")
    expect(page.get_by_role("link", name="Stuck ones")).to_have_count(0)


def test_filters_chosen_since_the_page_was_drawn_are_kept_too(odd_page: Callable[..., Page]) -> None:
    page = odd_page()
    page.goto("/")
    page.get_by_label("7 days").locator("xpath=..").click()
    expect(page).to_have_url(re.compile(r"/\?period=7d$"))
    page.locator("summary[aria-label='Your views']").click()
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("#views-kept").get_by_role("link")).to_have_attribute("href", "/?period=7d")
    page.get_by_role("button", name="Remove the view Sync status").click()
    expect(page.locator("#views-said")).to_contain_text("removed")
