"""What belongs together in a real browser: from the order to the delivery along the lines, and as a list on a phone."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import looks
from tests.browser.stage import reachable, session_of
from tests.pages.linked_plant import linked_plant

PATH = "/path/order_to_production/PO-1"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with linked_plant(tmp_path_factory.mktemp("linked"), time.time_ns()) as application, reachable(application) as base_url:
        yield base_url


@pytest.fixture(scope="module")
def session(browser: Browser, address: str) -> Any:
    return session_of(browser, address)


@pytest.fixture
def page(new_page: Callable[..., Page], address: str, session: Any) -> Page:
    return new_page(address, storage_state=session)


def thing(page: Page, name: str) -> Any:
    return page.get_by_role("link", name=re.compile(f"^{name}, "))


def shown(page: Page) -> Any:
    return page.locator(".together-list > .is-shown")


def test_one_walks_from_the_order_over_production_and_lot_to_the_delivery_by_keyboard(page: Page) -> None:
    page.goto(PATH)
    thing(page, "Production order PO-1").focus()
    page.keyboard.press("ArrowLeft")
    expect(thing(page, "Sales order SO-1")).to_be_focused()
    expect(shown(page)).to_contain_text("Order released in ERP names both")
    for name in ("Production order PO-1", "Confirmation C-1", "Batch B-1"):
        page.keyboard.press("ArrowRight")
        expect(thing(page, name)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Show what belongs to it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(thing(page, "Batch B-1")).to_be_focused()
    expect(page).to_have_url(re.compile(r"open=batch\+B-1$"))
    page.keyboard.press("ArrowRight")
    expect(thing(page, "Delivery D-2")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(thing(page, "Delivery D-1")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Delivery D-1")


def test_one_walks_there_by_mouse_and_a_line_says_what_it_is_from(page: Page) -> None:
    page.goto(PATH)
    page.get_by_role("button", name="Show what belongs to Batch B-1").click()
    page.get_by_role("button", name="Batch B-1 and Delivery D-1: 1 event names both").click()
    expect(shown(page).locator(".is-chosen")).to_contain_text("Delivery picked in WMS names both")
    expect(shown(page).locator(".is-chosen li")).to_contain_text("told by the source bus")
    thing(page, "Delivery D-1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Delivery D-1")
    thing(page, "Invoice I-1").wait_for()


def test_opening_does_not_draw_the_page_again_and_a_reload_shows_the_same(page: Page) -> None:
    page.goto(PATH)
    page.locator(".path-page").wait_for()
    page.evaluate("document.querySelector('.path-page').dataset.mine = 'still here'")
    page.get_by_role("button", name="Show what belongs to Delivery D-1").click()
    thing(page, "Shipment S-1").wait_for()
    assert page.evaluate("document.querySelector('.path-page').dataset.mine") == "still here"
    page.reload()
    thing(page, "Shipment S-1").wait_for()


def test_nothing_is_left_for_axe_to_find_also_in_the_dark(page: Page) -> None:
    page.goto(f"{PATH}?open=batch+B-1&open=delivery+D-1")
    thing(page, "Shipment S-1").wait_for()
    assert looks.axe(page) == []
    looks.in_the_dark(page)
    assert looks.axe(page, "color-contrast") == []


def test_on_a_phone_it_is_a_list_with_all_of_it(new_page: Callable[..., Page], address: str, session: Any) -> None:
    phone = new_page(address, storage_state=session, viewport={"width": 390, "height": 844})
    phone.goto(PATH)
    phone.locator(".together-list").wait_for()
    expect(phone.locator(".together-scroll")).to_be_hidden()
    expect(phone.locator(".together-list > div")).to_have_count(7)
    assert looks.narrow(phone) == []
    lot = phone.locator(".together-list > div", has=phone.get_by_role("heading", name="batch B-1"))
    lot.get_by_role("button", name="Show what belongs to it").click()
    expect(phone).to_have_url(re.compile("open="))


def test_on_paper_it_is_a_list_with_all_of_it(page: Page) -> None:
    page.goto(PATH)
    page.locator(".together-list").wait_for()
    page.set_viewport_size({"width": looks.A4_PX, "height": 1000})
    page.emulate_media(media="print")
    expect(page.locator(".together-list > div").last).to_be_visible()
    expect(page.locator(".together-scroll")).to_be_hidden()
    assert looks.paper(page) == []
