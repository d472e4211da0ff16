"""A message in a real browser: opened from a step, its masked fields seen for a reason, with the band on every page, and ended."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.application import Application
from app.instants import instant_text
from tests.browser import looks
from tests.browser.stage import sign_in
from tests.cli.configurations import PACK
from tests.pages.served import opened
from tests.pages.test_message import SETTINGS

MINUTE = 60 * 10**9
HARM = "<img src=x onerror=\"document.title='run'\">\u202e<script>document.title='run'</script>"
CREATED = {"type": "order.created", "order": "SO-7", "outcome": "ok", "unit_price": 99.50, "customer": {"name": "Kestrel"}, "note": HARM}
REASON = "The customer disputes the price."


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    folder: Path = tmp_path_factory.mktemp("message")
    now_ns = time.time_ns()
    created = {**CREATED, "time": instant_text(now_ns - 60 * MINUTE)}
    long = {**created, "type": "order.released", "lines": [{"item": f"M-{n}", "unit_price": n} for n in range(9000)]}
    (folder / "bus.jsonl").write_text(f"{json.dumps(created)}\n{json.dumps(long)}\n")
    (folder / "traces.jsonl").touch()
    (folder / "pack.yaml").write_text(PACK)
    (folder / "syncline.yaml").write_text(SETTINGS)
    with opened(folder / "syncline.yaml") as application:
        yield application


@pytest.fixture
def page(address: str, new_page: Callable[..., Page]) -> Page:
    return sign_in(new_page(address))


def test_a_message_is_opened_seen_unmasked_for_a_reason_and_masked_again(page: Page, application: Application) -> None:
    page.goto("/path/order/SO-7?selected=bus:bus.jsonl:1")
    page.get_by_role("button", name="Show the message").click()
    message = page.get_by_role("region", name="The message")
    expect(message).to_contain_text('"unit_price": "•••"')
    expect(message).to_contain_text("⟨U+202E⟩<script>")
    expect(message.locator("img, script")).to_have_count(0)
    page.get_by_text("Break the glass").click()
    page.get_by_label("Reason, for the audit").fill("because")
    page.get_by_role("button", name="See it unmasked").click()
    expect(page.get_by_role("alert").filter(has_text="Give a reason")).to_be_visible()
    page.get_by_label("Reason, for the audit").fill(REASON)
    page.get_by_role("button", name="See it unmasked").click()
    expect(message).to_contain_text('"unit_price": 99.5')
    band = page.locator(".glass-band")
    expect(band).to_contain_text("You see masked fields until")
    page.get_by_role("link", name="Failures").click()
    page.get_by_role("heading", name="Failures", level=1).wait_for()
    expect(band).to_be_visible()
    page.reload()
    expect(band).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Show the message").click()
    expect(message).to_contain_text("Kestrel")
    band.get_by_role("button", name="End now").click()
    expect(band).to_have_count(0)
    expect(message).to_contain_text('"name": "•••"')
    assert "run" not in page.title()


def test_what_is_open_is_masked_when_the_server_says_that_the_hour_is_over(
    page: Page, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.goto("/path/order/SO-7?selected=bus:bus.jsonl:1")
    page.get_by_role("button", name="Show the message").click()
    page.get_by_text("Break the glass").click()
    page.get_by_label("Reason, for the audit").fill(REASON)
    page.get_by_role("button", name="See it unmasked").click()
    message = page.get_by_role("region", name="The message")
    expect(message).to_contain_text("Kestrel")
    now_ns = application.now_ns()
    monkeypatch.setattr(application.messages.glasses, "_now_ns", lambda: now_ns + 61 * MINUTE)
    expect(message).not_to_contain_text("Kestrel")
    expect(page.locator(".glass-band")).to_have_count(0)


def test_a_colleague_who_approves_ends_it_on_the_audit(page: Page, new_page: Callable[..., Page], address: str) -> None:
    page.goto("/path/order/SO-7?selected=bus:bus.jsonl:1")
    page.get_by_role("button", name="Show the message").click()
    page.get_by_text("Break the glass").click()
    page.get_by_label("Reason, for the audit").fill(REASON)
    page.get_by_role("button", name="See it unmasked").click()
    expect(page.locator(".glass-band")).to_be_visible()
    colleague = sign_in(new_page(address), "maria")
    colleague.goto("/audit")
    row = colleague.locator("tr", has_text=REASON).filter(has=colleague.get_by_role("button", name="End now"))
    expect(row).to_have_count(1)
    row.get_by_role("button", name="End now").click()
    expect(row).to_have_count(0)
    expect(page.locator(".glass-band")).to_have_count(0)
    expect(page.get_by_role("region", name="The message")).to_contain_text("•••")


def test_a_long_message_is_cut_and_its_file_is_masked_the_same_way(page: Page) -> None:
    page.goto("/path/order/SO-7?selected=bus:bus.jsonl:2")
    page.get_by_role("button", name="Show the message").click()
    expect(page.get_by_text("Only its beginning is shown, 64 KiB")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="All of it as a file, masked as here").click()
    text = Path(download.value.path()).read_text()
    assert [line["unit_price"] for line in json.loads(text)["lines"]] == ["•••"] * 9000


def test_everybody_can_use_it_in_the_light_and_in_the_dark(page: Page) -> None:
    page.goto("/path/order/SO-7?selected=bus:bus.jsonl:1")
    page.get_by_role("button", name="Show the message").click()
    page.get_by_text("Break the glass").click()
    page.get_by_label("Reason, for the audit").fill(REASON)
    assert looks.axe(page) == []
    page.get_by_role("button", name="See it unmasked").click()
    page.locator(".glass-band").wait_for()
    expect(page.get_by_text("Unmasked for you until")).to_be_visible()
    assert looks.axe(page) == []
    looks.in_the_dark(page)
    assert looks.contrast(page) == []
    page.locator(".glass-end").click()
    expect(page.locator(".glass-band")).to_have_count(0)


def test_it_fits_a_phone(address: str, new_page: Callable[..., Page]) -> None:
    page = sign_in(new_page(address, viewport={"width": 390, "height": 844}))
    page.goto("/path/order/SO-7?selected=bus:bus.jsonl:1")
    page.get_by_role("button", name="Show the message").click()
    page.get_by_text("Break the glass").click()
    page.get_by_role("region", name="The message").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
