"""What a page says and does when something is wrong: the server away or renewed, the session ended, a source down, a week gone by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, Route, expect

from app.application import Application
from app.instants import instant_text
from app.jobs import Jobs
from app.web_server import WebServer
from tests.browser.stage import sign_in
from tests.pages import recovering
from tests.pages.served import PASSWORD, make_server
from tests.people import Changed
from tests.waiting import until

RISKY = {"kind": "failed", "workflow": "procure_to_receipt", "milestone": "sent"}
WEEK_MS = 7 * 86_400_000
UPDATES = "**/_dash-update-component*"
AWAY = "The server does not answer. This page goes on by itself when it does. What you did last may not have arrived."


class Serving:
    """A web server at one address that is stopped and started again while pages are open."""

    def __init__(self, application: Application) -> None:
        self.application, self._port = application, 0
        self._web: WebServer | None = None

    def start(self) -> None:
        self._web = WebServer(make_server(self.application), "127.0.0.1", self._port, threads=4)
        self._port = self._web.port
        self._web.start()

    def stop(self) -> None:
        if self._web:
            self._web.stop()
            self._web = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with recovering.plant(tmp_path_factory.mktemp("away")) as application:
        serving = Serving(application)
        serving.start()
        yield serving
        serving.stop()


@pytest.fixture
def page(new_page: Callable[..., Page], serving: Serving) -> Iterator[Page]:
    page = new_page(serving.address)
    yield sign_in(page, "tom")
    page.context.close()
    # The browser reports by itself what nobody answered.
    page.problems[:] = [each for each in page.problems if "ERR_CONNECTION" not in each and "Failed to load resource" not in each]


def test_a_page_asked_for_while_the_server_is_started_anew_comes_by_itself(page: Page, serving: Serving) -> None:
    serving.stop()
    page.get_by_role("link", name="Sources").first.click()
    expect(page.locator("#shell-away")).to_have_text(AWAY)
    expect(page.get_by_role("heading", level=1)).to_have_text("Failures")
    serving.start()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sources")
    expect(page.locator("#shell-away .note")).to_be_hidden()
    expect(page).to_have_url("/sources")


@pytest.mark.parametrize(("name", "given"), [("tom", "The certificate is renewed."), ("ada", "")])
def test_what_was_typed_is_given_back_to_who_signs_in_again_and_to_nobody_else(page: Page, serving: Serving, name: str, given: str) -> None:
    page.goto("/failure?" + urlencode(RISKY))
    page.get_by_label("Reason (needed)").fill("The certificate is renewed.")
    page.wait_for_load_state("networkidle")
    Changed(serving.application.accounts).end_sessions("tom")
    page.get_by_role("button", name="Request 1").click()
    ended = page.locator("#shell-ended")
    expect(ended).to_have_text("Your session has ended. Sign in again.")
    ended.get_by_role("link").click()
    page.locator("#username").fill(name)
    page.locator("#password").fill(PASSWORD)
    page.locator("#password").press("Enter")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_label("Reason (needed)")).to_have_value(given)
    assert "renewed" not in str(page.evaluate("JSON.stringify([sessionStorage, localStorage])"))


def test_what_was_typed_stands_there_while_the_server_is_away(page: Page, serving: Serving) -> None:
    page.goto("/failure?" + urlencode(RISKY))
    reason, request = page.get_by_label("Reason (needed)"), page.get_by_role("button", name="Request 1")
    reason.fill("The certificate is renewed.")
    serving.stop()
    request.click()
    expect(page.locator("#shell-away .note")).to_be_visible()
    expect(reason).to_have_value("The certificate is renewed.")
    serving.start()
    request.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Recovery R-")
    expect(page.locator("#shell-away .note")).to_be_hidden()


def test_a_page_that_is_older_than_the_server_says_so_and_the_next_one_is_new(page: Page) -> None:
    def renewed(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, "x-syncline-build": "another"})

    page.route(UPDATES, renewed)
    page.evaluate("window.isOld = true")
    page.get_by_role("link", name="Sources").first.click()
    expect(page.locator("#shell-newer")).to_have_text("A newer Syncline is served now. Reload this page when you are ready.")
    assert page.evaluate("window.isOld")
    page.unroute_all(behavior="wait")
    page.get_by_role("link", name="Docs").first.click()
    expect(page.get_by_role("heading", level=1).first).to_have_text("Syncline")
    assert page.evaluate("window.isOld") is None
    expect(page.locator("#shell-newer .note")).to_be_hidden()


def test_a_proxy_without_a_server_behind_it_is_a_server_that_is_away(page: Page) -> None:
    page.route(UPDATES, lambda route: route.fulfill(status=502, body="<html>Bad Gateway</html>"))
    page.get_by_role("link", name="Sources").first.click()
    expect(page.locator("#shell-away")).to_have_text(AWAY)
    page.unroute_all(behavior="wait")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sources")
    expect(page.locator("#shell-away .note")).to_be_hidden()


def test_a_page_that_was_open_for_a_week_is_up_to_date(new_page: Callable[..., Page], serving: Serving) -> None:
    page = new_page(serving.address)
    page.clock.install()
    sign_in(page, "maria")
    before = page.locator(".kpi-figure").first.inner_text()
    now = instant_text(serving.application.now_ns())
    with (serving.application.settings.folder / "bus.csv").open("a") as file:
        file.write(f"week-1,{now},order.released,erp,augsburg,production_order,WEEK-1,ok,,,1,\n")
    serving.application.ingest()
    page.clock.fast_forward(WEEK_MS)
    expect(page.locator(".kpi-figure").first).not_to_have_text(before)
    page.clock.run_for(4_000)
    expect(page.locator("#shell-moment")).to_have_class("moment")
    page.get_by_role("link", name="Sources").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sources")


def test_a_source_that_is_down_is_told_on_the_open_page_and_so_is_its_return(page: Page, serving: Serving) -> None:
    application, folder = serving.application, serving.application.settings.folder
    (folder / "scm.csv").rename(folder / "away.csv")
    (folder / "scm.csv").mkdir()  # something is there, and it is no file
    application.jobs = jobs = Jobs(application)
    jobs.start()
    try:
        until(lambda: jobs.states["scm-suzhou"].troubles)
        page.clock.install()
        page.goto("/sources")
        expect(page.locator("#sources-body")).to_contain_text("since")
        (folder / "scm.csv").rmdir()
        (folder / "away.csv").rename(folder / "scm.csv")
        until(lambda: not jobs.states["scm-suzhou"].troubles)
        page.clock.run_for(13_000)
        expect(page.locator("#sources-body")).not_to_contain_text("It is tried again at")
    finally:
        jobs.stop()
        application.jobs = None
