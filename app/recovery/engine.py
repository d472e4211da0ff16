"""Sends what is approved: a canary, then a ramp, each key in order, every attempt on disk before it leaves, and watched until its proof."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Connection, Row, insert, select, update

from app.recovery import closings
from app.recovery.catalogue import path_of as frozen_path
from app.recovery.frozen import case_of, fingerprint_of, names_of, targets_of
from app.recovery.model import Action, Answer, Case, Dispatch, Evidence, ItemState, Path, Payload, Sent, State
from app.recovery.run_tables import items, recoveries, sends
from app.recovery.runs import SECOND_NS, SENDING, Runs, path_of, stored_hash
from app.recovery.turn import is_there, pause, why_not_now
from app.recovery.verdict import Question

if TYPE_CHECKING:
    from app.recovery.targets.target import Target

log = logging.getLogger("syncline.recovery")
CUT_OFF = Sent(Answer.UNKNOWN, "Syncline ended before the answer came.")


class World(Protocol):
    """What the engine asks of everything around it, as of now."""

    def evidence(self, cases: Sequence[Case]) -> Mapping[str, Evidence]:
        """By case id, for every case."""

    def payloads(self, cases: Sequence[Case]) -> Mapping[str, Payload | str]:
        """By case id; a text says why there is none."""

    def path(self, name: str) -> Path | None:
        """The approved path of that name, if there is one still."""

    def target(self, name: str) -> Target | None:
        """The target of that name, if there is one still."""

    def closed_until_ns(self, case: Case) -> int | None:
        """Until when posting periods are closed for it."""


class Engine:
    """Moves recoveries on, one `tick` after the other. One thread ticks; sending happens in `executor`."""

    def __init__(self, runs: Runs, world: World, executor: Executor) -> None:
        self._runs, self._world, self._executor = runs, world, executor
        self._last_sent_ns: dict[str, int] = {}  # by recovery
        self._leaving: set[str] = set()  # attempts whose answer is waited for, or could not be written down yet
        self._unwritten: dict[str, tuple[Dispatch, Sent]] = {}  # what came of attempts while the database was away
        self._was_away = False
        self._preparing: set[str] = set()  # recoveries whose next cases are looked at once more, and their payloads fetched

    def begin(self) -> None:
        """After a start: what was being sent when the last process ended has no answer and gets none."""
        with self._runs.engine.begin() as connection:
            for item in connection.execute(select(items).where(items.c.state == ItemState.SENDING)).all():
                send_id = _open_send(connection, item)
                if item.recovery_id not in self._preparing and send_id not in self._leaving:
                    self._settle(connection, _recovery(connection, item.recovery_id), item, send_id, CUT_OFF)

    def tick(self) -> None:
        """Looks for proofs, lets steps end and begin, sends what may be sent now."""
        if self._was_away:
            self._catch_up()
        self._runs.lapse()
        self._prove()
        with self._runs.engine.connect() as connection:
            going = (
                connection.execute(select(recoveries.c.id).where(recoveries.c.state.in_((State.APPROVED, State.RUNNING)))).scalars().all()
            )
        if not self._runs.is_stopped(SENDING):
            for recovery_id in going:
                self._advance(recovery_id)

    def _catch_up(self) -> None:
        """The database was away: what came of attempts is written now, and of those that are there and never left nobody knows."""
        self._was_away = False
        try:
            for dispatch, sent in list(self._unwritten.values()):
                self._write_down(dispatch, sent)
            self.begin()
        except Exception:
            self._was_away = True
            raise

    # ── proof ───────────────────────────────────────────────────────────────────────────────────────────────────────
    def _prove(self) -> None:
        """Ends what was observed, and what should have been by now; of a receiver that was not heard since nothing can be said."""
        with self._runs.engine.connect() as connection:
            watched = connection.execute(select(items).where(items.c.state.in_((ItemState.ACCEPTED, ItemState.UNKNOWN)))).all()
            rows = {
                row.id: row for row in connection.execute(select(recoveries).where(recoveries.c.id.in_({i.recovery_id for i in watched})))
            }
        if not watched:
            return
        asked = {(item.recovery_id, item.place): _proof_of(rows[item.recovery_id], item) for item in watched}
        found = self._world.evidence(list(asked.values()))
        for item in watched:
            evidence = found[asked[item.recovery_id, item.place].id]
            with self._runs.engine.begin() as connection:
                self._judge_effect(connection, item, evidence)

    def _judge_effect(self, connection: Connection, item: Row[Any], evidence: Evidence) -> None:
        now_ns = self._runs.now_ns()
        if is_there(evidence):
            self._prove_item(connection, item, evidence)
        elif item.proof_due_ns > now_ns:
            return
        elif evidence.heard_ns is not None and evidence.heard_ns >= item.proof_due_ns:
            words = "Accepted, but without effect." if item.state == ItemState.ACCEPTED else "No answer, and no effect."
            self._change(connection, item, ItemState.UNPROVEN, words, ended_ns=now_ns)
        else:
            self._change(connection, item, ItemState(item.state), "The proof is overdue, but nothing was heard of the receiver since.")

    def _prove_item(self, connection: Connection, item: Row[Any], evidence: Evidence) -> None:
        said = "What reached it carries this recovery's id." if evidence.recovery_id == item.recovery_id else "It was observed."
        self._change(connection, item, ItemState.PROVEN, said, proven_by=evidence.reached_by, ended_ns=self._runs.now_ns())

    # ── going on ────────────────────────────────────────────────────────────────────────────────────────────────────
    def _advance(self, recovery_id: str) -> None:
        with self._runs.engine.begin() as connection:
            row = _recovery(connection, recovery_id)
            if row.state not in (State.APPROVED, State.RUNNING):
                return
            if why := self._void(connection, row):
                self._runs.end(connection, row, State.VOID, why)
                return
            if row.state == State.APPROVED:
                self._runs.start(connection, row)
                row = _recovery(connection, recovery_id)
            self._block(connection, row)
            row = self._step(connection, row)
            ready = [] if row.state != State.RUNNING else self._ready(connection, row)
            if ready and not Action(path_of(row)["action"]).sends:
                self._do(connection, row, ready)
                return
        if ready and recovery_id not in self._preparing:
            self._preparing.add(recovery_id)
            self._executor.submit(self._prepare, row, ready)

    def _void(self, connection: Connection, row: Row[Any]) -> str | None:
        """Why what was approved is not what would be sent now."""
        if stored_hash(connection, row) != row.plan_hash:
            return "What is written down is no longer what was approved."
        path, approved = frozen_path(path_of(row)), self._world.path(row.path)
        if approved is None:
            return f"The catalogue has no path '{row.path}' any more."
        if (approved.action, targets_of(approved)) != (path.action, targets_of(path)):
            return f"The catalogue says otherwise of '{row.path}' by now."
        for name in targets_of(path):
            if self._world.target(name) is None:
                return f"There is no target '{name}' any more."
        if targets_of(path) and self._fingerprint(path) != row.target_fingerprint:
            return "The target is another one now."
        return None

    def _fingerprint(self, path: Path) -> str:
        return fingerprint_of([target for name in targets_of(path) if (target := self._world.target(name))])

    def _block(self, connection: Connection, row: Row[Any]) -> None:
        """What comes after something that did not get through is not sent."""
        in_vain = (items.c.state.in_((ItemState.UNPROVEN, ItemState.REFUSED)), items.c.proven_by.is_(None))
        ended = select(items.c.place).where(items.c.recovery_id == row.id, *in_vain)
        while True:
            failed = set(connection.execute(ended).scalars())
            waiting = select(items).where(items.c.recovery_id == row.id, items.c.state == ItemState.WAITING, items.c.blocked_by.in_(failed))
            blocked = connection.execute(waiting).all()
            if not blocked:
                return
            for item in blocked:
                words = f"Blocked by number {item.blocked_by + 1} of the same order, which did not get through."
                self._change(connection, item, ItemState.REFUSED, words, ended_ns=self._runs.now_ns())

    def _step(self, connection: Connection, row: Row[Any]) -> Row[Any]:
        """The recovery as it stands: when all of a step has ended well enough, the next one is let go. A step in which nothing had to be
        sent shows nothing, so as many again follow it."""
        found = connection.execute(select(items).where(items.c.recovery_id == row.id).order_by(items.c.place)).all()
        mine = [item for item in found if item.step == row.step]
        if any(not ItemState(item.state).has_ended for item in mine):
            return row
        limits = path_of(row)["limits"]
        tried = [item for item in mine if item.tries]
        failed = sum(item.state in (ItemState.UNPROVEN, ItemState.REFUSED) for item in tried)
        held = [item.place for item in found if item.step is None and item.state == ItemState.WAITING]
        if tried and failed > limits["failed_share"] * len(tried) and held:
            self._runs.end(connection, row, State.STOPPED, f"It stopped itself: {failed} of {len(tried)} did not get through.")
        elif not held:
            self._runs.end(connection, row, State.FINISHED, "Every case has ended.")
        else:
            step = row.step + bool(tried)
            size = limits["ramp"][min(step, len(limits["ramp"]) - 1)]
            let_go = update(items).where(items.c.recovery_id == row.id, items.c.place.in_(held[:size]))
            connection.execute(let_go.values(step=step))
            connection.execute(update(recoveries).where(recoveries.c.id == row.id).values(step=step))
            before = f"{len(tried) - failed} of {len(tried)} got through: " if tried else ""
            self._runs.tell(connection, "step", row.id, {"words": f"{before}step {step + 1}, up to {size} at once, {len(held)} left."})
        return _recovery(connection, row.id)

    def _ready(self, connection: Connection, row: Row[Any]) -> list[Row[Any]]:
        """What may be sent now: of the present step, its turn in its key, as many as may be under way, not faster than allowed."""
        path, now_ns = path_of(row), self._runs.now_ns()
        mine = connection.execute(select(items).where(items.c.recovery_id == row.id).order_by(items.c.place)).all()
        passed = {ItemState.PROVEN, ItemState.DONE, *([ItemState.ACCEPTED] if path["next_after"] == "accepted" else [])}
        through = {item.place for item in mine if item.state in passed or item.proven_by}
        waiting = [
            item
            for item in mine
            if item.step == row.step and item.state == ItemState.WAITING and item.next_try_ns <= now_ns
            if item.blocked_by is None or item.blocked_by in through
        ]
        limits, under_way = path["limits"], sum(item.state == ItemState.SENDING for item in mine)
        since_ns = now_ns - self._last_sent_ns.get(row.id, 0)
        allowed = int(min(since_ns * limits["per_second"] / SECOND_NS, max(limits["per_second"], 1)))
        return waiting[: max(min(limits["parallel"] - under_way, allowed), 0)]

    def _do(self, connection: Connection, row: Row[Any], ready: Sequence[Row[Any]]) -> None:
        """What sends nothing: a case is parked or closed, or a person works through the steps and has until the proof."""
        now_ns, path = self._runs.now_ns(), path_of(row)
        for item in ready:
            if path["action"] == Action.RUNBOOK:
                due_ns = now_ns + path["proof"]["within_seconds"] * SECOND_NS
                words = "Somebody works through the steps."
                self._change(connection, item, ItemState.ACCEPTED, words, tries=1, accepted_ns=now_ns, proof_due_ns=due_ns)
            else:
                self._change(connection, item, ItemState.DONE, path["title"], tries=1, ended_ns=now_ns)
            if path["action"] == Action.CLOSE:
                words = f"Closed by {row.requested_by}{f': {row.reason}' if row.reason else ''}"
                closings.mark(connection, item, is_closed=True, words=words, at_ns=now_ns)

    # ── sending ─────────────────────────────────────────────────────────────────────────────────────────────────────
    def _prepare(self, row: Row[Any], ready: Sequence[Row[Any]]) -> None:
        """Once at a time for a recovery, beside the thread that ticks: a slow source of payloads holds up no other recovery."""
        try:
            going = self._recorded(row, ready)
            self._leaving |= {dispatch.send_id for _, dispatch in going}
        except Exception:  # nothing has left; the next tick tries again
            self._was_away = True  # and perhaps the attempts are on disk, and only the word of it was lost
            log.exception("the next cases of %s cannot be sent for the moment", row.id)
            return
        finally:
            self._preparing.discard(row.id)
        for target, dispatch in going:
            try:
                self._executor.submit(self._deliver, target, dispatch)
            except RuntimeError:  # Syncline is ending: what is on disk leaves first
                self._deliver(target, dispatch)

    def _recorded(self, row: Row[Any], ready: Sequence[Row[Any]]) -> list[tuple[Target, Dispatch]]:
        """Looks at each once more and puts the attempts on disk: these may leave."""
        path = frozen_path(path_of(row))
        cases = {item.place: case_of(item) for item in ready}
        evidence = self._world.evidence(list(cases.values()))
        fetched = self._world.payloads(list(cases.values())) if path.action.needs_payload else {}
        going: list[tuple[Target, Dispatch]] = []
        if self._runs.is_stopped(SENDING):
            return going
        with self._runs.engine.begin() as connection:
            ready = self._still(connection, row, ready)
            payloads = {item.place: self._runs.seal.sent(item, fetched.get(cases[item.place].id)) for item in ready}
            for item in ready:
                payload = payloads[item.place]
                if isinstance(payload, Payload) and payload.digest != item.payload_digest:
                    words = f"The payload of {cases[item.place].transaction_id} has changed since it was approved."
                    self._runs.end(connection, row, State.VOID, words)
                    return []
            for item in ready:
                case, target = cases[item.place], self._target(path, item)
                known, closed_ns = evidence[case.id], self._world.closed_until_ns(case)
                question = Question(case, path, known, fetched.get(case.id), target.idempotent or item.tries > 0, closed_ns)
                if item.tries and is_there(known):
                    self._prove_item(connection, item, known)
                elif why := why_not_now(item, question, payloads[item.place]):
                    state = ItemState.UNKNOWN if item.proof_due_ns else ItemState.REFUSED
                    by_itself = {"proven_by": known.reached_by or "itself"} if is_there(known) else {}
                    self._change(connection, item, state, why, ended_ns=None if item.proof_due_ns else self._runs.now_ns(), **by_itself)
                else:
                    going.append((target, self._record(connection, row, item, case, payloads[item.place])))
        return going

    def _still(self, connection: Connection, row: Row[Any], ready: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
        """Those that may go yet: fetching takes its time, and somebody may have paused, stopped or changed it meanwhile."""
        present = _recovery(connection, row.id)
        if present.state != State.RUNNING or self._void(connection, present):
            return []  # what makes it void is told by the next tick
        mine = select(items.c.place).where(items.c.recovery_id == row.id, items.c.state == ItemState.WAITING)
        waiting = set(connection.execute(mine).scalars())
        return [item for item in ready if item.place in waiting]

    def _target(self, path: Path, item: Row[Any]) -> Target:
        target = self._world.target(targets_of(path)[item.part])
        assert target is not None
        return target

    def _record(self, connection: Connection, row: Row[Any], item: Row[Any], case: Case, payload: Payload | str | None) -> Dispatch:
        """The attempt, on disk before it leaves."""
        now_ns = self._runs.now_ns()
        traceparent = f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
        effect_id = sha256(f"{row.id} {item.place} {item.part}".encode()).hexdigest()[:32]
        send_id = secrets.token_hex(16)
        values = {"place": item.place, "part": item.part, "effect_id": effect_id, "sent_ns": now_ns}
        connection.execute(insert(sends).values(send_id=send_id, recovery_id=row.id, **values))
        self._change(connection, item, ItemState.SENDING, "", tries=item.tries + 1)
        self._last_sent_ns[row.id] = now_ns
        return Dispatch(
            row.id,
            send_id,
            effect_id,
            path_of(row)["action"],
            case,
            case.key,
            payload if isinstance(payload, Payload) else None,
            traceparent,
            now_ns,
        )

    def _deliver(self, target: Target, dispatch: Dispatch) -> None:
        try:
            sent = target.send(dispatch)
        except Exception as error:
            log.exception("sending %s of %s failed", dispatch.case.transaction_id, dispatch.recovery_id)
            sent = Sent(Answer.UNKNOWN, f"{type(error).__name__}: {error}")  # nobody knows whether it has left
        try:
            self._write_down(dispatch, sent)
        except Exception:  # a disk that is full, a database that is away: tried again with each tick
            self._unwritten[dispatch.send_id], self._was_away = (dispatch, sent), True
            log.exception("what came of %s of %s is not written down yet", dispatch.send_id, dispatch.recovery_id)

    def _write_down(self, dispatch: Dispatch, sent: Sent) -> None:
        """What came of an attempt. Nothing is done twice where the database did it, and only the word of it was lost."""
        with self._runs.engine.begin() as connection:
            found = select(items).join(sends, (sends.c.recovery_id == items.c.recovery_id) & (sends.c.place == items.c.place))
            item = connection.execute(found.where(sends.c.send_id == dispatch.send_id)).one()
            self._settle(connection, _recovery(connection, dispatch.recovery_id), item, dispatch.send_id, sent)
        self._unwritten.pop(dispatch.send_id, None)
        self._leaving.discard(dispatch.send_id)

    def _settle(self, connection: Connection, row: Row[Any], item: Row[Any], send_id: str, sent: Sent) -> None:
        """Writes down what came of an attempt, and what follows from it."""
        now_ns, path = self._runs.now_ns(), path_of(row)
        answered = update(sends).where(sends.c.send_id == send_id, sends.c.answer.is_(None))
        if not connection.execute(answered.values(answer=sent.answer, words=sent.words, answered_ns=now_ns)).rowcount:
            return
        is_left = item.tries < path["limits"]["tries"] and State(row.state) in (State.APPROVED, State.RUNNING, State.PAUSED)
        parts = len(path["steps"]) if path["action"] == "compensate" else 1
        due_ns = now_ns + path["proof"]["within_seconds"] * SECOND_NS
        if sent.answer is Answer.ACCEPTED and item.part + 1 < parts:
            done = f"{item.part + 1} of {parts} steps are done."
            self._change(connection, item, ItemState.WAITING, done, part=item.part + 1, tries=0, next_try_ns=now_ns)
        elif is_left and (sent.answer is Answer.NOT_TAKEN or (sent.answer is Answer.UNKNOWN and self._is_idempotent(path, item))):
            doubt = {"proof_due_ns": due_ns} if sent.answer is Answer.UNKNOWN else {}
            later_ns = now_ns + int(pause(item.tries, sent) * SECOND_NS)
            self._change(connection, item, ItemState.WAITING, sent.words, next_try_ns=later_ns, **doubt)
        elif sent.answer is Answer.ACCEPTED:
            self._change(connection, item, ItemState.ACCEPTED, sent.words, accepted_ns=now_ns, proof_due_ns=due_ns)
        elif sent.answer is Answer.UNKNOWN or item.proof_due_ns:  # an attempt before may have had its effect
            self._change(connection, item, ItemState.UNKNOWN, sent.words, proof_due_ns=item.proof_due_ns or due_ns)
        else:
            half = f"{item.part} of {parts} steps are done, the next one was not taken: " if item.part else ""
            self._change(connection, item, ItemState.REFUSED, half + sent.words, ended_ns=now_ns)

    def _change(self, connection: Connection, item: Row[Any], state: ItemState, words: str, **values: Any) -> None:
        """Only from the state it was seen in. What is sent and what ends is told to the audit."""
        mine = update(items).where(items.c.recovery_id == item.recovery_id, items.c.place == item.place, items.c.state == item.state)
        if not connection.execute(mine.values(state=state, words=words, **values)).rowcount:
            raise RuntimeError(f"{item.recovery_id} number {item.place} is no longer {item.state}")
        if state is ItemState.SENDING or state.has_ended:
            detail = {"number": item.place + 1, "case": item.case_id, "words": words, "try": values.get("tries", item.tries)}
            self._runs.tell(connection, f"case {state}", item.recovery_id, detail)

    def _is_idempotent(self, path: Mapping[str, Any], item: Row[Any]) -> bool:
        names = names_of(path["action"], path["target"], path["steps"])
        target = self._world.target(names[item.part])
        return target is not None and target.idempotent


def _recovery(connection: Connection, recovery_id: str) -> Row[Any]:
    return connection.execute(select(recoveries).where(recoveries.c.id == recovery_id)).one()


def _open_send(connection: Connection, item: Row[Any]) -> str:
    mine = (sends.c.recovery_id == item.recovery_id, sends.c.place == item.place, sends.c.answer.is_(None))
    return str(connection.execute(select(sends.c.send_id).where(*mine)).scalar_one())


def _proof_of(row: Row[Any], item: Row[Any]) -> Case:
    """The case with the milestone that proves it."""
    case = case_of(item)
    return replace(case, milestone=path_of(row)["proof"]["milestone"] or case.milestone)
