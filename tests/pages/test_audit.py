"""Audit: who did what, narrowed by the address, and what of it who may see."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import orjson
import pytest
from flask import Flask

from app import audit
from app.application import Application
from app.machines.wanted import Wanted
from app.recovery.exported import AUDIT
from metrics.scope import EVERYTHING, Scope
from tests.pages import trees
from tests.pages.plant import write_plant
from tests.pages.served import drawn_text, opened, someone

HOUR = 3600 * 10**9
TOLD = (
    (30 * 24, "tom", "requested", "R-1", {"path": "post-again", "plan": "9f" * 32}, "the period is open again"),
    (3, "maria", "approved", "R-1", {"plan": "9f" * 32}, None),
    (2, "bruno", "look at payload", "failed|production_to_inventory|100017|confirmed", {}, None),
)


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """Its own: what is done in other tests stands in the audit as well."""
    with opened(write_plant(tmp_path_factory.mktemp("audited"), time.time_ns())) as application:
        yield application


@pytest.fixture(scope="module")
def told(plant: Application) -> int:
    """Now; the entries are from the hours before."""
    now = time.time_ns()
    for hours, actor, action, subject, detail, reason in TOLD:
        with plant.accounts.engine.begin() as connection:
            audit.append(connection, now - hours * HOUR, actor, action, subject, detail, reason)
    return now


def test_it_says_who_did_what_when_and_why(web: Flask, told: int):
    answer = someone(web, "tom").show("/audit")
    said = drawn_text(answer)
    for part in ("Requested 1", "Approved 1", "the period is open again", "path post-again", "plan 9f9f9f9f…", "100017 confirmed"):
        assert part in said
    assert "/audit?subject=R-1" in [address for _, address in trees.links(trees.drawn(answer))]


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("?actor=maria", "Approved 1", "the period is open again"),
        ("?subject=R-1&action=requested", "the period is open again", "100017"),
        ("?period=24h", "100017", "the period is open again"),
        ("?action=sung", "Nothing like that was written down", "100017"),
    ],
)
def test_the_address_narrows_it(web: Flask, told: int, query: str, shown: str, hidden: str):
    said = drawn_text(someone(web, "ada").show("/audit", query))
    assert shown in said
    assert hidden not in said


def test_a_past_moment_knows_nothing_later(web: Flask, told: int):
    then = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(told / 1e9 - 3 * 24 * 3600))
    said = drawn_text(someone(web, "tom").show("/audit", f"?as_of={then}"))
    assert "the period is open again" in said
    assert "100017" not in said


@pytest.mark.parametrize(
    ("query", "sentence"),
    [("?period=1y", "No period is called '1y'"), ("?from=noon", "'noon' is no time"), ("?page=0", "There is no page '0'")],
)
def test_an_address_that_means_nothing_is_told(web: Flask, query: str, sentence: str):
    assert sentence in drawn_text(someone(web, "tom").show("/audit", query))


@pytest.mark.parametrize("name", ["maria", "bruno"])
def test_who_is_no_auditor_of_all_sites_sees_what_they_did(web: Flask, told: int, name: str):
    said = drawn_text(someone(web, name).show("/audit"))
    assert re.search(r"\d+ other entries you may not see", said)
    assert ("Approved" in said, "100017" in said) == (name == "maria", name == "bruno")


@pytest.mark.parametrize(("name", "actors"), [("ada", {"tom", "maria", "bruno"}), ("bruno", {"bruno"}), ("eva", {"eva"})])
def test_the_export_holds_what_who_asks_may_see(web: Flask, told: int, name: str, actors: set[str]):
    rows = [orjson.loads(line) for line in someone(web, name).get("api/v1/audit").data.splitlines()]
    found = {row["actor"] for row in rows}
    assert found >= actors if name == "ada" else found == actors
    assert [row["actor"] for row in rows if row["action"] != "signed in"] == [actor for _, actor, *_ in TOLD if actor in actors]
    if name == "ada":
        assert list(rows[0]) == list(AUDIT)
        assert rows[0]["detail"] == {"path": "post-again", "plan": "9f" * 32}


def test_a_token_for_some_sites_sees_none_of_it(web: Flask, plant: Application, told: int):
    tokens = {
        sees: plant.machines.add(Wanted(f"audit-{number}", "read", sees))
        for number, sees in enumerate((EVERYTHING, Scope(frozenset({"brno"}))))
    }
    headers = ({"Authorization": f"Bearer {token}"} for token in tokens.values())
    sizes = [len(web.test_client().get("/api/v1/audit?format=csv", headers=each).text.splitlines()) for each in headers]
    with plant.accounts.engine.connect() as connection:
        assert sizes == [audit.count(connection, audit.Filter()) + 1, 1]
