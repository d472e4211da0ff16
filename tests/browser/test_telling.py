"""Being told in a real browser: narrow down, press Tell me, find it in the list, and remove it; and note something on a chart."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect


def test_a_narrowed_page_is_asked_about_listed_and_removed(odd_page: Callable[..., Page]) -> None:
    page = odd_page()
    page.goto("/expected?state=missing")
    page.locator("#shell-page > *").first.wait_for()
    page.locator("summary[aria-label='Tell me']").focus()
    page.keyboard.press("Enter")
    page.get_by_label("What it is called").first.fill("What never came")
    page.keyboard.press("Enter")
    expect(page.locator("#tell-said")).to_have_text("You are told from now on: Missing.")
    page.keyboard.press("Escape")
    expect(page.locator("#tell-said")).to_be_hidden()

    page.locator("summary[aria-label='Your inbox']").click()
    expect(page.locator("#inbox-list")).to_contain_text("Nothing yet.")
    page.locator(".inbox").get_by_role("link", name="What you are told of").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What you are told of")
    expect(page.locator("#subscriptions-list")).to_contain_text("What never came")
    page.locator("#subscriptions-list").get_by_role("button", name="Remove").click()
    expect(page.locator("#subscriptions-list")).to_contain_text("You are not told of that any more.")


def test_something_is_noted_from_a_chart_and_stands_on_it(odd_page: Callable[..., Page]) -> None:
    page = odd_page()
    page.goto("/")
    page.get_by_role("link", name="Note something here").click()
    page.get_by_label("What happened").fill("Connector 7.2 is live")
    page.get_by_label("From", exact=True).fill("1 hour ago")
    page.get_by_role("button", name="Note it").click()
    expect(page.locator("#annotation-said")).to_contain_text("It is noted, and stands on the charts.")
    page.goto("/")
    expect(page.locator(".noted")).to_contain_text("Connector 7.2 is live")
    mark, bars = page.locator(".note-marks .note-mark").bounding_box(), page.locator(".hourly-bars").bounding_box()
    assert mark is not None
    assert bars is not None
    assert mark["y"] >= bars["y"] + bars["height"]  # below the data, not on them
    page.locator(".noted a").first.click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator("#annotation-said")).to_contain_text("It is taken back.")
