"""Document numbers, each kind in the form its system gives them: the same day, plant and serial always give the same number."""

from __future__ import annotations

from datetime import date, timedelta

from app.simulator.company import ITEMS, Plant

# Number ranges come round after this many days, far beyond what a demo keeps.
DAYS_IN_RANGE, SERIALS_A_DAY = 100, 30_000
LIVE_SERIALS, STORY_SERIALS = 2_000, 1_900  # history counts from 0; these begin where a day of history never gets
STOCK_LOTS = 7_000  # numbers of lots that no other flow gives
PLAIN = {  # prefix and digits behind it
    "sales_order": ("4", 7),
    "production_order": ("1", 7),
    "confirmation": ("60", 8),
    "final_confirmation": ("61", 8),
    "material_document": ("49", 8),
    "final_document": ("50", 8),
    "purchase_order": ("45", 8),
    "quality_notice": ("20", 8),
    "delivery": ("80", 8),
    "shipment": ("7", 8),
}
SPOKEN = {
    "asn": "ASN",
    "movement": "TO",
    "item_change": "ECN",
    "downtime": "DT",
    "demand_change": "DC",
    "order_change": "OC",
    "handling_unit": "HU",
}
ERP_DIGITS = {"production_order": 12, "sales_order": 10, "delivery": 10, "material_document": 10, "confirmation": 10}


def number(kind: str, plant: Plant, day: date, serial: int) -> str:
    """The number of the day's document with this serial, from 0, at this plant."""
    running = day.toordinal() % DAYS_IN_RANGE * SERIALS_A_DAY + plant.place * (SERIALS_A_DAY // 3) + serial
    if kind in SPOKEN:
        return f"{SPOKEN[kind]}-{plant.short}-{running:07d}"
    prefix, digits = PLAIN[kind]
    return f"{prefix}{running:0{digits}d}"


def batch(plant: Plant, day: date, serial: int) -> str:
    return f"{plant.short[0]}{day:%y%j}{serial:04d}"


def stock_lot(plant: Plant, item: str, day: date) -> str:
    """The lot of an item that is moved on this day: every week has one."""
    return batch(plant, day - timedelta(days=day.weekday()), STOCK_LOTS + list(ITEMS).index(item))


def as_written_by(system: str, kind: str, id_: str) -> str:
    """The ERP pads its numbers with zeros; the others leave them as they are."""
    return id_.zfill(ERP_DIGITS.get(kind, 0)) if system in ("erp", "fin") else id_
