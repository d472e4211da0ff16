"""The list in a real browser: narrowing, ordering, opening by mouse and keyboard, the address, the export, odd names."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.pages.odd_plant import ODD_IDS

FIRST = '.ag-row[row-index="0"] a.path-link'


@pytest.fixture
def page(odd_page: Callable[..., Page]) -> Page:
    return odd_page()


def go(page: Page, query: str = "") -> Page:
    page.goto(f"/transactions{query}")
    page.locator(FIRST).wait_for()
    return page


def listed(page: Page) -> list[str]:
    return page.locator("a.path-link").all_inner_texts()


def test_every_transaction_is_listed_with_its_name_as_text(page: Page) -> None:
    go(page)
    expect(page.locator(".found")).to_have_text("15 transactions.")
    expect(page.locator("a.path-link")).to_have_count(15)
    assert set(ODD_IDS) <= set(listed(page))
    assert page.evaluate("document.querySelectorAll('#shell-page script, .ag-root img').length") == 0


def test_typing_narrows_the_list_and_the_address_keeps_it(page: Page) -> None:
    go(page)
    page.get_by_label("Number contains").fill("PO-")
    expect(page.locator(".found")).to_contain_text("Showing 4 of 15 transactions.")
    expect(page.locator("a.path-link")).to_have_count(4)
    expect(page.get_by_label("Number contains")).to_be_focused()
    expect(page).to_have_url(re.compile(r"/transactions\?text=PO-$"))
    page.reload()
    expect(page.locator("a.path-link")).to_have_count(4)
    expect(page.get_by_label("Number contains")).to_have_value("PO-")


def test_a_status_is_chosen_from_the_list_and_taken_back(page: Page) -> None:
    go(page)
    page.get_by_role("combobox", name="Status").or_(page.get_by_label("Status", exact=True)).first.click()
    page.get_by_role("option", name="Complete").click()
    expect(page.locator("a.path-link")).to_have_count(1)
    expect(page).to_have_url(re.compile("status=complete"))
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Clear all filters").click()
    expect(page.locator("a.path-link")).to_have_count(15)


def test_a_heading_orders_the_list(page: Page) -> None:
    go(page, "?text=PO-")
    page.get_by_role("columnheader", name="Transaction").click()
    expect(page.locator(FIRST)).to_have_text("PO-complete")
    page.get_by_role("columnheader", name="Transaction").click()
    expect(page.locator(FIRST)).to_have_text("PO-waiting")


def test_the_order_survives_a_reload_and_the_way_back(page: Page) -> None:
    go(page, "?text=PO-")
    page.get_by_role("columnheader", name="Transaction").dblclick()
    expect(page.locator(FIRST)).to_have_text("PO-waiting")
    expect(page).to_have_url(re.compile("sort=transaction%3Adesc"))
    page.reload()
    expect(page.locator(FIRST)).to_have_text("PO-waiting")
    page.locator(FIRST).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Production order PO-waiting")
    page.go_back()
    expect(page.locator(FIRST)).to_have_text("PO-waiting")


def test_at_1440_px_every_column_up_to_the_last_event_is_on_the_screen(page: Page) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    go(page)
    box = page.get_by_role("columnheader", name="Last event").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 1440


def test_a_row_opens_the_path_and_back_leads_to_the_same_list(page: Page) -> None:
    go(page, "?text=PO-tried")
    page.locator('.ag-row[row-index="0"] [col-id="site"]').click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Production order PO-tried")
    page.go_back()
    expect(page.locator("a.path-link")).to_have_count(1)
    expect(page.get_by_label("Number contains")).to_have_value("PO-tried")


def test_enter_opens_the_path_of_the_row_that_has_the_focus(page: Page) -> None:
    go(page, "?text=PO-tried")
    page.get_by_role("columnheader", name="Transaction").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Production order PO-tried")


def test_a_state_is_never_colour_alone(page: Page) -> None:
    go(page, "?text=PO-tried")
    badge = page.locator(".ag-row .badge")
    expect(badge).to_have_text("Failed")
    expect(badge.locator(".icon-circle-x")).to_have_count(1)


def test_nothing_found_says_so_and_the_list_comes_back(page: Page) -> None:
    go(page)
    page.get_by_label("Number contains").fill("nobody")
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    expect(page.locator(".transactions-grid")).to_be_hidden()
    page.get_by_label("Number contains").fill("PO-")
    expect(page.locator("a.path-link")).to_have_count(4)


def test_the_export_is_a_file_of_what_is_shown(page: Page) -> None:
    go(page, "?text=PO-")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export CSV").click()
    assert re.fullmatch(r"transactions-\d{4}-\d\d-\d\dT\d{4}Z\.csv", download.value.suggested_filename)
    lines = download.value.path().read_text().splitlines()
    assert lines[0].startswith("workflow,title,transaction_id,site,status")
    assert len(lines) == 5
