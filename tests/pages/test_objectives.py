"""Objectives: an executive sees which promises were kept, a manager what broke them, IT how fast the budget burns."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from flask import Flask

from app.application import Application
from app.figures import last_week, promises
from metrics.cases import Cases, counted
from metrics.objectives.budget import Budget, Counts
from metrics.objectives.status import statuses
from metrics.objectives.windows import Duration, Window
from metrics.read import Moment
from metrics.scope import Scope
from tests.models.test_objectives import GOOD, LAG_PROMISE, LATE, stands
from tests.models.told import ns
from tests.pages import trees
from tests.pages.served import drawn_text, make_server, opened_on, someone, table

FAULTY = """
version: 1
sites: [{name: brno, timezone: Europe/Prague}, {name: hamburg, timezone: Europe/Berlin}]
sources:
  - name: bus
    kind: csv
    complete: true
    path: bus.csv
    map:
      event_type: {column: T}
      event_time: {column: AT}
      system: {column: SYSTEM}
      site: {column: SITE}
      objects: {type: {value: production_order}, id: {column: ID}}
"""
ORDERS = (  # 2 is received before it is released, in hamburg
    ("T", "AT", "SYSTEM", "SITE", "ID"),
    ("order.released", "2026-03-23T08:00:00Z", "erp", "brno", "1"),
    ("work_order.received", "2026-03-23T08:01:00Z", "mes", "brno", "1"),
    ("order.released", "2026-03-23T09:00:00Z", "erp", "hamburg", "2"),
    ("work_order.received", "2026-03-23T08:59:30Z", "mes", "hamburg", "2"),
)


def test_an_executive_sees_how_many_promises_were_kept_and_what_is_left(server: Flask):
    said = drawn_text(someone(server, "eva").show("/objectives"))
    assert re.search(r"Of 11 promises: \d+ broken, \d+ kept", said)
    assert "Quality hold propagation the last 28 days" in said
    assert "promised 99.5 %" in said
    assert "over the 0.6 cases allowed" in said


def test_what_cannot_be_known_is_no_zero(server: Flask):
    said = drawn_text(someone(server, "eva").show("/objectives"))
    assert "No data Inventory synchronization accuracy the last 28 days no data promised 98 % nobody can say" in said


def test_what_rings_says_why_and_opens_its_cases(server: Flask):
    answer = someone(server, "tom").show("/objectives")
    assert re.search(
        r"Quality hold propagation since .* broke the promise\. The cases The budget burns [0-9.]+ times as fast as allowed",
        drawn_text(answer),
    )
    assert any("by=due" in href and "metric=quality_hold_propagation" in href for link in trees.links(trees.drawn(answer)) for href in link)


def test_a_burn_rate_says_of_how_many_cases_and_opens_its_bad_ones(server: Flask):
    page = trees.drawn(someone(server, "tom").show("/objectives"))
    burned = [part for part in trees.parts(page) if trees.text(part).endswith("×") and getattr(part, "href", None)]
    link = next(part for part in burned if "metric=quality_hold_propagation" in part.href)
    assert re.fullmatch(r"[\d,]+ of [\d,]+ bad", link.title)
    assert f"Not kept {link.title.split()[0]} " in drawn_text(someone(server, "tom").show("/cases", "?" + link.href.partition("?")[2]))


def test_clock_faults_are_told_where_the_figure_stands_and_opened(tmp_path: Path):
    with opened_on(tmp_path, FAULTY, bus=table(*ORDERS)) as plant:
        web = make_server(plant)
        page = trees.drawn(someone(web, "eva").show("/objectives", "?as_of=2026-03-23T12:00:00Z"))
        assert "Kept Order release latency the last 28 days 100 % promised 99 % without 1 clock fault" in trees.text(page)
        ((_, address),) = [(text, href) for text, href in trees.links(page) if text == "1 clock fault"]
        assert "Clock fault 1" in drawn_text(someone(web, "eva").show("/cases", "?" + address.partition("?")[2]))
        assert "clock fault" not in drawn_text(someone(web, "bruno").show("/objectives", "?as_of=2026-03-23T12:00:00Z"))


def test_slices_of_time_are_not_called_cases():
    counts = Counts(good=286, bad=2)
    assert (promises.bad_words(counts, False), promises.bad_words(counts, True)) == ("2 of 288 bad", "2 of 288 slices bad")


def test_it_sees_which_alerts_cannot_ring(server: Flask):
    said = drawn_text(someone(server, "tom").show("/objectives", "?objective=time-to-recover"))
    assert (
        "Not asked for: 14.4×. With a promise of 90 % the budget burns at most 10 times as fast as allowed, even when everything is bad."
        in said
    )


def test_every_figure_is_that_of_the_cases_it_opens(application: Application):
    now = time.time_ns()
    with application.reader(Moment(now, now)) as reader:
        for status in statuses(reader):
            found = counted(reader, Cases(status.objective.metric, status.from_ns, status.to_ns)).outcomes
            if status.objective.metric == "inventory_sync_accuracy":  # keys of stock are no cases
                continue
            assert found["good"] + found["bad"], status.objective.name
            assert (status.cases.good, status.cases.bad, status.cases.open) == (found["good"], found["bad"], found["open"])
            for ring in status.rings:
                assert ring.at_ns is not None
                window = Cases(status.objective.metric, ring.at_ns - ring.tier.long * 60 * 10**9, ring.at_ns, by_due=True)
                assert ring.long.bad == counted(reader, window).outcomes["bad"]


def test_who_sees_one_site_sees_its_cases_alone(application: Application, server: Flask):
    now = time.time_ns()
    with application.reader(Moment(now, now), Scope(frozenset({"brno"}))) as reader:
        (release,) = (status for status in statuses(reader) if status.objective.metric == "order_release_latency")
        seen = counted(reader, Cases("order_release_latency", release.from_ns, release.to_ns, "brno")).outcomes
    assert (release.cases.good, release.cases.bad) == (seen["good"], seen["bad"])
    assert "Only what you may see counts." in drawn_text(someone(server, "bruno").show("/objectives"))


def test_an_objective_that_is_not_there_is_told(server: Flask):
    said = drawn_text(someone(server, "eva").show("/objectives", "?objective=order-release"))
    assert "No objective is called 'order-release'. Did you mean" in said


@pytest.mark.parametrize(
    ("value", "like", "words"),
    [
        ("0.98999", "0.99", "98.99 %"),
        ("0.994999", "0.995", "99.49 %"),
        ("0.99949", "0.9995", "99.949 %"),
        ("1", "0.9", "100 %"),
        ("0", "0.9", "0 %"),
    ],
)  # fmt: skip
def test_a_share_never_looks_better_than_it_is(value: str, like: str, words: str):
    assert promises.share(Fraction(value), Fraction(like)) == words


@pytest.mark.parametrize(
    ("total", "spent", "slice_minutes", "words"),
    [
        ("40", "28", None, "12 cases left of 40 cases"),
        ("0.6", "4", None, "3.4 cases over the 0.6 cases allowed"),
        ("2", "1", None, "1 case left of 2 cases"),
        ("0.96", "1", None, "less than 0.1 cases over the 1.0 cases allowed"),
        ("8.64", "0", 5, "43 min left of 43 min"),
    ],
)  # fmt: skip
def test_what_is_left_is_told_with_its_sign(total: str, spent: str, slice_minutes: int | None, words: str):
    assert promises.budget_words(Budget(Fraction(total), Fraction(spent)), slice_minutes) == words


def test_last_week_stands_against_the_week_before_and_opens_what_broke_it():
    """Nine orders of last week taken in time and one never; of the week before one, in time. Seen on the Wednesday after."""
    month = replace(LAG_PROMISE, window=Window(Duration(28, "d")))
    earlier = GOOD.format(10).replace("08:10", "2026-03-18 08:10")
    status, _ = stands(earlier + "".join((LATE if n == 7 else GOOD).format(n) for n in range(10)), month, "2026-04-01 10:00")
    stricter = replace(status, objective=replace(month, title="Strict", target=Fraction(95, 100)))
    now = ns("2026-04-01 10:00")
    assert last_week.sentence([status, stricter], now, "UTC") == "Last week 1 of 2 were kept, the week before 2 of 2."
    drawn = last_week.last_week([status, stricter], now, "UTC", lambda promise, outcome, *_: f"/{promise.title}/{outcome}")
    assert trees.text(drawn) == (
        "Last week Mon 23 Mar to Sun 29 Mar Promise State Last week Week before Broke it Kept it "
        "Strict promised 95 % Broken 90.00 % 100 % 1 9 Lag promised 90 % Kept 90.00 % 100 % 1 9"
    )
    assert [href for _, href in trees.links(drawn)] == ["/Strict/bad", "/Strict/good", "/Lag/bad", "/Lag/good"]


def test_without_a_whole_week_nothing_is_said_of_it():
    status, _ = stands(GOOD.format(0), LAG_PROMISE, "Mon 08:15")
    assert last_week.sentence([status], ns("Mon 08:15"), "UTC") is None
    assert last_week.last_week([status], ns("Mon 08:15"), "UTC", lambda *_: "") is None
