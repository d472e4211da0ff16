"""What a document says, known from its number alone: whoever mentions an order, today or next week, means the same goods."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from app.simulator.act import Fields
from app.simulator.company import CUSTOMERS, ITEMS, Item, Plant
from app.simulator.numbers import number

ORDERS_PER_SALES_ORDER = 3
LOTS_PER_ORDER = 10
SEGMENT = "SegmentRequirement"


@dataclass(frozen=True, slots=True)
class ProductionOrder:
    """What is to be made, for which sales order, where."""

    number: str
    sales_order: str
    customer: str
    item: Item
    quantity: int
    work_center: str


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """What is bought from whom."""

    number: str
    partner: str
    item: Item
    quantity: int


def production_order(plant: Plant, day: date, serial: int, line: int = 0) -> ProductionOrder:
    """Line `line` of the day's sales order `serial` has a production order of its own."""
    name = number("production_order", plant, day, serial * ORDERS_PER_SALES_ORDER + line)
    sales_order = number("sales_order", plant, day, serial)
    random = Random(f"production order {name}")
    item = ITEMS[random.choice(plant.makes)]
    quantity = LOTS_PER_ORDER * _lot(item, random)
    return ProductionOrder(name, sales_order, Random(sales_order).choice(CUSTOMERS), item, quantity, random.choice(plant.work_centers))


def purchase_order(plant: Plant, day: date, serial: int) -> PurchaseOrder:
    name = number("purchase_order", plant, day, serial)
    random = Random(f"purchase order {name}")
    item = ITEMS[random.choice(plant.buys)]
    return PurchaseOrder(name, random.choice(plant.suppliers), item, _lot(item, random))


def production_request(order: str, customer: str, says: Mapping[str, Any]) -> bytes:
    """The order as the mapping writes it: the element that the MES misses is empty, and it says more than the MES has to know."""
    goods = {"ItemID": says["item"], "Quantity": says["quantity"], "UnitOfMeasure": says["uom"], "WorkCenter": says["work_center"]}
    terms = {"UnitPrice": ITEMS[says["item"]].price, "Customer": {"Name": customer}}
    return json.dumps({"ProductionRequest": {"ID": order, **goods, **terms, SEGMENT: None}}, indent=1).encode()


def has_segment(body: bytes) -> bool:
    """Whether somebody filled that element."""
    try:
        return bool(json.loads(body)["ProductionRequest"][SEGMENT])
    except (ValueError, KeyError, TypeError):
        return False


def value(item: Item, quantity: float, plant: Plant) -> Fields:
    return {"value": round(item.price * quantity * plant.rate, 2), "currency": plant.currency}


def _lot(item: Item, random: Random) -> int:
    return max(1, round(item.lot * random.choice((0.5, 1, 1, 1.5, 2))))
