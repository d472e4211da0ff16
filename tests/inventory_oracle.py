"""Section 9 of the vocabulary as plain loops: which snapshots are compared, how every key fares, and what explains its difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from collectors.event import Event
from metrics.workflows import Workflow
from tests import belonging_oracle, oracle
from tests.oracle import World
from tests.working_time_oracle import SECOND, SECONDS

SIXTH = Decimal("0.000001")  # quantities have so many places, also in another unit

Key = tuple[str, str, str, str, str]  # site, location, item, batch, stock status


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a stock snapshot."""

    snapshot_ns: int
    system: str
    site: str
    item: str
    quantity: str
    location: str = ""
    batch: str = ""
    stock_status: str = "unrestricted"
    uom: str | None = None
    recorded_ns: int = 0
    position: str = ""

    @property
    def key(self) -> Key:
        return self.site, self.location, self.item, self.batch, self.stock_status


@dataclass(frozen=True, slots=True)
class Pair:
    """Two snapshots of one site."""

    site: str
    reference_ns: int
    other_ns: int

    @property
    def ns(self) -> int:
        return max(self.reference_ns, self.other_ns)


def inventory_rows(world: World, lines: Iterable[Line], as_of_ns: int, known_ns: int) -> list[dict]:
    """The `inventory` export: at the newest pair of each site, in its order."""
    known = [line for line in lines if line.snapshot_ns <= as_of_ns and line.recorded_ns <= known_ns]
    newest = {pair.site: pair for pair in sorted(pairs(world, known), key=lambda pair: pair.ns)}
    rows = []
    for pair in newest.values():
        told = causes(world, pair.ns, as_of_ns, known_ns)
        rows += [explained(row, told.get(key, []), pair) for key, row in compared(world, known, pair).items()]
    return sorted(rows, key=lambda row: [row[name] for name in ("site", "location", "item", "batch", "stock_status")])


def accuracy_rows(world: World, lines: Iterable[Line], as_of_ns: int, known_ns: int) -> list[dict]:
    """`stock_accuracy`: every pair in which some key is compared, by site and time."""
    known = [line for line in lines if line.snapshot_ns <= as_of_ns and line.recorded_ns <= known_ns]
    rows = []
    for pair in sorted(pairs(world, known), key=lambda pair: (pair.site, pair.ns)):
        found = [row for row in compared(world, known, pair).values() if row["hit"] is not None]
        worth = {item.name: item.value for item in world.definitions.inventory.items if item.value is not None}
        valued = [row for row in found if row["item"] in worth]
        if found:
            rows.append(
                {
                    "site": pair.site,
                    "snapshot_ns": pair.ns,
                    "good": sum(row["hit"] for row in found),
                    "bad": sum(not row["hit"] for row in found),
                    "gross_quantity": gross([(row, Decimal(1)) for row in found]),
                    "gross_value": gross([(row, worth[row["item"]]) for row in valued]),
                }
            )
    return rows


def gross(rows: list[tuple[dict, Decimal]]) -> float | None:
    there = sum(abs(row["wms"] or 0) * value for row, value in rows)
    apart = sum(abs(row["difference"]) * value for row, value in rows)
    return max(float(1 - apart / there), 0.0) if there else None


# -- which snapshots are compared --------------------------------------------------------------------------------------


def pairs(world: World, lines: Iterable[Line]) -> list[Pair]:
    """Two snapshots of the two systems with nothing between them, the nearest first, each snapshot in one pair."""
    rules = world.definitions.inventory
    by_site: dict[str, set[tuple[int, bool]]] = defaultdict(set)
    for line in lines:
        if line.system in (rules.reference, rules.other):
            by_site[line.site].add((line.snapshot_ns, line.system == rules.reference))
    found = []
    for site, heads in by_site.items():
        ordered = sorted(heads)
        neighbours = [(b[0] - a[0], a[0], a, b) for a, b in pairwise(ordered) if a[1] != b[1]]
        taken: set[tuple[int, bool]] = set()
        for gap, _, one, two in sorted(neighbours):
            if gap <= rules.max_gap_seconds * SECOND and not taken & {one, two}:
                taken |= {one, two}
                reference, other = (one, two) if one[1] else (two, one)
                found.append(Pair(site, reference[0], other[0]))
    return found


# -- what both sides say -----------------------------------------------------------------------------------------------


def compared(world: World, lines: Iterable[Line], pair: Pair) -> dict[Key, dict]:
    """Every key of the pair that counts, and every one that cannot be compared (its `hit` is None)."""
    rules = world.definitions.inventory
    ends = {(rules.reference, pair.reference_ns), (rules.other, pair.other_ns)}
    said: dict[Key, dict[bool, Line]] = defaultdict(dict)
    for line in sorted(lines, key=lambda line: (line.recorded_ns, line.position)):
        if line.site == pair.site and (line.system, line.snapshot_ns) in ends:
            said[line.key][line.system == rules.reference] = line
    rows = {}
    for key, sides in said.items():
        row = compare(world, key, sides.get(True), sides.get(False))
        if row["hit"] is None or row["wms"] or row["erp"]:
            rows[key] = row
    return rows


def compare(world: World, key: Key, reference: Line | None, other: Line | None) -> dict:
    wms, wms_unit = in_base(world, reference.item, reference.quantity, reference.uom) if reference else (None, None)
    erp, erp_unit = in_base(world, other.item, other.quantity, other.uom) if other else (None, None)
    row = dict(zip(("site", "location", "item", "batch", "stock_status"), key, strict=True))
    row |= {"erp": erp, "wms": wms, "uom": wms_unit or erp_unit}
    is_strange = (reference and wms is None) or (other and erp is None) or (wms_unit and erp_unit and wms_unit != erp_unit)
    if is_strange:
        return {**row, "difference": None, "hit": None}
    difference = (erp or Decimal(0)) - (wms or Decimal(0))
    hit = erp is not None and wms is not None and abs(difference) <= tolerance(world, row["item"]) * abs(wms)
    return {**row, "difference": difference, "hit": hit}


def tolerance(world: World, item: str) -> Decimal:
    rules = world.definitions.inventory
    shares = dict(rules.tolerances)
    abc_class = next((known.abc_class for known in rules.items if known.name == item), None)
    return shares.get(abc_class or "", shares.get("", Decimal(0)))


def in_base(world: World, item: str, quantity: str | None, uom: str | None) -> tuple[Decimal | None, str | None]:
    """The quantity in the base unit, and that unit. None: nobody says how to convert it."""
    rules = world.definitions.inventory
    said = Decimal(quantity or "0")
    own_base = next((known.base_uom for known in rules.items if known.name == item), None)
    units = {unit.uom: unit for unit in rules.units if unit.item == (item if own_base else "")}
    if uom is None or (own_base is None and uom not in units):
        return said, own_base or uom
    if uom not in units:
        return None, own_base
    return (said * units[uom].factor).quantize(SIXTH, ROUND_HALF_UP), units[uom].base_uom


# -- what explains a difference ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cause:
    """`quantity` None: in a unit that nobody says how to convert. `rank` orders two of one word: other before reference."""

    cause: str
    transaction_id: str
    quantity: Decimal | None
    uoms: frozenset[str]
    rank: int = 0


def causes(world: World, snapshot_ns: int, as_of_ns: int, known_ns: int) -> dict[Key, list[Cause]]:
    """Of every key, by all postings up to the snapshot. What belongs to which movement may be learnt later."""
    workflow = next((w for w in world.definitions.workflows if w.name == "stock_movement_sync"), None)
    found: dict[Key, list[Cause]] = defaultdict(list)
    if workflow is None:
        return found
    _, members, _ = oracle.known_world(world, as_of_ns, known_ns)
    for movement, mine in belonging_oracle.transactions_of(workflow, members).items():
        events = sorted((member.event for member in mine if member.event.event_ns <= snapshot_ns), key=oracle.order)
        for key, cause in causes_of(world, workflow, movement, events, snapshot_ns):
            found[key].append(cause)
    return found


def causes_of(world: World, workflow: Workflow, movement: str, events: list[Event], snapshot_ns: int) -> Iterator[tuple[Key, Cause]]:
    """Of one movement, key by key: what was posted again, then the first postings of both sides."""
    rules = world.definitions.inventory
    steps = [(m.event, m.system) for m in workflow.milestones[:2]]
    mine = [e for e in events if belonging_oracle.kind(e) in steps and e.system in (rules.reference, rules.other)]
    effects = without_redeliveries([e for e in mine if not e.is_error])
    for key in dict.fromkeys(key_of(e) for e in effects):
        wms, erp = ([e for e in effects if key_of(e) == key and e.system == system] for system in (rules.reference, rules.other))
        for rank, sign, postings in ((0, 1, erp), (1, -1, wms)):
            if len(postings) > 1:
                again, uoms = summed(world, postings[1:])
                if again != 0 or len(uoms) > 1:
                    yield key, Cause("duplicated", movement, again and sign * again, uoms, rank)
        if wms and erp:
            yield from ((key, cause) for cause in unequal(world, movement, wms[0], erp[0]))
        else:
            there, absent = (erp[0], rules.reference) if erp else (wms[0], rules.other)
            quantity, uoms = summed(world, [there])
            is_failed = any(e.is_error and e.system == absent for e in mine)
            word = "failed" if is_failed else "lost" if is_late(workflow, there, snapshot_ns) else "in_flight"
            yield key, Cause(word, movement, None if quantity is None else quantity if erp else -quantity, uoms, 0 if erp else 1)


def unequal(world: World, movement: str, wms: Event, erp: Event) -> Iterator[Cause]:
    """Both posted, but not the same."""
    (a, a_unit), (b, b_unit) = (in_base(world, wms.item or "", e.quantity, e.uom) for e in (wms, erp))
    if (Decimal(wms.quantity or "0"), wms.uom) == (Decimal(erp.quantity or "0"), erp.uom):
        return
    is_strange = a is None or b is None or (a_unit is not None and b_unit is not None and a_unit != b_unit)
    if is_strange:
        yield Cause("quantity", movement, None, frozenset())
    elif a != b:
        yield Cause("quantity", movement, b - a, frozenset({a_unit, b_unit} - {None}))


def summed(world: World, postings: list[Event]) -> tuple[Decimal | None, frozenset[str]]:
    """Their quantity, None when one cannot be converted, and the base units they are in."""
    said = [in_base(world, e.item or "", e.quantity, e.uom) for e in postings]
    total = None if any(quantity is None for quantity, _ in said) else sum((quantity for quantity, _ in said), Decimal(0))
    return total, frozenset(uom for _, uom in said if uom)


def without_redeliveries(events: list[Event]) -> list[Event]:
    """Equal keys of one milestone are one effect."""
    seen: set[tuple] = set()
    kept = []
    for event in events:
        effect = (belonging_oracle.kind(event), event.idempotency_key)
        if event.idempotency_key is None or effect not in seen:
            kept.append(event)
        seen.add(effect)
    return kept


def key_of(event: Event) -> Key:
    return event.site or "", event.location or "", event.item or "", event.batch or "", event.stock_status or "unrestricted"


def is_late(workflow: Workflow, posting: Event, snapshot_ns: int) -> bool:
    within = workflow.milestones[1].within
    return within is not None and snapshot_ns - posting.event_ns > int(within[:-1]) * SECONDS[within[-1]] * SECOND


def explained(row: dict, told: list[Cause], pair: Pair) -> dict:
    """The row of the export."""
    uoms = {row["uom"]}.union(*(cause.uoms for cause in told)) - {None}
    is_strange = any(cause.quantity is None for cause in told) or len(uoms) > 1
    total = None if is_strange or row["hit"] is None else sum((cause.quantity for cause in told), Decimal(0))
    ordered = sorted(told, key=lambda cause: (cause.transaction_id, cause.cause, cause.rank))
    return {
        **row,
        "explained": total,
        "unexplained": None if total is None else row["difference"] - total,
        "causes": [{"cause": c.cause, "transaction_id": c.transaction_id, "quantity": c.quantity} for c in ordered],
        "is_told": is_strange or row["hit"] is None,  # something says why it is not explained
        "snapshot_ns": pair.ns,
    }
