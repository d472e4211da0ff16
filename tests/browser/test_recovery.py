"""Recovery in a real browser: from the link in an alert to a group that is recovered, and to what was observed of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from app.application import Application
from tests.browser.stage import recovering_by_itself, sign_in
from tests.pages import recovering

RISKY = {"kind": "failed", "workflow": "procure_to_receipt", "milestone": "sent"}


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with recovering_by_itself(tmp_path_factory.mktemp("recovery")) as application:
        yield application


@pytest.fixture
def page(address: str, new_page: Callable[..., Page]) -> Page:
    return sign_in(new_page(address))


def test_two_clicks_lead_from_an_alert_to_a_group_that_is_recovered(page: Page, application: Application) -> None:
    page.goto("/failure?" + urlencode(recovering.GROUP))  # the first click, in the alert
    button = page.get_by_role("button", name="Recover ")
    many = int(button.inner_text().split()[-1])
    button.click()  # the second
    page.get_by_role("heading", name="Recovery R-").wait_for()
    stands = page.locator("#recovery-now")
    expect(page.locator(".badge", has_text="Accepted")).to_have_count(many, timeout=20_000)
    first = page.locator("#recovery-body tbody tr").first.locator("td a").first.inner_text()
    recovering.confirm(application, first)
    expect(stands).to_contain_text(f"1 of {many} cases proven", timeout=20_000)
    page.get_by_role("button", name="Stop").click()
    expect(stands).to_contain_text("Stopped by tom.")
    expect(page.get_by_role("button", name="Go on")).to_have_count(0)  # it is over
    page.go_back()
    expect(page.get_by_role("button", name="Recover ")).to_be_disabled()


def test_what_a_colleague_has_to_look_at_takes_five_clicks_of_both(page: Page, new_page: Callable[..., Page]) -> None:
    page.goto("/failure?" + urlencode(RISKY))  # the first click, in the alert
    page.get_by_label("Reason (needed)").fill("The certificate is renewed.")
    page.get_by_role("button", name="Request 1").click()  # the second
    stands = page.locator("#recovery-now")
    expect(stands).to_contain_text("It waits for")
    expect(page.get_by_role("button", name="Approve")).to_be_disabled()
    colleague = sign_in(new_page(page.url.partition("/recovery/")[0]), "maria")
    colleague.get_by_role("link", name="Recoveries").click()  # the third: the navigation counts what waits for her
    colleague.locator("#shell-page").get_by_role("link", name=page.url.rpartition("/")[2]).click()
    colleague.get_by_role("button", name="Approve").click()  # the fifth
    expect(colleague.locator("#recovery-now")).to_contain_text("Running", timeout=20_000)
    expect(page.locator("#recovery-body .badge", has_text="Accepted")).to_have_count(1, timeout=20_000)  # one goes first
