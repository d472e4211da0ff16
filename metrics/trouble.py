"""All that is in trouble, in groups by site, with what it holds up: what failed or cannot be placed by its signature, what never came, what
breaks a rule, stock that differs and nothing explains, feeds that are silent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from metrics.impact import Summary, summaries
from metrics.read import Reader

SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One group at one site, whosever; with a `supplier` what of it is of that one. `signature`: of what failed; `milestone`: of a rule its
    name. `holds_up` None: nothing that we know of."""

    kind: str  # failed, missing, violation, unplaced
    signature: str | None
    workflow: str | None
    title: str  # of the workflow; of a rule its sentence
    milestone: str
    event_type: str | None
    system: str | None
    error_class: str | None
    error_code: str | None
    words: str | None  # of the sender, of the transaction it began with
    site: str | None
    cases: int
    first_ns: int
    last_ns: int
    first_id: str | None  # the transaction it began with
    partners: tuple[str, ...]
    owner: str | None
    criticality: str
    holds_up: Summary | None
    first_trace: str | None = None  # of what cannot be placed: the trace it began with
    supplier: str | None = None


@dataclass(frozen=True, slots=True)
class Astray:
    """Stock at one site that differs by more than is tolerated, and no movement explains it: of how many keys; `worths` by currency."""

    site: str
    cases: int
    worths: Mapping[str, Decimal]
    pair_ns: int


@dataclass(frozen=True, slots=True)
class Silent:
    """A feed that has been quiet for longer than it usually is."""

    source: str
    system: str
    site: str | None
    known_until_ns: int | None


def troubles(reader: Reader, settled: Mapping[str, int]) -> list[Trouble]:
    """As of the reader's moment, of each group the whole before what of it is of each supplier. `settled`: the ids of cases, and until when
    (ns) what happened to them is."""
    reader.follow_trouble()
    reader.rows("recovering/failing", transaction_id=None, signature=None)
    reader.leave("alerting/keyed", settled={"key": list(settled), "value": list(settled.values())})
    found, unplaced = reader.rows("alerting/groups"), [_unplaced(row) for row in reader.rows("alerting/unplaced")]
    if not found:
        return unplaced
    held = {_key(group.kind, group.workflow, group.milestone, group.site, key): summary for group, key, summary in summaries(reader)}
    if any(row["supplier"] is not None for row in found):
        reader.leave("alerting/of_suppliers")
        held |= {_key_of_supplier(group.kind, group.workflow, group.milestone, key): summary for group, key, summary in summaries(reader)}
    return [*(_trouble(row, held) for row in found), *unplaced]


def stock_astray(reader: Reader) -> list[Astray]:
    """By the newest comparable snapshots of each site as of the reader's moment."""
    reader.compare_stock()
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in reader.rows("alerting/stock"):
        found.setdefault(row["site"], []).append(row)
    return [
        Astray(
            site,
            sum(row["cases"] for row in rows),
            {row["currency"]: Decimal(row["worth"]) for row in rows if row["currency"] and row["valued"]},
            max(row["pair_ns"] for row in rows),
        )
        for site, rows in found.items()
    ]


def silent_feeds(reader: Reader) -> list[Silent]:
    """Those that are silent as of the reader's moment."""
    reader.know_silence()
    return [Silent(row["source"], row["system"], row["site"], row["watermark_ns"]) for row in reader.rows("alerting/silent")]


Key = tuple[str | None, ...]


def _key(kind: str | None, workflow: str | None, milestone: str | None, site: str | None, group_key: str | None) -> Key:
    """Of what failed the signature and the site stand in the key of the asker; violations are of no workflow."""
    if kind == "failed":
        signature, _, at = (group_key or "").partition(SEPARATOR)
        return kind, signature, None, at or None
    return kind, None if kind == "violation" else workflow, milestone, site


def _key_of_supplier(kind: str | None, workflow: str | None, milestone: str | None, group_key: str | None) -> Key:
    """Everything stands in the key of the asker."""
    signature, site, supplier = (group_key or "").split(SEPARATOR, 2)
    whole = _key(kind, workflow, milestone, site or None, f"{signature}{SEPARATOR}{site}" if signature else None)
    return *whole, supplier


def _unplaced(row: Mapping[str, Any]) -> Trouble:
    """It is of no workflow, and nothing that we know waits for it."""
    known: dict[str, Any] = dict.fromkeys(("workflow", "event_type", "first_id", "owner", "holds_up")) | dict(row)
    return Trouble(**known, partners=(), criticality="important")


def _trouble(row: Mapping[str, Any], held: Mapping[Key, Summary]) -> Trouble:
    named = f"{row['signature']}{SEPARATOR}{row['site'] or ''}" if row["signature"] else None
    step = row["step"] or {}
    key = _key(row["kind"], row["workflow"], row["milestone"], row["site"], named)
    said = {name: row[name] for name in Trouble.__slots__ if name in row and name != "partners"}
    return Trouble(
        **said,
        event_type=step.get("event_type"),
        system=step.get("system"),
        partners=tuple(row["partners"]),
        holds_up=held.get((*key, row["supplier"]) if row["supplier"] is not None else key),
    )
