"""Recoveries drawn as what they were: what Syncline sent, what became of it, and what a person set aside or closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.application import Application
from app.figures.boxes import OURS, boxes_of
from app.figures.ours import ours_boxes, outcome_words, stage_words, who
from app.instants import instant_text
from app.recovery.attempts import Attempt
from app.recovery.cases import Group, find
from app.recovery.model import Action
from app.recovery.run_tables import recoveries
from metrics.read import Moment
from tests.pages import recovering, trees
from tests.pages.made_paths import failed_purchase, ns
from tests.pages.served import make_server, someone

AFTER = ns("2026-03-27 11:00:00")


def attempt(**more: Any) -> Attempt:
    given = {
        "key": "syncline:send-1",
        "kind": "sent",
        "milestone": "posted",
        "at_ns": AFTER,
        "recovery_id": "r-1",
        "path": "Post it again",
        "action": Action.REPLAY,
        "by": "tom",
        "approved_by": "maria",
        "is_automatic": False,
        "stage": 0,
        "stages": 4,
        "outcome": "accepted",
        "words": "Dropped",
    }
    return Attempt(**{**given, **more})


def test_what_was_sent_stands_in_a_lane_of_its_own_after_the_attempt_that_failed() -> None:
    made = failed_purchase()
    boxes = boxes_of(made, ours=ours_boxes(made, [attempt()]))
    sent = next(box for box in boxes if box.lane == OURS)
    assert (sent.title, sent.detail, sent.note) == ("Sent again", "by tom, approved by maria", "canary, 12:00:00, accepted")
    before = next(box for box in boxes if box.key == sent.after)
    assert (before.lane, before.tone) == ("ERP", "failed")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"is_automatic": True, "approved_by": None}, ("the rule Post it again", "canary", "accepted")),
        ({"stage": 2, "outcome": "proven"}, ("tom, approved by maria", "step 3 of the ramp", "proven")),
        ({"stages": 1, "outcome": "unproven", "approved_by": None}, ("tom", "", "without effect")),
        ({"stage": None, "outcome": ""}, ("tom, approved by maria", "", "no answer yet")),
    ],
)
def test_who_did_it_at_which_step_and_what_became_of_it_is_said(more: dict[str, Any], words: tuple[str, str, str]) -> None:
    made = attempt(**more)
    assert (who(made), stage_words(made), outcome_words(made)) == words


def test_an_event_that_a_recovery_caused_says_so_and_what_the_middleware_did_does_not() -> None:
    made = failed_purchase()
    events = made.events.copy()
    events.loc[events["attempt"] == 3, "recovery_id"] = "r-1"
    notes = [box.note for box in boxes_of(replace(made, events=events)) if box.milestone == "posted"]
    assert notes == ["Attempt 1 failed 09:31:02", "Attempt 2 failed 09:41:02", "Failed 11:02:40, put aside, by recovery"]


# -- on the page -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with recovering.plant(tmp_path_factory.mktemp("ours")) as application:
        yield application


@pytest.fixture(scope="module")
def server(application: Application) -> Flask:
    return make_server(application)


def recovered(application: Application, path: str, which: slice, reason: str | None = None) -> tuple[str, str]:
    """The id of a recovery that Tom asked for, and its transaction."""
    now_ns = application.now_ns()
    with application.reader(Moment(now_ns, now_ns)) as reader:
        cases = find(reader, Group(**recovering.GROUP))[which]
    proposal = application.desk.propose(path, cases)
    recovery_id = application.desk.request(proposal, proposal.plan.hash, recovering.TOM, reason, recovering.GROUP)
    recovering.send(application)
    return recovery_id, cases[0].transaction_id


def shown(server: Flask, who: str, name: str, query: str = "") -> Any:
    return trees.drawn(someone(server, who).show(f"/path/production_to_inventory/{name}", query))


def of_us(tree: Any) -> list[str]:
    return [trees.said(each) for each in trees.with_class(tree, "node") if trees.said(each).startswith(f"{OURS}: ")]


def test_the_page_shows_what_was_sent_and_leads_to_the_recovery(application: Application, server: Flask) -> None:
    recovery_id, name = recovered(application, "confirm-again", slice(1))
    tree = shown(server, "tom", name)
    (said,) = of_us(tree)
    assert said.startswith("Syncline: Asked to try again, Sent by Syncline, by tom, ")
    key = next(each.id["key"] for each in trees.with_class(tree, "node") if "node-sent" in each.className)
    chosen = shown(server, "tom", name, f"?selected={key}")
    assert "Approved path Ask the middleware to confirm again Requested by tom" in trees.text(trees.with_class(chosen, "detail"))
    assert (recovery_id, f"/recovery/{recovery_id}") in trees.links(chosen)


def test_what_a_person_closed_is_no_attempt_of_a_system(application: Application, server: Flask) -> None:
    _, name = recovered(application, "give-up", slice(1, 2), "scrapped by hand")
    application.ingest()
    tree = shown(server, "tom", name)
    (said,) = of_us(tree)
    assert said.startswith("Syncline: Closed by a person, Closed by tom: scrapped by hand, ")


def test_before_it_was_sent_nothing_of_it_is_there(application: Application, server: Flask) -> None:
    _, name = recovered(application, "confirm-again", slice(2, 3))
    then = "2090-01-01T00:00:00Z"
    assert len(of_us(shown(server, "tom", name, f"?as_of={then}"))) == 1
    with application.accounts.engine.connect() as connection:
        first = connection.execute(select(func.min(recoveries.c.requested_ns))).scalar_one()
    assert of_us(shown(server, "tom", name, f"?as_of={instant_text(first - 1)}")) == []
