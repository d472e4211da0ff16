"""The path in a real browser: what is drawn where, choosing steps by mouse and keyboard, the address, phones, odd names."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.components import links
from tests.pages.odd_plant import ODD_IDS

TRIED = "/path/order_to_production/PO-tried"
PHONE = {"viewport": {"width": 390, "height": 844}}
# The place of everything on the lanes as it really is on the screen, with what does not fit into its own box.
PLACES = """() => [...document.querySelectorAll('.swim .node, .swim .chip, .swim .swim-now')].map(e => {
  const r = e.getBoundingClientRect();
  return {x: r.x, y: r.y, right: r.right, bottom: r.bottom, text: e.innerText, tight: e.scrollWidth > e.clientWidth + 1}; })"""


@pytest.fixture
def page(odd_page: Callable[..., Page]) -> Page:
    return odd_page()


def go(page: Page, path: str) -> Page:
    page.goto(path)
    page.locator(".path-page").wait_for()
    return page


def box(page: Page, name: str) -> Any:
    return page.get_by_role("button", name=re.compile(name))


def overlapping(places: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [
        (one["text"], other["text"])
        for one, other in combinations(places, 2)
        if one["x"] < other["right"] and other["x"] < one["right"] and one["y"] < other["bottom"] and other["y"] < one["bottom"]
    ]


def test_on_the_screen_nothing_overlaps_and_every_chip_has_its_text(page: Page) -> None:
    places = go(page, f"{TRIED}?attempts=each").evaluate(PLACES)
    assert len([place for place in places if place["text"]]) == 22 + 20 + 1
    assert overlapping(places) == []
    assert [place["text"] for place in places if place["tight"] and "\n" not in place["text"]] == []


def test_the_step_that_needs_somebody_is_in_sight_at_once(page: Page) -> None:
    go(page, f"{TRIED}?attempts=each")
    expect(box(page, "Work order received, .*attempt 20")).to_be_in_viewport()


def test_a_click_chooses_a_step_and_the_address_keeps_it(page: Page) -> None:
    go(page, TRIED)
    box(page, "ERP: Order released").click()
    expect(page.locator("#path-step")).to_contain_text("Order released, ERP: done")
    expect(page).to_have_url(re.compile(r"selected=odd%3A1$"))
    page.reload()
    expect(page.locator("#path-step")).to_contain_text("Order released, ERP: done")
    expect(box(page, "ERP: Order released")).to_have_attribute("aria-pressed", "true")


def test_steps_are_chosen_by_keyboard_in_order_of_time(page: Page) -> None:
    go(page, TRIED)
    page.locator(".swim-scroll").focus()
    page.keyboard.press("Tab")
    expect(box(page, "ERP: Order released")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#path-step")).to_contain_text("attempt failed")
    expect(page.locator(".detail-events details")).to_have_count(19)


def test_choosing_does_not_draw_the_page_again(page: Page) -> None:
    go(page, TRIED)
    page.evaluate("document.querySelector('.path-page').dataset.mine = 'still here'")
    box(page, "ERP: Order released").click()
    expect(page.locator("#path-step")).to_contain_text("Order released, ERP: done")
    assert page.evaluate("document.querySelector('.path-page').dataset.mine") == "still here"


def test_going_back_leads_to_where_one_came_from(page: Page) -> None:
    page.goto("/failures")
    page.get_by_role("link", name="1 transaction").first.click()
    page.locator(".path-page").wait_for()
    box(page, "ERP: Order released").click()
    expect(page).to_have_url(re.compile("selected="))
    page.go_back()
    expect(page.get_by_role("heading", name="Failures")).to_be_visible()


def test_on_a_phone_the_steps_are_a_list_and_nothing_sticks_out(odd_page: Callable[..., Page]) -> None:
    phone = go(odd_page(**PHONE), TRIED)
    expect(phone.locator(".swim-scroll")).to_be_hidden()
    expect(phone.locator(".step-list")).to_be_visible()
    phone.locator(".step-row", has_text="Order released").click()
    expect(phone.locator("#path-step")).to_contain_text("Order released, ERP: done")
    assert phone.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_on_a_phone_a_failed_step_looks_as_on_the_lanes_also_when_another_is_chosen(odd_page: Callable[..., Page]) -> None:
    phone = go(odd_page(**PHONE), TRIED)
    phone.locator(".step-row", has_text="Order released").click()
    expect(phone.locator("#path-step")).to_contain_text("Order released, ERP: done")
    colours = "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color, getComputedStyle(e).borderColor]"
    row, box_of_lane = phone.locator(".step-row.node-failed"), phone.locator(".node.node-failed")
    assert row.evaluate(colours) == box_of_lane.evaluate(colours)


@pytest.mark.parametrize("name", ODD_IDS)
def test_a_name_from_outside_is_shown_as_text_and_its_path_can_be_walked(page: Page, name: str) -> None:
    go(page, links.path("order_to_production", name))
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Production order {name}")
    box(page, "ERP: Order released").first.click()
    expect(page.locator("#path-step")).to_contain_text(f"production order {name}")
    assert page.evaluate("document.querySelectorAll('#shell-page script, #shell-page img').length") == 0
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_span_opens_to_what_it_carries_and_a_link_leads_to_the_one_it_names(page: Page) -> None:
    go(page, "/path/order_to_production/traced-1")
    batch = page.locator(".span", has_text="import batch").first
    batch.locator("summary").click()
    expect(batch.locator(".attributes")).to_contain_text("thread.name")
    batch.get_by_role("link", name="0000000000000003").click()
    expect(page).to_have_url(re.compile("#span-00f067aa0ba902b74bf92f3577b34da60000000000000003$"))
    expect(page.locator(":target")).to_contain_text("send erp.orders")


def test_the_trace_of_an_event_is_one_click_below_it(page: Page) -> None:
    go(page, "/path/order_to_production/traced-1")
    box(page, "MES: Work order received").click()
    page.get_by_role("link", name="4bf92f3577b34da6a3ce929d0e0e4736").click()
    expect(page.locator(":target")).to_contain_text("create work order")


def test_a_trace_has_a_page_whose_spans_open_and_which_leads_to_its_transactions(page: Page) -> None:
    page.goto("/path?trace=4bf92f3577b34da6a3ce929d0e0e4736")
    batch = page.locator(".span", has_text="import batch").first
    batch.locator("summary").click()
    expect(batch.locator(".attributes")).to_contain_text("thread.name")
    page.get_by_role("link", name="traced-1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Production order traced-1")


def test_an_old_link_says_what_is_not_there(page: Page) -> None:
    page.goto("/path/order_to_production/PO-gone")
    expect(page.get_by_role("heading", name="There is no transaction PO-gone in the workflow order_to_production")).to_be_visible()
    page.get_by_role("link", name="All transactions").click()
    expect(page.get_by_role("heading", name="Transactions")).to_be_visible()
