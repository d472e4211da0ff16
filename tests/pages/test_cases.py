"""Cases: a figure opens exactly what it counts, and says what it promises."""

from __future__ import annotations

import time

import pytest
from flask import Flask

from app.application import Application
from app.components.pager import ROWS, first_row, pager
from app.pages import cases as page
from metrics.cases import OUTCOMES, Cases, Counted, cases, counted
from metrics.catalog import CATALOG
from metrics.read import Moment, open_reader
from tests.pages import trees
from tests.pages.served import drawn_text, someone

EVER = 2**62


def test_the_cases_are_those_that_the_export_counts(application: Application):
    now = time.time_ns()
    with open_reader(application.store, Moment(now, now)) as reader:
        exported = list(reader.export("metrics", "week"))
        for metric in {row["metric"] for row in exported}:
            rows = [row for row in exported if row["metric"] == metric and row["site"] is None]
            summed = counted(reader, Cases(metric, -EVER, EVER))
            for outcome, found in summed.outcomes.items():
                assert found == sum(row[outcome] for row in rows), f"{outcome} of {metric}"
                listed = cases(reader, Cases(metric, -EVER, EVER, outcome=outcome), 0, 100_000)
                assert len(listed) == found
                assert set(listed["outcome"]) <= {outcome}


def test_a_manager_sees_which_orders_broke_the_promise(server: Flask):
    said = drawn_text(someone(server, "maria").show("/cases", "?metric=quality_hold_propagation&outcome=bad&period=28d"))
    assert "Quality hold propagation" in said
    assert "How long can stock on hold still be shipped" in said
    assert "Promised: 99.5 % within 2 min" in said
    assert "Not kept" in said


def test_every_case_leads_to_its_path(server: Flask):
    answer = someone(server, "maria").show("/cases", "?metric=quality_hold_propagation&outcome=bad&period=28d")
    assert any("/path/quality_to_shipment/" in address for link in trees.links(trees.drawn(answer)) for address in link)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?metric=latency", "No metric is called 'latency'."),
        ("", "No metric is named: the figures of other pages open this list."),
        ("?metric=first_pass_yield&outcome=fine", "No outcome is called 'fine'."),
        ("?metric=first_pass_yield&period=99y", "No period is called '99y'."),
        ("?metric=first_pass_yield&page=0", "There is no page '0'"),
        ("?metric=first_pass_yield&site=atlantis", "There is no site 'atlantis'"),
        ("?metric=first_pass_yield&from=yesterday", "'yesterday' is no time"),
    ],
)
def test_an_address_that_means_nothing_is_told(server: Flask, query: str, sentence: str):
    assert sentence in drawn_text(someone(server, "maria").show("/cases", query))


def test_nothing_in_a_period_is_said_so(server: Flask):
    query = "?metric=first_pass_yield&from=1999-01-01T00:00:00Z&to=1999-02-01T00:00:00Z"
    assert "No case counts in this period" in drawn_text(someone(server, "maria").show("/cases", query))


def test_who_may_see_one_site_sees_its_cases_only(server: Flask):
    said = drawn_text(someone(server, "bruno").show("/cases", "?metric=first_pass_yield&period=28d"))
    assert "Augsburg" not in said


def test_a_long_list_has_pages():
    assert (first_row(None), first_row("1"), first_row("3")) == (0, 0, 2 * ROWS)
    assert pager(0, ROWS, str) is None
    said = trees.text(pager(ROWS, 3 * ROWS, str))
    assert said == f"Showing {ROWS + 1} to {2 * ROWS} of {3 * ROWS} Earlier ones in the list Next ones"


@pytest.mark.parametrize(
    ("good", "bad", "sentence"),
    [
        (0, 0, ""),
        (1, 0, " 1 of them is agreed not to count; without it 75.00 % were."),
        (1, 1, " 2 of them are agreed not to count; without them 100 % were."),
        (4, 1, " 5 of them are agreed not to count; without them nothing is left."),
    ],
)
def test_what_is_agreed_not_to_count_is_said_beside_the_raw_figure(good: int, bad: int, sentence: str):
    none = dict.fromkeys(OUTCOMES, 0)
    summed = Counted({**none, "good": 4, "bad": 1}, None, {**none, "good": good, "bad": bad})
    metric = next(metric for metric in CATALOG if metric.name == "first_pass_yield")
    said = trees.text(page._figures(metric, Cases(metric.name, -EVER, EVER), summed, {}))
    assert said.startswith(f"80.00 % of 5 decided were in time.{sentence} Promised: 97 % of them.")


def test_what_just_missed_the_promise_does_not_look_as_if_it_kept_it():
    none = dict.fromkeys(OUTCOMES, 0)
    summed = Counted({**none, "good": 683, "bad": 15}, None, none)
    metric = next(metric for metric in CATALOG if metric.name == "production_confirmation_lag")
    drawn = page._figures(metric, Cases(metric.name, -EVER, EVER), summed, {})
    assert any("97.85\N{NO-BREAK SPACE}% of 698" in part for part in trees.parts(drawn) if isinstance(part, str)), (
        "no line ends before the %"
    )
    said = trees.text(drawn)
    assert said.startswith("97.85 % of 698 decided were in time. Promised: 98 % within 10 min.")
