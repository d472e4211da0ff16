"""A message that is changed before it is sent again: what may be changed, the difference before the request, and what leaves."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import audit
from app.application import Application
from app.instants import instant_text
from tests.cli.configurations import PACK
from tests.pages import recovering
from tests.pages.served import drawn_text, make_server, opened, someone

MINUTE = 60 * 10**9
SETTINGS = """
version: 1
workflows: [pack.yaml]
sites: [{name: hamburg, timezone: Europe/Berlin}]
sources:
  - name: bus
    kind: files
    format: jsonl
    path: bus.jsonl
    complete: true
    map:
      event_type: {path: type}
      event_time: {path: time}
      system: {value: erp}
      site: {value: hamburg}
      objects: {type: {value: sales_order}, id: {path: order}}
      outcome: {path: outcome}
      error_code: {path: code}
      error_text: {path: error}
recovery:
  targets:
    middleware: {kind: file, folder: drop, name: "{transaction_id}_{effect_id}.json"}
  payloads: {masks: [price]}
  paths:
    - {name: correct, title: Correct the plant, action: edit_and_replay, workflows: [order], target: middleware, roles: [it],
       approval: none, editable: [plant, amount, price],
       schema: {properties: {plant: {enum: ["0001", "1000"]}, price: {$ref: "#/$defs/most"}}, $defs: {most: {maximum: 100}}}}
"""
FAILED = {"type": "order.released", "order": "SO-7", "plant": "0001", "amount": 5, "price": 99, "outcome": "error", "code": "idoc:51"}
CASE = {"kind": "failed", "workflow": "order", "transaction": "SO-7"}
PLACES = ("plant", "amount", "price")


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    folder: Path = tmp_path_factory.mktemp("changed")
    now_ns = time.time_ns()
    created = {"type": "order.created", "order": "SO-7", "outcome": "ok", "time": instant_text(now_ns - 60 * MINUTE)}
    failed = {**FAILED, "time": instant_text(now_ns - 50 * MINUTE), "error": "Plant 0001 is not open"}
    (folder / "bus.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in (created, failed)))
    (folder / "pack.yaml").write_text(PACK)
    (folder / "syncline.yaml").write_text(SETTINGS)
    (folder / "drop").mkdir()
    with opened(folder / "syncline.yaml") as application:
        yield application


@pytest.fixture(scope="module")
def server(application: Application) -> Flask:
    return make_server(application)


def press(server: Flask, what: str, typed: tuple[str, str, str], seen: dict[str, Any]) -> Any:
    fields = [{"type": "failure-edit", "path": place} for place in PLACES]
    more = [
        [{"id": each, "property": "value", "value": text} for each, text in zip(fields, typed, strict=True)],
        [{"id": each, "property": "id", "value": each} for each in fields],
    ]
    state = {"failure_about": ("data", CASE), "failure_plan": ("data", seen), "failure_reason": ("value", "asked the plant")}
    return recovering.press(someone(server, "tom"), "failure-panel.children", {"type": "failure-do", "what": what}, more, **state)


def plan_in(node: Any) -> dict[str, Any] | None:
    """What the page keeps of the plan that it shows."""
    if isinstance(node, dict):
        if node.get("id") == "failure-plan":
            return dict(node["data"])
        node = list(node.values())
    found = (plan_in(each) for each in node) if isinstance(node, list) else ()
    return next((each for each in found if each), None)


def test_what_was_changed_is_shown_before_it_is_requested_and_is_what_leaves(server: Flask, application: Application) -> None:
    page = someone(server, "tom").show("/failure", "?kind=failed&workflow=order&transaction=SO-7")
    assert "Change something above first" in drawn_text(page)
    seen = plan_in(page.get_json())
    assert seen
    broken = press(server, "look", ("1000", "many", ""), seen)
    assert "amount holds a number; a text would break what the receiver reads." in broken.text
    assert "$.plant would break the schema of the path: enum is" in press(server, "look", ("9999", "5", ""), seen).text
    assert "$.price would break the schema of the path: maximum is 100." in press(server, "look", ("1000", "5", "101"), seen).text
    shown = press(server, "look", ("1000", "5", ""), seen)
    changed = plan_in(shown.get_json())
    assert changed
    assert changed["edits"] == {"plant": "1000"}
    assert changed["hash"] != seen["hash"]
    assert "no longer what you looked at" in press(server, "request", ("1000", "5", ""), {**changed, "hash": seen["hash"]}).text
    answer = press(server, "request", ("1000", "5", ""), changed).get_json()
    assert answer["response"]["shell-url"]["pathname"].startswith("/recovery/R-")
    recovering.send(application)
    (dropped,) = (application.settings.folder / "drop").glob("*.json")
    sent = json.loads(dropped.read_bytes())
    assert {name: sent[name] for name in ("order", *PLACES)} == {"order": "SO-7", "plant": "1000", "amount": 5, "price": 99}


def test_each_look_at_a_message_is_written_down_and_hides_what_must_not_be_seen(server: Flask, application: Application) -> None:
    button = {"type": "failure-look", "case": "failed|order|SO-7|released"}
    lasting = [{"id": "glass-state", "property": "data", "value": None}]
    said = recovering.press(someone(server, "tom"), "failure-payload.children", button, beside=lasting, failure_about=("data", CASE)).text
    assert "Plant 0001 is not open" in said
    assert "Hidden: price." in said
    assert "amount" in said
    assert re.search(r"price\W+99\b", said) is None
    with application.accounts.engine.connect() as connection:
        looks = audit.entries(connection, audit.Filter(actor="tom", action="look at payload"))
    assert {entry.subject for entry in looks} == {button["case"]}
    assert json.loads(looks[0].detail)["hidden"] == ["price"]


def test_who_may_not_see_messages_is_told_so_beside_the_button_and_by_the_server(server: Flask, application: Application) -> None:
    why = "Messages are for Plant IT and integration"
    page = drawn_text(someone(server, "maria").show("/failure", "?kind=failed&workflow=order&transaction=SO-7"))
    assert why in page
    button, lasting = (
        {"type": "failure-look", "case": "failed|order|SO-7|released"},
        [{"id": "glass-state", "property": "data", "value": None}],
    )
    said = recovering.press(someone(server, "maria"), "failure-payload.children", button, beside=lasting, failure_about=("data", CASE)).text
    assert why in said
    assert "amount" not in said
    with application.accounts.engine.connect() as connection:
        refused = audit.entries(connection, audit.Filter(actor="maria"))
    assert [(entry.action, entry.subject) for entry in refused if entry.action != "signed in"] == [
        ("look at message refused", button["case"])
    ]
