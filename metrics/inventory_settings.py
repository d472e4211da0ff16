"""How stock of two systems is held against each other: which systems, how far apart, how exactly, and in which units."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

MOST_DIGITS = 9  # behind the point of a factor
Units = Mapping[str, Decimal]  # unit → how much of the base it is


@dataclass(frozen=True, slots=True)
class Item:
    """What is known of an item: its ABC class, the value of one base unit, the base unit where it has units of its own."""

    name: str
    abc_class: str | None = None
    value: Decimal | None = None
    base_uom: str | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """One `uom` is `factor` of `base_uom`: for one item, or for all that have no units of their own (`item` empty)."""

    item: str
    uom: str
    base_uom: str
    factor: Decimal


@dataclass(frozen=True, slots=True)
class Inventory:
    """`tolerances`: the share of the reference's quantity that may differ, by ABC class; under `""` for all other classes.

    Items and units may be many: their digest stands for them where definitions are compared."""

    reference: str = "wms"
    other: str = "erp"
    max_gap_seconds: int = 1800
    tolerances: tuple[tuple[str, Decimal], ...] = ()
    currency: str | None = None
    items: tuple[Item, ...] = field(default=(), repr=False)
    units: tuple[Unit, ...] = field(default=(), repr=False)
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hashlib.sha256(f"{self.items!r} {self.units!r}".encode()).hexdigest())


def units_of(general: Mapping[str, Units], own: Mapping[str, tuple[str, Units]]) -> tuple[Unit, ...]:
    """Every conversion there is: those that hold for all items, and for each item with units of its own all that leads to its base.

    `general`: base → units; `own`: item → its base and its units. A factor that no decimal writes out is left out: nothing is rounded."""
    common = [Unit("", uom, base, factor) for base, units in general.items() for uom, factor in {base: Decimal(1), **units}.items()]
    special = [
        Unit(item, uom, base, decimal)
        for item, (base, units) in own.items()
        for uom, factor in _reached(base, [*_edges(base, units), *(edge for name, more in general.items() for edge in _edges(name, more))])
        if (decimal := _decimal(factor)) is not None
    ]
    return (*common, *special)


Edge = tuple[str, str, Fraction]


def _edges(base: str, units: Units) -> list[Edge]:
    """`(unit, other, factor)`: one unit is so much of the other; both ways."""
    ways = [(uom, base, Fraction(factor)) for uom, factor in units.items()]
    return ways + [(other, uom, 1 / factor) for uom, other, factor in ways]


def _reached(base: str, edges: list[Edge]) -> list[tuple[str, Fraction]]:
    """Every unit that leads to the base, and how much of it one is; the shortest way counts, of equal ones the first."""
    found = {base: Fraction(1)}
    waiting = [base]
    while waiting:
        known = waiting.pop(0)
        for uom, other, factor in edges:
            if other == known and uom not in found:
                found[uom] = factor * found[known]
                waiting.append(uom)
    return list(found.items())


def _decimal(factor: Fraction) -> Decimal | None:
    scaled = factor * 10**MOST_DIGITS
    return Decimal(int(scaled)).scaleb(-MOST_DIGITS) if scaled.denominator == 1 else None
