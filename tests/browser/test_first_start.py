"""The first start in a real browser: what is sent fills the three steps by itself, up to its path."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from app.serve import Service
from tests.browser import looks
from tests.browser.stage import sign_in
from tests.pages.test_connect import send, serving

RELEASED = {"mfg.event.type": "order.released", "mfg.system": "erp", "mfg.site": "hamburg", "mfg.object.production_order": "1000231"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("first")) as (service, _):
        yield service


def test_the_first_transaction_is_watched_from_the_landing_page_to_its_path(new_page: Callable[..., Page], service: Service) -> None:
    page = sign_in(new_page(service.web_url.rstrip("/")), "ada")
    steps = page.locator(".arrive > li")
    expect(page.get_by_role("heading", name="Nothing has arrived yet")).to_be_visible()
    expect(steps.first).to_have_class("is-current")
    page.get_by_role("link", name="Kafka").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Connect a source")
    expect(page).to_have_url("/connect?way=kafka&after=0")
    page.go_back()
    expect(page.get_by_role("heading", name="Nothing has arrived yet")).to_be_visible()
    send(service, {"acme.step": "released"})
    expect(steps.first).to_have_class("is-reached")
    expect(steps.nth(1)).to_contain_text("says no event type")
    send(service, RELEASED)
    expect(steps.nth(2)).to_have_class("is-reached")
    expect(steps.nth(2)).to_contain_text("Production order 1000231")
    page.get_by_role("link", name="See its path").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1000231")
    page.goto("/sources")
    expect(page.get_by_role("heading", name="Nothing has arrived yet")).to_have_count(0)
    page.get_by_role("link", name="Connect a source").click()
    expect(steps.first).to_have_class("is-current")
    expect(page).to_have_url("/connect?way=otlp&after=2")
    page.reload()
    expect(steps.first).to_have_class("is-current")
    send(service, {**RELEASED, "mfg.object.production_order": "1000232"})
    expect(steps.nth(2)).to_contain_text("Production order 1000232")


def test_the_guide_is_for_everybody_and_for_every_width(new_page: Callable[..., Page], service: Service) -> None:
    page = sign_in(new_page(service.web_url.rstrip("/")), "tom")
    found = {}
    for way in ("otlp", "database", "cloudevents"):
        page.set_viewport_size({"width": 1440, "height": 900})
        looks.open_page(page, f"/connect?way={way}&after=0")
        found[way] = [*looks.axe(page), *looks.structure(page)]
        page.set_viewport_size({"width": 320, "height": 640})
        found[way] += looks.narrow(page)
    assert {way: problems for way, problems in found.items() if problems} == {}
