"""How fast the pages are in a real browser, and how heavy: first visit with nothing kept, from page to page, and within a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from statistics import median, quantiles
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from app.application import Application
from tests import browsers
from tests.benchmarks import traffic
from tests.benchmarks.figures import Figure
from tests.browser.stage import reachable, session_of

VISITS, TURNS = 3, 5
WORKFLOW = "order_to_production"
# Notes when the page's own content is drawn first: what stands in the frame before it says nothing yet.
NOTING = """
new MutationObserver((_, observer) => {
  if (!document.querySelector("#shell-page > *")) return;
  observer.disconnect();
  requestAnimationFrame(() => { window.drawnAt = performance.now(); });
}).observe(document, {childList: true, subtree: true});
"""
LOADED = """() => {
  const parts = performance.getEntriesByType("resource").concat(performance.getEntriesByType("navigation"));
  return {drawn: window.drawnAt, bytes: parts.reduce((sum, part) => sum + part.transferSize, 0), requests: parts.length};
}"""
# Presses what `pressed` finds, and says after how many ms the region shows something else.
PRESSING = """([pressed, region]) => new Promise((resolve, reject) => {
  const target = document.querySelector(region);
  const timer = setTimeout(() => reject(new Error(`${region} did not change`)), 20000);
  const begun = performance.now();
  new MutationObserver((_, observer) => {
    observer.disconnect();
    clearTimeout(timer);
    requestAnimationFrame(() => resolve(performance.now() - begun));
  }).observe(target, {childList: true, subtree: true});
  document.querySelector(pressed).click();
})"""
MARKING = """(number) => document.querySelectorAll(".path-steps button").forEach(
  (each, place) => each.classList.toggle("bench-pressed", place === number))"""
WALKED = {"Failures": "/failures", "Transactions": "/transactions", "At risk": "/at-risk", "Expected": "/expected", "Sync status": "/"}


def measure(application: Application, transactions: int) -> Iterator[Figure]:
    """Of an application whose user `ada` may see everything."""
    path = f"/path/{WORKFLOW}/{traffic.order_of(transactions // 2)}"
    with reachable(application) as base_url, _browser() as browser:
        session = session_of(browser, base_url, "ada")
        for name, address in {**WALKED, "Path": path, "Objectives": "/objectives"}.items():
            yield _visited(browser, base_url, session, name, address)
        with closing(browser.new_context(base_url=base_url, storage_state=session)) as context:
            page = context.new_page()
            page.goto("/")
            page.locator("#shell-page > *").first.wait_for()
            yield _turned(
                "from page to page",
                [_pressed(page, f'.nav-item[href="{to}"]', "#shell-page") for _ in range(TURNS) for to in WALKED.values()],
            )
            page.goto(path)
            page.locator("#path-step").wait_for()
            yield _turned("a step of a path chosen", [_chosen(page, number) for _ in range(TURNS) for number in range(3)])


@contextmanager
def _browser() -> Iterator[Browser]:
    found = browsers.find()
    assert found, browsers.MISSING
    with sync_playwright() as playwright, closing(browsers.launch(playwright, found)) as browser:
        yield browser


def _visited(browser: Browser, base_url: str, session: Any, name: str, address: str) -> Figure:
    """Each time in a browser that has kept nothing of us."""
    found = []
    for _ in range(VISITS):
        with closing(browser.new_context(base_url=base_url, storage_state=session)) as context:
            page = context.new_page()
            page.add_init_script(NOTING)
            page.goto(address)
            page.wait_for_function("() => window.drawnAt")
            page.wait_for_load_state("networkidle")
            found.append(page.evaluate(LOADED))
    drawn, weight = median(each["drawn"] for each in found), max(each["bytes"] for each in found) / 1000
    text = f"{weight:,.0f} kB in {max(each['requests'] for each in found)} requests; its content drawn after {drawn:,.0f} ms"
    return Figure(f"{name}, visited by a browser that has kept nothing", text)


def _pressed(page: Page, pressed: str, region: str) -> float:
    took = float(page.evaluate(PRESSING, [pressed, region]))
    page.wait_for_load_state("networkidle")
    return took


def _chosen(page: Page, number: int) -> float:
    page.evaluate(MARKING, number)
    return _pressed(page, ".bench-pressed", "#path-step")


def _turned(what: str, took: list[float]) -> Figure:
    return Figure(
        f"in the browser, {what}", f"p50 {median(took):,.0f} ms, p95 {quantiles(took, n=20)[18]:,.0f} ms from the press to what is shown"
    )
