"""Sixty steps in eight systems, and deadlines that go on: in a real browser, with a clock that the test moves."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import looks
from tests.browser.stage import reachable, session_of
from tests.pages.long_plant import NAME, write_long_plant
from tests.pages.served import opened

PATH = f"/path/{NAME}/P-1"
MOVED = "document.querySelector('.swim-scroll').scrollLeft"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with opened(write_long_plant(tmp_path_factory.mktemp("long"), time.time_ns())) as application, reachable(application) as base_url:
        yield base_url


@pytest.fixture(scope="module")
def session(browser: Browser, address: str) -> Any:
    return session_of(browser, address)


@pytest.fixture
def page(new_page: Callable[..., Page], address: str, session: Any) -> Page:
    page = new_page(address, storage_state=session)
    page.goto(PATH)
    page.locator(".over-window").wait_for()
    return page


def test_the_strip_shows_all_steps_and_which_of_them_are_in_sight(page: Page) -> None:
    expect(page.locator(".over-box")).to_have_count(60)
    expect(page.locator(".over-window")).to_have_attribute("style", re.compile("width"))
    expect(page.get_by_role("button", name=re.compile("Stage 40 done, .*Failed"))).to_be_in_viewport()


def test_buttons_lead_to_the_start_and_to_the_failed_step(page: Page) -> None:
    page.get_by_role("button", name="To the start").click()
    expect(page.get_by_role("button", name=re.compile("ERP: Stage 0 done"))).to_be_in_viewport()
    assert page.evaluate(MOVED) == 0
    page.get_by_role("button", name="To the failed step").click()
    failed = page.get_by_role("button", name=re.compile("Stage 40 done, .*Failed"))
    expect(failed).to_be_focused()
    expect(failed).to_be_in_viewport()


def test_a_click_on_the_strip_goes_there(page: Page) -> None:
    strip = page.locator(".over-strip")
    strip.click(position={"x": strip.evaluate("each => each.clientWidth") - 4, "y": 20})
    lanes = page.locator(".swim-scroll")
    assert lanes.evaluate("each => each.scrollLeft + each.clientWidth >= each.scrollWidth - 1")


def test_smaller_shows_nearly_twice_as_much_and_keeps_the_names_of_the_lanes(page: Page) -> None:
    wide = page.evaluate("document.querySelector('.swim-scroll').scrollWidth")
    page.get_by_role("button", name="Smaller").click()
    assert page.evaluate("document.querySelector('.swim-scroll').scrollWidth") < 0.6 * wide
    expect(page.locator(".lane span", has_text="Supplier")).to_be_in_viewport()


def test_axe_finds_nothing_on_a_long_path(page: Page) -> None:
    assert looks.axe(page) == []
    looks.in_the_dark(page)
    assert looks.axe(page, "color-contrast") == []


# -- deadlines -----------------------------------------------------------------------------------------------------------------


def counted(page: Page, path: str) -> Any:
    """The path with its clock in our hands; what it counts."""
    page.clock.install()
    page.goto(path)
    note = page.locator(".node .node-note[data-due]").first
    note.wait_for()
    page.clock.run_for(1100)  # it counts from its first look at the page
    return note


def minutes(text: str) -> int:
    return int(re.findall(r"\d+", text)[0])


def test_what_is_overdue_goes_on_without_drawing_anything_again(odd_page: Callable[..., Page]) -> None:
    page = odd_page()
    note = counted(page, "/path/order_to_production/PO-overdue")
    before, place = note.inner_text(), note.bounding_box()
    assert before.startswith("missing, ")
    page.clock.fast_forward("05:00")
    expect(note).to_have_text(
        re.compile(f"^missing, ({minutes(before) + 5}|{minutes(before) + 6}) min overdue$")
    )  # the clock goes on meanwhile
    assert note.inner_text() in note.evaluate("each => each.parentElement.getAttribute('aria-label')")
    now = note.bounding_box()
    assert place is not None
    assert now is not None
    assert (now["x"], now["y"]) == (place["x"], place["y"])


def test_what_becomes_due_while_one_looks_says_so(odd_page: Callable[..., Page]) -> None:
    page = odd_page()
    note = counted(page, "/path/order_to_production/PO-waiting")
    assert note.inner_text().startswith("expected in ")
    page.clock.fast_forward("45:00")
    expect(note).to_have_text(re.compile(r"^due \d+ min ago$"))


def test_at_a_past_moment_nothing_moves(odd_page: Callable[..., Page]) -> None:
    page = odd_page()
    note = counted(page, "/path/order_to_production/PO-overdue?as_of=2090-01-01T00:00:00Z")
    before = note.inner_text()
    page.clock.fast_forward("48:00:00")
    assert note.inner_text() == before


def test_nothing_that_counts_is_read_out_by_itself(odd_page: Callable[..., Page]) -> None:
    page = odd_page()
    counted(page, "/path/order_to_production/PO-overdue")
    assert page.locator("[aria-live] [data-due], [role=status] [data-due], [role=timer]").count() == 0
