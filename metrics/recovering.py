"""What needs somebody, case by case with the message it is about, and what the events say about such cases: did they get through since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from metrics import impact
from metrics.facts import STOCK_WORKFLOW
from metrics.impact import Summary
from metrics.read import Reader

MISSING, FAILED, VIOLATION, INVENTORY, UNPLACED = KINDS = ("missing", "failed", "violation", "inventory", "unplaced")
OF_CASE = ("kind", "workflow", "transaction_id", "milestone", "site", "system")
OF_MESSAGE = ("event_id", "event_ns", "attempt", "message_id", "idempotency_key")
LOOKED_AT = (*OF_CASE, *OF_MESSAGE)


@dataclass(frozen=True, slots=True)
class Group:
    """Which cases: None narrows nothing. `milestone` is the one that failed or is missing, the rule that is violated, the cause of a
    difference, or what an unplaced failure is called."""

    kind: str | None = None
    workflow: str | None = None
    milestone: str | None = None
    error_class: str | None = None
    site: str | None = None
    signature: str | None = None
    transaction_id: str | None = None
    system: str | None = None  # of what is missing or unplaced


Row = dict[str, Any]


def cases(reader: Reader, group: Group) -> list[Row]:
    """One row per case, with the fields of a case of recovery: what it is, whose and since when (`opened_ns`), and of the message it is
    about event_id, event_ns, attempt, source, position, recorded_ns, payload_ref, message_id …: of a failure the latest failed attempt, of
    what is missing the one that opened its expectation. Quantities and values are texts."""
    kinds = KINDS if group.kind is None else (group.kind,)
    if not {FAILED, MISSING, VIOLATION}.isdisjoint(kinds):
        reader.find_trouble(**asdict(group))
    return [row for kind in kinds for row in FOUND[kind](reader, group)]


def counted(reader: Reader, group: Group) -> int:
    """How many cases that is; their messages are not looked for."""
    kinds = KINDS if group.kind is None else (group.kind,)
    if not {FAILED, MISSING}.isdisjoint(kinds):
        reader.find_trouble(**asdict(group))
    return sum(COUNTED[kind](reader, group) if kind in COUNTED else len(FOUND[kind](reader, group)) for kind in kinds)


def held_up(reader: Reader, asked: Sequence[Mapping[str, Any]]) -> Summary | None:
    """What those of the cases found last hold up, all together; None where that is not known of their kinds."""
    if not any(case["kind"] in impact.KINDS for case in asked):
        return None
    names = ("kind", "workflow", "transaction_id", "milestone")
    reader.rows("recovering/holding_up", {name: [case[name] for case in asked] for name in names})
    reader.follow()
    return impact.summed(reader)


def evidence(reader: Reader, asked: Iterable[Mapping[str, Any]]) -> list[Row]:
    """One row per case asked about (mappings with LOOKED_AT), in their order: reached_ns of its milestone, reached_by and recovery_id of
    that event, behind (later milestones reached), same_key and newer (ids of events), is_cancelled, is_closed, heard_ns of its receiver
    (None: nobody knows). A transaction that was closed by a person counts as cancelled."""
    found = list(asked)
    if not found:
        return []
    _ask(reader, found)
    rows = reader.rows("recovering/evidence")
    standing = _standing(reader, {case["kind"] for case in found})
    for row, case in zip(rows, found, strict=True):
        row["is_closed"] = case["kind"] in standing and row["is_of_no_step"] and row["place"] not in standing[case["kind"]]
    return [{name: value for name, value in row.items() if name not in ("place", "is_of_no_step")} for row in rows]


def reached(reader: Reader, milestones: Sequence[tuple[str, str, str]]) -> list[tuple[int | None, str | None, str | None]]:
    """Of each (workflow, transaction id, milestone): when it was reached, by which event, and the recovery that event carries."""
    asked = [dict(zip(("workflow", "transaction_id", "milestone"), each, strict=True)) for each in milestones]
    found = evidence(reader, ({**dict.fromkeys(LOOKED_AT), "kind": MISSING, "event_ns": 0, "attempt": 0, **each} for each in asked))
    return [(row["reached_ns"], row["reached_by"], row["recovery_id"]) for row in found]


def _missing(reader: Reader, group: Group) -> list[Row]:
    if not _missed(reader, group):
        return []
    reader.gather()
    return reader.rows("recovering/missing_cases")


def _missed(reader: Reader, group: Group) -> int:
    """Leaves `missed`; how many those are."""
    if group.error_class or group.signature:
        return 0
    return int(reader.rows("recovering/missed", None, **asdict(group))[0]["missed"])


def _failed(reader: Reader, group: Group) -> list[Row]:
    if reader.rows("recovering/failing", None, **asdict(group))[0]["adding_up"]:
        reader.gather()
        reader.rows("recovering/failed_messages")
    return reader.rows("recovering/failed_cases")


def _failing(reader: Reader, group: Group) -> int:
    """Leaves `signatures`; how many those are."""
    return int(reader.rows("recovering/failing", None, **asdict(group))[0]["failing"])


def _violated(reader: Reader, group: Group) -> list[Row]:
    return [] if group.error_class or group.signature else reader.rows("recovering/violated_cases", None, **asdict(group))


def _different(reader: Reader, group: Group) -> list[Row]:
    if group.error_class or group.signature or group.workflow not in (None, STOCK_WORKFLOW):
        return []
    _find_differences(reader, group)
    reader.gather()
    return reader.rows("recovering/inventory_cases")


def _unplaced(reader: Reader, group: Group) -> list[Row]:
    return [] if group.workflow else reader.rows("recovering/unplaced_cases", None, **asdict(group))


FOUND = {MISSING: _missing, FAILED: _failed, VIOLATION: _violated, INVENTORY: _different, UNPLACED: _unplaced}
COUNTED = {MISSING: _missed, FAILED: _failing}


def _find_differences(reader: Reader, group: Group) -> None:
    """Leaves `differing`."""
    reader.compare_stock()
    reader.rows("recovering/differing", None, **asdict(group))


def _ask(reader: Reader, asked: Sequence[Mapping[str, Any]]) -> None:
    """Leaves `stepped`, the cases with what the facts say, and the events of their transactions."""
    columns = {name: [case[name] for case in asked] for name in LOOKED_AT}
    reader.rows("recovering/asked_cases", {"place": list(range(len(asked))), **columns})
    reader.rows("recovering/stepped")
    reader.gather()


def _standing(reader: Reader, kinds: set[str]) -> dict[str, set[int]]:
    """Of rules and differences that are asked about, the places of the cases that are still so."""
    if not kinds & {VIOLATION, INVENTORY}:
        return {}
    _find_differences(reader, Group())
    still = {row["place"] for row in reader.rows("recovering/standing")}
    return dict.fromkeys((VIOLATION, INVENTORY), still)
