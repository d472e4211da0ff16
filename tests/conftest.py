"""What every test may ask for: ports, real servers, a real browser, the kit; and that nothing is left running."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from argon2 import PasswordHasher

from app.accounts import people
from sql import store
from tests import browsers, empty_store, processes
from tests.servers import without

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytest_plugins = ["tests.servers.postgres", "tests.servers.state_databases"]
ROOT = Path(__file__).parent.parent
LONG_FILES_IN = {"browser": 0, "models": 1, "cli": 2}
KIT = ROOT.parent / "shared" / "kit"

# Two busy cores make single examples slow now and then; what is slow is measured in tests.benchmarks, not here.
hypothesis.settings.register_profile("syncline", deadline=None, derandomize=os.environ.get("CI") == "true", print_blob=True)
hypothesis.settings.load_profile("syncline")

# One of several test processes uses one core: what two threads share of tables this small costs a fifth more than it saves.
if "PYTEST_XDIST_WORKER" in os.environ:
    store.SETTINGS["threads"] = 1

# What is imported and collected stays to the end: looking through it for garbage again and again took a twentieth of the time.
gc.disable()

# A new store is a copy of an empty one; how one is made is asked by tests/sources/test_store.py.
store._connect = empty_store.connect_to_copy

# Passwords are made slow on purpose, a fifth of a second each; what the product's own cost is asked by tests/accounts.
PRODUCT_HASHER, people._HASHER = people._HASHER, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first, so that no process ends with one of them while the others have nothing left to do."""
    items.sort(key=lambda item: LONG_FILES_IN.get(item.path.parent.name, len(LONG_FILES_IN)))


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _session_leaves_nothing_running() -> Iterator[None]:
    known = set(processes.children())
    yield
    left = processes.left_running(known, set())
    assert not left, f"left running at the end of all tests: {', '.join(left)}"


@pytest.fixture(autouse=True)
def _test_leaves_nothing_running() -> Iterator[None]:
    """Wider fixtures (the browser, a shared server) are started before this one, so they are known already."""
    known_children, known_threads = set(processes.children()), processes.threads_that_hold()
    yield
    left = processes.left_running(known_children, known_threads)
    assert not left, f"left running by this test: {', '.join(left)}"


@pytest.fixture
def product_hasher(monkeypatch: pytest.MonkeyPatch) -> PasswordHasher:
    """Passwords cost what they cost in life while a test asks for this."""
    monkeypatch.setattr(people, "_HASHER", PRODUCT_HASHER)
    return PRODUCT_HASHER


@pytest.fixture(scope="session")
def free_ports() -> Callable[[int], list[int]]:
    """`free_ports(2)` gives two different free ports."""
    return processes.free_ports


@pytest.fixture(scope="session")
def real_server() -> Callable[..., Any]:
    """`with real_server(command, ready, log=...)` runs a real process; see tests/processes.py."""
    return processes.real_server


@pytest.fixture(scope="session")
def kit() -> Path:
    """The folder with plant.py, judge.py and score.py, where this checkout has it beside it."""
    if not (KIT / "plant.py").is_file():
        pytest.skip("The kit folder (plant.py, score.py) is not beside this checkout; this check needs its plants.")
    return KIT


@pytest.fixture(scope="session")
def chrome() -> str:
    """The path of a real Chromium. Missing: a failure in CI, a skip with a sentence elsewhere."""
    path = browsers.find()
    if path is None:
        without(browsers.MISSING)
    return path


@pytest.fixture(scope="session")
def browser(chrome: str) -> Iterator[Browser]:
    """One browser for all tests; each test has a context of its own, see `new_page`."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = browsers.launch(playwright, chrome)
        yield running
        running.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """`new_page(base_url)` opens a page that nothing is forgiven: script errors and requests that leave the machine fail the test.

    A test that provokes such an error takes it out of `page.problems`, the list it is kept in.
    """
    contexts, problems = [], []

    def open_page(base_url: str, **options: Any) -> Page:
        size = {"width": 1280, "height": 800}
        settings = {"viewport": size, "reduced_motion": "reduce", "locale": "en-GB", "timezone_id": "UTC", **options}
        contexts.append(browser.new_context(base_url=base_url, **settings))
        page = contexts[-1].new_page()
        page.problems = problems
        note_problems(page, base_url, problems)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not problems, f"the pages of this test had problems: {problems}"


def note_problems(page: Page, base_url: str, problems: list[str]) -> None:
    ours = (base_url, "data:", "blob:", "about:")
    page.on("pageerror", lambda error: problems.append(f"script error: {error}"))
    page.on("console", lambda message: problems.append(f"console: {message.text}") if message.type == "error" else None)
    page.on("request", lambda request: None if request.url.startswith(ours) else problems.append(f"leaves the machine: {request.url}"))
