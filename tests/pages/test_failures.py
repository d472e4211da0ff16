"""Failures: groups with what, why, whose, since when and how many, each leading to its documents."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.application import Application
from app.figures.failure_groups import Around, cut, failed_groups, missing_groups, unplaced_groups
from metrics.read import Moment, open_reader
from tests.pages import trees
from tests.pages.made_paths import ns
from tests.pages.odd_plant import write_odd_plant
from tests.pages.served import make_server, opened, someone

AS_OF = ns("2026-03-23 12:00:00")
STEPS = {("order_to_production", "received"): ("work_order.received", "mes")}
ZONES = {None: "Europe/Berlin", "hamburg": "Europe/Berlin", "penang": "Asia/Kuala_Lumpur"}
AROUND = Around(STEPS, {"plant-it": "Plant IT"}, ZONES, AS_OF, {"site": "hamburg", "as_of": "2026-03-23T12:00:00Z"})
GROUP = {
    "workflow": "order_to_production",
    "title": "Order-to-production release",
    "milestone": "received",
    "error_class": "business",
    "transactions": 3,
    "sites": ["hamburg", "penang"],
    "first_ns": ns("2026-03-22 10:00:00"),
    "last_ns": ns("2026-03-23 11:30:00"),
    "example_id": "PO-9",
    "example_text": "Material 4711\nis locked",
    "owner": "plant-it",
    "criticality": "critical",
}


@pytest.fixture(scope="module")
def odd_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with opened(write_odd_plant(tmp_path_factory.mktemp("odd"), time.time_ns())) as application:
        yield make_server(application)


def groups(tree: Any) -> list[str]:
    return [trees.text(part) for part in trees.with_class(tree, "group")]


def test_a_group_says_what_failed_why_who_acts_since_when_and_how_many() -> None:
    tree = failed_groups([GROUP], AROUND)
    assert groups(tree) == [
        "Work order received in MES failed Order-to-production release critical Business error. Who acts: the owner of the data."
        " Material 4711 is locked said about PO-9 Hamburg, Penang 26 h since 22 Mar 11:00 CET, last 12:30 CET Owner: Plant IT"
        " 3 transactions"
    ]


def test_a_group_leads_to_its_transactions_and_its_example_to_its_path() -> None:
    assert trees.links(failed_groups([GROUP], AROUND)) == [
        (
            "Work order received in MES failed",
            "/failure?kind=failed&site=hamburg&as_of=2026-03-23T12%3A00%3A00Z&workflow=order_to_production&milestone=received"
            "&error_class=business",
        ),
        ("PO-9", "/path/order_to_production/PO-9?as_of=2026-03-23T12%3A00%3A00Z"),
        (
            "3 transactions",
            "/transactions?workflow=order_to_production&status=failed&milestone=received&error_class=business&site=hamburg"
            "&as_of=2026-03-23T12%3A00%3A00Z",
        ),
    ]


def test_a_group_of_one_leads_straight_to_its_path() -> None:
    assert trees.links(failed_groups([{**GROUP, "transactions": 1}], AROUND))[2] == (
        "1 transaction",
        "/path/order_to_production/PO-9?as_of=2026-03-23T12%3A00%3A00Z",
    )


def test_a_step_that_is_no_longer_defined_keeps_its_name_and_an_absent_owner_is_said() -> None:
    tree = failed_groups([{**GROUP, "milestone": "gone_step", "owner": None, "example_text": None, "sites": []}], AROUND)
    assert groups(tree)[0].startswith("Gone step failed Order-to-production release")
    assert "For example PO-9 No site named" in groups(tree)[0]
    assert "No owner" in groups(tree)[0]


def test_what_never_came_is_a_group_of_its_own() -> None:
    tree = missing_groups([{**GROUP, "kind": "missing", "site": "penang", "error_class": None}], AROUND)
    assert groups(tree) == [
        "Work order received in MES has not come Order-to-production release critical For example PO-9 Penang 26 h since 22 Mar 18:00"
        " UTC+08, newest 19:30 UTC+08 Owner: Plant IT 3 transactions"
    ]
    assert trees.links(tree)[2][1].startswith(
        "/transactions?site=penang&as_of=2026-03-23T12%3A00%3A00Z&workflow=order_to_production&missing=received"
    )


def test_a_failure_that_nobody_can_place_leads_to_its_trace() -> None:
    row = {
        "system": "middleware",
        "name": "parse IDoc",
        "error_class": "contract",
        "failures": 2,
        "sites": None,
        "first_ns": GROUP["first_ns"],
        "last_ns": GROUP["first_ns"],
        "example_text": "mandatory segment E1EDK01 is absent",
        "example_trace_id": "ab" * 16,
    }
    tree = unplaced_groups([row], AROUND)
    assert groups(tree) == [
        "parse IDoc failed in Middleware It names no order, batch or delivery that we know, so it belongs to no transaction."
        " Contract error. Who acts: the integration team and the sender's owner. mandatory segment E1EDK01 is absent No site named"
        " 26 h since 22 Mar 11:00 CET 2 failures"
    ]
    way_out = "/failure?kind=unplaced&as_of=2026-03-23T12%3A00%3A00Z&milestone=parse+IDoc&system=middleware"
    assert trees.links(tree) == [
        ("parse IDoc failed in Middleware", way_out),
        ("2 failures", f"/path?trace={'ab' * 16}&as_of=2026-03-23T12%3A00%3A00Z"),
    ]


def test_a_list_that_is_cut_says_so() -> None:
    tree = failed_groups([GROUP] * 130, AROUND)
    assert len(groups(tree)) == 100
    assert trees.text(trees.with_class(tree, "groups-rest")) == "Showing 100 of 130 groups, the most critical and largest first."


def test_a_long_message_is_cut_in_one_line() -> None:
    assert cut("a\n  b") == "a b"
    assert (len(cut("x" * 500)), cut("x" * 500)[-1]) == (220, "…")


def test_the_page_sums_up_and_shows_what_failed_and_what_is_missing(odd_server: Flask) -> None:
    tree = trees.drawn(someone(odd_server, "tom").show("/failures"))
    words = trees.text(tree)
    assert "11 transactions failed in 2 groups and 1 step is missing. The oldest has been there for 4 h 50 min." in words
    assert [title for title in ("Failed", "Missing", "Not placed") if f" {title} " in words] == ["Failed", "Missing"]


def test_when_nothing_fails_the_page_says_as_of_when(odd_server: Flask) -> None:
    tree = trees.drawn(someone(odd_server, "tom").show("/failures", "?as_of=2026-01-01T00:00:00Z"))
    assert "Nothing is failing as of Thu 1 Jan 2026, 01:00:00 CET" in trees.text(tree)


def test_a_site_that_is_not_there_is_told_with_those_that_are(odd_server: Flask) -> None:
    said = trees.text(trees.drawn(someone(odd_server, "tom").show("/failures", "?site=paris")))
    assert "There is no site 'paris', or you may not see it. You see: hamburg and penang." in said


def test_a_site_narrows_the_page_and_its_links(odd_server: Flask) -> None:
    tree = trees.drawn(someone(odd_server, "tom").show("/failures", "?site=hamburg"))
    assert "10 transactions failed in 1 group and nothing is missing." in trees.text(tree)
    assert any(address.endswith("&site=hamburg") for _, address in trees.links(tree))


# -- the words of an example -----------------------------------------------------------------------------------------------

# Only a document is named where it failed last; what came after it is of another confirmation or of another step.
NAMED_BY_ITS_DOCUMENT = """no,time,type,system,confirmation,document,outcome,code,error
1,2026-11-23T10:00:00Z,production.completed,mes,60012,,ok,,
2,2026-11-23T10:01:00Z,production.confirmed,erp,60012,4900,ok,,
3,2026-11-23T10:02:00Z,inventory.posted,erp,60012,4900,error,idoc:51,Storage location 0001 is blocked
4,2026-11-23T10:05:00Z,inventory.posted,erp,,4900,error,idoc:51,Posting period 11/2026 is not open
5,2026-11-23T10:06:00Z,inventory.posted,erp,60013,4900,error,idoc:51,Said about another confirmation
6,2026-11-23T10:07:00Z,inventory.posted,erp,60013,,ok,,
7,2026-11-23T10:08:00Z,production.confirmed,erp,60012,4900,error,idoc:51,Confirmed twice
"""
CONFIGURATION = """
version: 1
timezone: UTC
sources:
  - {name: bus, kind: csv, path: bus.csv, position: no, complete: true, map: {event_type: {column: type}, event_time: {column: time},
      system: {column: system}, outcome: {column: outcome}, error_code: {column: code}, error_text: {column: error}, objects: [
        {type: {value: confirmation}, id: {column: confirmation}}, {type: {value: material_document}, id: {column: document}}]}}
"""


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    folder: Path = tmp_path_factory.mktemp("documents")
    (folder / "bus.csv").write_text(NAMED_BY_ITS_DOCUMENT)
    (folder / "syncline.yaml").write_text(CONFIGURATION)
    with opened(folder / "syncline.yaml") as application:
        yield application


@pytest.mark.parametrize(
    ("minute", "said"),
    [("10:04", "Storage location 0001 is blocked"), ("10:30", "Posting period 11/2026 is not open")],
)
def test_an_example_says_what_was_said_last_about_its_failed_step_even_if_only_a_document_was_named(
    documents: Application, minute: str, said: str
) -> None:
    with open_reader(documents.store, Moment(ns(f"2026-11-23 {minute}:00"), documents.now_ns())) as then:
        told = [frame[frame["example_id"] == "60012"]["example_text"].tolist() for frame in (then.failures(), then.attention())]
    assert told == [[said], [said]]
