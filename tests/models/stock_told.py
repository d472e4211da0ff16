"""How a test tells of stock: what moved, what was counted, and what the product says of both."""

from __future__ import annotations

from decimal import Decimal

from metrics.inventory_settings import Inventory, Item, units_of
from metrics.read import Moment, open_reader
from metrics.workflows import Definitions, Workflow
from tests import written
from tests.inventory_oracle import Line
from tests.models import told
from tests.models.agreement import empty_store
from tests.models.test_random_inventory import MOVES, agree, write_lines
from tests.models.told import LATER, LONG_AGO, ns, table
from tests.oracle import World

PLAIN = Inventory()
WORTH = Inventory(
    tolerances=(("", Decimal("0.01")), ("A", Decimal(0))),
    currency="EUR",
    items=(Item("M1", "A", Decimal("2.5")), Item("M2", "C", Decimal(10)), Item("BOLT", None, None, "PC")),
    units=units_of({"KG": {"G": Decimal("0.001")}}, {"BOLT": ("PC", {"BOX": Decimal(12)})}),
)


def differs(
    moves: str,
    stock: str,
    expected: str,
    rules: Inventory = PLAIN,
    as_of: str = "Mon 12:00",
    known_at: str | None = None,
    moved: Workflow = MOVES,
) -> None:
    """Fails unless the product exports `expected` of its columns, and plain loops agree in all of them."""
    definitions = Definitions((moved,), told.SITES, told.CALENDARS, "UTC", told.FEEDS, inventory=rules)
    world, lines = World(definitions, postings(moves)), snapshots(stock)
    moment = ns(as_of), LATER if known_at is None else ns(known_at)
    columns, rows = table(expected)
    with empty_store() as store:
        written.write(store, written.Batch(world.events))
        write_lines(store, lines)
        written.refresh(store, world.definitions)
        with open_reader(store, Moment(*moment)) as reader:
            found = [{column: shown(row[column]) for column in columns} for row in reader.export("inventory")]
        assert found == rows
        agree(store, world, lines, moment)


def postings(moves: str) -> tuple:
    """Events of stock.moved at the system; a lone dot is nothing."""
    rows = [{"event": f"stock.moved@{row['system']}", **row, "names": f"movement {row['moves']}"} for row in table(moves)[1]]
    stated = [{name: row.get(name, ".") for name in ("item", "location", "batch", "stock_status", "uom")} for row in rows]
    return tuple(
        told.event(number, row)._replace(**{"item": "M1", **{name: value for name, value in more.items() if value != "."}})
        for number, (row, more) in enumerate(zip(rows, stated, strict=True), 1)
    )


def snapshots(stock: str) -> list[Line]:
    usual = {"site": "hamburg", "item": "M1"}
    names = ("system", "site", "item", "quantity", "location", "batch", "stock_status", "uom")
    lines = []
    for number, row in enumerate(table(stock)[1]):
        said = {name: row[name] for name in names if row.get(name, ".") != "."}
        recorded_ns = ns(row["recorded"]) if "recorded" in row else LONG_AGO
        lines.append(Line(ns(row["at"]), **{**usual, **said}, recorded_ns=recorded_ns, position=f"{number:03d}"))
    return lines


def shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(f"{c['cause']} {c['transaction_id']} {shown(c['quantity'])}" for c in value) or "."
    if value is None:
        return "."
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
