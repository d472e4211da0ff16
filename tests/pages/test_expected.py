"""Expected: what should have come, one by one and by step; a feed that is behind is one sentence, not a thousand misses."""

from __future__ import annotations

import time

import pytest
from flask import Flask

from app.application import Application
from app.figures.rows import rows_of
from metrics.expected import STATES, Narrowed, counted, expected, feeds_behind
from metrics.read import Moment, open_reader
from tests.pages import trees
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
    ],
)
def test_an_address_that_means_nothing_is_told(server: Flask, query: str, sentence: str):
    assert sentence in drawn_text(someone(server, "maria").show("/expected", query))


def test_who_may_see_one_site_sees_what_is_expected_there_only(server: Flask):
    assert "Monterrey" not in drawn_text(someone(server, "bruno").show("/expected"))


def test_nothing_of_a_kind_is_said_so(server: Flask):
    said = drawn_text(someone(server, "maria").show("/expected", "?state=missing&workflow=master_data_sync"))
    assert "Nothing like that is expected" in said or "One by one" in said
