"""Inventory: how accurate each site is, what differs and which movement it was, what planning gets wrong by it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from flask import Flask

from app.annotations.annotation import Given
from app.application import Application
from app.configuration.roles import shipped
from app.figures import stock
from app.instants import instant_ns
from app.recovery.runs import Actor
from tests.pages import trees
from tests.pages.served import drawn_text, opened_on, someone

CONFIGURATION = """
version: 1
sites: [{name: brno, timezone: Europe/Prague}, {name: hamburg, timezone: Europe/Berlin}, {name: porto, timezone: Europe/Lisbon}]
sources:
  - name: moves
    kind: csv
    complete: true
    path: moves.csv
    map:
      event_type: {value: stock.moved}
      event_time: {column: AT}
      system: {column: SYSTEM}
      site: {column: SITE}
      item: {column: ITEM}
      location: {value: FG}
      quantity: {column: QTY}
      uom: {value: PC}
      objects: {type: {value: movement}, id: {column: ID}}
  - {name: stock, kind: inventory_csv, path: stock.csv}
inventory:
  tolerance: {C: 0.1}
  classes: {BOLT: C, GEAR: A}
  values: {GEAR: 250, BOLT: 0.5}
  currency: EUR
"""
MOVES = """\
AT,SYSTEM,SITE,ITEM,QTY,ID
2026-03-23T05:00:00Z,wms,hamburg,GEAR,-4,TO-1
2026-03-23T05:00:00Z,wms,hamburg,BOLT,10,TO-2
2026-03-23T05:01:00Z,erp,hamburg,BOLT,10,TO-2
2026-03-23T05:02:00Z,erp,hamburg,BOLT,10,TO-2
2026-03-23T08:58:00Z,wms,hamburg,NUT,7,TO-3
"""
KEYS = {  # site, item, unit → what the ERP and the warehouse have
    ("hamburg", "GEAR", "PC"): (100, 96),
    ("hamburg", "BOLT", "PC"): (1010, 1000),
    ("hamburg", "NUT", "PC"): (0, 7),
    ("hamburg", "PIN", "PC"): (5, 5),
    ("brno", "GEAR", "PC"): (20, 20),
    ("brno", "OIL", "L"): (3, 2),
}


def lists() -> Iterator[str]:
    """Every hour the warehouse and the ERP; of Brno's oil the ERP has kilograms. The ERP of Porto is four hours behind."""
    yield "snapshot_time,system,site,location,item,batch,stock_status,quantity,uom"
    for hour in (6, 7, 8, 9):
        for (site, item, uom), quantities in KEYS.items():
            for system, quantity in zip(("erp", "wms"), quantities, strict=True):
                unit = "KG" if (item, system) == ("OIL", "erp") else uom
                yield f"2026-03-23T0{hour}:00:00Z,{system},{site},FG,{item},,unrestricted,{quantity},{unit}"
    yield "2026-03-23T05:00:00Z,erp,porto,FG,GEAR,,unrestricted,1,PC"
    yield "2026-03-23T09:00:00Z,wms,porto,FG,GEAR,,unrestricted,1,PC"


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    stock = "\n".join(lists()) + "\n"
    with opened_on(tmp_path_factory.mktemp("inventory"), CONFIGURATION, moves=MOVES, stock=stock) as application:
        yield application


AS_OF = "as_of=2026-03-23T09:30:00Z"


def page(web: Flask, query: str = "", who: str = "maria") -> object:
    return trees.drawn(someone(web, who).show("/inventory", f"?{AS_OF}{query}"))


def table(web: Flask, label: str, query: str = "", who: str = "maria") -> list[list[str]]:
    """The cells of a table, row by row."""
    (found,) = [part for part in trees.parts(page(web, query, who)) if getattr(part, "aria-label", None) == label]
    rows = [part for part in trees.parts(found) if getattr(part, "kind", None) == "Tr"]
    return [[trees.text(cell) for cell in trees.parts(row) if getattr(cell, "kind", None) in ("Td", "Th")] for row in rows][1:]


def test_each_site_says_how_much_agrees_and_at_which_moment(web: Flask):
    brno, hamburg, _ = table(web, "Accuracy by site")
    assert hamburg[:7] == ["Hamburg", "50.00 %", "2 of 4", "0", "0", "98.1 %", "95.89 %"]
    assert hamburg[7].startswith("10:00 CET , at the same time 30 min ago")
    assert brno[:5] == ["Brno", "100 %", "0 of 1", "0", "1"]


def test_snapshots_that_do_not_meet_are_not_inaccurate(web: Flask):
    *_, porto = table(web, "Accuracy by site")
    assert porto[0] == "Porto"
    assert "Not comparable: no two snapshots are within 30 min of each other" in porto[1]
    assert "%" not in porto[1]


def test_every_difference_names_its_movement_and_opens_its_path(web: Flask):
    rows = {row[0].split()[0]: row for row in table(web, "Stock keys")}
    assert rows["GEAR"][3:] == ["100", "96", "+4 PC", "1,000 EUR", "Lost +4 TO-1"]
    assert rows["BOLT"][5:] == ["+10 PC tolerated", "5 EUR", "Posted twice +10 TO-2"]
    assert rows["NUT"][5:] == ["−7 PC", "", "On its way −7 TO-3"]
    assert rows["OIL"][5] == "not comparable"
    assert "It is counted in L (wms) and KG (erp)." in rows["OIL"][7]
    assert "PIN" not in rows
    addresses = dict(trees.links(page(web)))
    assert addresses["TO-1"] == "/path/stock_movement_sync/TO-1?as_of=2026-03-23T09%3A30%3A00Z"


@pytest.mark.parametrize(
    ("query", "items"),
    [
        ("&show=all", ["OIL", "GEAR", "NUT", "BOLT", "PIN", "GEAR"]),
        ("&site=hamburg", ["GEAR", "NUT", "BOLT"]),
        ("&class=C", ["BOLT"]),
        ("&class=none", ["OIL", "NUT"]),
        ("&cause=lost", ["GEAR"]),
        ("&cause=not_comparable", ["OIL"]),
        ("&item=NUT&show=all", ["NUT"]),
        ("&location=FG&cause=duplicated", ["BOLT"]),
    ],
)
def test_the_address_narrows_the_list(web: Flask, query: str, items: list[str]):
    found = [row[0].split()[0] for row in table(web, "Stock keys", query)]
    assert sorted(found) == sorted(items)


def test_what_planning_gets_wrong_leaves_out_what_is_tolerated(web: Flask):
    assert [row[:5] for row in table(web, "Items whose available stock is misstated")] == [
        ["GEAR", "A", "Hamburg", "4 PC", ""],
        ["NUT", "", "Hamburg", "", "7 PC"],
    ]
    said = trees.text(page(web))
    assert "Available-to-promise is overstated by 1 item, worth 1,000 EUR" in said
    assert "It is understated by 1 item: what the ERP does not know of" in said
    assert "Of 1 item the value is not known." in said


def test_the_history_has_a_column_for_every_pair_and_each_opens_its_moment(web: Flask):
    tree = page(web, "&by=abc_class&site=hamburg")
    columns = trees.with_class(tree, "pair")
    assert len(columns) == 4 * 3  # four pairs, classes A, C and none
    assert len(trees.with_class(tree, "pair-over")) == 4 * 2
    assert "as_of=2026-03-23T09%3A00%3A00" in columns[3].href
    assert trees.said(columns[3]) == "Mon 23 Mar 2026, 10:00:00 CET: 50.00 %, 1 of 2 keys differ"


def test_a_past_moment_shows_the_snapshots_of_then(web: Flask):
    said = drawn_text(someone(web, "maria").show("/inventory", "?as_of=2026-03-23T05:30:00Z"))
    assert "Everything here is as of" in said
    assert "Not comparable: there is no snapshot of the WMS" in said
    before = drawn_text(someone(web, "maria").show("/inventory", "?as_of=2026-03-22T05:30:00Z"))
    assert "There is no stock snapshot yet" in before


def test_who_may_see_one_site_sees_no_other(web: Flask):
    assert [row[0] for row in table(web, "Accuracy by site", who="bruno")] == ["Brno"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("&cause=theft", "No cause is called 'theft'."),
        ("&by=shelf", "No by is called 'shelf'."),
        ("&show=some", "No show is called 'some'."),
        ("&page=0", "There is no page '0'"),
        ("&site=atlantis", "There is no site 'atlantis'"),
    ],
)
def test_an_address_that_means_nothing_is_told(web: Flask, query: str, sentence: str):
    assert sentence in trees.text(page(web, query))


@pytest.mark.parametrize("query", ["", "&class=A", "&by=abc_class", "&by=location&item=GEAR&show=all"])
def test_every_figure_opens_the_keys_it_counts_whatever_the_list_is_narrowed_to(web: Flask, query: str):
    tree = page(web, query)
    figures = [
        (text, address) for text, address in trees.links(tree) if address.startswith("/inventory?") and re.match(r"\d+( of \d+)?$", text)
    ]
    columns = [(_differing(trees.said(part)), part.href) for part in trees.with_class(tree, "pair")]
    assert {text.split()[0] for text, _ in figures} == {"0", "1", "2"}  # what differs is tolerated in Brno and not comparable, too
    assert len(columns) > 4
    for text, address in figures + columns:
        said = someone(web, "maria").show("/inventory", "?" + address.partition("?")[2])
        assert len(rows_of(trees.drawn(said))) == int(text.split()[0]), address


def _differing(said: str) -> str:
    """Of what a column says; where nothing was compared nothing differs."""
    found = re.search(r"(\d+) of \d+ keys?", said)
    return found[1] if found else "0"


def test_a_cause_says_how_many_keys_of_what_is_chosen_it_touches(web: Flask):
    (chips,) = trees.with_class(page(web, "&item=GEAR"), "cases-outcomes")
    assert trees.text(chips) == "Lost 1"


def test_what_differs_by_as_much_as_is_promised_is_within_the_promise():
    pairs = [{"pair_ns": 0, "good": 9, "bad": 1, "not_comparable": 0}]
    assert trees.with_class(stock.columns(pairs, Fraction("0.9"), "UTC", str), "pair-within")
    assert not trees.with_class(stock.columns(pairs, Fraction("0.91"), "UTC", str), "pair-within")


def rows_of(tree: object) -> list[object]:
    """The keys that are listed."""
    found = [part for part in trees.parts(tree) if getattr(part, "aria-label", None) == "Stock keys"]
    return [part for part in trees.parts(found) if getattr(part, "kind", None) == "Tr"][1:]


def test_shares_never_flatter():
    assert stock.share_of(0.99996) == "99.99 %"
    assert stock.share_of(1.0) == "100 %"
    assert stock.share_of(0.98) == "98 %"
    assert stock.accuracy(9999, 1) == "99.99 %"
    assert stock.accuracy(0, 0) == "no data"


def test_a_list_that_grows_is_read_on(web: Flask, plant: Application):
    """A new pair of lists appears in the folder, and the page speaks of it after the next read."""
    later = datetime(2026, 3, 23, 9, tzinfo=UTC) + timedelta(hours=1)
    with (plant.settings.folder / "stock.csv").open("a") as file:
        for system in ("erp", "wms"):
            file.write(f"{later:%Y-%m-%dT%H:%M:%SZ},{system},porto,FG,GEAR,,unrestricted,1,PC\n")
    plant.ingest(["stock"])
    said = drawn_text(someone(web, "maria").show("/inventory", "?as_of=2026-03-23T10:30:00Z&site=porto"))
    assert "0 of 1" in said
    assert "Everything agrees" in said


CASES = "?metric=inventory_sync_accuracy&from=2026-03-23T00:00:00Z&as_of=2026-03-23T09:30:00Z"


def test_the_accuracy_opens_its_pairs_of_snapshots_and_each_what_differed_then(web: Flask):
    answer = someone(web, "eva").show("/cases", CASES)
    said = drawn_text(answer)
    assert "60.00 % of 20 keys agreed, in 8 pairs of snapshots, 4 more could not be compared. Promised: 98 %." in said
    assert "Agree 12 Differ 8" in said
    addresses = [address for _, address in trees.links(trees.drawn(answer))]
    assert "/inventory?site=hamburg&as_of=2026-03-23T09%3A00%3A00.000Z" in addresses


def test_the_pairs_of_one_outcome_or_site_are_listed_alone(web: Flask):
    said = drawn_text(someone(web, "eva").show("/cases", f"{CASES}&outcome=bad"))
    assert "Brno" not in said
    assert said.count("2 of 4") == 4
    assert "Hamburg" not in drawn_text(someone(web, "bruno").show("/cases", CASES))
    assert "Everything agreed in this period" in drawn_text(someone(web, "bruno").show("/cases", f"{CASES}&outcome=bad"))


def test_what_was_noted_stands_at_the_snapshot_after_it_and_only_where_it_is_about(web: Flask, plant: Application):
    ada = Actor("ada", frozenset({"admin"}), access=shipped())
    moved = Given(
        "maintenance", "Scanners of hall 2 were off", instant_ns("2026-03-23T06:30:00Z"), instant_ns("2026-03-23T07:30:00Z"), ("hamburg",)
    )
    found = [
        plant.annotations.say(moved, ada),
        plant.annotations.say(Given("release", "Connector 7.2", instant_ns("2026-03-23T08:30:00Z")), ada),
    ]
    shown = page(web)
    (chart,) = [part for part in trees.parts(shown) if getattr(part, "aria-label", None) == "Accuracy over time"]
    lanes = {
        trees.text(lane): [mark.style["gridColumn"] for mark in trees.with_class(lane, "note-mark")]
        for lane in trees.with_class(chart, "note-marks")
    }
    assert lanes == {"1 2": ["2 / 4", "4 / 5"], "2": ["4 / 5"]}  # of the pairs at 6, 7, 8 and 9 o'clock; Brno has only the second
    assert [text for text, _ in trees.links(trees.with_class(shown, "noted"))] == ["Maintenance", "Release"]
    for each in found:
        plant.annotations.take_back(each.number, ada)
    assert not trees.with_class(page(web), "noted")
