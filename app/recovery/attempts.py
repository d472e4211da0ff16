"""What Syncline did about one transaction: what its recoveries sent, and what a person set aside, closed or opened again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Row, select

from app.recovery.model import Action, ItemState, State
from app.recovery.run_tables import closings, items, recoveries, sends
from app.recovery.runs import Actor, path_of
from metrics.path import Path

KINDS = ("failed", "missing")  # of cases that are about a step
OF_ITEM = tuple(items.c[name] for name in ("recovery_id", "place", "step", "case_json", "state", "blocked_by", "ended_ns"))
OF_ALL = ("sites", "about", "path_json", "requested_by", "requested_ns", "approved_by", "is_automatic", "reason")
OF_RECOVERY = (
    recoveries.c.state.label("recovery_state"),
    *(recoveries.c[name] for name in OF_ALL),
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One thing that was done. `kind`: sent, parked, closed or reopened. `stage`: of the ramp, from 0; `outcome` of what was sent: what the
    target said, then whether it worked."""

    key: str
    kind: str
    milestone: str
    at_ns: int
    recovery_id: str
    path: str  # the title of the approved path
    action: Action
    by: str
    approved_by: str | None
    is_automatic: bool
    stage: int | None
    stages: int
    outcome: str
    words: str


@dataclass(frozen=True, slots=True)
class Queued:
    """A case that is in a recovery and not sent yet. `place` and `blocked_by`: which of its cases it is, and which comes first, from 0."""

    milestone: str
    recovery_id: str
    path: str
    by: str
    state: str  # of the recovery
    place: int
    blocked_by: int | None


def of_path(connection: Connection, path: Path, actor: Actor) -> tuple[list[Attempt], list[Queued]]:
    """As of the moment of the path: what was done, the first first; and what waits to be done now."""
    names = [f"{kind}|{path.workflow}|{path.transaction_id}|{step.name}" for kind in KINDS for step in path.steps]
    wanted = select(*OF_ITEM, *OF_RECOVERY).join(recoveries, recoveries.c.id == items.c.recovery_id).where(items.c.case_id.in_(names))
    found = [row for row in connection.execute(wanted) if actor.may_see(row) and row.requested_ns <= path.as_of_ns]
    done = [*_sent(connection, found), *_set_aside(found), *_closed(connection, found)]
    waiting = [_queued(row) for row in found if row.state == ItemState.WAITING and not State(row.recovery_state).has_ended]
    return sorted((each for each in done if each.at_ns <= path.as_of_ns), key=lambda each: each.at_ns), waiting


def of_recovery(connection: Connection, recovery_ids: Iterable[str], actor: Actor) -> dict[str, tuple[str, str]]:
    """Of each that may be seen: the title of its path, and who requested it."""
    wanted = select(recoveries.c.id, recoveries.c.sites, recoveries.c.about, recoveries.c.path_json, recoveries.c.requested_by)
    rows = connection.execute(wanted.where(recoveries.c.id.in_(set(recovery_ids))))
    return {row.id: (orjson.loads(row.path_json)["title"], row.requested_by) for row in rows if actor.may_see(row)}


def _sent(connection: Connection, found: list[Row[Any]]) -> list[Attempt]:
    known = {(row.recovery_id, row.place): row for row in found}
    wanted = select(sends).where(
        sends.c.recovery_id.in_({row.recovery_id for row in found}), sends.c.place.in_({row.place for row in found})
    )
    return [
        _attempt(known[send.recovery_id, send.place], "sent", send.send_id, send.sent_ns, send.answer or "", send.words or "")
        for send in connection.execute(wanted)
        if (send.recovery_id, send.place) in known
    ]


def _set_aside(found: list[Row[Any]]) -> list[Attempt]:
    """What was parked; of what was closed the journal has an event of its own, and this says who and why."""
    done = [row for row in found if row.state == ItemState.DONE and row.ended_ns is not None]
    return [
        _attempt(row, "parked", f"{row.recovery_id}:{row.place}", row.ended_ns, "", row.reason or "")
        for row in done
        if path_of(row)["action"] == Action.PARK
    ]


def _closed(connection: Connection, found: list[Row[Any]]) -> list[Attempt]:
    known = {f"{row.recovery_id}:{row.place}": row for row in found}
    told = {f"{name}:{what}": name for name in known for what in ("closed", "reopened")}
    return [
        _attempt(known[told[row.position]], "closed" if row.is_closed else "reopened", row.position, row.event_ns, "", row.words)
        for row in connection.execute(select(closings).where(closings.c.position.in_(told)))
    ]


def _attempt(row: Row[Any], kind: str, key: str, at_ns: int, answer: str, words: str) -> Attempt:
    path = path_of(row)
    has_ended = ItemState(row.state).has_ended
    return Attempt(
        key=f"syncline:{key}",
        kind=kind,
        milestone=orjson.loads(row.case_json)["milestone"],
        at_ns=at_ns,
        recovery_id=row.recovery_id,
        path=path["title"],
        action=Action(path["action"]),
        by=row.requested_by,
        approved_by=row.approved_by,
        is_automatic=row.is_automatic,
        stage=row.step,
        stages=len(path["limits"]["ramp"]),
        outcome=row.state if has_ended and answer == "accepted" else answer,
        words=words,
    )


def _queued(row: Row[Any]) -> Queued:
    milestone = orjson.loads(row.case_json)["milestone"]
    return Queued(milestone, row.recovery_id, path_of(row)["title"], row.requested_by, row.recovery_state, row.place, row.blocked_by)
