"""Whatever a sender or a person says stays text: on pages, in mail and in reports nothing of it runs, is asked for or becomes a link."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from app.accounts.tables import open_engine
from app.alerts.alert import Condition, Part
from app.alerts.kept import Alerts, Narrowed
from app.alerts.watch import look
from app.alerts.watcher import look_at
from app.application import Application
from app.recovery import tables
from app.reports.asked import Asked
from app.reports.week import week_at
from app.server import PAGES
from app.telling.message import STARTED, Around, Told, message_of
from metrics.impact_settings import Costs
from metrics.read import Moment
from metrics.scope import EVERYTHING
from tests.browser import looks
from tests.browser.stage import reachable, session_of
from tests.pages.hostile_plant import SHAPES, hostile_plant

WALKS = 4  # none of them so long that it seems to hang
NOON = 1_774_350_000 * 10**9
# What became of a shape where it was taken for markup, whether or not a policy kept it from running.
BECAME = r"""
root => {
  const parts = [...(root || document).querySelectorAll("*")], found = [];
  for (const each of parts) {
    const names = each.getAttributeNames();
    const tag = each.tagName.toUpperCase();
    if (["X-EVIL", "IFRAME", "OBJECT", "EMBED", "VIDEO", "MATH", "BASE", "TEMPLATE"].includes(tag)) found.push(tag);
    if (tag === "SCRIPT" && each.textContent.includes("ran=1")) found.push("script");
    if (each.tagName === "META" && each.httpEquiv === "refresh") found.push("refresh");
    if (names.some(name => name.startsWith("on"))) found.push(`${each.tagName} ${names}`);
    for (const name of ["href", "src", "action", "formaction", "xlink:href", "data", "poster"]) {
      const told = (each.getAttribute(name) || "").replace(/[\x00-\x20]/g, "").toLowerCase();
      if (/^(javascript|vbscript|data:text)/.test(told)) found.push(`${name}=${told}`);
      if (/^(\/\/|https?:\/\/)evil/.test(told)) found.push(`${name}=${told}`);
    }
  }
  if (window.ran) found.push("it ran");
  return found;
}
"""


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with hostile_plant(tmp_path_factory.mktemp("hostile"), time.time_ns()) as application:
        look_at(application, with_feeds=True)
        yield application


@pytest.fixture(scope="module")
def address(application: Application) -> Iterator[str]:
    with reachable(application) as base_url:
        yield base_url


@pytest.fixture(scope="module")
def session(browser: Browser, address: str) -> Any:
    return session_of(browser, address, "ada")


@pytest.fixture
def page(session: Any, address: str, new_page: Callable[..., Page]) -> Page:
    page = new_page(address, storage_state=session)
    page.on("dialog", lambda dialog: (page.problems.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("framenavigated", lambda frame: page.problems.append(f"left for {frame.url}") if not frame.url.startswith(address) else None)
    return page


@pytest.fixture(scope="module")
def behind() -> dict[str, str]:
    """What the pages lead to, one address of each kind: the page and what it is narrowed by first. Filled by the first test."""
    return {}


@pytest.mark.parametrize("part", range(WALKS))
def test_of_all_that_is_said_nothing_runs_on_any_page(page: Page, behind: dict[str, str], part: int) -> None:
    became: dict[str, list[str]] = {}
    for each in PAGES[part::WALKS]:
        _look(page, each.path, became)
        behind |= {_kind(link): link for link in _links(page) if _kind(link) not in behind}
    assert became == {}


def test_where_it_was_taken_for_markup_that_is_noticed(page: Page) -> None:
    """In a document that is not shown, so that nothing runs."""
    links = [f'<a href="{escape(shape)}">x</a>' for shape in SHAPES if re.match(r"\s*(java|data|//|https)", shape, re.IGNORECASE)]
    markup = [shape for shape in SHAPES if shape.startswith(("<", "\"'><")) and not shape.startswith("<noscript")]
    look = f"markup => ({BECAME})(new DOMParser().parseFromString(markup, 'text/html'))"
    assert [each for each in [*markup, *links] if not page.evaluate(look, each)] == []


@pytest.mark.parametrize("part", range(WALKS if looks.in_every_way() else 1))
def test_nor_on_what_the_pages_lead_to(page: Page, behind: dict[str, str], part: int) -> None:
    assert len(behind) > 20
    became: dict[str, list[str]] = {}
    for where in list(behind.values())[part::WALKS]:
        _look(page, where, became)
    assert became == {}


def test_what_stands_in_an_address_or_a_field_does_not_run_either(page: Page) -> None:
    became: dict[str, list[str]] = {}
    names = (
        "text",
        "site",
        "workflow",
        "status",
        "about",
        "signature",
        "partner",
        "period",
        "as_of",
        "page",
        "q",
        "rule",
        "week",
        "event_id",
    )
    for number, each in list(enumerate(PAGES))[:: 1 if looks.in_every_way() else 3]:
        query = "&".join(f"{name}={quote(SHAPES[(number + place) % len(SHAPES)])}" for place, name in enumerate(names))
        _look(page, f"{each.path}?{query}", became)
    for shape in SHAPES:
        page.locator("#shell-search").fill(shape)
        page.locator("#shell-search").press("Enter")
    _note(page, "the box at the top", became)
    for where in (f"/{quote(SHAPES[2], safe='')}", f"/path/{quote(SHAPES[0], safe='')}/{quote(SHAPES[2], safe='')}"):
        _look(page, where, became)
    page.problems[:] = [each for each in page.problems if "the server responded with a status of 404" not in each]
    assert became == {}


def test_signing_in_shows_what_was_typed_as_text(address: str, new_page: Callable[..., Page]) -> None:
    page, became = new_page(address), {}
    for number, shape in enumerate(SHAPES[:8]):
        page.goto(f"/login?next={quote(SHAPES[-number])}")
        page.locator("#username").fill(shape)
        page.locator("#password").fill("wrong password")
        page.locator("#password").press("Enter")
        page.get_by_role("alert").wait_for()
        _note(page, shape, became)
    page.problems[:] = [each for each in page.problems if "the server responded with a status of 4" not in each]
    assert became == {}


def test_a_report_is_text_in_every_form(application: Application, page: Page) -> None:
    desk = application.reports
    now_ns = application.now_ns()
    content = desk.content(Asked(week_at(now_ns, "Europe/Berlin"), None, Moment(now_ns, now_ns)))
    html = desk.rendered(content, "html").decode()
    page.set_content(html)
    assert page.evaluate(BECAME) == []
    pdf = desk.rendered(content, "pdf")
    assert not re.search(rb"/(JavaScript|JS|Launch|OpenAction|EmbeddedFile|SubmitForm)\b", pdf)
    assert not re.search(rb"/URI\s*\((?!http://127|https?://localhost)[^)]*(javascript|evil)", pdf, re.IGNORECASE)


def test_a_mail_is_text_and_leads_to_us_only(tmp_path: Path) -> None:
    conditions = [
        Condition(f"failed|{number}", "failed", "critical", shape, "p", shape, "failure?signature=a1", 1, (_part(shape),))
        for number, shape in enumerate(SHAPES)
    ]
    engine = open_engine(f"sqlite:///{tmp_path}/accounts.sqlite")
    tables.create(engine)
    kept = Alerts(engine, lambda: NOON)
    look(engine, conditions, NOON, 900)
    alerts = kept.listed(Narrowed(), EVERYTHING, 0, 100)[0]
    engine.dispose()
    assert len(alerts) == len(SHAPES)
    for alert in alerts:
        message = message_of([Told(STARTED, alert, alert.title)], Around("https://sync.example/", "UTC", Costs()))
        assert message.subject.isprintable()
        assert "\n" not in message.subject
        tags = Tags()
        tags.feed(message.html)
        assert tags.names <= {"html", "head", "meta", "body", "h2", "p", "a", "hr", "small"}
        assert tags.attributes <= {"lang", "charset", "href"}
        assert tags.links
        assert all(link.startswith("https://sync.example/") for link in tags.links)


def _part(shape: str) -> Part:
    return Part("hamburg", 7, 3, {}, (shape,), shape, shape, "path/p/4711")


class Tags(HTMLParser):
    """What a mail is made of, as a reader of mails sees it."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action", "background")]


def _links(page: Page) -> list[str]:
    found = page.eval_on_selector_all("#shell-page a[href]", "all => all.map(each => each.getAttribute('href'))")
    return [link for link in found if re.match(r"/(?!/|api/|assets/)", link)]


def _kind(link: str) -> str:
    parts = urlsplit(link)
    return f"{parts.path.split('/')[1]}?{parts.query.partition('=')[0]}"


def _look(page: Page, where: str, became: dict[str, list[str]]) -> None:
    """As a link leads there: a page takes a fifth of the time it takes to open."""
    if page.url == "about:blank":
        page.goto(where)
        page.wait_for_function(looks.SETTLED)
    else:
        looks.open_page(page, where)
    page.evaluate("() => document.querySelectorAll('#shell-page details').forEach(each => { each.open = true; })")
    for each in page.locator("#shell-page [title], #shell-page .ag-cell, #shell-page svg").all()[:3]:
        each.dispatch_event("mouseover")
    _note(page, where, became)


def _note(page: Page, where: str, became: dict[str, list[str]]) -> None:
    if found := page.evaluate(BECAME):
        became[where] = sorted(set(found))[:5]
