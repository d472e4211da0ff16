"""Failure: from a group of failures to its approved way out, and to the proof that it worked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from flask import Flask
from sqlalchemy import select

from app.application import Application
from app.exports import Asked
from app.instants import instant_ns
from app.recovery.model import Case
from app.recovery.run_tables import items, recoveries
from app.recovery.runs import Refusal
from app.recovery.selection import group_of, proposed, requested
from metrics.events import interfaces
from metrics.recovering import Group
from metrics.scope import EVERYTHING
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
    failed = application.selected(group_of(recovering.GROUP), EVERYTHING).cases[0].transaction_id
    on_path = [address for _, address in trees.links(trees.drawn(tom.show(f"/path/{recovering.GROUP['workflow']}/{failed}")))]
    assert f"/failure?workflow={recovering.GROUP['workflow']}&transaction={failed}" in on_path


def test_the_way_out_stands_beside_its_verdict(server: Flask, application: Application):
    many = len(application.selected(group_of(recovering.GROUP), EVERYTHING).cases)
    said = drawn_text(someone(server, "tom").show("/failure", GROUP))
    for part in (
        "Production confirmed in ERP failed",
        f"{many} cases, owned by Plant IT",
        f"Posting period 11/2026 is not open for account type M said {many} times",
        f"Safe {many}",
        f"Recover {many}",
        "Production confirmed in ERP has not been reached.",
    ):
        assert part in said
    assert f"Request {many}" in drawn_text(someone(server, "tom").show("/failure", GROUP + "&path=ask-a-colleague"))


@pytest.mark.parametrize(
    ("who", "query", "sentence"),
    [
        ("maria", GROUP, "Only Plant IT and integration may do this."),
        ("bruno", GROUP, "that you may not see"),
        ("tom", "?kind=missing&workflow=order_to_production", "The catalogue has no approved path for this"),
        ("tom", "?kind=odd", "No kind of case is called 'odd'"),
        ("tom", "", "Say which cases"),
        ("tom", "?workflow=production_to_inventory&transaction=gone", "Nothing of this needs anybody now"),
    ],
)
def test_what_cannot_be_done_says_why(server: Flask, who: str, query: str, sentence: str):
    assert sentence in drawn_text(someone(server, who).show("/failure", query))


def test_from_a_click_to_its_proof(server: Flask, application: Application):
    selected = application.selected(group_of(recovering.GROUP), EVERYTHING)
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


def say(server: Flask, who: str, what: str, **given: str) -> str:
    """What stands on the card about the group after somebody pressed a button of it."""
    values = {"memory_words": "", "memory_ticket": "", "memory_hours": "24", "memory_owner": ""} | given
    state = {name: ("value", value) for name, value in values.items()}
    about = {"failure_about": ("data", {**recovering.GROUP, "zone": "Europe/Berlin"})}
    ident = {"type": "memory-do", "what": what}
    return recovering.press(someone(server, who), "failure-memory.children", ident, **about, **state).text


def test_what_people_know_of_a_group_stands_on_its_page_in_the_list_and_in_the_export(server: Flask, application: Application):
    assert "Only Supply chain or Plant IT and integration may write this." in say(server, "eva", "note", memory_words="x")
    assert "A reason is needed." in say(server, "tom", "mute")
    say(server, "tom", "note", memory_words="The period opens tomorrow.")
    say(server, "tom", "link", memory_ticket="https://tickets.example/4711")
    say(server, "tom", "mute", memory_words="Known until the period opens.", memory_hours="8")
    say(server, "tom", "assign", memory_owner="quality")
    page = drawn_text(someone(server, "maria").show("/failure", GROUP))
    for part in (
        "owned by Quality",
        "tom wrote",
        "The period opens tomorrow.",
        "Worked on in https://tickets.example/4711",
        ", by tom: Known until the period opens.",
    ):
        assert part in page
    listed = drawn_text(someone(server, "maria").show("/failures"))
    assert "Muted until" in listed
    assert "1 note" in listed
    assert "Owner: Quality" in listed
    (row,) = (row for row in group_rows(application) if row["milestone"] == "confirmed")
    assert (row["state"], row["owner"], row["ticket"], row["notes"][0]["by"]) == ("muted", "quality", "https://tickets.example/4711", "tom")


def test_what_fails_again_after_it_was_resolved_has_come_back(server: Flask, application: Application, monkeypatch: pytest.MonkeyPatch):
    (before,) = (row for row in group_rows(application) if row["milestone"] == "confirmed")
    with monkeypatch.context() as earlier:
        earlier.setattr(application.memory, "_now_ns", lambda: instant_ns(before["last_seen"]) - 1)
        say(server, "tom", "fix", memory_words="Transport 4711 is live")
    assert "by tom: Transport 4711 is live. It failed the same way again on" in drawn_text(someone(server, "tom").show("/failure", GROUP))
    assert "Came back after it was resolved on" in drawn_text(someone(server, "tom").show("/failures"))
    assert [row["state"] for row in group_rows(application) if row["milestone"] == "confirmed"] == ["regressed"]
    say(server, "tom", "fix")
    assert [row["state"] for row in group_rows(application) if row["milestone"] == "confirmed"] == ["fixed"]
    assert "Resolved" in say(server, "tom", "reopen")
    assert [row["state"] for row in group_rows(application) if row["milestone"] == "confirmed"] == ["open"]


def group_rows(application: Application) -> list[dict[str, Any]]:
    lines = b"".join(application.export(Asked("failure_groups"))).splitlines()
    return [orjson.loads(line) for line in lines]


def test_what_was_parked_is_listed_as_that_and_no_longer_as_open(tmp_path: Path):
    with recovering.plant(tmp_path) as application:
        server, desk = make_server(application), application.desk
        every = application.selected(group_of(recovering.GROUP), EVERYTHING)
        first, rest = every.cases[0], every.cases[1:]
        alone = application.selected(Group(transaction_id=first.transaction_id, **recovering.GROUP), EVERYTHING)
        requested(desk, "set-aside", alone, proposed(desk, "set-aside", alone).plan.hash, recovering.TOM, None)
        recovering.send(application)
        left = application.selected(group_of(recovering.GROUP), EVERYTHING)
        assert (left.cases, left.settled) == (rest, 1)
        tom = someone(server, "tom")
        page = drawn_text(tom.show("/failure", GROUP))
        assert f"Recover {len(rest)}" in page
        assert "1 more case parked or closed by a person." in page
        assert "Parked" in drawn_text(tom.show("/failure", GROUP + "&also=settled"))
        listed = drawn_text(tom.show("/failures"))
        assert "1 case was parked or closed by a person and is not listed." in listed
        assert f"{len(rest) + 1} transactions failed in 2 groups" in listed  # one of them in another group
        also = drawn_text(tom.show("/failures", "?also=settled"))
        assert f"{len(rest) + 2} transactions failed in 2 groups" in also
        assert "1 parked or closed" in also
        given_up(application, server, rest[0])


def given_up(application: Application, server: Flask, case: Case) -> None:
    """What a person closes is abandoned, on the board and in the metrics as well, until it is opened again."""
    desk, group = application.desk, Group(kind="failed", workflow=case.workflow, transaction_id=case.transaction_id)
    before, told = state_of(application, case), told_by_interfaces(application)
    alone = application.selected(group, EVERYTHING)
    recovery_id = requested(desk, "give-up", alone, proposed(desk, "give-up", alone).plan.hash, recovering.TOM, "it was made by hand")
    recovering.send(application)
    application.tell_closings()
    application.tell_closings()  # once is enough, twice is no more
    assert application.advance().events == 1
    assert (before["state"], state_of(application, case)["state"]) == ("failed", "abandoned")
    assert application.selected(group, EVERYTHING).cases == []
    page = drawn_text(someone(server, "tom").show(f"/recovery/{recovery_id}"))
    assert "Open again" in page
    desk.runs.reopen(recovery_id, recovering.TOM, "it was not")
    application.tell_closings()
    assert application.advance().events == 1
    after = state_of(application, case)
    assert [after[name] for name in ("state", "failed_milestone", "error_class")] == ["failed", "confirmed", "business"]
    assert application.selected(group, EVERYTHING).cases == [case]
    assert told_by_interfaces(application) == told  # what Syncline says itself came through none
    with pytest.raises(Refusal, match="nothing that is not open again"):
        desk.runs.reopen(recovery_id, recovering.TOM)
    application.rebuild()
    assert state_of(application, case) == after


def told_by_interfaces(application: Application) -> int:
    with application.read_now() as reader:
        return int(interfaces(reader, 0)["events"].sum())


def state_of(application: Application, case: Case) -> dict[str, Any]:
    lines = b"".join(application.export(Asked("transactions"))).splitlines()
    key = (case.workflow, case.transaction_id)
    return next(row for row in map(orjson.loads, lines) if (row["workflow"], row["transaction_id"]) == key)
