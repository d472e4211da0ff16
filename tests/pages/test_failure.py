"""Failure: from a group of failures to its approved way out, and to the proof that it worked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select

from app.application import Application
from app.recovery.run_tables import items, recoveries
from app.recovery.selection import group_of, proposed
from tests.pages import recovering, trees
from tests.pages.served import drawn_text, make_server, someone

GROUP = "?" + urlencode(recovering.GROUP)


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with recovering.plant(tmp_path_factory.mktemp("failure")) as application:
        yield application


@pytest.fixture(scope="module")
def server(application: Application) -> Flask:
    return make_server(application)


def click(server: Flask, who: str, path: str, seen_hash: str, reason: str | None = None) -> Any:
    state = {
        "failure_about": ("data", recovering.GROUP),
        "failure_plan": ("data", {"path": path, "hash": seen_hash, "edits": None}),
        "failure_reason": ("value", reason),
    }
    nothing = [[], []]  # no fields to change the message in
    return recovering.press(someone(server, who), "failure-panel.children", {"type": "failure-do", "what": "request"}, nothing, **state)


def test_each_group_and_each_path_of_a_failure_leads_to_it(server: Flask, application: Application):
    tom = someone(server, "tom")
    addresses = [address for _, address in trees.links(trees.drawn(tom.show("/failures")))]
    assert "/failure?" + urlencode(recovering.GROUP) in addresses
    failed = application.selected(group_of(recovering.GROUP), None).cases[0].transaction_id
    on_path = [address for _, address in trees.links(trees.drawn(tom.show(f"/path/{recovering.GROUP['workflow']}/{failed}")))]
    assert f"/failure?workflow={recovering.GROUP['workflow']}&transaction={failed}" in on_path


def test_the_way_out_stands_beside_its_verdict(server: Flask, application: Application):
    many = len(application.selected(group_of(recovering.GROUP), None).cases)
    said = drawn_text(someone(server, "tom").show("/failure", GROUP))
    for part in (
        "Production confirmed in ERP failed",
        f"{many} cases, owned by Plant IT",
        f"Posting period 11/2026 is not open for account type M said {many} times",
        f"Safe {many}",
        f"Recover {many}",
        "confirmed has not been reached.",
    ):
        assert part in said
    assert f"Request {many}" in drawn_text(someone(server, "tom").show("/failure", GROUP + "&path=ask-a-colleague"))


@pytest.mark.parametrize(
    ("who", "query", "sentence"),
    [
        ("maria", GROUP, "Only Plant IT and integration may do this."),
        ("bruno", GROUP, "of sites that you may not see"),
        ("tom", "?kind=missing&workflow=order_to_production", "The catalogue has no approved path for this"),
        ("tom", "?kind=odd", "No kind of case is called 'odd'"),
        ("tom", "", "Say which cases"),
        ("tom", "?workflow=production_to_inventory&transaction=gone", "Nothing of this needs anybody now"),
    ],
)
def test_what_cannot_be_done_says_why(server: Flask, who: str, query: str, sentence: str):
    assert sentence in drawn_text(someone(server, who).show("/failure", query))


def test_from_a_click_to_its_proof(server: Flask, application: Application):
    selected = application.selected(group_of(recovering.GROUP), None)
    seen = proposed(application.desk, "confirm-again", selected).plan.hash
    assert "no longer what you looked at" in click(server, "tom", "confirm-again", "0" * 64).text
    assert "may use" in click(server, "maria", "confirm-again", seen).text
    plan = proposed(application.desk, "ask-a-colleague", selected).plan
    assert "A reason is needed." in click(server, "tom", "ask-a-colleague", plan.hash).text
    address = click(server, "tom", "confirm-again", seen).get_json()["response"]["shell-url"]["pathname"]
    recovery_id = address.rpartition("/")[2]
    recovering.send(application)
    recovering.confirm(application, selected.cases[0].transaction_id)
    recovering.send(application)
    with application.accounts.engine.connect() as connection:
        (row,) = connection.execute(select(recoveries)).all()
        states = [item.state for item in connection.execute(select(items).order_by(items.c.place))]
    assert (row.id, row.requested_by, row.plan_hash) == (recovery_id, "tom", seen)
    assert sorted(states) == ["accepted"] * (len(selected.cases) - 1) + ["proven"]
    left = drawn_text(someone(server, "tom").show("/failure", GROUP))
    assert "Nothing is left to be done" in left
    assert f"{recovery_id} is recovering it now." in left
