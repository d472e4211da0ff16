"""What a configuration may say about stock, in itself or in tables beside it, and the sentence for what it may not."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from app.configuration.problems import ConfigurationError
from app.settings import load_settings
from metrics.inventory_settings import Inventory, Item, Unit


def inventory_of(folder: Path, section: str) -> Inventory:
    file = folder / "syncline.yaml"
    file.write_text(f"version: 1\n{section}")
    return load_settings(file, {}).definitions.inventory


def test_nothing_said_is_the_erp_against_the_warehouse_without_tolerance(tmp_path: Path):
    found = inventory_of(tmp_path, "")
    assert (found.reference, found.other, found.max_gap_seconds, found.tolerances, found.items) == ("wms", "erp", 1800, (), ())


def test_everything_can_stand_in_the_file(tmp_path: Path):
    found = inventory_of(
        tmp_path,
        """
inventory:
  reference: mes
  max_snapshot_gap: 1h
  tolerance: {A: 0, C: 0.02}
  classes: {MTR-1: A}
  values: {MTR-1: 412.5}
  currency: EUR
  units:
    general: {KG: {G: 0.001}}
    items: {PAINT: {base: L, CAN: 2.5}}
""",
    )
    assert (found.reference, found.max_gap_seconds, found.currency) == ("mes", 3600, "EUR")
    assert found.tolerances == (("A", Decimal(0)), ("C", Decimal("0.02")))
    assert found.items == (Item("MTR-1", "A", Decimal("412.5")), Item("PAINT", None, None, "L"))
    assert set(found.units) == {
        Unit("", "KG", "KG", Decimal(1)),
        Unit("", "G", "KG", Decimal("0.001")),
        Unit("PAINT", "L", "L", Decimal(1)),
        Unit("PAINT", "CAN", "L", Decimal("2.5")),
    }


def test_or_in_tables_as_systems_write_them(tmp_path: Path):
    (tmp_path / "classes.csv").write_text("item;class\n0815;A\n0816;B\n")
    (tmp_path / "values.csv").write_text("\ufeffitem,value,buyer\n0815,12.50,Smith\n")
    (tmp_path / "units.csv").write_text("item,base,unit,factor\n0815,PC,BOX,12\n0815,PC,PAL,480\n,KG,G,0.001\n")
    found = inventory_of(tmp_path, "inventory: {tolerance: 0.01, classes: classes.csv, values: values.csv, units: units.csv}\n")
    assert found.tolerances == (("", Decimal("0.01")),)
    assert found.items == (Item("0815", "A", Decimal("12.50"), "PC"), Item("0816", "B"))
    assert {(u.item, u.uom, u.factor) for u in found.units} == {
        ("0815", "PC", Decimal(1)), ("0815", "BOX", Decimal(12)), ("0815", "PAL", Decimal(480)),
        ("", "KG", Decimal(1)), ("", "G", Decimal("0.001")),
    }  # fmt: skip


def test_general_units_lead_on_to_an_items_own_base_unit(tmp_path: Path):
    section = "inventory: {units: {general: {KG: {G: 0.001, T: 1000}}, items: {BOLT: {base: PC, KG: 80}, GEL: {base: G}}}}\n"
    found = {(unit.item, unit.uom): unit.factor for unit in inventory_of(tmp_path, section).units}
    assert (found["BOLT", "KG"], found["BOLT", "T"], found["BOLT", "G"]) == (Decimal(80), Decimal(80000), Decimal("0.08"))
    assert (found["GEL", "KG"], found["GEL", "T"]) == (Decimal(1000), Decimal(1000000))


def test_what_no_decimal_writes_out_is_no_conversion(tmp_path: Path):
    """Three boxes are a tray, so a box is a third of one: of what is kept in trays, boxes cannot be converted."""
    found = inventory_of(tmp_path, "inventory: {units: {general: {BOX: {TRAY: 3}}, items: {NUT: {base: TRAY}, BOLT: {base: BOX}}}}\n")
    assert {(u.item, u.uom): u.factor for u in found.units if u.item} == {("NUT", "TRAY"): 1, ("BOLT", "BOX"): 1, ("BOLT", "TRAY"): 3}


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ("other: wms", "line 2, inventory.other: is 'wms', the reference itself"),
        ("tolerance: 2", "line 2, inventory.tolerance: must be a share from 0 to 1, such as 0.005 for half a percent (found 2)."),
        ("tolerance: {A: -1}", "inventory.tolerance.A: must be a share"),
        ("max_snapshot_gap: soon", "must be a duration"),
        ("classes: [A]", "must be a mapping of items and a class each, or the path of a CSV file (found a list)."),
        ("values: {M1: dear}", "inventory.values.M1: must be a number from 0 to 1000000000 (found 'dear')."),
        ("values: no.csv", "line 2, inventory.values: no.csv: cannot be read: No such file or directory."),
        ("values: short.csv", "short.csv line 1: there is no column value. A line above the rows names the columns: item, value."),
        ("values: wrong.csv", "wrong.csv line 3: value must be a number from 0 to 1000000000 (found 'dear')."),
        ("values: wrong.csv", "wrong.csv line 4: the item 'M1' stood before; each may stand once."),
        ("units: {items: {M1: {BOX: 12}}}", "must say its base unit, as in {base: PC, BOX: 12}"),
        ("units: {general: {KG: {G: 0}}}", "must be a number above 0"),
        ("units: {general: {KG: {G: 0.001}, LB: {G: 0.0022}}}", "the unit 'G' leads to KG and to LB"),
        ("units: units.csv", "units.csv line 3: the base unit of 'M1' is 'PC' above and 'KG' here."),
        ("units: units.csv", "units.csv line 4: the unit 'BOX' of M1 stood before; each may stand once."),
        ("unit: {}", "no key is called 'unit'. Did you mean 'units'?"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_file_and_line(tmp_path: Path, section: str, sentence: str):
    (tmp_path / "short.csv").write_text("item,price\nM1,1\n")
    (tmp_path / "wrong.csv").write_text("item,value\nM1,1\nM2,dear\nM1,2\n")
    (tmp_path / "units.csv").write_text("item,base,unit,factor\nM1,PC,BOX,12\nM1,KG,T,1000\nM1,PC,BOX,24\n")
    with pytest.raises(ConfigurationError) as refused:
        inventory_of(tmp_path, f"inventory: {{{section}}}\n")
    assert sentence in str(refused.value)


def test_a_table_full_of_mistakes_tells_the_first_and_how_many_more(tmp_path: Path):
    (tmp_path / "values.csv").write_text("item,value\n" + "".join(f"M{n},x\n" for n in range(45)))
    with pytest.raises(ConfigurationError) as refused:
        inventory_of(tmp_path, "inventory: {values: values.csv}\n")
    assert str(refused.value).count("must be a number") == 20
    assert "values.csv has 25 more problems." in str(refused.value)


def test_other_items_are_other_definitions():
    assert repr(Inventory(items=(Item("M1", "A"),))) != repr(Inventory(items=(Item("M1", "B"),)))
