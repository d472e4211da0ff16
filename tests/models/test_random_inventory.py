"""Random stock: the product finds the differences and causes that plain loops find, whatever comes, in whatever order, as of any moment."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.event import Event
from metrics.inventory_settings import Inventory, Item, units_of
from metrics.read import Moment, open_reader
from metrics.refresh import Refresher
from metrics.workflows import Definitions, Milestone, Workflow
from sql import store as ground
from tests import plants, written
from tests.inventory_oracle import Line, accuracy_rows, inventory_rows
from tests.models.agreement import empty_store, ns_of
from tests.models.test_random_plants import examples
from tests.oracle import World
from tests.plants import FAR, HOUR, MINUTE, RECORDED

NOON = plants.utc("2026-03-24 12:00")
AT = [NOON + n * MINUTE for n in (-600, -61, -60, -31, -30, -6, -5, -4, -1, 0, 1, 5, 6, 15, 30, 31, 45, 60, 75, 90, 600)]
NUDGED = st.builds(int.__add__, st.sampled_from(AT), st.sampled_from([0, 0, 0, -1, 1]))
TOLD = st.sampled_from([RECORDED, RECORDED, RECORDED + HOUR])
SITES = ["north", "north", "south"]
ITEMS = ["M1", "M1", "M2", "M3"]
UOMS = [None, "PC", "PC", "BOX", "KG", "G"]
QUANTITIES = ["0", "5", "5", "-5", "7", "0.1", "0.2", "1000", "1005", "0.000001"]
UNITS = units_of({"KG": {"G": Decimal("0.001")}}, {"M2": ("PC", {"BOX": Decimal(12)})})
RULES = (
    Inventory(),
    Inventory(
        max_gap_seconds=900,
        tolerances=(("", Decimal("0.005")), ("A", Decimal(0)), ("C", Decimal("0.5"))),
        items=(Item("M1", "A", Decimal("2.5")), Item("M2", "C", Decimal(100), "PC"), Item("M3", "B")),
        units=UNITS,
    ),
    Inventory(reference="erp", other="wms", items=(Item("M1", None, Decimal(1)),)),
)
MOVES = Workflow(
    "stock_movement_sync",
    "Stock",
    "movement",
    (Milestone("moved_wms", "stock.moved", "wms"), Milestone("moved_erp", "stock.moved", "erp", "moved_wms", within="5m")),
    ("delivery",),
)
NAMES = [(("movement", m),) for m in ("V1", "V1", "V2", "V3")] + [
    (("movement", "V1"), ("delivery", "D1")),
    (("delivery", "D1"),),
    (("movement", "V1"), ("movement", "V2")),
    (),
]


@st.composite
def postings(draw: st.DrawFn, number: int) -> Event:
    name = f"e{number:02d}"
    return Event(
        event_id=name, identity=name, id_hash=written.id_hash(name), source="rows", position=name, recorded_ns=draw(TOLD),
        event_ns=draw(NUDGED), event_type="stock.moved", system=draw(st.sampled_from(["wms", "erp"])),
        site=draw(st.sampled_from([*SITES, None])), is_error=draw(st.sampled_from([False, False, False, True])),
        attempt=draw(st.sampled_from([1, 1, 2])), idempotency_key=draw(st.sampled_from([None, None, "K1", "K2"])),
        item=draw(st.sampled_from([*ITEMS, None])), location=draw(st.sampled_from([None, "L1"])),
        quantity=draw(st.sampled_from([*QUANTITIES, None])), uom=draw(st.sampled_from(UOMS)), objects=draw(st.sampled_from(NAMES)),
    )  # fmt: skip


@st.composite
def lines(draw: st.DrawFn, times: Sequence[int]) -> list[Line]:
    count = draw(st.integers(1, 24))
    return [
        Line(
            draw(st.sampled_from(times)), draw(st.sampled_from(["wms", "erp", "wms", "erp", "mes"])), draw(st.sampled_from(SITES)),
            draw(st.sampled_from(ITEMS)), draw(st.sampled_from(QUANTITIES)), draw(st.sampled_from(["", "L1"])),
            uom=draw(st.sampled_from(UOMS)), recorded_ns=draw(TOLD), position=f"{number:02d}",
        )
        for number in range(count)
    ]  # fmt: skip


@st.composite
def stocks(draw: st.DrawFn) -> tuple[World, list[Line]]:
    events = tuple(draw(postings(number)) for number in range(draw(st.integers(0, 14))))
    definitions = Definitions((MOVES,), plants.SITES, plants.CALENDARS, "UTC", plants.COMPLETE, inventory=draw(st.sampled_from(RULES)))
    times = draw(st.lists(NUDGED, min_size=1, max_size=6))
    return World(definitions, events), draw(lines(times))


def write_lines(store: ground.Store, told: Sequence[Line]) -> None:
    rows = [{name: getattr(line, name) for name in Line.__slots__} | {"source": "stock"} for line in told]
    with store.write() as cursor:
        ground.insert(cursor, "stock_snapshots", pd.DataFrame(rows, dtype=object).dropna(axis="columns", how="all"))


def agree(store: ground.Store, world: World, told: Sequence[Line], moment: tuple[int, int]) -> None:
    """Fails when the export or the accuracy differs from what plain loops say."""
    with open_reader(store, Moment(*moment)) as reader:
        found = [plain(row) for row in reader.export("inventory")]
        accuracy = reader.frame("queries/stock_accuracy")
    expected = inventory_rows(world, told, *moment)
    assert len(found) == len(expected), f"keys as of {moment}"
    for row, should in zip(found, expected, strict=True):
        assert {name: row[name] for name in should} == should, f"inventory as of {moment}"
    columns = ["site", "snapshot_ns", "good", "bad"]
    in_pairs = accuracy_rows(world, told, *moment)
    assert accuracy[columns].to_dict("records") == [{name: row[name] for name in columns} for row in in_pairs], f"accuracy as of {moment}"
    for name in ("gross_quantity", "gross_value"):
        ratios = [None if pd.isna(ratio) else float(ratio) for ratio in accuracy[name]]
        assert ratios == [pytest.approx(row[name]) for row in in_pairs]


def plain(row: dict) -> dict:
    return {**row, "is_told": row["trouble"] is not None, "snapshot_ns": ns_of(row["snapshot_time"])}


MOMENTS = st.tuples(st.one_of(NUDGED, st.just(FAR)), st.sampled_from([FAR, FAR, RECORDED - 1, RECORDED]))


@examples(6)
@given(stocks(), st.lists(MOMENTS, min_size=1, max_size=3))
def test_differences_and_their_causes_are_found_as_of_any_moment(stock: tuple[World, list[Line]], moments: list[tuple[int, int]]) -> None:
    world, told = stock
    with empty_store() as store:
        written.write(store, written.Batch(world.events))
        write_lines(store, told)
        written.refresh(store, world.definitions)
        for moment in ((FAR, FAR), *moments):
            agree(store, world, told, moment)


@examples(3)
@given(stocks(), st.data())
def test_they_are_found_in_any_order_and_split_and_after_a_rebuild(stock: tuple[World, list[Line]], data: st.DataObject) -> None:
    world, told = stock
    parts = data.draw(plants.batches(world))
    cut = data.draw(st.integers(0, len(told)))
    with empty_store() as store:
        refresher = Refresher(store, world.definitions)
        come: tuple[Event, ...] = ()
        for number, part in enumerate(parts):
            write_lines(store, told[:cut] if number == 0 else told[cut:] if number == 1 else [])
            written.write(store, part)
            refresher.refresh()
            come += part.events
            agree(store, World(world.definitions, come), told if number else told[:cut], (FAR, FAR))
        refresher.rebuild()
        agree(store, World(world.definitions, come), told if len(parts) > 1 else told[:cut], (FAR, FAR))
