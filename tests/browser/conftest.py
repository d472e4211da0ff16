"""A plant of odd names, served once for all browser tests, a session of Tom that they share, and where a file's own application answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from app.application import Application
from tests.browser.stage import reachable, served, session_of

expect.set_options(timeout=30_000)  # a busy machine answers late; what is there at once costs no time


@pytest.fixture(scope="module")
def address(application: Application) -> Iterator[str]:
    """Where the application of a file's tests answers. Wider than a page, so that none is open any more when its server ends."""
    with reachable(application) as base_url:
        yield base_url


@pytest.fixture(scope="session")
def odd_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("odd")) as base_url:
        yield base_url


@pytest.fixture(scope="session")
def _session(browser: Browser, odd_address: str) -> Any:
    return session_of(browser, odd_address)


@pytest.fixture
def odd_page(new_page: Callable[..., Page], odd_address: str, _session: Any) -> Callable[..., Page]:
    """`odd_page(viewport=…)` opens a page of Tom's at the odd plant."""
    return lambda **options: new_page(odd_address, storage_state=_session, **options)
