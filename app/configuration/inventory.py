"""The section `inventory`: which systems' stock is compared, and what is known of items, written there or in tables beside it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from metrics.inventory_settings import MOST_DIGITS, Inventory, Item, units_of
from metrics.keys import Key, Place, Problem, Read, duration_seconds, mapping_of, name, read_keys, shown, text

LARGEST = Decimal(10**9)
MOST_PROBLEMS = 20  # of one table; whoever mends these sees the next ones
GENERAL, OWN, BASE = "general", "items", "base"


def share(value: Any, place: Place, problems: list[Problem]) -> Decimal | None:
    """A share from 0 to 1."""
    return _number(value, place, problems, "must be a share from 0 to 1, such as 0.005 for half a percent", lambda n: 0 <= n <= 1)


def amount(value: Any, place: Place, problems: list[Problem]) -> Decimal | None:
    """Worth of one base unit."""
    return _number(value, place, problems, "must be a number from 0 to 1000000000", lambda n: 0 <= n <= LARGEST)


def factor(value: Any, place: Place, problems: list[Problem]) -> Decimal | None:
    """How much of the base one unit is."""
    allowed = f"must be a number above 0 and at most 1000000000, with at most {MOST_DIGITS} digits behind the point"
    return _number(value, place, problems, allowed, lambda n: 0 < n <= LARGEST and n == round(n, MOST_DIGITS))


def tolerance(value: Any, place: Place, problems: list[Problem]) -> tuple[tuple[str, Decimal], ...] | None:
    """One share for everything, or one for each ABC class."""
    if not isinstance(value, dict):
        found = share(value, place, problems)
        return None if found is None else (("", found),)
    by_class = mapping_of(share, "shares by ABC class")(value, place, problems)
    return tuple((by_class or {}).items())


def inventory_in(folder: Path) -> Read:
    """Reads the section; tables are looked for in `folder`."""

    def read(value: Any, place: Place, problems: list[Problem]) -> Inventory | None:
        before = len(problems)
        found = read_keys(value, inventory_keys(folder), place, problems)
        if found["reference"] == found["other"]:
            problems.append(Problem((*place, "other"), f"is '{found['other']}', the reference itself; stock of two systems is compared."))
        return _make(**found) if len(problems) == before else None

    return read


def inventory_keys(folder: Path) -> tuple[Key, ...]:
    """The keys of the section."""
    return (
        Key("reference", name, "system", "The system that says what physically is.", default="wms"),
        Key("other", name, "system", "The system that is held against it.", default="erp"),
        Key(
            "max_snapshot_gap",
            duration_seconds,
            "duration",
            "Snapshots further apart are not compared.",
            default=1800,
        ),
        Key(
            "tolerance",
            tolerance,
            "share, or mapping by ABC class",
            "How far the other system may be off and still be right, as a share of the reference's quantity. Absent, and for classes not "
            "named: 0.",
            default=(),
        ),
        Key("classes", _mapping_or_table(folder, CLASSES), "mapping or file", "The ABC class of each item.", default={}),
        Key("values", _mapping_or_table(folder, VALUES), "mapping or file", "What one base unit of each item is worth.", default={}),
        Key("currency", text, "text", "The currency of all values, such as EUR."),
        Key("units", _units(folder), "mapping or file", "How units are converted to the base unit of an item."),
    )


def _make(
    *,
    max_snapshot_gap: int,
    tolerance: tuple[tuple[str, Decimal], ...],
    classes: dict[str, str],
    values: dict[str, Decimal],
    units: Any,
    **rest: Any,
) -> Inventory:
    general, own = units or ({}, {})
    names = sorted({*classes, *values, *own})
    items = tuple(Item(item, classes.get(item), values.get(item), own[item][0] if item in own else None) for item in names)
    return Inventory(max_gap_seconds=max_snapshot_gap, tolerances=tolerance, items=items, units=units_of(general, own), **rest)


def _number(value: Any, place: Place, problems: list[Problem], allowed: str, fits: Callable[[Decimal], bool]) -> Decimal | None:
    try:
        found = Decimal(str(value).strip())
        if not isinstance(value, bool) and found.is_finite() and fits(found):
            return found
    except InvalidOperation:
        pass
    problems.append(Problem(place, f"{allowed} (found {shown(value)})."))
    return None


# -- tables ------------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table beside the configuration."""

    name: str
    read: Read
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """One line that could be read: where it stands, and what it says."""

    number: int
    said: Mapping[str, Any]


CLASSES = (Column("item", text), Column("class", text))
VALUES = (Column("item", text), Column("value", amount))
UNITS = (Column("item", text, needed=False), Column("base", text), Column("unit", text), Column("factor", factor))


def _mapping_or_table(folder: Path, columns: tuple[Column, Column]) -> Read:
    """A mapping from items, or the path of a table with these two columns."""

    def read(value: Any, place: Place, problems: list[Problem]) -> dict[str, Any] | None:
        if not isinstance(value, str):
            return mapping_of(columns[1].read, f"items and a {columns[1].name} each, or the path of a CSV file")(value, place, problems)
        told = Told(value, place, problems)
        found: dict[str, Any] = {}
        for line in _lines(folder / value, columns, told):
            if line.said["item"] in found:
                told.add(line.number, f"the item '{line.said['item']}' stood before; each may stand once.")
            found.setdefault(line.said["item"], line.said[columns[1].name])
        return None if told.close() else found

    return read


def _units(folder: Path) -> Read:
    """(base → units for all items, item → its base and units), from a mapping or a table."""

    def read(value: Any, place: Place, problems: list[Problem]) -> Any:
        if isinstance(value, str):
            return _units_of_table(folder / value, Told(value, place, problems))
        before = len(problems)
        of_base = mapping_of(factor, "units and how much of the base they are")
        keys = (
            Key(GENERAL, mapping_of(of_base, "base units and what is measured in them"), "mapping", "", default={}),
            Key(OWN, mapping_of(_own_units, "items and their units"), "mapping", "", default={}),
        )
        found = read_keys(value, keys, place, problems)
        problems += [Problem((*place, GENERAL), sentence) for sentence in _ambiguous(found[GENERAL])]
        return (found[GENERAL], found[OWN]) if len(problems) == before else None

    return read


def _ambiguous(general: Mapping[str, Mapping[str, Decimal]]) -> list[str]:
    """What of all items is said in two base units: then nobody knows which is meant."""
    bases: dict[str, list[str]] = {}
    for base, units in general.items():
        for uom in (base, *units):
            bases.setdefault(uom, []).append(base)
    return [
        f"the unit '{uom}' leads to {' and to '.join(found)}; of all items each unit may lead to one base unit."
        for uom, found in bases.items()
        if len(found) > 1
    ]


def _own_units(value: Any, place: Place, problems: list[Problem]) -> tuple[str, dict[str, Decimal]] | None:
    """`{base: PC, BOX: 12}`."""
    if not isinstance(value, dict) or not value.get(BASE):
        problems.append(Problem(place, f"must say its base unit, as in {{base: PC, BOX: 12}} (found {shown(value)})."))
        return None
    rest = {uom: said for uom, said in value.items() if uom != BASE}
    units = mapping_of(factor, "units and how much of the base they are")(rest, place, problems)
    return (str(value[BASE]), units or {})


def _units_of_table(file: Path, told: Told) -> Any:
    general: dict[str, dict[str, Decimal]] = {}
    own: dict[str, tuple[str, dict[str, Decimal]]] = {}
    for line in _lines(file, UNITS, told):
        item, base, uom = line.said["item"], line.said["base"], line.said["unit"]
        if item and own.setdefault(item, (base, {}))[0] != base:
            told.add(line.number, f"the base unit of '{item}' is '{own[item][0]}' above and '{base}' here.")
            continue
        units = own[item][1] if item else general.setdefault(base, {})
        if uom in units:
            told.add(line.number, f"the unit '{uom}' of {item or 'all items'} stood before; each may stand once.")
        units.setdefault(uom, line.said["factor"])
    for sentence in _ambiguous(general):
        told.add(None, sentence)
    return None if told.close() else (general, own)


class Told:
    """What is wrong with a table, with its lines; no more than a person mends at a time."""

    def __init__(self, file: str, place: Place, problems: list[Problem]) -> None:
        self._file, self._place, self._problems = file, place, problems
        self._found: list[str] = []

    def add(self, line: int | None, sentence: str) -> None:
        self._found.append(f"{self._file}{f' line {line}' if line else ''}: {sentence}")

    def close(self) -> bool:
        """Whether anything was wrong; it is among the problems now."""
        self._problems += [Problem(self._place, sentence) for sentence in self._found[:MOST_PROBLEMS]]
        if more := len(self._found) - MOST_PROBLEMS:
            self._problems += [Problem(self._place, f"{self._file} has {more} more problems.")] if more > 0 else []
        return bool(self._found)


def _lines(file: Path, columns: tuple[Column, ...], told: Told) -> Iterable[Line]:
    """The lines of a table that can be read; what is wrong with the others is told."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            head = opened.readline()
            opened.seek(0)
            rows = csv.DictReader(opened, delimiter=";" if head.count(";") > head.count(",") else ",")
            absent = [column.name for column in columns if column.needed and column.name not in (rows.fieldnames or ())]
            if absent:
                allowed = ", ".join(column.name for column in columns)
                told.add(1, f"there is no column {' and no column '.join(absent)}. A line above the rows names the columns: {allowed}.")
                return
            for row in rows:
                if (said := _said(row, columns, rows.line_num, told)) is not None:
                    yield Line(rows.line_num, said)
    except OSError as error:
        told.add(None, f"cannot be read: {error.strerror}.")
    except (UnicodeDecodeError, csv.Error) as error:
        told.add(None, f"is no CSV in UTF-8: {error}.")


def _said(row: Mapping[str, Any], columns: tuple[Column, ...], number: int, told: Told) -> dict[str, Any] | None:
    """What a line says, by column; None when something in it is wrong."""
    said: dict[str, Any] = {}
    for column in columns:
        value = (row.get(column.name) or "").strip()
        wrong: list[Problem] = []
        if value or column.needed:
            said[column.name] = column.read(value, (), wrong)
        else:
            said[column.name] = ""
        for problem in wrong:
            told.add(number, f"{column.name} {problem.text}")
    return said if None not in said.values() else None
