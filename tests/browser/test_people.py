"""People and one's own account in a browser: by mouse and by keyboard, from a link to a session that has ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.accounts.administration import Rights
from app.application import Application
from metrics.scope import Scope
from tests.browser.journey import tab_to
from tests.browser.stage import session_of, sign_in
from tests.pages.plant import write_plant
from tests.pages.served import PASSWORD, opened

NEW = "orange horse kettle"


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with opened(write_plant(tmp_path_factory.mktemp("people"), time.time_ns())) as application:
        yield application


@pytest.fixture
def page_of(new_page: Callable[..., Page], address: str) -> Callable[..., Page]:
    def signed_in(name: str, where: str) -> Page:
        page = sign_in(new_page(address), name)
        page.goto(where)
        page.locator("#shell-page h1").wait_for()
        return page

    return signed_in


def choose(page: Page, field: str, option: str) -> None:
    """Of a field that takes several."""
    page.locator(field).locator("xpath=ancestor::*[contains(@class, 'mantine-MultiSelect-input')][1]").click()
    page.get_by_role("option", name=option).click()
    page.keyboard.press("Escape")


def leave(page: Page) -> None:
    """Closes a page whose session has ended: until then it asks, and the browser reports each answer that is none."""
    page.context.close()
    page.problems[:] = [each for each in page.problems if "401" not in each]


def link_on(page: Page) -> str:
    return page.locator("#people-link").inner_text().strip()


def set_password(page: Page, link: str, password: str) -> None:
    page.goto(link)
    expect(page.locator("#password")).to_be_focused()
    assert page.url.endswith("/password"), "what is secret does not stay in the address"
    page.keyboard.type(password)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Your password is set. Sign in with it.")


def test_somebody_is_added_gets_a_link_and_signs_in(page_of: Callable[..., Page], new_page: Callable[..., Page], address: str) -> None:
    admin = page_of("ada", "/")
    admin.get_by_role("link", name="People").click()
    admin.get_by_label("Name", exact=True).fill("nora")
    choose(admin, "#people-roles", "viewer: Viewing")
    admin.get_by_role("button", name="Add, and make a link").click()
    expect(admin.locator("#people-said")).to_contain_text("With this link nora sets a password, once, until ")
    expect(admin.get_by_role("row", name="nora")).to_contain_text("has not set a password yet")
    nora = new_page(address)
    set_password(nora, link_on(admin), NEW)
    expect(nora.locator("#username")).to_have_value("nora")
    expect(nora.locator("#password")).to_be_focused()
    nora.keyboard.type(NEW)
    nora.keyboard.press("Enter")
    expect(nora.get_by_role("heading", level=1)).to_be_visible()
    expect(nora.get_by_role("link", name="People")).to_have_count(0)


def test_who_is_added_a_second_time_or_without_a_role_is_told(page_of: Callable[..., Page]) -> None:
    page = page_of("ada", "/people")
    page.get_by_label("Name", exact=True).fill("tom")
    page.get_by_role("button", name="Add, and make a link").click()
    expect(page.locator("#people-said")).to_contain_text("A user needs at least one role.")
    choose(page, "#people-roles", "it: Plant IT")
    page.get_by_role("button", name="Add, and make a link").click()
    expect(page.locator("#people-said")).to_have_text("A user called tom exists already.")
    choose(page, "#people-sites", "Brno")
    page.get_by_role("button", name="Add, and make a link").click()
    expect(page.locator("#people-said")).to_have_text("Either all sites or only some: untick the one, or clear the other.")


def test_what_an_administrator_changes_ends_what_is_open_there(
    page_of: Callable[..., Page], new_page: Callable[..., Page], address: str
) -> None:
    maria, admin = sign_in(new_page(address), "maria"), page_of("ada", "/people")
    admin.get_by_role("link", name="maria", exact=True).click()
    expect(admin.get_by_role("heading", level=1)).to_have_text("maria")
    choose(admin, "#person-roles", "exec: Management")
    admin.get_by_role("button", name="Save").click()
    expect(admin.locator("#person-saved")).to_have_text("Saved. What maria had open has ended.")
    expect(admin.locator("#person-places")).to_contain_text("Nowhere just now.")
    maria.get_by_role("link", name="Transactions", exact=True).click()
    expect(maria.locator("#shell-ended")).to_have_text("Your session has ended. Sign in again.")
    leave(maria)
    admin.get_by_role("link", name="audit", exact=True).click()
    expect(admin.locator("tbody tr").first).to_contain_text("Person changed")
    expect(admin.locator("tbody tr").first).to_contain_text("roles exec, supply · roles before supply")


def test_of_two_administrators_the_later_one_is_told_and_may_save_once_more(page_of: Callable[..., Page], application: Application) -> None:
    page = page_of("ada", "/person/bruno")
    application.people.change("ben", "bruno", Rights(frozenset({"it", "exec"}), Scope(frozenset({"brno"}))))
    choose(page, "#person-roles", "viewer: Viewing")
    page.get_by_role("button", name="Save").click()
    said = page.locator("#person-saved")
    expect(said).to_contain_text("Nothing was saved: meanwhile ben changed the roles from it to exec, it.")
    assert application.accounts.user("bruno").roles == {"it", "exec"}
    page.get_by_role("button", name="Save").click()
    expect(said).to_have_text("Saved. What bruno had open has ended.")
    assert application.accounts.user("bruno").roles == {"it", "viewer"}


def test_the_last_administrator_is_not_disabled_and_others_are_and_are_not_again(page_of: Callable[..., Page]) -> None:
    page = page_of("ada", "/person/ada")
    page.get_by_role("button", name="Disable").click()
    expect(page.locator("#person-said")).to_contain_text("ada is the only administrator who can sign in.")
    page.goto("/person/eva")
    toggle = page.locator("#person-toggle")
    toggle.click()
    expect(toggle).to_have_text("Enable")
    expect(page.locator("#person-facts")).to_contain_text("disabled")
    toggle.focus()
    page.keyboard.press("Enter")
    expect(toggle).to_have_text("Disable")
    expect(toggle).to_be_focused()


def test_one_ends_a_session_elsewhere_by_keyboard(page_of: Callable[..., Page], browser: Browser, address: str) -> None:
    for _ in range(2):
        session_of(browser, address, "tom")
    page = page_of("tom", "/account")
    rows = page.locator("#account-places tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("here")
    tab_to(page, rows.nth(1).get_by_role("button"))
    page.keyboard.press("Enter")
    expect(page.locator("#account-ended")).to_have_text("1 session has ended.")
    expect(rows).to_have_count(2)
    tab_to(page, page.get_by_role("button", name="Sign out everywhere else"))
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    expect(page.get_by_role("button", name="Sign out everywhere else")).to_be_disabled()


def test_one_changes_ones_password_and_stays_signed_in_here_only(
    page_of: Callable[..., Page], new_page: Callable[..., Page], address: str, application: Application
) -> None:
    application.people.add("ada", "olga", Rights(frozenset({"viewer"})), PASSWORD)
    elsewhere, page = sign_in(new_page(address), "olga"), page_of("olga", "/account")

    def change(now: str, new: str, again: str) -> None:
        for field, text in (("now", now), ("new", new), ("again", again)):
            page.locator(f"#account-{field}").fill(text)
        page.keyboard.press("Enter")

    said = page.locator("#account-said")
    change("not the password", NEW, NEW)
    expect(said).to_have_text("That is not your password.")
    change(PASSWORD, NEW, "another")
    expect(said).to_have_text("The two new passwords differ.")
    change(PASSWORD, "Password1234!", "Password1234!")
    expect(said).to_contain_text("The password would soon be guessed")
    change(PASSWORD, NEW, NEW)
    expect(said).to_have_text("Your password is changed. Wherever else you were signed in you are not any more.")
    for field in ("now", "new", "again"):
        expect(page.locator(f"#account-{field}")).to_have_value("")
    expect(page.locator("#account-places tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Transactions", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Transactions")
    elsewhere.get_by_role("link", name="Transactions", exact=True).click()
    expect(elsewhere.locator("#shell-ended .note")).to_be_visible()
    leave(elsewhere)
    assert application.accounts.verify("olga", NEW) is not None


def test_a_link_that_is_not_whole_and_one_that_is_used_say_so(
    new_page: Callable[..., Page], address: str, application: Application
) -> None:
    page, link = new_page(address), application.people.make_link("ada", "eva")
    page.goto("/password")
    expect(page.get_by_role("main")).to_contain_text("Open the link that your administrator gave you, all of it")
    application.people.set_by_link(link.secret, NEW)
    page.goto("/login")
    page.goto(f"/password#{link.secret}")
    expect(page.get_by_role("heading", level=1)).to_have_text("This link works no more")
    page.problems.clear()  # the browser reports each answer that is none


def test_a_screen_is_kept_signed_in_for_the_wall(page_of: Callable[..., Page], application: Application) -> None:
    page = page_of("tom", "/wall?seconds=600")
    tab_to(page, page.get_by_role("button", name="Keep this screen signed in"))
    page.keyboard.press("Space")
    expect(page.locator("#wall-stays")).to_have_text("Signed in for the wall only")
    assert "wall" in {place.kind for place in application.sessions.of("tom")}
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", level=1)).to_have_text("This screen only shows the wall")
    page.get_by_role("link", name="To the wall").click()
    page.locator("#wall").wait_for()
    page.problems[:] = [each for each in page.problems if "403" not in each]
