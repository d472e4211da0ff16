"""Rules: what is broken is told with its evidence and leads to the paths; what nobody can check is told as that."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from flask import Flask

from app.application import Application
from tests.pages import trees
from tests.pages.served import drawn_text, opened, someone
from tests.sources.plant_floor import TRACE, span, traces

COLUMNS = ("AT", "EVENT", "SYSTEM", "SITE", "TYPE", "ID", "LOT", "KEY")
CONFIGURATION = """
version: 1
sites: [{name: brno, timezone: Europe/Prague}, {name: hamburg, timezone: Europe/Berlin}]
owners: {quality: {title: Quality desk}}
sources:
  - name: bus
    kind: csv
    complete: true
    path: bus.csv
    map:
      event_time: {column: AT}
      event_type: {column: EVENT}
      system: {column: SYSTEM}
      site: {column: SITE}
      batch: {column: LOT}
      idempotency_key: {column: KEY}
      objects: {type: {column: TYPE}, id: {column: ID}}
  - {name: traces, kind: otlp_file, path: "*.jsonl", complete: true}
"""
DAY = "2026-03-23T"
EVENTS = (
    ("08:00", "quality.hold_placed", "qms", "brno", "quality_notice", "N1", "B1", ""),
    ("08:10", "delivery.picked", "wms", "brno", "delivery", "D1", "B1", ""),
    ("09:00", "shipment.dispatched", "tms", "brno", "delivery", "D1", "", ""),
    ("09:10", "goods_issue.posted", "erp", "brno", "delivery", "D1", "", "a"),
    ("08:00", "stock.moved", "wms", "hamburg", "movement", "M1", "", "a"),
    ("08:02", "stock.moved", "erp", "hamburg", "movement", "M1", "", "b"),
)
AGAIN = {  # M1 is posted once more, and this comes as a span
    "mfg.event.type": "stock.moved",
    "mfg.event.time": f"{DAY}08:03:00Z",
    "mfg.system": "erp",
    "mfg.site": "hamburg",
    "mfg.object.movement": "M1",
    "mfg.idempotency_key": "c",
}
AS_OF = "as_of=2026-03-23T12:00:00Z"


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    folder = tmp_path_factory.mktemp("rules")
    text = io.StringIO()
    csv.writer(text).writerows([COLUMNS, *((f"{DAY}{at}:00Z", *rest) for at, *rest in EVENTS)])
    (folder / "bus.csv").write_text(text.getvalue())
    (folder / "traces.jsonl").write_bytes(traces(span(attributes=AGAIN)) + b"\n")
    (folder / "syncline.yaml").write_text(CONFIGURATION)
    with opened(folder / "syncline.yaml") as application:
        yield application


def said(web: Flask, page: str, query: str = "", who: str = "maria") -> str:
    return drawn_text(someone(web, who).show(page, f"?{AS_OF}{query}"))


def test_what_is_broken_stands_before_what_is_not(web: Flask) -> None:
    text = said(web, "/rules")
    assert "2 violations of 2 rules; 4 rules checked, 9 not." in text
    assert text.index("The same was posted twice.") < text.index("A step happened before the step that causes it.")
    assert "Quality desk" in text


def test_what_cannot_be_checked_says_what_is_missing(web: Flask) -> None:
    text = said(web, "/rules")
    assert "Nothing has told about invoice.issued at fin." in text
    assert "Nothing has told about inventory.posted at erp, quality.scrapped at qms." in text


def test_a_rule_shows_its_violations_with_the_events_that_prove_them(web: Flask) -> None:
    text = said(web, "/rules", "&rule=blocked_stock_shipped")
    assert "Lot B1 was on hold in QMS (N1) when delivery D1 was dispatched." in text
    assert "10:00 CET" in text
    for event in ("Quality hold placed in QMS", "Shipment dispatched in TMS"):
        assert event in text
    assert "A lot that quality holds" in text


def test_every_violation_leads_to_the_paths_of_what_it_names(web: Flask) -> None:
    answer = someone(web, "maria").show("/rules", f"?{AS_OF}&rule=blocked_stock_shipped")
    addresses = [address for link in trees.links(trees.drawn(answer)) for address in link]
    for path in ("/path/quality_to_shipment/N1", "/path/shipment_to_invoice/D1"):
        assert any(address.startswith(path) for address in addresses)


def test_what_shows_a_violation_is_opened_as_of_the_same_moment(web: Flask) -> None:
    page = trees.drawn(someone(web, "maria").show("/rules", f"?{AS_OF}&rule=duplicate_posting"))
    (opened,) = (address for _, address in trees.links(page) if f"trace={TRACE}" in address)
    assert opened.endswith("as_of=2026-03-23T12%3A00%3A00Z")


def test_each_column_of_a_rule_opens_what_began_on_that_day(web: Flask) -> None:
    page = trees.drawn(someone(web, "maria").show("/rules", f"?{AS_OF}"))
    columns = [part for part in trees.with_class(page, "rules-day") if getattr(part, "href", None)]
    assert [trees.said(part) for part in columns] == ["Mon 23 Mar: 1 violation began"] * 2
    for column, what in zip(columns, ("Lot B1 was on hold", "M1: the step moved_erp"), strict=True):
        text = drawn_text(someone(web, "maria").show("/rules", "?" + column.href.partition("?")[2]))
        assert "Began Mon 23 Mar" in text
        assert "1 violation" in text
        assert what in text
    before = "&rule=duplicate_posting&from=2026-03-21T23:00:00Z&to=2026-03-22T23:00:00Z"
    assert "Nothing began then" in said(web, "/rules", before)


def test_a_rule_without_a_violation_says_so(web: Flask) -> None:
    assert "Nothing violates this rule" in said(web, "/rules", "&rule=step_before_its_cause")


def test_a_rule_that_is_not_checked_does_not_say_that_nothing_violates_it(web: Flask) -> None:
    text = said(web, "/rules", "&rule=invoiced_without_shipment")
    assert "Nothing violates" not in text
    assert "Not checked" in text


def test_a_site_narrows_to_its_violations(web: Flask) -> None:
    assert "1 violation of 1 rule" in said(web, "/rules", "&site=brno")
    assert "Lot B1" not in said(web, "/rules", "&rule=blocked_stock_shipped&site=hamburg")


def test_who_sees_one_site_is_told_of_its_violations_only(web: Flask) -> None:
    assert "1 violation of 1 rule" in said(web, "/rules", who="bruno")


def test_before_it_happened_nothing_was_broken(web: Flask) -> None:
    text = drawn_text(someone(web, "maria").show("/rules", "?as_of=2026-03-23T08:30:00Z"))
    assert "Stock on hold left the building." in text
    assert "1 violation of 1 rule" in text


def test_violations_need_attention_on_the_board_and_are_listed_with_the_failures(web: Flask) -> None:
    for page in ("/", "/failures"):
        text = said(web, page)
        assert "Stock on hold left the building" in text
        assert "M1: the step moved_erp was taken 2 times." in text


def test_the_path_of_a_transaction_says_which_rules_it_breaks(web: Flask) -> None:
    text = said(web, "/path/stock_movement_sync/M1")
    assert "The same was posted twice. M1: the step moved_erp was taken 2 times." in text
    assert "Broken rules" in text
    assert "since 09:03 CET" in text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("&rule=lost", "No rule is called 'lost'."),
        ("&rule=duplicate_posting&page=0", "There is no page '0'"),
        ("&site=atlantis", "There is no site 'atlantis'"),
    ],
)
def test_an_address_that_means_nothing_is_told(web: Flask, query: str, sentence: str) -> None:
    assert sentence in said(web, "/rules", query)
