"""Every page of a running demo, light and dark, wide and on a phone, into screenshots/: `make screenshots`."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote, urlencode

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from app.server import PAGES
from tests import browsers
from tests.processes import free_ports, real_server
from tests.repository import ROOT
from tests.waiting import until

SCHEMES = ("light", "dark")
SIZES = {"wide": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
STATUSES = ("failed", "overdue", "late", "retrying", "complete")  # a path for each of these, as far as the demo has one
BEHIND = {"/cases": "/objectives", "/promised": "/business-case"}  # pages that a figure of another opens
SECONDS_FOR_HISTORY = 600


def main() -> int:
    parser = argparse.ArgumentParser(prog="make screenshots", description=__doc__)
    parser.add_argument("--days", type=int, default=28, help="days of history of the demo (default: 28)")
    parser.add_argument("--out", type=Path, default=ROOT / "screenshots", help="default: screenshots/")
    words = parser.parse_args()
    chrome = browsers.find()
    if chrome is None:
        print(browsers.MISSING, file=sys.stderr)
        return 1
    words.out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, running_demo(Path(folder), words.days) as (base_url, password), sync_playwright() as playwright:
        browser = browsers.launch(playwright, chrome)
        for picture in take(browser, base_url, password, words.out):
            print(picture, flush=True)
        browser.close()
    return 0


@contextmanager
def running_demo(folder: Path, days: int) -> Iterator[tuple[str, str]]:
    """Address and password of a demo whose history is complete."""
    (port,), said = free_ports(1), folder / "said.txt"
    command = [sys.executable, "-m", "app", "demo", "--home", folder / "home", "--port", str(port), "--days", str(days)]

    def greeted() -> bool:
        return "Ctrl-C ends it" in said.read_text()

    with real_server(command, greeted, log=said, environment={"SYNCLINE_OTLP_HTTP_PORT": "0", "SYNCLINE_OTLP_GRPC_PORT": "0"}):
        complete = "The history is told"
        until(lambda: complete in said.read_text(), SECONDS_FOR_HISTORY, lambda: f"The history was not complete:\n{said.read_text()}")
        yield f"http://127.0.0.1:{port}", re.findall(r"admin\s+(\S+)", said.read_text())[0]


def take(browser: Browser, base_url: str, password: str, folder: Path) -> Iterator[Path]:
    """Each picture, when it is written."""
    for scheme in SCHEMES:
        for size, viewport in SIZES.items():
            context = browser.new_context(
                base_url=base_url, viewport=viewport, color_scheme=scheme, reduced_motion="reduce", locale="en-GB"
            )
            page = context.new_page()
            yield _picture(page, "/login", folder / f"login-{size}-{scheme}.png", "form")
            _sign_in(page, password)
            for name, address in _addresses(page):
                yield _picture(page, address, folder / f"{name}-{size}-{scheme}.png", "#shell-page > *")
            context.close()


def _addresses(page: Page) -> Iterator[tuple[str, str]]:
    """Name and address of every page; one that is about a transaction is shown for a transaction of each status."""
    context = page.context
    for each in PAGES:
        name = each.path.strip("/") or "board"
        if each.path == "/failure":
            yield from _failures(context)
        elif each.path == "/recovery":
            yield from ((f"{name}-{state}", f"{each.path}/{found}") for state, found in _recoveries(context).items())
        elif each.path in BEHIND:
            yield name, _opened_from(page, BEHIND[each.path], each.path)
        elif not each.parts:
            yield name, each.path
        else:
            for status, (workflow, transaction) in _examples(context).items():
                yield f"{name}-{status}", f"{each.path}/{quote(workflow, safe='')}/{quote(transaction, safe='')}"


def _opened_from(page: Page, other: str, path: str) -> str:
    """The address at which a figure of another page opens this one, which says nothing by itself."""
    page.goto(other)
    return str(page.locator(f'#shell-page a[href^="{path}?"]').first.get_attribute("href"))


def _examples(context: BrowserContext) -> dict[str, tuple[str, str]]:
    """One transaction of each status, the one that did most."""
    rows = _exported(context, "transactions")
    found: dict[str, tuple[int, str, str]] = {}
    for row in rows:
        reached = len(row["reached"])
        if row["status"] in STATUSES and reached >= found.get(row["status"], (0, "", ""))[0]:
            found[row["status"]] = (reached, row["workflow"], row["transaction_id"])
    return {status: found[status][1:] for status in STATUSES if status in found}


def _failures(context: BrowserContext) -> Iterator[tuple[str, str]]:
    """The largest group of failures and in it the one with the same words, where something is failed."""
    rows = [row for row in _exported(context, "failure_groups") if row["transactions"]]
    for row in sorted(rows, key=lambda each: -each["transactions"])[:1]:
        group = {"kind": "failed", **{name: row[name] for name in ("workflow", "milestone", "error_class")}}
        yield "failure-group", f"/failure?{urlencode(group)}"
        yield "failure-signature", f"/failure?{urlencode({**group, 'signature': row['signature']})}"


def _recoveries(context: BrowserContext) -> dict[str, str]:
    """The newest recovery in each state that there is one in."""
    return {row["state"]: row["recovery_id"] for row in _exported(context, "recoveries")}


def _exported(context: BrowserContext, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in context.request.get(f"/api/v1/{name}").text().splitlines()]


def _sign_in(page: Page, password: str) -> None:
    page.locator("#username").fill("admin")
    page.locator("#password").fill(password)
    page.locator("#password").press("Enter")
    page.locator("#shell-page > *").first.wait_for()


def _picture(page: Page, address: str, file: Path, drawn: str) -> Path:
    """The page as it stands once nothing moves any more, at its full height."""
    page.goto(address)
    page.locator(drawn).first.wait_for()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=file, full_page=True, animations="disabled")
    return file


if __name__ == "__main__":
    sys.exit(main())
