"""What each integrity rule calls broken, since when, and what ends it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from app.figures.rows import rows_of
from metrics.read import Moment, open_reader
from metrics.rules.reading import edges_of, rules, violations
from metrics.scope import EVERYTHING, Scope
from metrics.workflows import Feed
from tests import written
from tests.models.agreement import empty_store
from tests.models.broken_rules import breaks, definitions, events
from tests.models.told import LATER, ns


def test_a_lot_on_hold_must_not_leave():
    """B1 is held when D1 leaves, B2 was released before D2 left, B3 is held when D3 has left already."""
    breaks(
        "blocked_stock_shipped",
        """
        at     event                    names                        batch
        08:00  quality.hold_placed@qms  quality_notice N1            B1
        08:00  quality.hold_placed@qms  quality_notice N2, batch B2  .
        08:10  delivery.picked@wms      delivery D1                  B1
        08:10  delivery.picked@wms      delivery D2, batch B2        .
        08:10  delivery.picked@wms      delivery D3                  B3
        08:30  quality.released@qms     quality_notice N2, batch B2  .
        09:00  shipment.dispatched@tms  delivery D1                  .
        09:00  shipment.dispatched@tms  delivery D2                  .
        09:00  shipment.dispatched@tms  delivery D3                  .
        09:30  quality.hold_placed@qms  quality_notice N3            B3
        10:00  quality.released@qms     quality_notice N1            B1
        """,
        """
        workflow             transaction  from   by    detail
        quality_to_shipment  N1           09:00  1, 7  Lot B1 was on hold in QMS (N1) when delivery D1 was dispatched.
        shipment_to_invoice  D1           09:00  1, 7  Lot B1 was on hold in QMS (N1) when delivery D1 was dispatched.
        """,
    )


def test_each_system_that_still_blocks_counts():
    breaks(
        "blocked_stock_shipped",
        """
        at     event                    names              batch
        08:00  quality.hold_placed@qms  quality_notice N1  B1
        08:01  stock.blocked@wms        quality_notice N1  B1
        08:10  delivery.picked@wms      delivery D1        B1
        08:30  quality.released@qms     quality_notice N1  B1
        09:00  shipment.dispatched@tms  delivery D1        .
        """,
        """
        transaction  detail
        N1           Lot B1 was on hold in WMS (N1) when delivery D1 was dispatched.
        D1           Lot B1 was on hold in WMS (N1) when delivery D1 was dispatched.
        """,
    )


LEFT = """
    at     event                    names
    07:00  goods_issue.posted@erp   delivery D0
    08:00  shipment.dispatched@tms  delivery D1
    08:45  goods_issue.posted@erp   delivery D1
    """


@pytest.mark.parametrize(("as_of", "is_broken"), [("08:30", False), ("08:30:00.000000001", True), ("08:44", True), ("08:45", False)])
def test_what_left_is_missing_in_the_books_from_when_its_goods_issue_was_due_until_it_comes(as_of: str, is_broken: bool):
    found = "transaction  from   by\nD1           08:30  2" if is_broken else "transaction"
    breaks("shipped_without_goods_issue", LEFT, found, as_of)


def test_a_feed_that_lags_breaks_nothing():
    """The ERP has told nothing since 07:00, so nobody knows yet whether the goods issue came."""
    feeds = (Feed("traces", is_complete=True), Feed("rows", allowed_lateness_seconds=0))
    told = "\n".join(LEFT.splitlines()[:-2])
    breaks("shipped_without_goods_issue", told, "transaction", feeds=feeds)
    told += "\n    08:30  goods_issue.posted@erp   delivery D9"
    breaks("shipped_without_goods_issue", told, "transaction  from\nD1           08:30", feeds=feeds)


def test_an_invoice_before_the_goods_leave_is_too_early_by_more_than_a_minute():
    breaks(
        "invoiced_without_shipment",
        """
        at     event                    names        value  currency
        08:00  invoice.issued@fin       delivery D1  90     EUR
        08:00  invoice.issued@fin       delivery D2  90     EUR
        08:01  shipment.dispatched@tms  delivery D2  .      .
        08:00  invoice.issued@fin       delivery D3  90     EUR
        09:00  shipment.dispatched@tms  delivery D3  .      .
        """,
        """
        transaction  from   value  currency  by
        D1           08:00  90     EUR       1
        """,
    )


def test_what_is_confirmed_adds_up_to_what_was_ordered_last():
    """P1 is reduced below what is confirmed, P2 is reversed, P3 is delivered again under one key, P4 is counted otherwise."""
    breaks(
        "confirmed_more_than_ordered",
        """
        at     event                     names                quantity  key
        08:00  order.released@erp        production_order P1  10        .
        09:00  production.confirmed@erp  production_order P1  6         .
        10:00  production.confirmed@erp  production_order P1  4         .
        11:00  order.changed@erp         production_order P1  8         .
        08:00  order.released@erp        production_order P2  10        .
        09:00  production.confirmed@erp  production_order P2  12        .
        10:00  production.confirmed@erp  production_order P2  -12       .
        08:00  order.released@erp        production_order P3  10        .
        09:00  production.confirmed@erp  production_order P3  6         k
        09:01  production.confirmed@erp  production_order P3  6         k
        """,
        """
        transaction  from   quantity  by          detail
        P1           11:00  2         2, 3, 4     P1: 10 confirmed, 8 ordered.
        """,
    )


def test_a_quantity_of_two_orders_says_nothing_about_one_of_them():
    breaks(
        "confirmed_more_than_ordered",
        """
        at     event                     names                                     quantity
        08:00  order.released@erp        production_order P1                       10
        09:00  production.confirmed@erp  production_order P1, production_order P2  50
        """,
        "transaction",
    )


def test_a_completion_that_never_came_is_found_by_the_planned_end():
    breaks(
        "order_without_completion",
        """
        at     event                     names                wanted  promised
        07:00  work_order.scheduled@mes  production_order P1  .       10:00
        07:00  work_order.scheduled@mes  production_order P2  10:00   .
        07:00  work_order.scheduled@mes  production_order P3  10:00   .
        07:00  work_order.scheduled@mes  production_order P4  .       .
        09:00  production.completed@mes  production_order P2  .       .
        09:30  order.cancelled@erp       production_order P3  .       .
        """,
        """
        kind              key  transaction  from   by
        production_order  P1   P1           10:00  1
        """,
    )


def test_what_is_confirmed_is_posted_in_time():
    breaks(
        "production_not_posted",
        """
        at     event                     names            quantity
        08:00  production.confirmed@erp  confirmation C1  7
        08:00  production.confirmed@erp  confirmation C2  7
        08:05  inventory.posted@erp      confirmation C2  7
        """,
        """
        transaction  from   quantity  by
        C1           08:05  7         1
        """,
    )


def test_scrap_is_posted_within_four_hours():
    breaks(
        "scrap_not_posted",
        """
        at     event                 names              batch  quantity
        08:00  quality.scrapped@qms  quality_notice N1  B1     5
        08:00  quality.scrapped@qms  quality_notice N2  B2     5
        11:59  inventory.posted@erp  material M         B2     5
        07:00  inventory.posted@erp  material M         B1     5
        """,
        """
        kind   key  workflow             transaction  from   quantity  by
        batch  B1   quality_to_shipment  N1           12:00  5         1
        """,
    )


def test_what_quality_released_is_unblocked_where_it_was_blocked():
    breaks(
        "usable_stock_stranded",
        """
        at     event                    names              quantity
        08:00  quality.hold_placed@qms  quality_notice N1  .
        08:01  stock.blocked@wms        quality_notice N1  .
        08:30  quality.released@qms     quality_notice N1  4
        """,
        """
        transaction  from   quantity  by  detail
        N1           08:45  4         3   Notice N1 was released; the WMS had not unblocked its stock by the time that was due.
        """,
    )


def test_goods_come_for_an_order_that_is_known():
    """U1 was never created, U2 only after its goods came, A1 names no order."""
    breaks(
        "receipt_without_order",
        """
        at     event                      names                      quantity
        08:00  goods.received@wms         purchase_order U1          3
        08:00  goods.received@wms         purchase_order U2          3
        09:00  purchase_order.created@erp  purchase_order U2         .
        07:00  purchase_order.created@erp  purchase_order U3         .
        07:30  asn.received@supplier      purchase_order U3, asn A3  .
        08:00  goods.received@wms         asn A3                     3
        08:00  goods.received@wms         asn A1                     3
        """,
        """
        kind            key  transaction  from   detail
        asn             A1   .            08:00  Goods came under ASN A1, which had named no purchase order.
        purchase_order  U1   U1           08:00  Goods came for purchase order U1, which the ERP had not created.
        """,
    )


def test_an_invoice_is_worth_what_was_ordered_within_a_hundredth():
    breaks(
        "invoice_differs_from_order",
        """
        at     event                 names                     value  currency
        08:00  delivery.created@erp  delivery D1               100    EUR
        08:00  delivery.created@erp  delivery D2               100    EUR
        08:00  delivery.created@erp  delivery D3               100    EUR
        08:00  delivery.created@erp  delivery D4               100    EUR
        09:00  invoice.issued@fin    delivery D1               101    EUR
        09:00  invoice.issued@fin    delivery D2               60     EUR
        10:00  invoice.issued@fin    delivery D2               42     EUR
        09:00  invoice.issued@fin    delivery D3               100    USD
        09:00  invoice.issued@fin    delivery D4, delivery D5  900    EUR
        """,
        """
        transaction  from   value  currency  by       detail
        D2           10:00  2      EUR       2, 6, 7  Delivery D2: invoiced 102.00 EUR, ordered 100.00 EUR.
        D3           09:00  0      EUR       3, 8     Delivery D3: invoiced 100.00 USD, ordered 100.00 EUR.
        """,
    )


def test_two_keys_are_two_postings_and_one_key_is_one():
    """The parts of U1 together are what was ordered."""
    breaks(
        "duplicate_posting",
        """
        at     event                 names              key  quantity  ordered
        08:00  stock.moved@erp       movement M1        a    5         .
        08:10  stock.moved@erp       movement M1        b    5         .
        08:00  stock.moved@erp       movement M2        a    5         .
        08:10  stock.moved@erp       movement M2        a    5         .
        08:00  stock.moved@erp       movement M3        a    5         .
        08:10  stock.moved@erp       movement M3        b    4         .
        08:00  goods.received@wms    purchase_order U1  a    5         10
        08:10  goods.received@wms    purchase_order U1  b    5         .
        """,
        """
        workflow             transaction  from   quantity  by    detail
        stock_movement_sync  M1           08:10  5         1, 2  M1: the step moved_erp was taken 2 times, 5 each.
        """,
    )


def test_a_cause_comes_first():
    breaks(
        "step_before_its_cause",
        """
        at     event            names
        08:00  stock.moved@erp  movement M1
        08:02  stock.moved@wms  movement M1
        08:00  stock.moved@erp  movement M2
        08:01  stock.moved@wms  movement M2
        """,
        """
        transaction  from   by    detail
        M1           08:02  1, 2  moved_erp of M1 happened 120 seconds before moved_wms.
        """,
    )


def test_every_system_holds_the_newest_change_as_it_is():
    """The MES took K1 over after K2; the WMS holds another content; a bill of materials of the same name is another thing."""
    breaks(
        "master_data_differs",
        """
        at     event             names                    digest
        08:00  item.changed@plm  item I, item_change K1   aa
        09:00  item.changed@plm  item I, item_change K2   bb
        09:10  item.synced@mes   item I, item_change K2   bb
        09:20  item.synced@mes   item I, item_change K1   aa
        09:30  item.synced@wms   item I, item_change K2   cc
        09:30  item.synced@scm   item I, item_change K2   .
        09:40  bom.synced@mes    bom I, bom_change K2     cc
        """,
        """
        kind  key  transaction  from   detail
        item  I    K1           09:20  MES took over change K1 of I after a newer one.
        item  I    K2           09:30  WMS holds I with another content than change K2 has.
        """,
    )


def test_what_nobody_has_told_about_is_not_checked_and_breaks_nothing():
    told = "at  event  names\n08:00  invoice.issued@fin  delivery D1"
    breaks("invoiced_without_shipment", told, "transaction")
    with empty_store() as store:
        written.write(store, written.Batch(events(told)))
        written.refresh(store, definitions("invoiced_without_shipment", "duplicate_posting"))
        with open_reader(store, Moment(ns("12:00"), LATER)) as reader:
            said = {row["rule"]: row["unchecked"] for row in rows_of(rules(reader))}
        with open_reader(store, Moment(ns("07:59"), LATER)) as reader:
            before = {row["rule"]: row["unchecked"] for row in rows_of(rules(reader))}
    assert said == {"invoiced_without_shipment": "nothing has told about shipment.dispatched at tms", "duplicate_posting": None}
    assert before["invoiced_without_shipment"] == "nothing has told about invoice.issued at fin, shipment.dispatched at tms"


def test_the_history_of_a_rule_shows_on_which_day_it_was_broken_and_lists_what_is_over_since():
    told = "at  event  names\nMon 08:00  shipment.dispatched@tms  delivery D1\nWed 08:45  goods_issue.posted@erp  delivery D1"
    with empty_store() as store:
        written.write(store, written.Batch(events(told)))
        written.refresh(store, definitions("shipped_without_goods_issue"))
        with open_reader(store, Moment(ns("Fri 08:00"), LATER)) as reader:
            (row,) = rows_of(rules(reader, days=6))
            edges = edges_of(reader, days=6)
            days = [len(violations(reader, "shipped_without_goods_issue", begun=begun)) for begun in pairwise(edges)]
            (over,) = rows_of(violations(reader, "shipped_without_goods_issue", begun=(edges[1], edges[2])))
            assert violations(reader, "shipped_without_goods_issue").empty
    assert list(row["days"]) == days == [0, 1, 0, 0, 0, 0]
    assert (row["violations"], over["until_ns"]) == (0, ns("Wed 08:45"))


def test_who_may_see_one_site_sees_its_violations_only():
    told = """
    at     event            names        site     key
    08:00  stock.moved@erp  movement M1  hamburg  a
    08:10  stock.moved@erp  movement M1  hamburg  b
    08:00  stock.moved@erp  movement M2  boston   a
    08:10  stock.moved@erp  movement M2  boston   b
    """
    with empty_store() as store:
        written.write(store, written.Batch(events(told)))
        written.refresh(store, definitions("duplicate_posting"))
        for sees, seen in ((EVERYTHING, ["M2", "M1"]), (Scope(frozenset({"boston"})), ["M2"]), (Scope(frozenset({"haifa"})), [])):
            with open_reader(store, Moment(ns("12:00"), LATER), sees) as reader:
                assert sorted(row["transaction_id"] for row in reader.export("violations")) == sorted(seen)
                assert int(rules(reader)["violations"].sum()) == len(seen)
                assert len(violations(reader, "duplicate_posting")) == len(seen)
                assert [row["violations"] for row in reader.export("transactions")] == [["duplicate_posting"]] * len(seen)
