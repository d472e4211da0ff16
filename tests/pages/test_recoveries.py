"""Recoveries: which there are, what became of every case, who may do what with them, and how often each path worked."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.application import Application
from app.configuration.roles import shipped
from app.recovery import listing
from app.recovery.cases import Group, find
from app.recovery.run_tables import items, sends
from app.recovery.runs import Actor, Refusal
from metrics.read import Moment
from tests.pages import recovering
from tests.pages.served import drawn_text, make_server, someone

TOM, MARIA = Actor("tom", frozenset({"it"}), access=shipped()), Actor("maria", frozenset({"supply"}), access=shipped())


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with recovering.plant(tmp_path_factory.mktemp("recoveries")) as application:
        yield application


@pytest.fixture(scope="module")
def server(application: Application) -> Flask:
    return make_server(application)


def request(application: Application, path: str, which: slice, reason: str | None = None) -> tuple[str, Any]:
    """A recovery of some of the failed confirmations, by Tom; with its plan."""
    now_ns = application.now_ns()
    with application.reader(Moment(now_ns, now_ns)) as reader:
        cases = find(reader, Group(**recovering.GROUP))[which]
    proposal = application.desk.propose(path, cases)
    return application.desk.request(proposal, proposal.plan.hash, TOM, reason, recovering.GROUP), proposal.plan


@pytest.fixture(scope="module")
def sent(application: Application) -> tuple[str, Any]:
    """Two confirmations were asked for again; one came, and was observed."""
    recovery_id, plan = request(application, "confirm-again", slice(2))
    recovering.send(application)
    recovering.confirm(application, plan.items[0].case.transaction_id)
    recovering.send(application)
    return recovery_id, plan


@pytest.fixture(scope="module")
def asked(application: Application, sent: tuple[str, Any]) -> tuple[str, Any]:
    """One that waits for a colleague of another role."""
    return request(application, "ask-a-colleague", slice(2, 3), "the period is open")


def decide(server: Flask, who: str, recovery_id: str, seen_hash: str, action: str, reason: str | None = None) -> Any:
    about = {"id": recovery_id, "start": 0, "hash": seen_hash}
    button = {"action": action, "type": "recovery-do"}
    state = {"recovery_about": ("data", about), "recovery_reason": ("value", reason)}
    return recovering.press(someone(server, who), "recovery-said.children", button, **state)


def test_one_of_them_says_of_every_case_what_became_of_it(server: Flask, sent: tuple[str, Any]):
    recovery_id, plan = sent
    said = drawn_text(someone(server, "tom").show(f"/recovery/{recovery_id}"))
    assert "1 of 2 cases proven" in said
    assert "Proven It was observed." in said
    assert "Accepted Dropped as" in said
    assert all(item.case.transaction_id in said for item in plan.items)


def test_what_paths_achieved_is_what_a_recount_says(server: Flask, application: Application, sent: tuple[str, Any]):
    with application.accounts.engine.connect() as connection:
        ended = [item for item in connection.execute(select(items)) if item.ended_ns is not None]
        first: dict[tuple[str, int], int] = {}
        for each in connection.execute(select(sends).order_by(sends.c.sent_ns.desc())):
            first[each.recovery_id, each.place] = each.sent_ns
    tried = [item for item in ended if (item.recovery_id, item.place) in first]
    took = [(item.ended_ns - first[item.recovery_id, item.place]) / 1e9 for item in tried if item.state == "proven"]
    with application.accounts.engine.connect() as connection:
        (worked,) = listing.worked(connection, TOM)
    assert (worked.ended, worked.proven, worked.median_seconds) == (len(tried), len(took), median(took))
    assert "Ask the middleware to confirm again 1 1 100 %" in drawn_text(someone(server, "tom").show("/recoveries"))


@pytest.mark.parametrize(
    ("who", "query", "shown", "hidden"),
    [
        ("tom", "", "Waits for approval 1", "you may not see"),
        ("tom", "?state=requested", "other than tom", "Running Ask"),
        ("bruno", "", "2 more recoveries you may not see", "Ask the middleware"),
        ("tom", "?state=sung", "No state is called 'sung'", "R-"),
    ],
)
def test_the_list_is_narrowed_by_the_address_and_by_sites(server: Flask, asked: Any, who: str, query: str, shown: str, hidden: str):
    said = drawn_text(someone(server, who).show("/recoveries", query))
    assert shown in said
    assert hidden not in said


@pytest.mark.parametrize(("who", "role", "waiting"), [("tom", "it", 0), ("tim", "it", 0), ("maria", "supply", 1), ("ada", "admin", 1)])
def test_what_waits_is_counted_for_who_may_approve_it(application: Application, asked: Any, who: str, role: str, waiting: int):
    with application.accounts.engine.connect() as connection:
        assert listing.awaiting(connection, Actor(who, frozenset({role}), access=shipped())) == waiting


def test_an_old_link_and_one_to_what_must_not_be_seen_say_the_same(server: Flask, sent: tuple[str, Any]):
    for recovery_id, who in (("R-gone", "tom"), (sent[0], "bruno")):
        assert f"There is no recovery {recovery_id}" in drawn_text(someone(server, who).show(f"/recovery/{recovery_id}"))


def test_who_requested_it_cannot_approve_it_and_a_colleague_can(server: Flask, application: Application, asked: tuple[str, Any]):
    recovery_id, plan = asked
    assert "Who requested it cannot approve it." in drawn_text(someone(server, "tom").show(f"/recovery/{recovery_id}"))
    assert "Who requested it cannot approve it." in decide(server, "tom", recovery_id, plan.hash, "approve").text
    assert "no longer what you looked at" in decide(server, "maria", recovery_id, "0" * 64, "approve").text
    assert "Approved by maria." in decide(server, "maria", recovery_id, plan.hash, "approve").text
    with pytest.raises(Refusal, match="approved by now"):
        application.desk.runs.approve(recovery_id, MARIA, plan.hash)
    assert "Taken back by tom." in decide(server, "tom", recovery_id, plan.hash, "withdraw").text
