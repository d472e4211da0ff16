"""Expected: what should have come, one by one and by step; a feed that is behind is one sentence, not a thousand misses."""

from __future__ import annotations

import time

import pytest
from flask import Flask

from app.application import Application
from app.components.silence import held_up, silence, usual
from app.figures.rows import rows_of
from metrics.expected import STATES, Narrowed, counted, expected, feeds_behind
from metrics.read import Moment, open_reader
from tests.pages import trees
from tests.pages.made_paths import ns
from tests.pages.served import drawn_text, someone


def test_the_counts_are_those_of_the_lists_and_of_the_export(application: Application):
    now = time.time_ns()
    with open_reader(application.store, Moment(now, now)) as reader:
        exported = list(reader.export("expectations"))
        groups = rows_of(counted(reader))
        assert sum(row["expectations"] for row in groups) == len(exported) > 0
        for state in STATES:
            listed = expected(reader, Narrowed(state=state), 0, 100_000)
            assert len(listed) == sum(row["state"] == state for row in exported)
        behind = rows_of(feeds_behind(reader))
        assert sum(row["expectations"] for row in behind) == sum(row["state"] == "unjudged" for row in exported) > 0


def test_a_missing_step_is_listed_with_how_long_it_is_over(server: Flask):
    answer = someone(server, "maria").show("/expected", "?state=missing&workflow=order_to_production&milestone=received")
    said = drawn_text(answer)
    assert "Work order received in MES" in said
    assert " over" in said
    assert any("/path/order_to_production/" in address for _, address in trees.links(trees.drawn(answer)))


def test_a_feed_that_is_behind_is_one_sentence(server: Flask):
    said = drawn_text(someone(server, "maria").show("/expected"))
    assert "cannot be judged until its feed has caught up" in said
    assert "Suzhou" in said


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?state=lost", "No state is called 'lost'."),
        ("?workflow=orders", "No workflow is called 'orders'."),
        ("?workflow=order_to_production&milestone=posted", "No milestone is called 'posted'."),
        ("?site=atlantis", "There is no site 'atlantis'"),
        ("?page=x", "There is no page 'x'"),
        ("?state=Lost", "No state is called 'Lost'."),
        ("?due_before=soon", "due_before is neither a time nor one of 4h, 24h, 7d: 'soon' is no time."),
    ],
)
def test_an_address_that_means_nothing_is_told(server: Flask, query: str, sentence: str):
    assert sentence in drawn_text(someone(server, "maria").show("/expected", query))


def test_who_may_see_one_site_sees_what_is_expected_there_only(server: Flask):
    assert "Monterrey" not in drawn_text(someone(server, "bruno").show("/expected"))


def test_nothing_of_a_kind_is_said_so(server: Flask):
    said = drawn_text(someone(server, "maria").show("/expected", "?state=missing&workflow=master_data_sync"))
    assert "Nothing like that is expected" in said or "One by one" in said


def test_what_is_due_before_a_time_is_told_apart(application: Application, server: Flask):
    now = time.time_ns()
    with open_reader(application.store, Moment(now, now)) as reader:
        dues = [row["due_ns"] for row in rows_of(expected(reader, Narrowed(), 0, 100_000)) if row["due_ns"] is not None]
        edge = sorted(set(dues))[len(set(dues)) // 2]
        some = expected(reader, Narrowed(due_before_ns=edge), 0, 100_000)
        assert 0 < len(some) == sum(due < edge for due in dues) < len(dues)
        assert sum(counted(reader, due_before_ns=edge)["expectations"]) == len(some)
    answer = someone(server, "maria").show("/expected", "?due_before=24h")
    assert any("state=missing" in address and "due_before=24h" in address for _, address in trees.links(trees.drawn(answer)))


def test_a_silent_feed_says_so_once_with_what_it_holds_up():
    row = {"system": "wms", "site": "hamburg", "expectations": 1204, "known_until_ns": 1, "heard_ns": ns("2026-03-23 13:05:00")}
    at = ns("2026-03-23 15:00:00")
    assert " ".join(held_up({**row, "is_silent": True}, "Europe/Berlin", at)) == (
        "WMS at Hamburg has been silent since 14:05 CET. 1,204 expectations cannot be judged."
    )
    never = held_up({**row, "known_until_ns": None, "is_silent": False}, "Europe/Berlin", at)
    assert never[0] == "WMS at Hamburg has never been heard of."


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"is_complete": True}, "Its source is always complete, so it is never silent."),
        ({"gaps": 7}, "Too few gaps (7) to say when it is silent: silent_after in the configuration can."),
        ({"silent_after_seconds": 7200.0, "is_usual": False}, "Silent after 2 h of working time, as configured."),
        (
            {"silent_after_seconds": 2400.0, "gaps": 1204, "usual_seconds": 2100.0, "is_usual": True},
            "Silent after 40 min of working time: of 1,204 gaps in four weeks 99 in 100 are no longer than 35 min.",
        ),
    ],
)
def test_what_is_usual_of_a_feed_is_told(row: dict[str, object], sentence: str):
    assert usual({"is_complete": False, "silent_after_seconds": None, "gaps": 0, **row}) == sentence


def test_a_silent_feed_is_marked_with_what_to_do():
    assert silence({"is_silent": False, "quiet_seconds": 9.0}) is None
    said = str(silence({"is_silent": True, "quiet_seconds": 7200.0}))
    assert "Not known for 2 h of working time." in said
    assert "look whether its sender runs" in said
