"""What a transaction waits for: another that its error names, what comes before it and is in trouble, a step of its own, a feed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from app.figures.boxes import boxes_of
from app.figures.waits import waits_list, waits_of
from app.recovery.attempts import Queued
from metrics.path import Path
from metrics.together import Together
from metrics.waiting import Outside, numbers_in
from tests.pages import trees
from tests.pages.linked_plant import linked_plant
from tests.pages.made_paths import failed_purchase, ns, waiting_order
from tests.pages.made_together import around, standing
from tests.pages.served import make_server, someone

NOTHING = Outside({}, {})


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with linked_plant(tmp_path_factory.mktemp("linked"), time.time_ns()) as application:
        yield make_server(application)


def in_trouble(status: str) -> Together:
    """The order before it has a transaction that stands so."""
    made = around()
    (kind, (order,)), *rest = made.columns
    return replace(made, columns=((kind, (replace(order, transactions=(standing("SO-1", status, "promise"),)),)), *rest))


def said(path: Path, together: Together, outside: Outside = NOTHING, queued: tuple[Queued, ...] = ()) -> list[tuple[str, str, str]]:
    return [(wait.step, wait.name, wait.why) for wait in waits_of(path, together, outside, queued, {})]


def test_what_comes_before_it_and_is_in_trouble_may_hold_it_up() -> None:
    why = "a sales order comes before its production order, and may hold it up (Order-to-production release)"
    assert said(waiting_order(), in_trouble("failed")) == [("Work order scheduled in MES", "Sales order SO-1", why)]


@pytest.mark.parametrize("status", ["complete", "in_progress", "late"])
def test_what_is_well_holds_nothing_up(status: str) -> None:
    assert said(waiting_order(), in_trouble(status)) == []


def test_nothing_waits_any_more_once_it_is_complete() -> None:
    assert said(replace(waiting_order(), status="complete", state="complete"), in_trouble("failed")) == []


def test_the_transaction_that_an_error_names_is_what_is_waited_for() -> None:
    outside = Outside({"posted": (standing("4711", "failed"),)}, {})
    assert said(failed_purchase(), around(), outside) == [
        ("Receipt posted in ERP", "4711", "its error names it (Order-to-production release)")
    ]


def test_a_recovery_whose_turn_has_not_come_says_what_comes_first() -> None:
    queued = Queued("posted", "r-1", "Post again", "tom", "running", 3, 1)
    assert said(failed_purchase(), around(), NOTHING, (queued,)) == [
        ("Receipt posted in ERP", "the recovery Post again of tom", "number 2 of it comes first: what has one number is sent in order")
    ]


def test_a_feed_that_is_behind_says_until_when_it_is_known() -> None:
    made = waiting_order()
    steps = tuple(replace(step, is_unjudged=step.name == "scheduled") for step in made.steps)
    outside = Outside({}, {"mes": ns("2026-03-23 08:20:00")})
    assert said(replace(made, steps=steps, status="unjudged"), around(), outside) == [
        ("Work order scheduled in MES", "the feed of MES", "known until Mon 23 Mar 2026, 09:20:00 CET: it may have come since")
    ]


def test_where_nothing_is_waited_for_nothing_is_drawn() -> None:
    assert waits_list([]) is None


def test_steps_behind_one_that_failed_are_blocked_by_it() -> None:
    made = failed_purchase()
    later = replace(
        made.steps[-1], name="paid", event="invoice.paid", after="posted", is_failed=False, is_missing=False, opened_ns=None, due_ns=None
    )
    box = boxes_of(replace(made, steps=(*made.steps, later)))[-1]
    assert (box.word, box.icon, box.note) == ("Blocked", "lock", "blocked: Receipt posted failed")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Waiting for predecessor PO-2, which is not done", ["PO-2"]),
        ("Order 0000004711 is locked", ["0000004711", "4711"]),
        ("Predecessor not found", []),
        ("HTTP/1.1 424", ["HTTP/1.1", "424"]),
    ],
)
def test_numbers_are_found_in_the_words_of_an_error(text: str, numbers: list[str]) -> None:
    assert numbers_in(text) == numbers


def test_the_page_links_what_the_error_names_with_how_it_stands(server: Flask) -> None:
    tree = trees.drawn(someone(server, "tom").show("/path/shipment_to_invoice/D-3"))
    waits = trees.with_class(tree, "waits")
    assert trees.text(waits) == ("Waits for Delivery picked in WMS Failed PO-2 its error names it (Order-to-production release)")
    assert trees.links(waits) == [("Failed PO-2", "/path/order_to_production/PO-2")]
