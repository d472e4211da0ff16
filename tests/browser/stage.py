"""A Syncline that browsers can reach, on a small plant of documents with odd names and real traces."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from app.application import Application
from app.recovery.worker import Worker
from app.web_server import WebServer
from tests.pages import recovering
from tests.pages.odd_plant import write_odd_plant
from tests.pages.served import PASSWORD, make_server, opened


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a running server."""
    with opened(write_odd_plant(folder, time.time_ns())) as application, reachable(application) as base_url:
        yield base_url


@contextmanager
def recovering_by_itself(folder: Path) -> Iterator[Application]:
    """A plant with failures whose approved recoveries are carried out."""
    with recovering.plant(folder) as application:
        worker = Worker(application.desk.runs, application.desk.world)
        worker.start()
        try:
            yield application
        finally:
            worker.stop()


@contextmanager
def reachable(application: Application) -> Iterator[str]:
    """The address an application answers at, while the block lasts."""
    web = WebServer(make_server(application), "127.0.0.1", 0, threads=4)
    web.start()
    try:
        yield f"http://127.0.0.1:{web.port}"
    finally:
        web.stop()


def sign_in(page: Page, name: str = "tom") -> Any:
    """Leaves the page at the landing page of that person."""
    page.goto("/login")
    page.locator("#username").fill(name)
    page.locator("#password").fill(PASSWORD)
    page.locator("#password").press("Enter")
    page.locator("#shell-page > *").first.wait_for()
    return page


def session_of(browser: Browser, base_url: str, name: str = "tom") -> Any:
    """What a browser keeps of a person who signed in, for other contexts to begin with."""
    context = browser.new_context(base_url=base_url)
    sign_in(context.new_page(), name)
    state = context.storage_state()
    context.close()
    return state
