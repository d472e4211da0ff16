"""What trouble holds up: the expected values written out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from metrics import impact
from metrics.impact import Group
from metrics.impact_settings import Costs, Impact
from metrics.inventory_settings import Inventory, Item
from metrics.read import Moment, Reader, open_reader
from metrics.scope import EVERYTHING, Scope
from metrics.workflows import Definitions
from tests import written
from tests.models.agreement import empty_store
from tests.models.told import CALENDARS, FEEDS, LATER, SITES, event_spans, events, ns, workflow

MAKING = workflow("""
    name: making
    object: production_order
    related: [sales_order]
    milestones:
      - {name: released, event: order.released, system: erp}
      - {name: received, event: order.received, system: mes, after: released, within: 5m}
""")
BUYING = workflow("""
    name: buying
    object: purchase_order
    related: [asn]
    milestones:
      - {name: sent,     event: purchase_order.sent, system: erp}
      - {name: shipped,  event: asn.received,        system: supplier, after: sent, within: 10d, by: promised_time}
      - {name: received, event: goods.received,      system: wms, after: shipped, within: 5d, until: ordered_quantity}
      - {name: posted,   event: receipt.posted,      system: erp, after: received, within: 30m}
""")
CONFIRMING = workflow("""
    name: confirming
    object: confirmation
    milestones:
      - {name: completed, event: production.completed, system: mes}
      - {name: confirmed, event: production.confirmed, system: erp, after: completed, within: 10m}
""")
STOCK = Inventory(currency="EUR", items=(Item("GBX", value=Decimal(412)),))
TOLD = Definitions((MAKING, BUYING, CONFIRMING), SITES, CALENDARS, "UTC", FEEDS, impact=Impact(), inventory=STOCK)


@contextmanager
def told(text: str, as_of: str = "Mon 12:00", sees: Scope = EVERYTHING) -> Iterator[Reader]:
    """A reader of what the table tells."""
    with empty_store() as store:
        written.write(store, written.Batch(tuple(events(text)), tuple(event_spans(text))))
        written.refresh(store, TOLD)
        with open_reader(store, Moment(ns(as_of), LATER), sees) as reader:
            yield reader


STUCK = """
    at     event               names                                        site     outcome   ordered  item  uom  value  currency  customer  wanted            center
    07:00  order.created@erp   sales_order S1                               hamburg  ok        .        .     .    900    EUR       Ada       2026-03-24 00:00  .
    08:00  order.released@erp  production_order P1, sales_order S1          hamburg  ok        40       GBX   PC   .      .         .         .                 HOB-01
    08:01  order.received@mes  production_order P1                          hamburg  business  .        .     .    .      .         .         .                 .
    09:00  delivery.made@erp   delivery D1, sales_order S1                  hamburg  ok        10       GBX   PC   .      .         Bo        2026-03-25 00:00  .
"""


def test_it_names_the_order_what_hangs_on_it_and_what_hangs_on_that():
    with told(STUCK) as reader:
        found = impact.of_transaction(reader, "making", "P1")
    assert found is not None
    assert list(zip(found.orders["object_type"], found.orders["object_id"], found.orders["distance"], strict=True)) == [
        ("production_order", "P1", 0),
        ("sales_order", "S1", 1),
        ("delivery", "D1", 2),
    ]
    assert found.summary.customers == ("Ada", "Bo")
    assert found.summary.work_centers == ("HOB-01",)
    assert found.summary.need_ns == ns("2026-03-24 00:00")


def test_what_an_order_says_itself_comes_before_its_neighbours_and_these_before_the_values_of_items():
    with told(STUCK) as reader:
        of_a_neighbour = impact.of_transaction(reader, "making", "P1")
    without = STUCK.replace("900    EUR", ".      .  ")
    with told(without) as reader:
        of_items = impact.of_transaction(reader, "making", "P1")
    assert of_a_neighbour is not None
    assert of_items is not None
    assert (of_a_neighbour.summary.worths, of_a_neighbour.origin) == ({"EUR": Decimal(900)}, "orders")
    assert (of_items.summary.worths, of_items.origin) == ({"EUR": Decimal(40 * 412)}, "items")


RECEIPTS = """
    at     event                    names                                                    site     ordered  quantity  key  promised
    08:00  purchase_order.sent@erp  purchase_order B1                                        hamburg  100      .         .    2026-03-23 11:00
    08:30  asn.received@supplier    purchase_order B1, asn A1                                hamburg  .        .         .    .
    09:00  goods.received@wms       asn A1                                                   hamburg  .        30        k1   .
    09:05  goods.received@wms       asn A1                                                   hamburg  .        30        k1   .
    09:30  goods.received@wms       asn A1                                                   hamburg  .        50        k2   .
"""


def test_partial_receipts_count_and_redeliveries_count_once():
    with told(RECEIPTS) as reader:
        found = impact.of_transaction(reader, "buying", "B1")
    assert found is not None
    assert found.summary.open_quantities == ({"order_type": "purchase_order", "uom": None, "quantity": Decimal(20)},)
    assert found.summary.late_orders == 1


LINES = """
    at     event                    names                                                                     site     ordered  quantity  uom
    08:00  purchase_order.sent@erp  purchase_order B1, purchase_order_line 10                                 hamburg  100      .         PC
    08:00  purchase_order.sent@erp  purchase_order B1, purchase_order_line 20                                 hamburg  5        .         KG
    09:00  goods.received@wms       purchase_order B1, purchase_order_line 10                                 hamburg  .        40        PC
    09:10  goods.received@wms       purchase_order B1, purchase_order_line 20                                 hamburg  .        5         KG
"""


def test_lines_that_events_name_are_told_apart_and_units_are_never_added():
    with told(LINES) as reader:
        found = impact.of_transaction(reader, "buying", "B1")
    assert found is not None
    assert [(line["line"], line["ordered_quantity"], line["done_quantity"]) for line in found.orders["lines"][0]] == [
        ("10", Decimal(100), Decimal(40)),
        ("20", Decimal(5), Decimal(5)),
    ]
    assert found.summary.open_quantities == ({"order_type": "purchase_order", "uom": "PC", "quantity": Decimal(60)},)


CONFIRMATIONS = """
    at     event                     names                                      site     outcome   value  currency  ordered  quantity  said
    07:00  order.released@erp        production_order P1                        hamburg  ok        500    EUR       10       .         .
    07:01  order.received@mes        production_order P1                        hamburg  ok        .      .         .        .         .
    08:00  production.completed@mes  confirmation C1, production_order P1       hamburg  ok        .      .         .        4         .
    08:01  production.confirmed@erp  confirmation C1, production_order P1       hamburg  business  .      .         .        4         Batch 4711 is locked since 08:00:17
    08:10  production.completed@mes  confirmation C2, production_order P1       hamburg  ok        .      .         .        6         .
    08:11  production.confirmed@erp  confirmation C2, production_order P1       hamburg  business  .      .         .        6         Batch 9 is locked since 08:10
    08:20  production.completed@mes  confirmation C3, production_order P1       hamburg  ok        70     USD       .        6         .
    08:21  production.confirmed@erp  confirmation C3, production_order P1       hamburg  contract  .      .         .        6         .
"""


def test_an_order_behind_two_failures_counts_once_and_currencies_stay_apart():
    with told(CONFIRMATIONS) as reader:
        impact.at_risk(reader, Group())
        summary = impact.summed(reader)
    assert (summary.transactions, summary.orders, summary.valued) == (3, 1, 3)
    assert summary.worths == {"EUR": Decimal(500), "USD": Decimal(70)}
    assert impact.money(summary.worths, Costs(currency="EUR")) is None
    assert impact.money(summary.worths, Costs(currency="EUR", rates={"USD": Decimal("0.5")})) == (Decimal(535), "EUR")


def test_each_group_tells_what_it_holds_up():
    with told(CONFIRMATIONS) as reader:
        found = impact.of_groups(reader, Group())
    assert {(group.milestone, group.error_class): (summary.transactions, summary.worths) for group, summary in found.items()} == {
        (None, None): (3, {"EUR": Decimal(500), "USD": Decimal(70)}),
        ("confirmed", "business"): (2, {"EUR": Decimal(500)}),
        ("confirmed", "contract"): (1, {"USD": Decimal(70)}),
    }


def test_words_that_differ_in_numbers_alone_are_one_failure_group():
    with told(CONFIRMATIONS) as reader:
        rows = [(row["words"], row["state"], row["transactions"], row["orders"], row["values"]) for row in reader.export("failure_groups")]
    assert rows == [
        ("batch # is locked since #", "open", 2, 1, {"EUR": Decimal(500)}),
        ("", "open", 1, 1, {"USD": Decimal(70)}),
    ]


def test_a_failure_group_is_fixed_when_all_of_it_got_through():
    mended = (
        CONFIRMATIONS
        + "    09:00  production.confirmed@erp  confirmation C3, production_order P1       hamburg  ok        .      .         .        6         ."
    )
    with told(mended) as reader:
        rows = {
            row["error_class"]: (row["state"], row["transactions"], row["recovered"], row["first_seen"])
            for row in reader.export("failure_groups")
        }
    with told(mended, as_of="Mon 08:59") as reader:
        before = {row["error_class"]: row["state"] for row in reader.export("failure_groups")}
    assert rows["contract"] == ("fixed", 0, 1, "2026-03-23T08:21:00.000Z")
    assert before["contract"] == "open"


def test_orders_at_risk_are_listed_by_need_with_what_holds_them_up():
    with told(STUCK) as reader:
        listed = impact.at_risk(reader, Group())
        exported = list(reader.export("at_risk"))
    assert list(listed["object_id"]) == ["S1", "D1", "P1"]
    assert [hold["milestone"] for hold in listed["holds"][0]] == ["received"]
    assert [(row["order_id"], row["need_time"], row["open_quantity"], row["uom"]) for row in exported] == [
        ("S1", "2026-03-24T00:00:00.000Z", None, None),
        ("D1", "2026-03-25T00:00:00.000Z", Decimal(10), "PC"),
        ("P1", None, Decimal(40), "PC"),
    ]


def test_what_is_done_is_at_no_risk():
    nothing_to_come = STUCK.replace("ok        10       GBX", "ok        0        GBX")
    with told(nothing_to_come) as reader:
        listed = impact.at_risk(reader, Group())
    assert list(listed["object_id"]) == ["S1", "P1"]


def test_orders_of_other_sites_are_not_told():
    elsewhere = STUCK.replace(
        "delivery D1, sales_order S1                  hamburg", "delivery D1, sales_order S1                  boston "
    )
    with told(elsewhere, sees=Scope(frozenset({"hamburg"}))) as reader:
        listed = impact.at_risk(reader, Group())
    assert list(listed["object_id"]) == ["S1", "P1"]


def test_what_is_named_with_more_than_twenty_orders_says_nothing_about_them():
    dock = "\n".join(f"    10:{n:02}  truck.loaded@tms  dock G1, delivery E{n}  hamburg  ok  .  .  .  .  .  .  .  ." for n in range(21))
    near = "\n    10:30  truck.loaded@tms  dock G1, production_order P1  hamburg  ok  .  .  .  .  .  .  .  ."
    with told(STUCK + dock + near) as reader:
        many = impact.of_transaction(reader, "making", "P1")
    with told(STUCK + "\n".join(dock.splitlines()[:19]) + near) as reader:
        few = impact.of_transaction(reader, "making", "P1")
    assert many is not None
    assert few is not None
    assert (many.summary.orders, few.summary.orders) == (3, 22)
