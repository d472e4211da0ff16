"""Every page in a language that nobody speaks: what is read there came out of the catalogue, or is data; and longer texts have room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from app.application import Application
from app.configuration.model import Texts
from tests.browser import looks
from tests.browser.stage import session_of
from tests.browser.untranslated import data_of, english, read
from tests.browser.whole import addresses, whole_service
from tests.texts_pseudo import TAG, write_pseudo

# Pages on which somebody still reads English. A page leaves this list when nothing is found on it any more, and none may come.
NOT_YET: frozenset[str] = frozenset()
# Documents are in English.
DOCUMENTS = ("Docs", "a document")
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Application, str]]:
    folder = write_pseudo(tmp_path_factory.mktemp("catalogues"))
    with whole_service(tmp_path_factory.mktemp("whole"), Texts(None, folder)) as service:
        yield service.application, service.web_url.rstrip("/")


@pytest.fixture(scope="module")
def session(browser: Browser, plant: tuple[Application, str]) -> Any:
    application, base_url = plant
    application.languages.choose("ada", TAG)
    return session_of(browser, base_url, "ada")


@pytest.fixture(scope="module")
def seen(browser: Browser, plant: tuple[Application, str], session: Any) -> dict[str, dict[str, list[str]]]:
    """By page: what is read there in English, and what sticks out or lies upon something else, wide and on a phone. Every other page; `make
    soak` looks at all."""
    application, base_url = plant
    context = browser.new_context(base_url=base_url, storage_state=session, locale="en-GB", reduced_motion="reduce", viewport=WIDE)
    page, found, texts = context.new_page(), {}, {}
    for name, where in list(addresses(page).items())[:: 1 if looks.in_every_way() else 2]:
        looks.open_page(page, where)
        texts[name] = read(page)
        found[name] = {"wide": looks.narrow(page)}
        page.set_viewport_size(PHONE)
        found[name]["phone"] = looks.narrow(page)
        page.set_viewport_size(WIDE)
    context.close()
    data = data_of(application)  # also what has come meanwhile
    return {name: {**looked, "english": english(texts[name], data)} for name, looked in found.items()}


def test_nobody_reads_english_where_another_language_is_chosen(seen: dict[str, dict[str, list[str]]]) -> None:
    left = {name: looked["english"] for name, looked in seen.items() if looked["english"] and name not in DOCUMENTS}
    assert {name: words for name, words in left.items() if name not in NOT_YET} == {}
    assert len(seen) > (35 if looks.in_every_way() else 18)


def test_a_page_that_is_done_leaves_the_list(seen: dict[str, dict[str, list[str]]]) -> None:
    assert {name for name in NOT_YET if not seen[name]["english"]} == set()


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_texts_that_are_longer_by_two_fifths_stick_out_nowhere(seen: dict[str, dict[str, list[str]]], size: str) -> None:
    assert {name: looked[size] for name, looked in seen.items() if looked[size]} == {}


def test_a_person_chooses_a_language_in_the_menu_and_keeps_it(
    new_page: Callable[..., Page], plant: tuple[Application, str], browser: Browser
) -> None:
    application, base_url = plant
    page = new_page(base_url, storage_state=session_of(browser, base_url, "maria"), viewport=WIDE)
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sync status")
    page.get_by_label("Signed in as maria: menu").click()
    page.get_by_role("button", name="Esperanto").click()
    expect(page.locator("html")).to_have_attribute("lang", TAG)
    expect(page.get_by_role("heading", level=1)).to_contain_text("⟦")
    assert application.languages.of("maria") == TAG
    page.locator(".menu-face").last.click()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sync status")


def test_a_stranger_is_spoken_to_as_the_browser_asks(new_page: Callable[..., Page], plant: tuple[Application, str]) -> None:
    page = new_page(plant[1], locale="eo")
    page.goto("/login")
    expect(page.get_by_role("heading", level=1)).to_contain_text("⟦Šîĝñ")
    assert english(read(page), set()) == []
