"""Groups of failures with what people know of them: as *Failures* lists them, and as the export tells them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.configuration.model import Owner
from app.instants import instant_ns, instant_text
from app.owners import owner_of, owner_of_all
from app.recovery.memory import MUTED, REGRESSED, Remembered, signature_named
from metrics.read import Moment

GROUP_COLUMNS = ("fixed_time", "muted_until_time", "ticket", "notes")  # of the export, after those that the facts know

Row = dict[str, Any]
Key = tuple[str, str | None, str, str | None]  # kind, workflow, milestone or rule, error class


@dataclass(frozen=True, slots=True)
class Told:
    """One signature of a listed group: what is known of it, and the state that follows."""

    state: str
    known: Remembered
    last_ns: int


def key_of(row: Mapping[str, Any], kind: str) -> Key:
    """Of a row as *Failures* lists it."""
    return kind, row["workflow"], row["milestone"], row["error_class"]


def told(
    every: Mapping[str, Remembered], signed: Iterable[Row], others: Iterable[Mapping[str, Any]], as_of_ns: int
) -> dict[Key, list[Told]]:
    """By listed group, of those of which something is known. `signed`: the signatures of what is failed; `others`: groups of kinds that
    have none."""
    seen: dict[tuple[Key, str], int] = {}
    for row in signed:
        at = (key_of(row, "failed"), row["signature"])
        seen[at] = max(seen.get(at, row["last_ns"]), row["last_ns"])
    for other in others:
        at = (key_of(other, other["kind"]), signature_named(other["kind"], other["workflow"], other["milestone"]))
        seen[at] = max(seen.get(at, other["last_ns"]), other["last_ns"])
    found: dict[Key, list[Told]] = {}
    for (key, signature), last_ns in seen.items():
        if known := every.get(signature):
            known = known.until(as_of_ns)
            found.setdefault(key, []).append(Told(known.state(last_ns, True, as_of_ns), known, last_ns))
    return {key: sorted(each, key=_weight) for key, each in found.items()}


def remembered(rows: Iterable[Row], every: Mapping[str, Remembered], owners: Sequence[Owner], moment: Moment) -> Iterator[Row]:
    """The rows of the export with what people know: whose it is, its state, when it was held to be fixed, muted until, ticket and notes."""
    until_ns = min(moment.as_of_ns, moment.known_ns)
    for row in rows:
        known = every.get(row["signature"], Remembered(row["signature"])).until(until_ns)
        row["owner"] = known.owner or owner_of_all(owners, row["owner"], row["sites"], row["error_code"])
        row["state"] = known.state(instant_ns(row["last_seen"]), row["transactions"] > 0, until_ns)
        notes = [{"at_time": instant_text(note.at_ns), "by": note.by, "text": note.text} for note in known.notes]
        told_of = (_instant(known.fixed_ns), _instant(known.muted_until_ns), known.ticket, notes)
        yield row | dict(zip(GROUP_COLUMNS, told_of, strict=True))


def owners_of(row: Mapping[str, Any], signed: Iterable[Row], every: Mapping[str, Remembered], owners: Sequence[Owner]) -> list[str]:
    """Whose a listed group of failures is, who owns most of it first. `signed`: the signatures in it, by site."""
    counted: Counter[str] = Counter()
    for each in signed:
        known = every.get(each["signature"])
        name = (known and known.owner) or owner_of(owners, row["owner"], each["site"], each["error_code"])
        counted[name or ""] += each["transactions"]
    return [name for name, _ in counted.most_common() if name]


def _instant(ns: int | None) -> str | None:
    return None if ns is None else instant_text(ns)


def _weight(each: Told) -> tuple[int, int]:
    """What has come back first, what is muted last."""
    return {REGRESSED: 0, MUTED: 2}.get(each.state, 1), -each.last_ns
