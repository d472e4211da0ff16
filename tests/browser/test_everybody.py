"""Every page in light and dark, from a narrow phone to a wall of screens and on paper: axe-core finds nothing, and nothing is cut off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from app.server import PAGES
from tests.browser import looks
from tests.browser.stage import session_of
from tests.browser.whole import addresses, whole_plant
from tests.conftest import note_problems

WIDE, PHONE, NARROWEST, WALL = (1440, 900), (390, 844), (320, 640), (3840, 2160)
WALKS = 6  # none of them so long that it seems to hang
# What brings itself up to date would differ between two looks.
STILL = "const each = window.setInterval; window.setInterval = (act, ms, ...more) => ms < 10000 ? each(act, ms, ...more) : 0;"


# Wide in the light and a phone in the dark show nearly every fault; the other two, paper and walls of screens take as long again.
IN_EVERY_WAY = looks.in_every_way()
OF_EVERY_WAY = pytest.mark.skipif(not IN_EVERY_WAY, reason="`make soak` looks at every page in every way.")


@dataclass
class Seen:
    """What was found on each page, by name of the page."""

    names: list[str] = field(default_factory=list)
    axe: dict[str, list[str]] = field(default_factory=dict)
    narrow: dict[str, list[str]] = field(default_factory=dict)
    wall: dict[str, list[str]] = field(default_factory=dict)
    paper: dict[str, list[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with whole_plant(tmp_path_factory.mktemp("whole")) as base_url:
        yield base_url


@pytest.fixture(scope="module")
def session(browser: Browser, address: str) -> Any:
    return session_of(browser, address, "ada")


@pytest.fixture(scope="module")
def everything(browser: Browser, address: str, session: Any) -> dict[str, str]:
    context = browser.new_context(base_url=address, storage_state=session)
    found = addresses(context.new_page())
    context.close()
    return found


@pytest.fixture(scope="module", params=range(WALKS))
def seen(request: pytest.FixtureRequest, browser: Browser, address: str, session: Any, everything: dict[str, str]) -> Seen:
    """A walk through some of the pages in one context; all walks together see all of them. Each test asks for its part of what was seen."""
    options = {"color_scheme": "light", "reduced_motion": "reduce", "locale": "en-GB", "viewport": _size(WIDE)}
    context = browser.new_context(base_url=address, storage_state=session, **options)
    context.add_init_script(STILL)
    seen, page = Seen(), context.new_page()
    note_problems(page, address, seen.problems)
    page.goto("/permissions")
    page.locator("h1").wait_for()
    for name, where in list(everything.items())[request.param :: WALKS]:
        looks.open_page(page, where)
        seen.names.append(name)
        _look(page, name, seen)
        _look_at_colours(page, name, seen)
        page.set_viewport_size(_size(WIDE))
    context.close()
    return seen


def _size(size: tuple[int, int]) -> Any:
    return {"width": size[0], "height": size[1]}


def _look(page: Page, name: str, seen: Seen) -> None:
    """All there is to see in the light, from the wall of screens down to the narrowest phone."""
    seen.axe[f"{name}, wide, light"] = [*looks.axe(page), *looks.structure(page)]
    if IN_EVERY_WAY:
        page.set_viewport_size(_size(WALL))
        seen.wall[name] = looks.long_lines(page)
        page.set_viewport_size(_size(PHONE))
        seen.axe[f"{name}, phone, light"] = looks.axe(page, of_every_text=False)
    page.set_viewport_size(_size(NARROWEST))
    seen.narrow[name] = looks.narrow(page)


def _look_at_colours(page: Page, name: str, seen: Seen) -> None:
    """What differs in the dark: contrast; and paper, which is light whatever the screen is."""
    page.set_viewport_size(_size(PHONE))
    looks.in_the_dark(page)
    seen.axe[f"{name}, phone, dark"] = looks.contrast(page)
    if IN_EVERY_WAY:
        _look_at_the_rest(page, name, seen)
    page.emulate_media(media="screen", color_scheme="light")


def _look_at_the_rest(page: Page, name: str, seen: Seen) -> None:
    page.set_viewport_size(_size(WIDE))
    seen.axe[f"{name}, wide, dark"] = looks.contrast(page)
    told = set(looks.words(page))
    page.emulate_media(media="print")
    page.set_viewport_size({"width": looks.A4_PX, "height": 1000})
    found, printed = looks.paper(page), " ".join(looks.words(page))
    seen.paper[name] = [*found, *(f"not on paper: {words}" for words in told if words not in printed)]


def found(of: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: problems for name, problems in of.items() if problems}


def test_every_page_is_looked_at(everything: dict[str, str]) -> None:
    paths = {where.partition("?")[0] for where in everything.values()}
    assert {page.path for page in PAGES if not any(path == page.path or path.startswith(f"{page.path}/") for path in paths)} == set()


def test_axe_finds_nothing(seen: Seen) -> None:
    assert found(seen.axe) == {}
    assert len(seen.axe) == (4 if IN_EVERY_WAY else 2) * len(seen.names) >= 10


def test_at_320_px_nothing_sticks_out_or_overlaps(seen: Seen) -> None:
    assert found(seen.narrow) == {}


@OF_EVERY_WAY
def test_on_a_wall_of_screens_lines_stay_readable(seen: Seen) -> None:
    assert found(seen.wall) == {}


@OF_EVERY_WAY
def test_on_paper_everything_is_there_and_says_of_which_moment(seen: Seen) -> None:
    assert found(seen.paper) == {}


def test_signing_in_and_what_is_refused_look_as_well(new_page: Callable[..., Page], browser: Browser, address: str) -> None:
    eva, problems = session_of(browser, address, "eva"), {}
    for where, session, heading in (
        ("/login", None, "Sign in"),
        ("/assets/nothing.css", eva, "There is nothing at this address"),
        ("/people", eva, "You may not see this page"),
    ):
        page = new_page(address, storage_state=session, viewport=_size(WIDE))
        page.goto(where)
        page.get_by_role("heading", level=1, name=heading).wait_for()
        for size in (WIDE, PHONE, NARROWEST):
            page.set_viewport_size(_size(size))
            problems[f"{where}, {size}"] = [*looks.axe(page), *looks.narrow(page)]
        looks.in_the_dark(page)
        problems[f"{where}, dark"] = looks.contrast(page)
        page.problems.clear()  # the browser reports each answer that is none
    assert found(problems) == {}


def test_where_the_system_chooses_the_colours_pictures_are_drawn_in_them_and_nothing_moves(
    new_page: Callable[..., Page], address: str, session: Any
) -> None:
    page = new_page(address, storage_state=session, forced_colors="active", reduced_motion="reduce")
    page.goto("/")
    page.locator("#shell-page h1").wait_for()
    unseen = """() => [...document.querySelectorAll(".icon, .spark, .hourly-all, .tile-bar span")].filter(each => each.checkVisibility())
      .filter(each => getComputedStyle(each).backgroundColor === getComputedStyle(document.body).backgroundColor)
      .map(each => each.outerHTML)"""
    assert page.evaluate(unseen) == []
    assert page.locator("#shell-page .icon").count() > 10
    assert page.evaluate("document.getAnimations().length") == 0
    moving = """() => [...document.querySelectorAll("*")].map(each => getComputedStyle(each))
      .filter(style => style.transitionDuration.split(", ").some(time => time !== "0s") && style.transitionProperty !== "none")
      .map(style => style.transitionProperty)"""
    assert page.evaluate(moving) == []


def test_no_page_has_a_fault(seen: Seen) -> None:
    assert seen.problems == []
