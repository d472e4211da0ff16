"""Beside the usual way: what is the same, skipped, additional or out of order, and which step takes longer than nearly always."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path as Folder
from typing import Any

import pytest
from flask import Flask

from app.figures.usual import beside_usual, usually
from app.instants import instant_text
from metrics.path import Path
from metrics.read import Moment, open_reader
from metrics.usual import Compared, Passage, Usual, compare, usual_way
from tests.pages import trees
from tests.pages.made_paths import event, ns, path, step
from tests.pages.served import make_server, opened_on, someone, table

START = ns("2026-03-23 08:00:00")
MINUTE = 60 * 10**9
PASSAGES = {("released", "received"): Passage(240.0, 540.0), ("received", "scheduled"): Passage(60.0, 600.0)}
USUAL = Usual("released > received > scheduled", 182, 190, ("released", "received", "scheduled"), PASSAGES)


def gone(variant: str, **minutes: int) -> Path:
    """Each milestone reached so many minutes after the start; looked at four hours after it."""
    steps = [
        step(name, f"{name}.done", "erp", reached_ns=START + minutes[name] * MINUTE if name in minutes else None)
        for name in ("released", "received", "scheduled", "checked")
    ]
    events = [event(n, START + at * MINUTE, name, f"{name}.done", "erp") for n, (name, at) in enumerate(minutes.items())]
    state = "complete" if "scheduled" in minutes else "in_progress"
    return path(steps, events, "2026-03-23 12:00:00", variant=variant, state=state)


def kinds(found: Compared) -> list[tuple[str, str]]:
    return [(hop.milestone, hop.kind) for hop in found.hops]


def drawn(found: Compared) -> Any:
    return beside_usual(found, USUAL, "at Hamburg", lambda **filters: "/transactions?" + "&".join(f"{k}={v}" for k, v in filters.items()))


def test_where_nothing_differs_one_sentence_says_so() -> None:
    found = compare(gone("released > received > scheduled", released=0, received=5, scheduled=8), USUAL)
    assert found.is_usual
    said = trees.text(drawn(found))
    assert said.startswith(
        "It goes the usual way, as 182 of 190 that got through at Hamburg in the last 4 weeks did, and no step takes longer than usual."
    )
    assert trees.links(drawn(found))[0] == ("182", "/transactions?variant=released > received > scheduled")


def test_what_takes_longer_than_19_in_20_says_how_long_it_usually_takes() -> None:
    found = compare(gone("released > received > scheduled", released=0, received=130, scheduled=131), USUAL)
    assert [(hop.milestone, hop.is_longer) for hop in found.hops] == [("released", False), ("received", True), ("scheduled", False)]
    assert "Received took 2 h 10 min, usually 4–9 min" in trees.text(drawn(found))
    assert ("4–9 min", "/transactions?went=released > received") in trees.links(drawn(found))


def test_what_is_waited_for_longer_than_usual_is_said_before_it_has_come() -> None:
    found = compare(gone("released > received", released=0, received=5), USUAL)
    assert kinds(found) == [("released", "same"), ("received", "same"), ("scheduled", "waiting")]
    assert "Scheduled has been waited for 3 h 55 min so far, usually 60 s to 10 min" in trees.text(drawn(found))


def test_a_step_left_out_is_skipped_only_once_a_later_one_has_come() -> None:
    assert kinds(compare(gone("released > scheduled", released=0, scheduled=9), USUAL))[1] == ("received", "skipped")
    assert kinds(compare(gone("released", released=0), USUAL))[1:] == [("received", "waiting"), ("scheduled", "to_come")]


def test_a_step_that_fails_while_later_ones_have_come_is_not_called_skipped() -> None:
    found = compare(
        gone("released > received! > checked", released=0, checked=7), replace(USUAL, steps=("released", "received", "checked"))
    )
    assert kinds(found) == [("released", "same"), ("received", "waiting"), ("checked", "same")]
    assert "received!" in found.additional


def test_what_came_in_another_order_is_told() -> None:
    found = compare(gone("received > released > scheduled", received=0, released=3, scheduled=9), USUAL)
    assert ("received", "out_of_order") in kinds(found) or ("released", "out_of_order") in kinds(found)
    assert "Out of order:" in trees.text(drawn(found))


def test_failed_attempts_repeats_and_steps_that_few_take_are_additional() -> None:
    variant = "released > received! > received+ > checked > scheduled"
    found = compare(gone(variant, released=0, received=5, checked=6, scheduled=8), USUAL)
    assert found.additional == ("received!", "received+", "checked")
    assert "Additional: received failed, received several times and checked" in trees.text(drawn(found))


@pytest.mark.parametrize(
    ("passage", "words"),
    [
        (Passage(240, 540), "4–9 min"),
        (Passage(60, 60), "60 s"),
        (Passage(45, 600), "45 s to 10 min"),
        (Passage(3900, 90_000), "1 h 05 min to 25 h"),
    ],
)
def test_a_usual_time_is_a_range(passage: Passage, words: str) -> None:
    assert usually(passage) == words


# -- from events -------------------------------------------------------------------------------------------------------------

CONFIGURATION = """
version: 1
timezone: Europe/Berlin
sites: [{name: hamburg, timezone: Europe/Berlin}]
sources:
  - {name: bus, kind: csv, complete: true, path: bus.csv, map: {
      event_type: {column: type}, event_time: {column: time}, system: {column: system}, site: {column: site},
      objects: {type: {value: production_order}, id: {column: id}}}}
"""
MINUTES = (4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4)  # eleven orders are received four minutes after their release, one after two hours


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder: Folder = tmp_path_factory.mktemp("usual")
    now = time.time_ns()
    rows: list[tuple[object, ...]] = [("type", "time", "system", "site", "id")]
    for n, minutes in enumerate((*MINUTES, 120)):
        start = now - (1000 - n) * MINUTE
        told = [("order.released", "erp", 0), ("work_order.received", "mes", minutes), ("work_order.scheduled", "mes", minutes + 1)]
        rows += [(kind, instant_text(start + at * MINUTE), system, "hamburg", f"PO-{n}") for kind, system, at in told]
    with opened_on(folder, CONFIGURATION, bus=table(*rows)) as application:
        yield make_server(application)


def test_the_usual_way_is_that_of_those_that_got_through(server: Flask) -> None:
    application = server.extensions["syncline"]
    now = application.now_ns()
    with open_reader(application.store, Moment(now, now)) as reader:
        found = usual_way(reader, "order_to_production", "hamburg", now - 28 * 24 * 60 * MINUTE)
        assert usual_way(reader, "order_to_production", "hamburg", now) is None
    assert found is not None
    assert (found.steps, found.transactions, found.through) == (("released", "received", "scheduled"), 12, 12)
    assert found.passages["released", "received"].seconds_p50 == 240


def shown(server: Flask, name: str) -> str:
    about = {"workflow": "order_to_production", "transaction": name, "is_now": True, "as_of": "", "known_at": ""}
    answer = someone(server, "tom").call(
        "path-usual.children",
        [{"id": "path-about", "property": "data", "value": about}],
        {"id": "path-usual", "property": "children"},
    )
    return trees.text(trees.revived(answer.get_json()["response"]["path-usual"]["children"]))


def test_the_page_says_it_below_the_steps(server: Flask) -> None:
    assert shown(server, "PO-3").startswith("It goes the usual way, as 12 of 12 that got through at Hamburg in the last 4 weeks did")
    assert "Received took 2 h, usually " in shown(server, "PO-11")
