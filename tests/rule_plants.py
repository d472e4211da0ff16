"""Small random worlds in which integrity rules are kept and broken by a hair: few ids, few instants, equal amounts."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import yaml
from hypothesis import strategies as st

from app.configuration.packs import DEFAULT_PACK
from collectors.event import Event
from metrics.rules.rule import shipped_rules
from metrics.workflows import Definitions, Workflow, parse
from tests import plants, rule_oracle, written
from tests.oracle import World
from tests.plants import DAY, FAR, HOUR, MINUTE, RECORDED

WORKFLOWS = ("order_to_production", "production_to_inventory", "procure_to_receipt", "quality_to_shipment", "shipment_to_invoice",
             "stock_movement_sync", "master_data_sync")  # fmt: skip
D1, D2, N1, N2, B1 = ("delivery", "D1"), ("delivery", "D2"), ("quality_notice", "N1"), ("quality_notice", "N2"), ("batch", "B1")
P1, P2, S1, C1, M1 = (
    ("production_order", "P1"),
    ("production_order", "P2"),
    ("sales_order", "S1"),
    ("confirmation", "C1"),
    ("material_document", "M1"),
)
U1, U2, A1, T1, H1 = ("purchase_order", "U1"), ("purchase_order", "U2"), ("asn", "A1"), ("shipment", "T1"), ("movement", "H1")
I1, K1, K2, L1, LC = ("item", "I1"), ("item_change", "K1"), ("item_change", "K2"), ("bom", "I1"), ("bom_change", "K1")

# What is said together: the events of a part of the business, whom they may name, and the rules that look at them.
TALKS = [
    (
        [("delivery.created", "erp"), ("shipment.dispatched", "tms"), ("goods_issue.posted", "erp"), ("invoice.issued", "fin"),
         ("invoice.issued", "fin"), ("delivery.cancelled", "erp")],
        [(D1,), (D1,), (D1,), (D1, T1), (T1,), (D1, D2)],
        ("shipped_without_goods_issue", "invoiced_without_shipment", "invoice_differs_from_order", "duplicate_posting",
         "step_before_its_cause"),
    ),
    (
        [("delivery.picked", "wms"), ("shipment.dispatched", "tms"), ("shipment.dispatched", "tms"), ("quality.hold_placed", "qms"),
         ("quality.hold_placed", "qms"), ("quality.released", "qms"), ("stock.blocked", "wms"), ("stock.unblocked", "wms")],
        [(D1,), (D1,), (D1, T1), (T1,), (N1, B1), (N2, B1), (D1, B1), (D1, D2, B1), (B1,), (N1, N2, B1), (N1, D1)],
        ("blocked_stock_shipped", "step_before_its_cause"),
    ),
    (
        [("quality.hold_placed", "qms"), ("stock.blocked", "wms"), ("stock.blocked", "erp"), ("quality.released", "qms"),
         ("quality.released", "qms"), ("stock.unblocked", "wms"), ("stock.unblocked", "erp"), ("quality.scrapped", "qms"),
         ("inventory.posted", "erp")],
        [(N1,), (N1,), (N1, B1), (N2, B1), (B1,), (N1, M1)],
        ("usable_stock_stranded", "scrap_not_posted"),
    ),
    (
        [("order.released", "erp"), ("order.changed", "erp"), ("work_order.scheduled", "mes"), ("work_order.scheduled", "mes"),
         ("work_order.changed", "mes"), ("order.cancelled", "erp"), ("production.completed", "mes"), ("production.confirmed", "erp"),
         ("production.confirmed", "erp")],
        [(P1,), (P1,), (P1,), (P2,), (P1, P2), (C1, P1), (P1, S1)],
        ("order_without_completion", "confirmed_more_than_ordered", "duplicate_posting"),
    ),
    (
        [("production.completed", "mes"), ("production.confirmed", "erp"), ("inventory.posted", "erp"), ("quality.scrapped", "qms")],
        [(C1,), (C1,), (C1, M1), (M1,), (B1, C1), (B1, N1)],
        ("production_not_posted", "duplicate_posting", "scrap_not_posted"),
    ),
    (
        [("purchase_order.created", "erp"), ("purchase_order.confirmed", "supplier"), ("asn.received", "supplier"),
         ("goods.received", "wms"), ("goods.received", "wms"), ("receipt.posted", "erp")],
        [(U1,), (U1,), (U1, A1), (A1,), (U2, A1), (U1, U2)],
        ("receipt_without_order", "confirmed_more_than_ordered", "duplicate_posting"),
    ),
    (
        [("item.changed", "plm"), ("item.synced", "mes"), ("item.synced", "wms"), ("bom.changed", "plm"), ("bom.synced", "mes"),
         ("stock.moved", "erp")],
        [(I1, K1), (I1, K1), (I1, K2), (K1,), (L1, LC), (H1,), (I1, K1, K2)],
        ("master_data_differs", "duplicate_posting"),
    ),
]  # fmt: skip
BATCHES = [None, None, "B1", "B2"]
AMOUNTS = [None, None, "5", "5", "5.04", "10", "-5"]
OFFSETS = [0, MINUTE, 2 * MINUTE, 15 * MINUTE, 30 * MINUTE, 31 * MINUTE, HOUR, 4 * HOUR, 5 * HOUR, DAY, 2 * DAY, 8 * DAY]


@cache
def workflows() -> tuple[Workflow, ...]:
    found, problems = parse(yaml.safe_load(DEFAULT_PACK.read_text()))
    assert not problems
    return tuple(workflow for workflow in found if workflow.name in WORKFLOWS)


def definitions(rules: tuple[str, ...], feeds=plants.COMPLETE) -> Definitions:
    mine = tuple(rule for rule in shipped_rules() if rule.name in rules)
    return Definitions(workflows(), plants.SITES, plants.CALENDARS, "UTC", feeds, rules=mine)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    kinds, names, rules = draw(st.sampled_from(TALKS))
    start = draw(st.sampled_from(plants.STARTS))
    events = [draw(an_event(number, start, kinds, names)) for number in range(draw(st.integers(3, 12)))]
    aliases = draw(st.sampled_from([frozenset(), frozenset(), frozenset({"batch", "delivery"})]))
    return World(replace(definitions(rules, draw(st.sampled_from(plants.FEEDS))), alias_types=aliases), tuple(events))


@st.composite
def an_event(draw: st.DrawFn, number: int, start: int, kinds: list, names: list) -> Event:
    event_type, system = draw(st.sampled_from(kinds))
    moment = start + draw(st.sampled_from(OFFSETS)) + draw(st.sampled_from(plants.NUDGES))
    name = f"rows:{number}"
    said = {
        "site": draw(st.sampled_from([None, "north", "north", "south"])),
        "batch": draw(st.sampled_from(BATCHES)),
        "item": draw(st.sampled_from([None, None, "I1"])),
        "quantity": draw(st.sampled_from(AMOUNTS)),
        "ordered_quantity": draw(st.sampled_from([None, None, "5", "10"])),
        "value": draw(st.sampled_from(AMOUNTS)),
        "currency": draw(st.sampled_from([None, "EUR", "EUR", "USD"])),
        "uom": draw(st.sampled_from([None, None, "PC", "KG"])),
        "idempotency_key": draw(st.sampled_from([None, "k1", "k2"])),
        "payload_digest": draw(st.sampled_from([None, "aa", "bb"])),
        "due_ns": draw(st.sampled_from([None, None, start + HOUR])),
        "promised_ns": draw(st.sampled_from([None, None, None, start + 2 * HOUR])),
    }
    is_error = draw(st.sampled_from([*[False] * 9, True]))
    return Event(
        event_id=name, identity=name, id_hash=written.id_hash(name), source="rows", position=str(number), recorded_ns=draw(plants.TOLD),
        event_ns=moment, event_type=event_type, system=system, attempt=draw(st.sampled_from([1, 1, 2])), is_error=is_error,
        error_class="business" if is_error else None, objects=draw(st.sampled_from(names)), **said,
    )  # fmt: skip


def moments(world: World) -> st.SearchStrategy[tuple[int, int]]:
    """(as_of, known_at): around every event, and around every moment at which something begins or ceases to be violated."""
    changes = {e.event_ns for e in world.events} | {row["from_ns"] for row in rule_oracle.violations(world, FAR, FAR)}
    changes |= {e.event_ns + wait for e in world.events for wait in (15 * MINUTE, 30 * MINUTE, 4 * HOUR)}
    as_of = [*sorted({t + nudge for t in changes for nudge in (0, 1)}), FAR]
    return st.tuples(st.sampled_from(as_of), st.sampled_from([FAR, FAR, RECORDED, RECORDED + HOUR, RECORDED + 2 * HOUR]))
