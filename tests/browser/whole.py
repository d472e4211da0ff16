"""The demo's manufacturer served in this process: something stands on every page, two recoveries were asked for; and where each page is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page

from app.configuration.model import Texts
from app.demo import EDI, LISTS, MESSAGES, Middleware, settings_in
from app.demo_before import recover_some
from app.serve import Service, running
from app.server import PAGES
from app.simulator import run
from tests.browser import looks
from tests.pages.served import PASSWORD, PEOPLE
from tests.processes import free_ports

ENGLISH_ONLY = Texts()
DAYS, VOLUME = 15, 0.03  # two whole weeks, and few enough transactions to be told in seconds
STATUSES = ("failed", "overdue", "retrying", "inconsistent", "complete")
# What no page shows by itself: its name, the page a link to it stands on, and which link.
BEHIND = {
    "a failure": ("/failures", '[href^="/failure?"]'),
    "a case by itself": ("a failure", '[href*="&transaction="]'),
    "a recovery": ("/recoveries", '[href^="/recovery/"]'),
    "a rule": ("/rules", '[href^="/rules?rule="]'),
    "a supplier": ("/suppliers", '[href^="/suppliers?"][href*="&partner="]'),
    "a case list": ("/objectives", '[href^="/cases?"]'),
    "by their day": ("/business-case", '[href^="/promised?"]'),
    "events": ("/interfaces", '[href^="/events?"][href*="kind=contract"]'),
    "a person": ("/people", '[href="/person/maria"]'),
    "without an event": ("/interfaces", '[href^="/without-event?"]'),
}
PLAIN = {
    "not found": "/nothing-here",
    "nothing matches": "/transactions?text=nobody&status=failed",
    "nothing fails": "/failures?as_of=2026-01-01T00:00:00Z",
    "a document": "/docs?page=calendars",
    "connect by OpenTelemetry": "/connect?after=0",
    "connect Kafka": "/connect?way=kafka",
    "what one is told of": "/subscriptions",
    "the wall": "/wall",
    "your account": "/account",
}


@contextmanager
def whole_plant(home: Path) -> Iterator[str]:
    """The address of a Syncline that knows fifteen days of three plants, until a moment ago."""
    with whole_service(home) as service:
        yield service.web_url.rstrip("/")


@contextmanager
def whole_service(home: Path, texts: Texts = ENGLISH_ONLY) -> Iterator[Service]:
    """The same with everything behind it, in the languages of `texts`."""
    nobody = Middleware(free_ports(1)[0], "of-the-tests")  # takes nothing, so that the recoveries stay under way
    with running(replace(settings_in(home, nobody), texts=texts)) as service:
        end = datetime.now(UTC)
        places = {"lists": home / LISTS, "edi": home / EDI, "messages": home / MESSAGES}
        report = run(service.otlp_url, 1, end - timedelta(days=DAYS), end, volume=VOLUME, **places)
        service.application.ingest(["stock-lists", "edi-provider"])
        recover_some(service.application, report.truth)
        for name, roles in PEOPLE.items():
            service.application.accounts.add_user(name, PASSWORD, roles)
        yield service


def addresses(page: Page) -> dict[str, str]:
    """Name → address of every page of the product, one path of each status, and what stands where there is nothing."""
    found = {each.title: each.path for each in PAGES if each.group is not None or each.path == "/permissions"}
    page.goto("/permissions")
    page.locator("h1").wait_for()
    told = [json.loads(line) for line in page.request.get("/api/v1/transactions").text().splitlines()]
    for status in STATUSES:
        row = next(row for row in told if row["status"] == status)
        found[f"a path: {status}"] = f"/path/{row['workflow']}/{row['transaction_id']}"
    for name, (where, which) in BEHIND.items():
        looks.open_page(page, found.get(where, where))
        found[name] = str(page.locator(f"#shell-page a{which}").first.get_attribute("href"))
    return {**found, **PLAIN}
