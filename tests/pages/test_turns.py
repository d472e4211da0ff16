"""An alert's page says who was told by a roster, who was passed over and who is next; each says for themselves when they are away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import time

import pytest
from flask import Flask

from app.alerts.alert import Condition, Part
from app.alerts.kept import Narrowed
from app.alerts.watch import look
from app.application import Application
from app.duty import turns
from app.duty.roster import Level, Roster, Shift
from app.telling import teller
from metrics.scope import EVERYTHING
from tests.pages import recovering, trees
from tests.pages.served import UPDATE, Client, drawn_text, make_server, someone

ALWAYS = Shift((0, 1, 2, 3, 4, 5, 6), time(0), time(0), ("bruno", "tom"))
ROSTER = Roster("augsburg-it", "plant-it", "augsburg", "Europe/Berlin", (ALWAYS,), (Level(("eva",)),))
FAILING = Condition(
    "failed|turned", "failed", "critical", "Confirmation fails again", "p", "plant-it", "failure?signature=a1", 1, (Part("augsburg", 7, 3),)
)
HOUR = 3600 * 10**9


@pytest.fixture(scope="module")
def server(application: Application) -> Iterator[Flask]:
    before = application.settings
    application.settings = replace(before, rosters=(ROSTER,))
    server = make_server(application)
    for name in ("tom", "bruno", "eva"):
        someone(server, name)
    advance(application)  # the roster is known before anything begins
    look(application.accounts.engine, [FAILING], application.now_ns())
    advance(application)
    yield server
    look(application.accounts.engine, [], application.now_ns(), 0)
    application.settings = before


def advance(application: Application) -> None:
    people = teller.people_of(application)
    turns.advance(application.accounts.engine, (ROSTER,), teller.staff_of(application, people), application.now_ns())


def say_away(client: Client, begins: str, ends: str, deputy: str = "") -> str:
    """What the card says after the press."""
    state = [
        {"id": f"away-{name}", "property": "value", "value": value} for name, value in (("from", begins), ("to", ends), ("deputy", deputy))
    ]
    inputs = [{"id": "away-add", "property": "n_clicks", "value": 1}]
    body = {"output": "away.children", "outputs": {"id": "away", "property": "children"}, "inputs": [*inputs, []], "state": state}
    answer = client.post(UPDATE, json={**body, "changedPropIds": ["away-add.n_clicks"]})
    return trees.text(trees.revived(answer.get_json()["response"]["away"]["children"]))


def test_the_list_and_the_alert_say_who_was_told_and_who_is_next(server: Flask, application: Application) -> None:
    tom = someone(server, "tom")
    said = drawn_text(tom.show("/alerts"))
    assert "told to tom, " in said
    (number,) = [alert.number for alert in application.alerts.listed(Narrowed(), EVERYTHING, 0, 50)[0] if alert.title == FAILING.title]
    said = drawn_text(tom.show("/alerts", f"?number={number}"))
    assert "Who is told tom, " in said
    assert "augsburg-it, on shift. Passed over: bruno (may not see it)" in said
    assert "If nobody looks after it by " in said
    assert "it is told to eva." in said
    application.alerts.take(number, recovering.TOM, None)
    said = drawn_text(tom.show("/alerts", f"?number={number}"))
    assert "Who is told tom, " in said
    assert "it is told to eva" not in said
    assert "told to tom" not in drawn_text(tom.show("/alerts"))


def test_each_says_for_themselves_when_they_are_away(server: Flask, application: Application) -> None:
    tom = someone(server, "tom")
    assert "It is kept." in say_away(tom, "2035-12-24 14:00", "2036-01-04 06:00", "eva")
    (absence,) = application.absences.of("tom")
    assert (absence.deputy, (absence.to_ns - absence.from_ns) // HOUR) == ("eva", 10 * 24 + 16)
    said = drawn_text(tom.show("/subscriptions"))
    assert "24 Dec 2035" in said
    assert "24 Dec 2035" not in drawn_text(someone(server, "eva").show("/subscriptions"))
    application.absences.remove("eva", absence.number)  # not theirs
    assert application.absences.of("tom") == [absence]
    application.absences.remove("tom", absence.number)
    assert application.absences.of("tom") == []


@pytest.mark.parametrize(
    ("begins", "ends", "deputy", "said"),
    [
        ("", "2036-01-04 06:00", "", "'' is no time that is understood here."),
        ("2036-01-04 06:00", "2035-12-24 14:00", "", "You are away from a moment until a later one."),
        ("2020-01-04 06:00", "2020-01-05 06:00", "", "That is over already."),
        ("2035-12-24 14:00", "2036-01-04 06:00", "tom", "Somebody else has to stand in for you"),
        ("2035-12-24 14:00", "2036-01-04 06:00", "ghost", "Somebody else has to stand in for you"),
    ],
)
def test_what_cannot_be_is_said_and_the_form_stays(server: Flask, begins: str, ends: str, deputy: str, said: str) -> None:
    assert said in say_away(someone(server, "tom"), begins, ends, deputy)
