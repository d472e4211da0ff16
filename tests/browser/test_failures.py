"""Failures in a real browser: from what fails to the stuck document in two clicks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect


@pytest.fixture
def page(odd_page: Callable[..., Page]) -> Page:
    page = odd_page()
    page.goto("/failures")
    page.get_by_role("heading", name="Failures").wait_for()
    return page


def test_two_clicks_lead_from_a_group_to_a_stuck_document(page: Page) -> None:
    page.get_by_role("link", name="10 transactions").click()
    page.locator("a.path-link").first.wait_for()
    expect(page.locator(".found")).to_contain_text("Showing 10 of 15 transactions.")
    page.locator("a.path-link", has_text="{{constructor}}").click()
    expect(page.locator("#path-step")).to_contain_text("{{constructor}} is blocked")


def test_one_click_leads_to_the_only_document_of_a_group(page: Page) -> None:
    page.get_by_role("link", name="1 transaction", exact=False).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Production order PO-")


def test_a_site_is_chosen_and_stays_in_the_address(page: Page) -> None:
    page.get_by_label("Site", exact=True).first.click()
    page.get_by_role("option", name="Hamburg").click()
    expect(page.get_by_role("status").filter(has_text="failed in")).to_contain_text(
        "10 transactions failed in 1 group and nothing is missing."
    )
    page.reload()
    expect(page.get_by_role("status").filter(has_text="failed in")).to_contain_text(
        "10 transactions failed in 1 group and nothing is missing."
    )
