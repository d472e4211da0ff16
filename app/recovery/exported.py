"""The rows of exports that are kept beside people and machine access, and who may see them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Engine

from app import audit
from app.alerts.kept import COLUMNS as ALERTS
from app.alerts.kept import alert_rows
from app.annotations.kept import COLUMNS as ANNOTATIONS
from app.annotations.kept import annotation_rows
from app.instants import instant_text
from app.recovery import listing
from app.recovery.model import Approval, ItemState, State
from app.recovery.visible import visible
from metrics.scope import EVERYTHING, Scope

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """One export: its columns, and its rows until a moment (ns, included), as far as somebody may see them."""

    columns: tuple[str, ...]
    rows: Callable[[Engine, int, Sight], Iterator[Row]]


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody may see: of the audit only `own` entries (None: everybody's), of all else what `sees` holds."""

    own: str | None = None
    sees: Scope = EVERYTHING


def audit_rows(engine: Engine, until_ns: int, sight: Sight) -> Iterator[Row]:
    """One row per entry of the audit, the oldest first."""
    with engine.connect() as connection:
        redacted = audit.redacted_by(connection)
        for entry in audit.every(connection, audit.Filter(to_ns=until_ns + 1, own=sight.own)):
            values = (entry.number, instant_text(entry.at_ns), entry.actor, entry.action, entry.subject, entry.reason)
            bound = (entry.hash, entry.came_from, entry.salt, redacted.get(entry.number))
            yield dict(zip(AUDIT, (*values, orjson.loads(entry.detail), *bound), strict=True))


def recovery_rows(engine: Engine, until_ns: int, sight: Sight) -> Iterator[Row]:
    """One row per recovery and case, the oldest first; as of a past moment without what came after it."""
    with engine.connect() as connection:
        for row, item in listing.every(connection):
            if row.requested_ns > until_ns or not visible(sight.sees, row):
                continue
            case = orjson.loads(item.case_json)

            def instant(ns: int | None) -> str | None:
                return instant_text(ns) if ns is not None and ns <= until_ns else None

            is_over, is_settled = (each.ended_ns is None or each.ended_ns <= until_ns for each in (row, item))
            values = (
                *(row.id, row.path, _state_at(row, until_ns), row.words if is_over else "", row.safety, row.approval, row.is_automatic),
                *(row.plan_hash, row.target, row.requested_by, instant(row.requested_ns), row.reason),
                *(row.approved_by if instant(row.approved_ns) else None, instant(row.approved_ns)),
                *(instant(row.started_ns), instant(row.ended_ns), item.place + 1),
                *(case[name] for name in ("kind", "workflow", "transaction_id", "milestone", "site")),
                *(_item_state_at(item, until_ns), item.words if is_settled else "", item.tries),
                *(instant(item.accepted_ns), item.proven_by if is_settled else None, instant(item.ended_ns)),
                item.blocked_by + 1 if item.blocked_by is not None else None,
            )
            yield dict(zip(RECOVERIES, values, strict=True))


def _state_at(row: Any, until_ns: int) -> str:
    if row.ended_ns is None or row.ended_ns <= until_ns:
        return str(row.state)
    if row.started_ns is not None and row.started_ns <= until_ns:
        return State.RUNNING
    is_approved = row.approval == Approval.NONE or (row.approved_ns is not None and row.approved_ns <= until_ns)
    return State.APPROVED if is_approved else State.REQUESTED


def _item_state_at(item: Any, until_ns: int) -> str:
    if item.ended_ns is None or item.ended_ns <= until_ns:
        return str(item.state)
    return ItemState.ACCEPTED if item.accepted_ns is not None and item.accepted_ns <= until_ns else ItemState.WAITING


AUDIT = ("number", "at_time", "actor", "action", "subject", "reason", "detail", "hash", "came_from", "salt", "redacted_by")
OF_RECOVERY = ("recovery_id", "path", "state", "words", "safety", "approval", "is_automatic", "plan", "target", "requested_by")
OF_TIME = ("requested_time", "reason", "approved_by", "approved_time", "started_time", "ended_time")
OF_ITEM = ("number", "kind", "workflow", "transaction_id", "milestone", "site", "item_state", "item_words", "tries")
OF_PROOF = ("accepted_time", "proven_by", "item_ended_time", "blocked_by")
RECOVERIES = (*OF_RECOVERY, *OF_TIME, *OF_ITEM, *OF_PROOF)
KEPT = {
    "audit": Kept(AUDIT, audit_rows),
    "recoveries": Kept(RECOVERIES, recovery_rows),
    "alerts": Kept(ALERTS, lambda engine, until_ns, sight: alert_rows(engine, until_ns, sight.sees)),
    "annotations": Kept(ANNOTATIONS, lambda engine, until_ns, sight: annotation_rows(engine, until_ns, sight.sees)),
}
