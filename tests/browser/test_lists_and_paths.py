"""Lists and paths of documents with odd names: axe-core finds nothing, and nothing sticks out at the sides of a narrow phone."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser import looks

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


def test_documents_with_odd_names_can_be_read_by_everybody(odd_page: Callable[..., Page]) -> None:
    page, found = odd_page(), {}
    page.goto("/permissions")
    page.locator("h1").wait_for()
    for name, (address, ready) in PAGES.items():
        page.set_viewport_size({"width": 1280, "height": 800})
        looks.open_page(page, address)
        page.locator(ready).first.wait_for()
        found[name] = looks.axe(page, of_every_text=False)
        page.set_viewport_size({"width": 320, "height": 640})
        found[name] += looks.narrow(page)
    assert {name: problems for name, problems in found.items() if problems} == {}
