"""Recoveries as people read them: which there are, what became of their cases, how often each path worked, and what is switched off."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from app.access.roles import ADMIN
from app.recovery.model import Action, Approval, Case, ItemState, State
from app.recovery.run_tables import items, recoveries, sends, switches
from app.recovery.runs import Actor, path_of


@dataclass(frozen=True, slots=True)
class Filter:
    """Which recoveries are asked for; None narrows nothing."""

    state: str | None = None
    path: str | None = None
    requested_by: str | None = None
    is_automatic: bool | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """The ids of those that may be seen, the newest first; how many of each state; and how many may not be seen."""

    ids: Sequence[str]
    states: Counter[str]
    hidden: int


@dataclass(slots=True)
class Worked:
    """How often a path worked: of the cases that were sent and have ended, those that are proven; seconds from first sent to proven."""

    path: str
    title: str
    ended: int = 0
    proven: int = 0
    seconds: list[float] = field(default_factory=list)

    @property
    def share(self) -> float | None:
        return self.proven / self.ended if self.ended else None

    @property
    def median_seconds(self) -> float | None:
        return median(self.seconds) if self.seconds else None


def listed(connection: Connection, asked: Filter, actor: Actor) -> Listed:
    """Whose cases the actor may not see is hidden. The states are counted whatever state is asked for."""
    wanted = select(recoveries.c.id, recoveries.c.state, recoveries.c.sites, recoveries.c.about).order_by(
        recoveries.c.requested_ns.desc(), recoveries.c.id.desc()
    )
    found = connection.execute(_narrowed(wanted, asked)).all()
    seen = [row for row in found if actor.may_see(row)]
    ids = [row.id for row in seen if asked.state in (None, row.state)]
    return Listed(ids, Counter(row.state for row in seen), len(found) - len(seen))


def of_ids(connection: Connection, ids: Collection[str]) -> list[Row[Any]]:
    """Those recoveries, the newest first."""
    found = connection.execute(select(recoveries).where(recoveries.c.id.in_(ids)))
    return sorted(found, key=lambda row: (row.requested_ns, row.id), reverse=True)


def progress(connection: Connection, ids: Collection[str]) -> dict[str, Counter[str]]:
    """Of each recovery how many of its cases are in each state."""
    counted = select(items.c.recovery_id, items.c.state, func.count()).where(items.c.recovery_id.in_(ids))
    found: dict[str, Counter[str]] = {each: Counter() for each in ids}
    for recovery_id, state, many in connection.execute(counted.group_by(items.c.recovery_id, items.c.state)):
        found[recovery_id][state] = many
    return found


def find(connection: Connection, recovery_id: str, actor: Actor) -> Row[Any] | None:
    """None when there is none, or it may not be seen."""
    row = connection.execute(select(recoveries).where(recoveries.c.id == recovery_id)).one_or_none()
    return row if row is not None and actor.may_see(row) else None


def items_of(connection: Connection, recovery_id: str, start: int = 0, stop: int | None = None) -> list[Row[Any]]:
    """Its cases in the order of sending."""
    wanted = select(items).where(items.c.recovery_id == recovery_id, items.c.place >= start).order_by(items.c.place)
    return list(connection.execute(wanted.where(items.c.place < stop) if stop is not None else wanted))


def sends_of(connection: Connection, recovery_id: str, start: int = 0, stop: int | None = None) -> dict[int, list[Row[Any]]]:
    """The attempts at each of its cases, by place, the first first."""
    wanted = select(sends).where(sends.c.recovery_id == recovery_id, sends.c.place >= start).order_by(sends.c.sent_ns)
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(wanted.where(sends.c.place < stop) if stop is not None else wanted):
        found[row.place].append(row)
    return found


def of_case(connection: Connection, case_ids: Collection[str]) -> dict[str, str]:
    """The newest recovery that each case is or was in."""
    wanted = select(items.c.case_id, items.c.recovery_id).join(recoveries, recoveries.c.id == items.c.recovery_id)
    return dict(connection.execute(wanted.where(items.c.case_id.in_(case_ids)).order_by(recoveries.c.requested_ns)).all())


@dataclass(frozen=True, slots=True)
class Settled:
    """A case that a person parked or closed: when, and in which recovery."""

    action: Action
    ended_ns: int
    recovery_id: str

    def holds(self, case: Case) -> bool:
        """Whether nothing more failed of it since."""
        return case.event_ns <= self.ended_ns


def settled(connection: Connection) -> dict[str, Settled]:
    """By case id, what was parked or closed and is in no newer recovery."""
    wanted = select(items.c.case_id, items.c.ended_ns, recoveries.c.id, recoveries.c.path_json).join(
        recoveries, recoveries.c.id == items.c.recovery_id
    )
    done: list[Row[Any]] = list(connection.execute(wanted.where(items.c.state == ItemState.DONE).order_by(recoveries.c.requested_ns)))
    newest = of_case(connection, {row.case_id for row in done})
    return {
        row.case_id: Settled(action, row.ended_ns, row.id)
        for row in done
        if newest[row.case_id] == row.id and (action := Action(path_of(row)["action"])) in (Action.PARK, Action.CLOSE)
    }


def worked(connection: Connection, actor: Actor) -> list[Worked]:
    """One per path that something was sent by, by name."""
    first = select(sends.c.recovery_id, sends.c.place, func.min(sends.c.sent_ns).label("sent_ns"))
    sent = first.group_by(sends.c.recovery_id, sends.c.place).subquery()
    wanted = (
        select(items.c.recovery_id, items.c.state, items.c.ended_ns, sent.c.sent_ns)
        .join(sent, (sent.c.recovery_id == items.c.recovery_id) & (sent.c.place == items.c.place))
        .where(items.c.state.in_([state for state in ItemState if state.has_ended]))
    )
    known = {row.id: row for row in connection.execute(select(recoveries)) if actor.may_see(row)}
    found: dict[str, Worked] = {}
    for item in connection.execute(wanted):
        if row := known.get(item.recovery_id):
            path = found.setdefault(row.path, Worked(row.path, path_of(row)["title"]))
            path.ended += 1
            if item.state == ItemState.PROVEN:
                path.proven += 1
                path.seconds.append((item.ended_ns - item.sent_ns) / 1e9)
    return [found[name] for name in sorted(found)]


def switched(connection: Connection) -> dict[str, Row[Any]]:
    """The switches that somebody used, by name."""
    return {row.name: row for row in connection.execute(select(switches))}


def approvers(row: Row[Any]) -> list[str]:
    """The roles of which one has to approve it."""
    path = path_of(row)
    return path["approvers"] or [ADMIN] if row.approval == Approval.FOUR_EYES else [*path["roles"], *path["approvers"]]


def awaiting(connection: Connection, actor: Actor) -> int:
    """How many wait for an approval that the actor may give."""
    asked = connection.execute(select(recoveries).where(recoveries.c.state == State.REQUESTED))
    return sum(row.requested_by != actor.name and actor.may_see(row) and actor.holds(approvers(row)) for row in asked)


def every(connection: Connection) -> Iterator[tuple[Row[Any], Row[Any]]]:
    """Each recovery with each of its cases, the oldest first."""
    known = {row.id: row for row in connection.execute(select(recoveries))}
    for recovery_id in sorted(known, key=lambda each: (known[each].requested_ns, each)):
        for item in items_of(connection, recovery_id):
            yield known[recovery_id], item


def _narrowed(wanted: Select[Any], asked: Filter) -> Select[Any]:
    for name in ("path", "requested_by", "is_automatic"):
        if (value := getattr(asked, name)) is not None:
            wanted = wanted.where(recoveries.c[name] == value)
    return wanted


def newest_of_transaction(connection: Connection, workflow: str | None, transaction_id: str | None, actor: Actor) -> str | None:
    """The newest recovery that a transaction was in."""
    if not (workflow and transaction_id):
        return None
    wanted = select(recoveries).join(items, recoveries.c.id == items.c.recovery_id).order_by(recoveries.c.requested_ns.desc())
    found = connection.execute(wanted.where(items.c.case_key == f"{workflow}|{transaction_id}"))
    return next((row.id for row in found if actor.may_see(row)), None)
