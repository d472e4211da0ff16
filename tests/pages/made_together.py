"""What belongs together, made by hand: an order behind two production orders, one lot that both went into, a delivery of it."""

from __future__ import annotations

from metrics.together import Key, Link, Rest, Standing, Thing, Together, Told
from tests.pages.made_paths import ns

TOLD = Told("order.released", "erp", "bus", ns("2026-03-23 08:00:00"), False)


def standing(name: str, status: str, workflow: str = "order_to_production") -> Standing:
    return Standing(workflow, "Order-to-production release", name, status)


def around(name: str = "PO-1") -> Together:
    order, own, other, lot, out = (
        ("sales_order", "SO-1"),
        ("production_order", name),
        ("production_order", "PO-2"),
        ("batch", "B"),
        ("delivery", "D"),
    )
    return Together(
        own,
        (
            (order[0], (Thing(order, 1, True),)),
            (own[0], (Thing(own, 0, True, (standing(name, "complete"),)), Thing(other, 2, False, (standing("PO-2", "failed"),)))),
            (lot[0], (Thing(lot, 1, False),)),
            (out[0], (Thing(out, 2, False, (standing("D", "complete", "ship"), standing("D", "overdue", "invoice"))),)),
        ),
        (link(order, own, 3), link(order, other), link(own, lot), link(other, lot), link(lot, out)),
        (Rest(order, "delivery", 312, 5),),
    )


def link(one: Key, other: Key, events: int = 1) -> Link:
    return Link(one, other, events, (TOLD,), ("Order-to-production release",) if one[0] == "sales_order" else ())
