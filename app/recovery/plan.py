"""The frozen plan: exactly which cases, in which order, with which payloads, sent where; its hash is what approval binds to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from typing import Any

import orjson

from app.recovery.model import Case, Path, Payload, Reason, Safety, Verdict
from app.recovery.verdict import exclusion
from metrics.texts import _said

CASE_FIELDS = tuple(field.name for field in fields(Case))


@dataclass(frozen=True, slots=True)
class Planned:
    """One case that would be sent, and what it is judged by. `place` counts from 0 in the order of sending."""

    place: int
    case: Case
    verdict: Verdict
    payload_digest: str | None
    payload_origin: str | None


@dataclass(frozen=True, slots=True)
class Excluded:
    """A case that was selected and is not sent, with why."""

    case: Case
    reason: Reason


@dataclass(frozen=True, slots=True)
class Plan:
    """What a recovery would do. `target`: its sentence and its fingerprint, None when nothing is sent."""

    path: Path
    catalogue_version: int
    target: tuple[str, str] | None
    items: tuple[Planned, ...]
    excluded: tuple[Excluded, ...]
    hash: str = field(init=False)

    def __post_init__(self) -> None:
        fingerprint = self.target[1] if self.target else None
        object.__setattr__(self, "hash", hash_of(asdict(self.path), self.catalogue_version, fingerprint, map(_frozen, self.items)))

    @property
    def safety(self) -> Safety:
        """Of the least safe item."""
        found = {item.verdict.safety for item in self.items}
        return next((worst for worst in (Safety.UNSAFE, Safety.CANNOT_TELL) if worst in found), Safety.SAFE)

    @property
    def keys(self) -> int:
        return len({item.case.key for item in self.items})

    @property
    def held(self) -> int:
        """How many wait for another of their key."""
        return len(self.items) - self.keys

    @property
    def oldest_ns(self) -> int | None:
        return min((item.case.opened_ns for item in self.items), default=None)

    @property
    def receivers(self) -> tuple[str, ...]:
        return tuple(sorted({item.case.system for item in self.items if item.case.system}))

    @property
    def values(self) -> dict[str, Decimal]:
        """What the transactions are worth, by currency; each transaction once, currencies never added."""
        worths = {item.case.key: (item.case.currency, item.case.value) for item in self.items}
        return _summed(worths.values())

    @property
    def quantities(self) -> dict[str, Decimal]:
        """By unit."""
        return _summed((item.case.uom, item.case.quantity) for item in self.items)


def _summed(amounts: Iterable[tuple[str | None, str | None]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for unit, amount in amounts:
        if amount is not None:
            sums[unit or ""] = sums.get(unit or "", Decimal(0)) + Decimal(amount)
    return dict(sorted(sums.items()))


def freeze(
    path: Path,
    catalogue_version: int,
    target: tuple[str, str] | None,
    judged: Sequence[tuple[Case, Verdict, Payload | str | None]],
) -> Plan:
    """The plan for these cases, each with the payload that would be sent (or why there is none). What must not be sent, and what is one
    too many, is left out and says why."""
    ordered = sorted(judged, key=lambda each: (each[0].order, each[0].id))
    items: list[Planned] = []
    excluded: list[Excluded] = []
    for case, found, payload in ordered:
        if reason := _why_not(path, found, payload, len(items)):
            excluded.append(Excluded(case, reason))
        else:
            digest, origin = (payload.digest, payload.origin) if isinstance(payload, Payload) else (None, None)
            items.append(Planned(len(items), case, found, digest, origin))
    return Plan(path, catalogue_version, target, tuple(items), tuple(excluded))


def _why_not(path: Path, found: Verdict, payload: Payload | str | None, taken: int) -> Reason | None:
    if reason := exclusion(found):
        return reason
    if path.action.needs_payload and not isinstance(payload, Payload):
        return Reason("payload", Safety.CANNOT_TELL, payload or _said("There is no payload."))
    if found.safety is Safety.UNSAFE:
        return next(reason for reason in found.reasons if reason.safety is Safety.UNSAFE)
    if taken >= path.limits.most:
        return Reason("limit", Safety.SAFE, _said("One recovery may hold {most} cases.", most=path.limits.most))
    return None


def hash_of(path: Mapping[str, Any], catalogue_version: int, fingerprint: str | None, items: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 over everything that decides what is sent: one byte otherwise, and it is another plan."""
    said = {"path": path, "version": catalogue_version, "target": fingerprint, "items": list(items)}
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def frozen_item(place: int, case: Mapping[str, Any], safety: str, payload_digest: str | None) -> dict[str, Any]:
    """What of an item the hash covers."""
    return {"place": place, "case": case, "safety": safety, "payload": payload_digest}


def _frozen(item: Planned) -> dict[str, Any]:
    return frozen_item(item.place, _values(item.case), item.verdict.safety, item.payload_digest)


def _values(case: Case) -> dict[str, Any]:
    """As `asdict` has them, which takes ten times as long for a thousand cases: what a case holds is flat."""
    return {name: getattr(case, name) for name in CASE_FIELDS}
