"""Pages of lists and paths in light and dark: names, structure and contrast, and nothing that sticks out at the sides."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.checks import problems_of

PATH = "/path/order_to_production"
PAGES = {
    "transactions": ("/transactions", "a.path-link"),
    "nothing matches": ("/transactions?text=nobody&status=failed&milestone=received", ".empty"),
    "failures": ("/failures", ".group"),
    "nothing fails": ("/failures?as_of=2026-01-01T00:00:00Z", ".empty"),
    "a failed path": (f"{PATH}/PO-tried", ".path-page"),
    "every attempt": (f"{PATH}/PO-tried?attempts=each", ".path-page"),
    "an overdue path": (f"{PATH}/PO-overdue", ".path-page"),
    "a complete path": (f"{PATH}/PO-complete", ".path-page"),
    "a traced path": (f"{PATH}/traced-1", ".trace"),
    "how a workflow ran": ("/process?workflow=order_to_production&period=28d&ways=all", "a.process-label"),
    "a path that is not there": (f"{PATH}/PO-gone", ".empty"),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_read_by_everybody(odd_page: Callable[..., Page], name: str, scheme: str) -> None:
    address, ready = PAGES[name]
    page = odd_page(color_scheme=scheme)
    page.goto(address)
    page.locator(ready).first.wait_for()
    assert problems_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
