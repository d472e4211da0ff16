"""Recoveries as they are requested, approved, refused, paused and stopped: every step checked, written down, and told to the audit."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Row, Update, insert, select, update

from app import audit
from app.access.rights import STOP_SENDING
from app.access.roles import ADMIN, Holder, Roles
from app.recovery import closings
from app.recovery.model import NOT_BY_HAND, NOTHING_SETTLED, ONLY, Action, Approval, ItemState, Safety, State
from app.recovery.plan import Plan, frozen_item, hash_of
from app.recovery.run_tables import items, recoveries, switches
from app.recovery.seals import PLAIN, Seal
from app.recovery.switches import may_let_go_on, switch_of
from app.recovery.visible import about, may_see_cases, visible
from metrics.scope import EVERYTHING, Scope
from metrics.texts import _said, _told

AUTOMATIC, SENDING = "automatic", "sending"  # switches
LIVE = [state for state in State if not state.has_ended]
OPEN = [state for state in ItemState if not state.has_ended]
SECOND_NS = 10**9


class Refusal(Exception):
    """Asked for and not done; the text says why, in a sentence. What is recorded of it is in English."""

    @property
    def told(self) -> str:
        """The sentence in the reader's language."""
        return _told(self.args[0])


@dataclass(frozen=True, slots=True)
class Actor(Holder):
    """Who asks, and what they may see. A rule has no roles: the catalogue lets it. `access`: what the roles may; without it they may
    nothing. `also`: what a token may beside its roles."""

    name: str
    roles: frozenset[str]
    sees: Scope = EVERYTHING
    is_rule: bool = False
    access: Roles = Roles()
    also: frozenset[str] = frozenset()

    def may(self, right: str) -> bool:
        return right in self.also or self.access.may(self.roles, right)

    def may_see(self, row: Any) -> bool:
        return visible(self.sees, row)


class Runs:
    """Recoveries in the database behind `engine`. Raises Refusal for what is not allowed; that is told to the audit as well."""

    def __init__(self, engine: Engine, now_ns: Callable[[], int], seal: Seal = PLAIN) -> None:
        self.engine, self.now_ns, self.seal = engine, now_ns, seal

    # ── asking and answering ────────────────────────────────────────────────────────────────────────────────────────
    def request(
        self,
        plan: Plan,
        seen_hash: str,
        actor: Actor,
        reason: str | None,
        selection: Mapping[str, Any],
        bodies: Mapping[str, bytes] | None = None,
    ) -> str:
        """Freezes the plan as a recovery; its id. `seen_hash`: of the plan that the actor looked at. `bodies`: edited payloads by case."""
        recovery_id = f"R-{secrets.token_hex(5)}"
        subject = {"path": plan.path.name, "cases": len(plan.items)}
        with self._allowed(actor, "request", recovery_id, subject, reason) as connection:
            _check_request(plan, seen_hash, actor, reason)
            _check_free(connection, plan)
            row = _recovery_row(recovery_id, plan, actor, reason, self.now_ns()) | {"selection": _json(selection)}
            connection.execute(insert(recoveries).values(**row))
            kept = {case_id: self.seal.closed(body) for case_id, body in (bodies or {}).items()}
            connection.execute(insert(items), list(_item_rows(recovery_id, plan, kept)))
            detail = {**subject, "plan": plan.hash, "approval": row["approval"]}
            self._tell(connection, actor, "requested", recovery_id, detail, reason)
        return recovery_id

    def approve(self, recovery_id: str, actor: Actor, seen_hash: str, reason: str | None = None) -> None:
        """`seen_hash`: of the plan that the approver looked at."""
        with self._allowed(actor, "approve", recovery_id, {"plan": seen_hash}, reason) as connection:
            row = self._live(connection, recovery_id, actor, (State.REQUESTED,))
            self._check_approver(row, actor)
            if seen_hash != row.plan_hash or stored_hash(connection, row) != row.plan_hash:
                raise Refusal(_said("What would be sent is no longer what you looked at; nothing is approved."))
            self._move(connection, row, State.APPROVED, f"Approved by {actor.name}.", approved_by=actor.name, approved_ns=self.now_ns())
            self._tell(connection, actor, "approved", recovery_id, {"plan": seen_hash}, reason)

    def refuse(self, recovery_id: str, actor: Actor, reason: str) -> None:
        """A colleague says no."""
        with self._allowed(actor, "refuse", recovery_id, {}, reason) as connection:
            row = self._live(connection, recovery_id, actor, (State.REQUESTED,))
            self._check_approver(row, actor)
            if not reason.strip():
                raise Refusal(_said("A reason is needed."))
            self._end(connection, row, State.REFUSED, f"Refused by {actor.name}: {reason}")
            self._tell(connection, actor, "refused", recovery_id, {}, reason)

    def withdraw(self, recovery_id: str, actor: Actor, reason: str | None = None) -> None:
        """Who requested it takes it back before anything is sent."""
        with self._allowed(actor, "withdraw", recovery_id, {}, reason) as connection:
            row = self._live(connection, recovery_id, actor, (State.REQUESTED, State.APPROVED))
            if row.requested_by != actor.name:
                raise Refusal(_said("Only {person}, who requested it, can take it back.", person=row.requested_by))
            self._end(connection, row, State.WITHDRAWN, f"Taken back by {actor.name}.")
            self._tell(connection, actor, "withdrawn", recovery_id, {}, reason)

    def pause(self, recovery_id: str, actor: Actor, reason: str | None = None) -> None:
        """Nothing more is sent until somebody lets it go on."""
        self._by_hand(recovery_id, actor, "pause", (State.APPROVED, State.RUNNING), State.PAUSED, f"Paused by {actor.name}.", reason)

    def resume(self, recovery_id: str, actor: Actor, reason: str | None = None) -> None:
        """It goes on where it was."""
        self._by_hand(recovery_id, actor, "resume", (State.PAUSED,), State.APPROVED, f"Goes on, says {actor.name}.", reason)

    def stop(self, recovery_id: str, actor: Actor, reason: str | None = None) -> None:
        """What was not sent never is; what was sent is watched until its proof."""
        self._by_hand(
            recovery_id, actor, "stop", (State.APPROVED, State.RUNNING, State.PAUSED), State.STOPPED, f"Stopped by {actor.name}.", reason
        )

    def done(self, recovery_id: str, actor: Actor, reason: str | None = None) -> None:
        """A person has worked through the steps of a runbook: from now on it is to have its effect, and the proof decides."""
        with self._carried_out(recovery_id, actor, "done", reason) as (connection, row):
            due_ns = self.now_ns() + path_of(row)["proof"]["within_seconds"] * SECOND_NS
            connection.execute(_under_way(row).values(words=f"Done, says {actor.name}.", proof_due_ns=due_ns))

    def not_done(self, recovery_id: str, actor: Actor, reason: str) -> None:
        """It could not be done: the cases are back in the queue at once."""
        with self._carried_out(recovery_id, actor, "not_done", reason) as (connection, row):
            if not reason.strip():
                raise Refusal(_said("A reason is needed."))
            words = f"It could not be done, says {actor.name}: {reason}"
            connection.execute(_under_way(row).values(state=ItemState.UNPROVEN, words=words, ended_ns=self.now_ns()))
            self._end(connection, row, State.STOPPED, words)

    def reopen(self, recovery_id: str, actor: Actor, reason: str | None = None) -> None:
        """What was parked or closed needs somebody again."""
        with self._by_role(recovery_id, actor, "reopen", (State.FINISHED, State.STOPPED), reason) as (connection, row):
            settled = select(items).where(items.c.recovery_id == row.id, items.c.state == ItemState.DONE)
            found = connection.execute(settled).all()
            if not found:
                raise Refusal(_said(NOTHING_SETTLED))
            words, now_ns = f"Opened again by {actor.name}{f': {reason}' if reason else '.'}", self.now_ns()
            for item in found:
                if path_of(row)["action"] == Action.CLOSE:
                    closings.mark(connection, item, is_closed=False, words=words, at_ns=now_ns)
            back = update(items).where(items.c.recovery_id == row.id, items.c.state == ItemState.DONE)
            connection.execute(back.values(state=ItemState.REFUSED, words=words))
            self._tell(connection, actor, "reopened", recovery_id, {"cases": len(found)}, reason)

    @contextmanager
    def _carried_out(self, recovery_id: str, actor: Actor, action: str, reason: str | None) -> Iterator[tuple[Connection, Row[Any]]]:
        before = (State.RUNNING, State.PAUSED)
        with self._by_role(recovery_id, actor, action, before, reason) as (connection, row):
            if path_of(row)["action"] != Action.RUNBOOK:
                raise Refusal(_said(NOT_BY_HAND))
            yield connection, row
            self._tell(connection, actor, action, recovery_id, {}, reason)

    @contextmanager
    def _by_role(
        self, recovery_id: str, actor: Actor, action: str, before: Collection[State], reason: str | None
    ) -> Iterator[tuple[Connection, Row[Any]]]:
        """One transaction of somebody who may request its path."""
        with self._allowed(actor, action, recovery_id, {}, reason) as connection:
            row = self._live(connection, recovery_id, actor, before)
            if not actor.holds(roles := path_of(row)["roles"]):
                raise Refusal(_said(ONLY[action], roles=actor.access.said(roles)))
            yield connection, row

    def _by_hand(
        self, recovery_id: str, actor: Actor, action: str, before: Collection[State], after: State, words: str, reason: str | None
    ) -> None:
        with self._by_role(recovery_id, actor, action, before, reason) as (connection, row):
            (self._end if after.has_ended else self._move)(connection, row, after, words)
            self._tell(connection, actor, after if after.has_ended or after is State.PAUSED else "resumed", recovery_id, {}, reason)

    # ── switches ────────────────────────────────────────────────────────────────────────────────────────────────────
    def switch(self, name: str, actor: Actor, *, is_stopped: bool, reason: str | None) -> None:
        """Stops (or lets go on) everything automatic, or all sending, at once."""
        with self._allowed(actor, "switch", name, {"is_stopped": is_stopped}, reason) as connection:
            if name not in (AUTOMATIC, SENDING):
                known = {"automatic": AUTOMATIC, "sending": SENDING}
                raise Refusal(_said("There is no switch {name}. Known: {automatic}, {sending}.", name=repr(name), **known))
            if not actor.may(STOP_SENDING):
                raise Refusal(_said("Only {roles} may use this switch.", roles=actor.access.only_said(STOP_SENDING)))
            if not may_let_go_on(switch_of(connection, name), actor.name, actor.sees):  # nor stop it once more, which would make it theirs
                raise Refusal(_said("It is stopped. Only who sees everything, or who stopped it, may let it go on."))
            values = {"is_stopped": is_stopped, "by": actor.name, "at_ns": self.now_ns(), "reason": reason}
            if not connection.execute(update(switches).where(switches.c.name == name).values(**values)).rowcount:
                connection.execute(insert(switches).values(name=name, **values))
            self._tell(connection, actor, "stopped" if is_stopped else "let go on", f"switch {name}", {}, reason)

    def is_stopped(self, name: str) -> bool:
        with self.engine.connect() as connection:
            return bool(connection.execute(select(switches.c.is_stopped).where(switches.c.name == name)).scalar())

    # ── what time and the engine do ─────────────────────────────────────────────────────────────────────────────────
    def lapse(self) -> None:
        """Ends what nobody approved in time."""
        now_ns = self.now_ns()
        with self.engine.begin() as connection:
            old = connection.execute(
                select(recoveries).where(recoveries.c.state == State.REQUESTED, recoveries.c.lapses_ns <= now_ns)
            ).all()
            for row in old:
                self._end(connection, row, State.LAPSED, "Nobody approved it in time.")
                self.tell(connection, State.LAPSED, row.id, {})

    def age(self, keep_seconds: int) -> int:
        """Lets go of the edited payloads of cases that ended longer ago; their digests stay. How many."""
        old = (items.c.body.is_not(None), items.c.ended_ns <= self.now_ns() - keep_seconds * SECOND_NS)
        with self.engine.begin() as connection:
            found = connection.execute(select(items.c.recovery_id).where(*old)).scalars().all()
            if found:
                connection.execute(update(items).where(*old).values(body=None))
            for recovery_id in sorted(set(found)):
                self.tell(connection, "payloads deleted", recovery_id, {"cases": found.count(recovery_id), "keep_seconds": keep_seconds})
        return len(found)

    def start(self, connection: Connection, row: Row[Any]) -> None:
        """It is its turn."""
        self._move(connection, row, State.RUNNING, "", started_ns=row.started_ns or self.now_ns())

    def end(self, connection: Connection, row: Row[Any], state: State, words: str) -> None:
        """Ends it, as the engine finds; what was not sent is back in the queue."""
        self._end(connection, row, state, words)
        self.tell(connection, state, row.id, {"words": words})

    def tell(self, connection: Connection, action: str, recovery_id: str, detail: Mapping[str, Any]) -> None:
        """Tells the audit what Syncline itself did."""
        self._tell(connection, SYNCLINE, action, recovery_id, detail, None)

    def _end(self, connection: Connection, row: Row[Any], state: State, words: str) -> None:
        now_ns = self.now_ns()
        self._move(connection, row, state, words, ended_ns=now_ns)
        waiting = (items.c.recovery_id == row.id, items.c.state == ItemState.WAITING)
        in_doubt, why = items.c.proof_due_ns.is_not(None), words[:1].lower() + words[1:]
        connection.execute(update(items).where(*waiting, in_doubt).values(state=ItemState.UNKNOWN))  # one attempt may have had its effect
        half = update(items).where(*waiting, items.c.part > 0)
        connection.execute(
            half.values(state=ItemState.REFUSED, words=items.c.words + f" The next one was not sent: {why}", ended_ns=now_ns)
        )
        connection.execute(update(items).where(*waiting).values(state=ItemState.REFUSED, words=f"It was not sent: {why}", ended_ns=now_ns))

    @staticmethod
    def _move(connection: Connection, row: Row[Any], state: State, words: str, **values: Any) -> None:
        """Only from the state it was seen in: somebody else may have been faster."""
        changed = update(recoveries).where(recoveries.c.id == row.id, recoveries.c.state == row.state)
        if not connection.execute(changed.values(state=state, words=words, **values)).rowcount:
            raise Refusal(_said("Somebody else was faster; look again."))

    # ── checks ──────────────────────────────────────────────────────────────────────────────────────────────────────
    @contextmanager
    def _allowed(self, actor: Actor, action: str, subject: str, detail: Mapping[str, Any], reason: str | None) -> Iterator[Connection]:
        """One transaction; when it is refused, that alone is written down."""

        try:
            with self.engine.begin() as connection:
                audit.take_turn(connection)  # what is looked at here is still so when it is written
                yield connection
        except Refusal as refusal:
            with self.engine.begin() as connection:
                self._tell(connection, actor, f"{action} refused", subject, {**detail, "why": str(refusal)}, reason)
            raise

    def _live(self, connection: Connection, recovery_id: str, actor: Actor, states: Collection[State]) -> Row[Any]:
        row = connection.execute(select(recoveries).where(recoveries.c.id == recovery_id)).one_or_none()
        if row is None or not actor.may_see(row):
            raise Refusal(_said("There is no recovery {id}.", id=recovery_id))
        if row.state not in states:
            why = row.words or _said("nothing more can be done with it.")
            raise Refusal(_said("It is {state} by now: {reason}", state=row.state, reason=why))
        if row.state == State.REQUESTED and row.lapses_ns is not None and row.lapses_ns <= self.now_ns():
            raise Refusal(_said("Nobody approved it in time; request it anew."))
        return row

    def _check_approver(self, row: Row[Any], actor: Actor) -> None:
        path = path_of(row)
        if row.requested_by == actor.name:
            raise Refusal(_said("Who requested it cannot approve it."))
        wanted = path["approvers"] or [ADMIN] if row.approval == Approval.FOUR_EYES else [*path["roles"], *path["approvers"]]
        if not actor.holds(wanted):
            raise Refusal(_said("Only {roles} may approve it.", roles=actor.access.said(wanted)))

    def _tell(self, connection: Connection, actor: Actor, action: str, subject: str, detail: Mapping[str, Any], reason: str | None) -> None:
        audit.append(connection, self.now_ns(), actor.name, action, subject, dict(detail), reason)


def _under_way(row: Row[Any]) -> Update:
    """What somebody works on."""
    return update(items).where(items.c.recovery_id == row.id, items.c.state == ItemState.ACCEPTED)


SYNCLINE = Actor("syncline", frozenset(), is_rule=True)


def path_of(row: Row[Any]) -> dict[str, Any]:
    """The path as it was requested."""
    found: dict[str, Any] = orjson.loads(row.path_json)
    return found


def stored_hash(connection: Connection, row: Row[Any]) -> str:
    """The hash of what is written down: another one than at the request means that somebody changed it."""
    found = connection.execute(select(items).where(items.c.recovery_id == row.id).order_by(items.c.place))
    frozen = (frozen_item(item.place, orjson.loads(item.case_json), item.safety, item.payload_digest) for item in found)
    return hash_of(path_of(row), row.catalogue_version, row.target_fingerprint, frozen)


def _check_request(plan: Plan, seen_hash: str, actor: Actor, reason: str | None) -> None:
    path = plan.path
    if not may_see_cases(actor.sees, [item.case for item in plan.items]):
        raise Refusal(_said("It holds cases that you may not see."))
    if not actor.is_rule and not actor.holds(path.roles):
        raise Refusal(_said("Only {roles} may use '{path}'.", roles=actor.access.said(path.roles), path=path.title))
    if not plan.items:
        raise Refusal(_said("Nothing is left to be done: every case that was chosen is excluded."))
    if plan.hash != seen_hash:
        raise Refusal(_said("What would be sent is no longer what you looked at; look again."))
    if plan.safety is Safety.UNSAFE:
        raise Refusal(_said("It is not safe."))
    if actor.is_rule and plan.safety is not Safety.SAFE:
        raise Refusal(_said("A rule may only do what is safe."))
    if (path.reason_required or plan.safety is Safety.CANNOT_TELL) and not (reason and reason.strip()):
        raise Refusal(_said("A reason is needed."))


def _check_free(connection: Connection, plan: Plan) -> None:
    """No case is in two recoveries at once, whoever was looking at it meanwhile."""
    taken = select(items.c.case_id, items.c.recovery_id).where(items.c.state.in_(OPEN))
    busy = dict(connection.execute(taken).all())
    for item in plan.items:
        if other := busy.get(item.case.id):
            raise Refusal(_said("{recovery} is recovering {transaction} now.", recovery=other, transaction=item.case.transaction_id))


def _recovery_row(recovery_id: str, plan: Plan, actor: Actor, reason: str | None, now_ns: int) -> dict[str, Any]:
    path = plan.path
    approval = Approval.FOUR_EYES if plan.safety is Safety.CANNOT_TELL else path.approval
    is_free = approval is Approval.NONE
    excluded = [{"case": each.case.id, "check": each.reason.check, "sentence": each.reason.sentence} for each in plan.excluded]
    return {
        "id": recovery_id,
        "path": path.name,
        "path_json": _json(asdict(path)),
        "catalogue_version": plan.catalogue_version,
        "target": plan.target and plan.target[0],
        "target_fingerprint": plan.target and plan.target[1],
        "plan_hash": plan.hash,
        "excluded": _json(excluded),
        "sites": _json(sorted({item.case.site or "" for item in plan.items})),
        "about": _json(about(item.case for item in plan.items)),
        "safety": plan.safety,
        "approval": approval,
        "state": State.APPROVED if is_free else State.REQUESTED,
        "is_automatic": actor.is_rule,
        "requested_by": actor.name,
        "requested_ns": now_ns,
        "reason": reason,
        "lapses_ns": None if is_free else now_ns + path.approval_lapses_seconds * SECOND_NS,
    }


def _item_rows(recovery_id: str, plan: Plan, bodies: Mapping[str, bytes]) -> Iterable[dict[str, Any]]:
    latest: dict[str, int] = {}
    for item in plan.items:
        yield {
            "recovery_id": recovery_id,
            "place": item.place,
            "case_id": item.case.id,
            "case_key": item.case.key,
            "case_json": _json(asdict(item.case)),
            "safety": item.verdict.safety,
            "reasons": _json([asdict(reason) for reason in item.verdict.reasons]),
            "payload_digest": item.payload_digest,
            "payload_origin": item.payload_origin,
            "body": bodies.get(item.case.id),
            "state": ItemState.WAITING,
            "words": "",
            "blocked_by": latest.get(item.case.key),
        }
        latest[item.case.key] = item.place


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
