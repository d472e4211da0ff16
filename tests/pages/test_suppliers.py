"""Suppliers: how fast each answers in its own working time, which promises it kept, and what is open with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.annotations.annotation import Given
from app.application import Application
from app.configuration.roles import shipped
from app.figures.rows import rows_of
from app.instants import instant_ns
from app.recovery.runs import Actor
from metrics.read import Moment, open_reader
from metrics.suppliers import Suppliers
from tests.pages import trees
from tests.pages.made_paths import ns
from tests.pages.served import drawn_text, make_server, opened_on, someone, table

COLUMNS = ("T", "AT", "SYSTEM", "PARTNER", "PROMISED", "ID", "ORDERED", "QUANTITY", "OUTCOME", "CODE")
CONFIGURATION = """
version: 1
timezone: Europe/Berlin
partners: {"20017": {title: Sakura Precision, timezone: Asia/Tokyo}}
sources:
  - name: bus
    kind: csv
    complete: true
    path: bus.csv
    map:
      event_type: {column: T}
      event_time: {column: AT}
      system: {column: SYSTEM}
      partner: {column: PARTNER}
      promised_time: {column: PROMISED}
      ordered_quantity: {column: ORDERED}
      quantity: {column: QUANTITY}
      error_code: {column: CODE}
      outcome: {column: OUTCOME}
      objects: {type: {value: purchase_order}, id: {column: ID}}
"""
# Monday 23 March 2026: 08:00 in Tokyo is 23:00 UTC of the evening before; its day ends at 08:00 UTC.
EVENTS = (
    ("purchase_order.created", "2026-03-22T23:00:00Z", "erp", "20017", "", "A"),
    ("purchase_order.sent", "2026-03-22T23:00:00Z", "erp", "20017", "", "A"),
    ("purchase_order.confirmed", "2026-03-23T01:00:00Z", "supplier", "20017", "2026-03-24T12:00:00Z", "A", 5),
    ("asn.received", "2026-03-24T11:00:00Z", "supplier", "20017", "", "A"),
    ("goods.received", "2026-03-25T08:00:00Z", "wms", "20017", "", "A", "", 3),
    ("purchase_order.created", "2026-03-16T10:00:00Z", "erp", "20018", "", "B"),
    ("purchase_order.sent", "2026-03-16T10:00:00Z", "erp", "20018", "", "B"),
    ("purchase_order.created", "2026-03-25T10:00:00Z", "erp", "", "", "C"),
    ("technical.receipt", "2026-03-22T23:05:00Z", "supplier", "20017", "", "A"),
    ("technical.receipt", "2026-03-16T10:05:00Z", "supplier", "20018", "", "B"),
    ("purchase_order.sent", "2026-03-16T10:06:00Z", "erp", "20018", "", "B", "", "", "error", "x12.997:R"),
    ("purchase_order.sent", "2026-03-25T09:00:00Z", "erp", "20019", "", "E", "", "", "error", "http:400"),
    ("shipment.dispatched", "2026-03-25T09:00:00Z", "tms", "Donau Express", "", "D"),
)
AS_OF = "2026-03-25T12:00:00Z"


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with opened_on(
        tmp_path_factory.mktemp("suppliers"),
        CONFIGURATION,
        bus=table(COLUMNS, *((*event, "", "", "", "")[: len(COLUMNS)] for event in EVENTS)),
    ) as application:
        yield application


def test_an_answer_takes_the_suppliers_working_time(plant: Application):
    now = ns("2026-03-25 12:00:00")
    with open_reader(plant.store, Moment(now, 2**62)) as reader:
        found = {row["partner"]: row for row in rows_of(Suppliers(reader, 0).standing())}
    assert {"20017", "20018"} <= set(found)
    sakura, silent = found["20017"], found["20018"]
    assert (sakura["good"], sakura["bad"], sakura["p50"], sakura["kept"], sakura["broken"]) == (1, 0, 7200.0, 1, 0)
    assert (silent["good"], silent["bad"], silent["overdue"], silent["open"]) == (0, 1, 1, 1)
    assert (silent["p50"], silent["kept"] + silent["broken"]) == (None, 0)


def test_each_supplier_stands_with_its_title_and_opens_its_orders(web: Flask):
    answer = someone(web, "maria").show("/suppliers", f"?as_of={AS_OF}")
    said = drawn_text(answer)
    assert "Sakura Precision" in said
    assert "no data" in said
    addresses = [address for _, address in trees.links(trees.drawn(answer))]
    assert any("cases?metric=supplier_response_cycle_time&partner=20018" in address for address in addresses)
    assert any("transactions?status=overdue&partner=20018" in address for address in addresses)


def test_what_is_open_with_a_supplier_is_counted_with_the_failed_ones_and_opens_them_all(web: Flask):
    links = trees.links(trees.drawn(someone(web, "maria").show("/suppliers", f"?as_of={AS_OF}")))
    opened = {address: count for count, address in links if "state=open" in address}
    assert any("partner=20019" in address for address in opened), "its only order has failed"
    for address, count in opened.items():
        assert f"Showing {count} of" in drawn_text(someone(web, "maria").show("/transactions", "?" + address.partition("?")[2]))


def test_the_orders_of_one_supplier_are_listed(plant: Application):
    now = ns("2026-03-25 12:00:00")
    with open_reader(plant.store, Moment(now, 2**62)) as reader:
        rows, total = reader.transactions({"partner": "20018"})
    assert (total, list(rows["transaction_id"])) == (1, ["B"])


def test_what_was_promised_is_judged_on_time_and_in_full(plant: Application):
    now = ns("2026-04-25 12:00:00")
    with open_reader(plant.store, Moment(now, 2**62)) as reader:
        sakura = next(row for row in rows_of(Suppliers(reader, 0).standing()) if row["partner"] == "20017")
        assert (sakura["kept"], sakura["broken"], sakura["whole"], sakura["not_whole"]) == (1, 0, 0, 1)
        (order,) = rows_of(Suppliers(reader, 0, "20017").promises())
        assert (order["transaction_id"], order["on_time"], order["in_full"]) == ("A", "kept", "missing")


def test_one_supplier_shows_what_it_owes_and_that_it_is_quiet(web: Flask):
    said = drawn_text(someone(web, "maria").show("/suppliers", f"?partner=20018&as_of={AS_OF}"))
    assert "It has never said anything, and 1 step is overdue from it." in said
    assert "Purchase order confirmed" in said
    assert "2026-W12" in said
    other = drawn_text(someone(web, "maria").show("/suppliers", f"?partner=20017&as_of={AS_OF}"))
    assert "Nothing that it should have sent or answered is overdue." in other
    assert "Not due yet" in other
    assert "No such supplier" in drawn_text(someone(web, "maria").show("/suppliers", f"?partner=nobody&as_of={AS_OF}"))


def test_a_receipt_is_counted_apart_from_answers_and_opens_what_it_is_about(plant: Application, web: Flask):
    with open_reader(plant.store, Moment(ns("2026-03-25 12:00:00"), 2**62)) as reader:
        found = {row["partner"]: row for row in rows_of(Suppliers(reader, 0).standing())}
        refused, read = rows_of(Suppliers(reader, 0, "20018").receipts())
    assert [(row["receipts"], row["unread"], row["good"], row["bad"]) for row in (found["20017"], found["20018"])] == [
        (1, 0, 1, 0),
        (2, 1, 0, 1),
    ]
    assert (refused["error_code"], refused["transaction_id"], read["error_code"], read["transaction_id"]) == ("x12.997:R", "B", None, "B")
    said = drawn_text(someone(web, "maria").show("/suppliers", f"?partner=20018&as_of={AS_OF}"))
    assert "A receipt says that a message could be read, and no more: it is no answer" in said
    assert "Could not be read x12.997:R" in said


def answered(folder: Path, *answers: str) -> list[tuple[object, ...]]:
    """Orders sent on Monday morning to a supplier that keeps the hours of Berlin, each answered at such a time."""
    rows: list[tuple[object, ...]] = [COLUMNS]
    for number, answer in enumerate(answers):
        sent = ("purchase_order.sent", "2026-03-23T08:00:00Z", "erp", "20021", "", number)
        rows += [(*sent, "", "", "", ""), ("purchase_order.confirmed", answer, "supplier", "20021", "", number, "", "", "", "")]
    return rows


def test_a_share_never_looks_as_if_it_kept_what_it_misses(tmp_path: Path):
    """Of 59 answers 3 are late: 94.9 %, where 95 % are promised."""
    rows = answered(tmp_path, *["2026-03-23T09:00:00Z"] * 56, *["2026-03-27T09:00:00Z"] * 3)
    with opened_on(tmp_path, CONFIGURATION, bus=table(*rows)) as plant:
        web = make_server(plant)
        for query in ("", "&partner=20021"):
            said = drawn_text(someone(web, "maria").show("/suppliers", f"?as_of=2026-03-28T12:00:00Z{query}"))
            assert "94.91" in said
            assert "95 %" not in said


def test_answers_before_the_question_are_told_beside_the_figures_they_are_left_out_of(tmp_path: Path):
    rows = answered(tmp_path, "2026-03-23T09:00:00Z", "2026-03-23T07:00:00Z")
    with opened_on(tmp_path, CONFIGURATION, bus=table(*rows)) as plant:
        web = make_server(plant)
        for query in ("", "&partner=20021"):
            page = trees.drawn(someone(web, "maria").show("/suppliers", f"?as_of=2026-03-28T12:00:00Z{query}"))
            opened = {address for text, address in trees.links(page) if "1 clock fault" in text and "outcome=clock_fault" in address}
            assert len(opened) == 1
            assert "Clock fault 1" in drawn_text(someone(web, "maria").show("/cases", "?" + opened.pop().partition("?")[2]))
        assert "1 clock fault left out" in trees.text(page)


def test_what_half_of_the_answers_took_opens_the_answers(web: Flask):
    page = trees.drawn(someone(web, "maria").show("/suppliers", f"?as_of={AS_OF}"))
    ((took, address),) = [(text, href) for text, href in trees.links(page) if "reached=yes" in href]
    assert took == "2 h"
    said = drawn_text(someone(web, "maria").show("/cases", "?" + address.partition("?")[2]))
    assert "Half took at most 2 h, nine in ten 2 h" in said


@pytest.mark.parametrize(("counted", "orders"), [("kept", ["A"]), ("broken", []), ("whole", []), ("not_whole", ["A"])])
def test_what_promises_count_as_narrows_them_to_as_many(web: Flask, counted: str, orders: list[str]):
    page = trees.drawn(someone(web, "maria").show("/suppliers", f"?partner=20017&promised={counted}&as_of=2026-04-15T12:00:00Z"))
    (counts,) = [part for part in trees.parts(page) if getattr(part, "aria-label", None) == "What promised times count as"]
    (chosen,) = [part for part in trees.parts(counts) if getattr(part, "aria-current", None)]
    assert trees.text(chosen).endswith(f" {len(orders)}")
    tables = [part for part in trees.parts(page) if getattr(part, "aria-label", None) == "Promised, on time and in full"]
    assert [text for text, href in trees.links(tables) if href.startswith("/path/")] == orders


def test_a_way_to_count_promises_that_nobody_knows_is_told(web: Flask):
    assert "No kind of promise is called 'lost'." in drawn_text(someone(web, "maria").show("/suppliers", "?partner=20017&promised=lost"))


def test_of_a_partial_receipt_it_is_told_how_much_of_how_much_has_come(web: Flask):
    said = drawn_text(someone(web, "maria").show("/expected", f"?milestone=received&workflow=procure_to_receipt&as_of={AS_OF}"))
    assert "3 of 5 have come" in said
    before = drawn_text(someone(web, "maria").show("/expected", "?workflow=procure_to_receipt&as_of=2026-03-25T07:00:00Z"))
    assert "0 of 5 have come" in before


def test_where_nobody_names_a_supplier_it_says_how_to(server: Flask):
    assert "No transaction names a supplier" in drawn_text(someone(server, "maria").show("/suppliers"))


def test_what_was_noted_stands_in_its_week(web: Flask, plant: Application):
    ada = Actor("ada", frozenset({"admin"}), access=shipped())
    noted = plant.annotations.say(Given("shutdown", "The mailbox for orders was full", instant_ns("2026-03-17T08:00:00Z")), ada)
    shown = trees.drawn(someone(web, "maria").show("/suppliers", f"?partner=20018&as_of={AS_OF}"))
    (weeks,) = [part for part in trees.parts(shown) if getattr(part, "aria-label", None) == "Week by week"]
    rows = [trees.text(row) for row in trees.parts(weeks) if getattr(row, "kind", None) == "Tr"]
    assert rows[1].startswith("2026-W12 Shutdown , 17 Mar 09:00 CET : The mailbox for orders was full ")
    assert ("Shutdown", f"/annotations?number={noted.number}&as_of=2026-03-25T12%3A00%3A00Z") in trees.links(weeks)
    plant.annotations.take_back(noted.number, ada)
