"""What the web writes into the audit by itself: signing in and out, refusals, what was opened and which files were taken."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import audit
from app.application import Application
from app.audit.seen import Seen
from app.machines.wanted import Wanted
from app.server import PAGES
from app.web.audited import VIEWED
from tests.pages.plant import write_plant
from tests.pages.served import PASSWORD, Client, opened, someone


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with opened(write_plant(tmp_path_factory.mktemp("audited"), time.time_ns())) as application:
        yield application


@pytest.fixture(autouse=True)
def since(plant: Application) -> int:
    """The number of the newest entry before the test."""
    plant.seen = Seen(plant.accounts.engine, plant.now_ns)  # what other tests opened within the hour is not written again
    with plant.accounts.engine.connect() as connection:
        head = audit.newest(connection)
    return head.number if head else 0


def told(plant: Application, since: int) -> list[tuple[str, ...]]:
    """Actor, action, subject, and from where."""
    plant.seen.write()
    with plant.accounts.engine.connect() as connection:
        found = [row for row in audit.every(connection, audit.Filter()) if row.number > since]
        assert audit.verify(connection) is None
    return [(row.actor, row.action, row.subject, row.came_from) for row in found]


def test_signing_in_and_out_and_a_wrong_password_are_told_with_the_address(plant: Application, web: Flask, since: int):
    client = Client(web)
    client.sign_in("tom", "correct horse batterie")
    client.sign_in("my secret typed here", "whatever it is")
    client.sign_in("tom")
    client.post("logout")
    assert sorted(told(plant, since)) == [
        ("nobody", "sign-in refused", "no user of ours", "127.0.0.1"),
        ("nobody", "sign-in refused", "user tom", "127.0.0.1"),
        ("tom", "signed in", "user tom", "127.0.0.1"),
        ("tom", "signed out", "user tom", "127.0.0.1"),
    ]


def test_opening_a_path_is_told_once_an_hour_and_a_board_never(plant: Application, web: Flask, since: int):
    tom, maria = someone(web, "tom"), someone(web, "maria")
    before = len(told(plant, since))
    for client in (tom, tom, maria):
        client.show("/path/production_to_inventory/100017", "?selected=confirmed")
        client.show("/")
        client.show("/transactions")
    assert told(plant, since)[before:] == [
        ("tom", "opened", "/path/production_to_inventory/100017", "127.0.0.1"),
        ("maria", "opened", "/path/production_to_inventory/100017", "127.0.0.1"),
    ]


def test_each_file_a_person_takes_is_told_and_a_machine_that_asks_all_day_once_an_hour(plant: Application, web: Flask, since: int):
    tom = someone(web, "tom")
    secret = plant.machines.add(Wanted("grafana", "read"))
    before = len(told(plant, since))
    for _ in range(2):
        assert tom.get("api/v1/transactions?format=csv").status_code == 200
        assert web.test_client().get("/api/v1/metrics", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    assert told(plant, since)[before:] == [
        ("tom", "exported", "export transactions", "127.0.0.1"),
        ("token grafana", "exported", "export metrics", "127.0.0.1"),
        ("tom", "exported", "export transactions", "127.0.0.1"),
    ]


def test_a_list_taken_as_a_file_is_told(plant: Application, web: Flask, since: int):
    tom = someone(web, "tom")
    before = len(told(plant, since))
    answer = tom.call(
        "transactions-download.data",
        [{"id": "transactions-export", "property": "n_clicks", "value": 1}],
        {"id": "transactions-download", "property": "data"},
        [
            {"id": "transactions-grid", "property": "getRowsRequest", "value": None},
            {"id": "transactions-grid", "property": "filterModel", "value": {}},
            {"id": "transactions-about", "property": "data", "value": {"past": {}}},
        ],
    )
    assert answer.status_code == 200, answer.text
    assert told(plant, since)[before:] == [("tom", "exported", "list transactions", "127.0.0.1")]


def test_it_is_told_with_what_somebody_signed_in(plant: Application, web: Flask, since: int):
    Client(web).sign_in("tom")
    with plant.accounts.engine.connect() as connection:
        newest = audit.newest(connection)
        (entry,) = audit.entries(connection, audit.Filter(actor="tom", action="signed in"), 0, 1)
    assert newest.number == entry.number
    assert json.loads(entry.detail) == {"with": "password"}


def test_a_request_without_the_token_of_its_page_is_told(plant: Application, web: Flask, since: int):
    tom = someone(web, "tom")
    before = len(told(plant, since))
    assert tom.show("/failures", csrf=False).status_code == 400
    assert tom.post("api/v1/annotations", csrf=False, json={}).status_code == 400
    assert Client(web).post("login", data={"username": "tom", "password": PASSWORD}).status_code == 400
    assert told(plant, since)[before:] == [
        ("tom", "refused", "POST /_dash-update-component", "127.0.0.1"),
        ("tom", "refused", "POST /api/v1/annotations", "127.0.0.1"),
        ("nobody", "refused", "POST /login", "127.0.0.1"),
    ]


def test_a_page_that_is_not_ones_own_is_told(plant: Application, web: Flask, since: int):
    tom = someone(web, "tom")
    before = len(told(plant, since))
    assert "You may not see this page" in tom.show("/people").text
    assert told(plant, since)[before:] == [("tom", "refused", "/people", "127.0.0.1")]


def test_a_wrong_password_of_who_is_signed_in_is_told_each_time(plant: Application, web: Flask, since: int):
    tom = someone(web, "tom")
    before = len(told(plant, since))
    known = next(name for name in web.extensions["syncline_callbacks"] if "account-said.children" in name)
    outputs = [dict(zip(("id", "property"), each.partition("@")[0].rsplit(".", 1), strict=True)) for each in known.strip(".").split("...")]
    pressed = [
        {"id": "account-change", "property": "n_clicks", "value": 1},
        {"id": "account-again", "property": "n_submit", "value": None},
    ]
    typed = [{"id": f"account-{field}", "property": "value", "value": "not the password"} for field in ("now", "new", "again")]
    for _ in range(2):
        assert "That is not your password." in tom.call(known, pressed, outputs, typed).text
    assert told(plant, since)[before:] == [("tom", "identity not confirmed", "user tom", "127.0.0.1")] * 2


def test_what_was_refused_is_told(plant: Application, web: Flask, since: int):
    tom = someone(web, "tom")
    before = len(told(plant, since))
    assert tom.post("api/v1/rebuild").status_code == 403
    assert told(plant, since)[before:] == [("tom", "refused", "POST /api/v1/rebuild", "127.0.0.1")]


def test_the_pages_whose_opening_is_told_are_pages():
    assert {page.path for page in PAGES} >= VIEWED


def test_views_that_cannot_be_written_wait_and_what_is_too_much_is_counted(plant: Application, since: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("app.audit.seen.MOST_WAITING", 2)
    for number in range(5):
        plant.seen.tell("tom", "opened", f"/path/w/{number}")
    assert [row[:3] for row in told(plant, since)] == [
        ("tom", "opened", "/path/w/0"),
        ("tom", "opened", "/path/w/1"),
        ("syncline", "views not written down", "audit"),
    ]


def test_the_same_is_told_again_after_an_hour(plant: Application, since: int):
    now = [0]
    seen: Any = Seen(plant.accounts.engine, lambda: now[0])
    for minutes in (0, 59, 60, 61):
        now[0] = minutes * 60 * 10**9
        seen.tell("tom", "opened", "/path/w/1")
    seen.write()
    assert len(told(plant, since)) == 2


def test_a_served_syncline_says_with_which_settings_it_runs(tmp_path: Path, plant: Application, since: int):
    from app.audit.upkeep import settings_read

    file = tmp_path / "syncline.yaml"
    file.write_text("version: 1\n")
    settings_read(plant.accounts.engine, file, plant.now_ns())
    with plant.accounts.engine.connect() as connection:
        entry = audit.entries(connection, audit.Filter(action="settings read"))[0]
    assert '"sha256":"09bfcc6a14b83e2192b8673677725c84883ee9cd0c70e45c9ec09daa8f2b2847"' in entry.detail
