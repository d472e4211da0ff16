"""The ways of three people, by mouse and by keyboard alone, against the clicks they may take; and one can come back to every stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from app.application import Application
from tests.browser.journey import Journey, colleague
from tests.browser.stage import reachable, recovering_by_itself, session_of, sign_in
from tests.pages import recovering
from tests.pages.plant import write_plant
from tests.pages.served import opened

BY = pytest.mark.parametrize("by_keyboard", [False, True], ids=["mouse", "keyboard"])
RISKY = {"kind": "failed", "workflow": "procure_to_receipt", "milestone": "sent"}


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with recovering_by_itself(tmp_path_factory.mktemp("journeys")) as application:
        yield application


@pytest.fixture(scope="module")
def last_week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same plant as it was on the last Sunday: all of it began in the week before this one."""
    today = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    sunday_ns = int((today - timedelta(days=today.isoweekday())).timestamp()) * 10**9
    with opened(write_plant(tmp_path_factory.mktemp("week"), sunday_ns)) as application, reachable(application) as address:
        yield address


@pytest.fixture(scope="module")
def sessions(browser: Browser, address: str) -> dict[str, Any]:
    return {name: session_of(browser, address, name) for name in ("maria", "tom")}


@pytest.fixture
def journey(new_page: Callable[..., Page], address: str, sessions: dict[str, Any]) -> Callable[[str, bool], Journey]:
    """`journey("maria", True)` is hers, by keyboard."""
    return lambda name, by_keyboard: Journey(new_page(address, storage_state=sessions[name]), by_keyboard)


@pytest.fixture
def shared(new_page: Callable[..., Page], address: str, sessions: dict[str, Any]) -> Callable[[str], Callable[[str], Page]]:
    """`shared("maria")` opens what she sends to somebody who may see as much."""
    return lambda name: colleague(new_page, address, sessions[name])


# -- the supply-chain manager ----------------------------------------------------------------------------------------------


@BY
def test_from_the_board_to_the_one_document_that_is_stuck(
    journey: Callable[[str, bool], Journey], shared: Callable[[str], Any], by_keyboard: bool
) -> None:
    way = journey("maria", by_keyboard)
    way.begin("/")
    way.press(way.page.get_by_role("link", name="Production-to-inventory posting, Augsburg: Failed"))
    way.arrives("Transactions")
    rows = way.page.locator("a.path-link")
    rows.first.wait_for()
    if not by_keyboard:
        way.holds(shared("maria"))
    before = way.clicks
    way.pick(rows.first, way.page.locator(".ag-header-cell").first)
    way.arrives("onfirmation")
    expect(way.page.locator("#path-step")).to_contain_text("Posting period 11/2026 is not open")
    assert before <= 1
    assert way.clicks <= 2
    way.holds(shared("maria"))


@BY
def test_from_an_order_at_risk_to_what_holds_it(
    journey: Callable[[str, bool], Journey], shared: Callable[[str], Any], by_keyboard: bool
) -> None:
    way = journey("maria", by_keyboard)
    way.begin("/at-risk")
    way.press(way.page.locator("#shell-page tbody tr a[href^='/path/']").first)
    way.page.wait_for_url("**/path/**")
    way.page.locator("#path-step").wait_for()
    assert way.clicks == 1
    way.holds(shared("maria"))


# -- plant IT --------------------------------------------------------------------------------------------------------------


@BY
def test_from_an_alert_to_what_is_recovered_and_proven(
    journey: Callable[[str, bool], Journey], application: Application, shared: Callable[[str], Any], by_keyboard: bool
) -> None:
    """By mouse one of them, by keyboard all the others."""
    way = journey("tom", by_keyboard)
    one = {} if by_keyboard else {"transaction": _stuck(application)}
    way.begin("/failure?" + urlencode({**recovering.GROUP, **one}))  # the first click, in the alert
    way.holds(shared("tom"))
    before = way.clicks
    button = way.page.get_by_role("button", name="Recover ")
    many = int(button.inner_text().split()[-1])
    assert by_keyboard or many == 1
    way.press(button)
    way.arrives("Recovery R-")
    assert 1 + way.clicks - before <= 3
    expect(way.page.locator(".badge", has_text="Accepted")).to_have_count(many, timeout=20_000)
    recovering.confirm(application, way.page.locator("#recovery-body tbody a[href^='/path/']").first.inner_text())
    expect(way.page.locator("#recovery-now")).to_contain_text(f"1 of {many} case", timeout=20_000)
    way.holds(shared("tom"))


def _stuck(application: Application) -> str:
    with application.read_now() as now:
        failed = (row for row in now.export("transactions") if row["failed_milestone"] == "confirmed")
        return str(next(failed)["transaction_id"])


def test_what_is_risky_takes_five_clicks_of_two_people(
    journey: Callable[[str, bool], Journey], new_page: Callable[..., Page], address: str
) -> None:
    way = journey("tom", True)
    way.begin("/failure?" + urlencode(RISKY))  # the first click, in the alert
    way.type(way.page.get_by_label("Reason (needed)"), "The certificate is renewed.")
    way.press(way.page.get_by_role("button", name="Request 1"))
    way.arrives("Recovery R-")
    number = way.page.url.rpartition("/")[2].partition("#")[0]
    hers = Journey(new_page(address), True)
    sign_in(hers.page, "maria")
    hers.begin("/")
    count = hers.page.get_by_role("link", name="Recoveries")
    count.focus()  # the navigation stands before what a person skips to
    hers.page.keyboard.press("Enter")
    hers.arrives("Recoveries")
    hers.press(hers.page.locator("#shell-page").get_by_role("link", name=number))
    hers.arrives("Recovery R-")
    hers.press(hers.page.get_by_role("button", name="Approve"))
    expect(hers.page.locator("#recovery-now")).to_contain_text("Running", timeout=20_000)
    assert 1 + way.clicks + hers.clicks <= 5
    expect(way.page.locator("#recovery-body .badge", has_text="Accepted")).to_have_count(1, timeout=20_000)


# -- the executive ---------------------------------------------------------------------------------------------------------


@BY
def test_from_a_number_of_last_week_to_its_cases(
    browser: Browser, new_page: Callable[..., Page], last_week: str, by_keyboard: bool
) -> None:
    session = session_of(browser, last_week, "eva")
    way = Journey(new_page(last_week, storage_state=session), by_keyboard)
    way.begin("/objectives")
    expect(way.page.locator("#last-week tbody tr").first).to_be_in_viewport()
    figure = way.page.locator("#last-week tbody a").first
    many = figure.inner_text()
    way.press(figure)
    way.arrives("")
    assert way.clicks == 1
    assert "/cases?" in way.page.url
    expect(way.page.locator("#shell-page [aria-current=true]", has_text=many).first).to_be_visible()
    way.holds(colleague(new_page, last_week, session))
