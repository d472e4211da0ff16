"""Signing in at a provider and out again, in a real browser: by mouse and by keyboard, with what a person sees on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import looks
from tests.browser.stage import reachable
from tests.pages.served import PASSWORD
from tests.servers.identity_provider import IdentityProvider, identity_provider
from tests.single_sign_on.plant import configuration, opened


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdentityProvider]:
    with identity_provider(tmp_path_factory.mktemp("provider")) as found:
        found.person("tom", groups=["plant-it-hamburg"])
        found.person("nora", groups=["football"])
        yield found


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, provider: IdentityProvider) -> Iterator[str]:
    """Where a Syncline answers whose people sign in there, or with a password."""
    with opened(tmp_path_factory.mktemp("plant"), configuration(provider)) as application, reachable(application) as base_url:
        application.accounts.add_user("ada", PASSWORD, ["admin"])
        yield base_url


@pytest.fixture
def at_home(new_page: Callable[..., Page], address: str) -> Callable[..., Page]:
    """A page of ours. The provider's wants a style sheet from the internet, which it does not get."""

    def opened_page(**options: Any) -> Page:
        page = new_page(address, **options)
        page.route("https://**", lambda route: route.abort())
        return page

    return opened_page


def arrived(page: Page, provider: IdentityProvider) -> Page:
    """At the provider, whose page is not ours: what it fetches from elsewhere, and what of that is not there, is its own affair."""
    page.wait_for_url(f"{provider.url}/**")
    return page


def back(page: Page, address: str) -> Page:
    page.wait_for_url(f"{address}/**")
    page.problems[:] = [problem for problem in page.problems if address in problem and "/answer" not in problem]
    return page


def test_somebody_signs_in_at_their_provider_and_out_of_both(
    at_home: Callable[..., Page], address: str, provider: IdentityProvider
) -> None:
    page = at_home()
    page.goto("/failures?site=hamburg")
    expect(page.get_by_role("link", name="Sign in with Example AG")).to_be_focused()
    page.get_by_role("link", name="Sign in with Example AG").click()
    arrived(page, provider).locator("input[name=sub]").fill("tom")
    page.get_by_role("button", name="Authorize", exact=True).click()
    back(page, address).locator("#shell-page > *").first.wait_for()
    expect(page).to_have_url(f"{address}/failures?site=hamburg")
    page.get_by_label("Signed in as tom: menu").click()
    page.locator("#shell-signout").click()
    arrived(page, provider).get_by_role("button", name="End session").click()
    back(page, address)
    expect(page).to_have_url(f"{address}/login")
    page.goto("/failures")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.problems == []


def test_by_keyboard_alone_and_with_a_password_as_well(at_home: Callable[..., Page], address: str, provider: IdentityProvider) -> None:
    page = at_home()
    page.goto("/login")
    expect(page.get_by_role("link", name="Sign in with Example AG")).to_be_focused()
    page.keyboard.press("Enter")
    expect(arrived(page, provider).locator("input[name=sub]")).to_be_focused()
    page.keyboard.type("tom")
    page.keyboard.press("Enter")
    back(page, address).locator("#shell-page > *").first.wait_for()
    other = at_home()
    other.goto("/login")
    expect(other.get_by_role("link", name="Sign in with Example AG")).to_be_focused()
    other.keyboard.press("Tab")
    other.keyboard.type("ada")
    other.keyboard.press("Tab")
    other.keyboard.type(PASSWORD)
    other.keyboard.press("Enter")
    other.locator("#shell-page > *").first.wait_for()


def test_who_is_refused_reads_why_and_may_begin_again(at_home: Callable[..., Page], address: str, provider: IdentityProvider) -> None:
    page = at_home()
    page.goto("/login")
    page.get_by_role("link", name="Sign in with Example AG").click()
    arrived(page, provider).locator("input[name=sub]").fill("nora")
    page.get_by_role("button", name="Authorize", exact=True).click()
    back(page, address)
    expect(page.get_by_role("alert")).to_have_text(
        "None of your groups at Example AG may use Syncline. Ask your administrator which one you need."
    )
    page.get_by_role("link", name="Sign in with Example AG").click()
    arrived(page, provider)
    page.problems.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_sign_in_is_whole_and_for_everybody(at_home: Callable[..., Page], scheme: str, width: int) -> None:
    page = at_home(viewport={"width": width, "height": 860}, color_scheme=scheme)
    page.goto("/login")
    assert page.evaluate(looks.DARK) is (scheme == "dark")
    assert [*looks.axe(page), *looks.structure(page), *looks.narrow(page)] == []


def test_who_came_from_a_provider_says_there_once_more_who_they_are_and_goes_on_where_they_were(
    at_home: Callable[..., Page], address: str, provider: IdentityProvider
) -> None:
    page = at_home()
    provider.does(claims={"auth_time": None})
    page.goto("/access")
    page.get_by_role("link", name="Sign in with Example AG").click()
    arrived(page, provider).locator("input[name=sub]").fill("tom")
    page.get_by_role("button", name="Authorize", exact=True).click()
    back(page, address).get_by_role("textbox", name="What it is called").fill("toms-own")
    page.get_by_role("button", name="Make it").click()
    question = page.get_by_role("dialog", name="Say once more who you are")
    question.get_by_role("button", name="Go on").click()
    expect(question).to_contain_text("You have not signed in there yet.")
    provider.does()
    with page.context.expect_page() as opened_tab:
        question.get_by_role("link", name="Sign in with Example AG once more").click()
    there = opened_tab.value
    there.wait_for_url(f"{provider.url}/**")
    there.locator("input[name=sub]").fill("tom")
    there.get_by_role("button", name="Authorize", exact=True).click()
    expect(there.get_by_role("heading", level=1)).to_have_text("It is you, tom")
    there.close()
    question.get_by_role("button", name="Go on").click()
    expect(page.locator("#access-said")).to_contain_text("The secret of toms-own.")
    assert page.problems == []
