"""Requested, approved, stopped, lost, killed and observed in whatever order: nothing is sent twice, unapproved or out of order."""

from __future__ import annotations

from collections import Counter, defaultdict
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import func, select, update

from app.recovery.engine import Engine
from app.recovery.model import Answer, Approval, Dispatch, ItemState, Sent, State
from app.recovery.run_tables import items, recoveries, sends
from app.recovery.runs import OPEN, SENDING, Refusal, Runs
from app.recovery.tables import create
from app.storage.engine import engine_of
from tests.models.test_random_plants import examples
from tests.recovery.simulated import ANNA, BERND, CARLA, EXEC, SECOND, Clock, Later, Plant, Receiver, case, path

REQUESTERS, APPROVERS = st.sampled_from([ANNA, ANNA, ANNA, EXEC]), st.sampled_from([BERND, BERND, CARLA, ANNA, EXEC])
SELDOM = st.sampled_from([False, False, False, True])
DOES = st.sampled_from(["ok", "ok", "late", "late", "lost", "busy", "lying", "no"])
CHANGES = st.sampled_from(["pause", "resume", "pause", "resume", "stop", "withdraw", "refuse"])
SOME = st.lists(st.sampled_from(range(15)), min_size=1, max_size=10, unique=True)
CASES = [case(order, milestone) for order in range(5) for milestone in range(3)]


class Killed(BaseException):
    """The process ends here; nothing that it was about to do is done."""


class Broken(BaseException):
    """Something left that must not; the engine takes it for no answer of the receiver."""


class Watched(Receiver):
    """A receiver at which everything that comes is looked at by `look`, before it does anything. While `kills`, nobody hears the answer."""

    kills = False

    def send(self, dispatch: Dispatch) -> Sent:
        try:
            self.look(dispatch)
        except AssertionError as error:
            raise Broken from error
        sent = super().send(dispatch)
        self.answered.append((dispatch.effect_id, Answer.UNKNOWN if self.kills else sent.answer))
        if self.kills:
            raise Killed
        return sent


class Threads(Later):
    """Threads of a process that is killed, when told so, right when the first of them has sent."""

    kills = False

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self.kills:
            fn(*args)
            raise Killed
        return super().submit(fn, *args, **kwargs)


class Recovering(RuleBasedStateMachine):
    """One plant, several people, a process that may die at any moment."""

    @initialize(
        chosen=st.lists(st.sampled_from(range(15)), min_size=6, max_size=15, unique=True),
        does=st.lists(DOES, min_size=20, max_size=40),
        share=st.sampled_from([1.0, 0.5, 0.0]),
        lag=st.sampled_from([0, 5, 30]),
        ramp=st.sampled_from([(1, 2, 5), (1, 2, 5), (15,)]),
        is_idempotent=st.booleans(),
        approval=st.sampled_from(list(Approval)),
        next_after=st.sampled_from(["proven", "accepted"]),
        tries=st.sampled_from([1, 2, 3]),
        first=st.sampled_from([None, "payload", "pause", "tamper"]),
        turns=st.integers(0, 6),
    )
    def begin(self, chosen, does, share, lag, ramp, is_idempotent, approval, next_after, tries, first, turns):
        self.clock = Clock()
        self.receiver = Watched("wms", is_idempotent, self.clock, list(does))
        self.receiver.look, self.receiver.answered = self.look_at, []
        self.plant = Plant(
            self.clock,
            self.receiver,
            path(approval=approval, next_after=next_after, approvers=("it",), limits={"failed_share": share, "ramp": ramp, "tries": tries}),
        )
        self.plant.lag_ns = lag * SECOND
        self.database = engine_of("sqlite://")
        create(self.database)
        self.runs = Runs(self.database, self.clock)
        self.approvals: dict[str, tuple[str, str]] = {}  # who requested, who approved
        self.planned: dict[str, dict[str, str | None]] = {}  # by recovery and case: the digest of what was to be sent
        self.paused: dict[str, int] = {}  # by recovery: how many were let go when somebody paused it
        self.tampered: dict[str, int] = {}  # by recovery: how many were let go when somebody changed what is written down
        self.start()
        self.request(ANNA, chosen, False)
        self.approve(BERND, 0, False)
        if first:
            self.meanwhile(first, 0)
        self.engine.tick()
        self.go_on(turns, -1)

    def start(self) -> None:
        self.threads = Threads()
        self.engine = Engine(self.runs, self.plant, self.threads)
        self.engine.begin()

    # ── people ──
    @rule(actor=REQUESTERS, chosen=SOME, is_stale=SELDOM)
    def request(self, actor, chosen, is_stale):
        with self.database.connect() as connection:
            busy = set(connection.execute(select(items.c.case_id).where(items.c.state.in_(OPEN))).scalars())
        wanted = [CASES[number] for number in chosen]
        free = [each for each in wanted if each.id not in busy]
        plan = self.plant.plan(free or wanted)
        with suppress(Refusal):
            found = self.runs.request(plan, "another" if is_stale else plan.hash, actor, "because", {})
            assert not is_stale
            self.approvals[found] = (actor.name, "")
            self.planned[found] = {item.case.id: item.payload_digest for item in plan.items}
            self._is_refused(found, actor, plan.hash)
            self._is_refused(found, CARLA if actor is not CARLA else ANNA, "another")

    def _is_refused(self, found, actor, seen_hash):
        """Neither who requested it approves it, nor anybody who looked at something else."""
        with pytest.raises(Refusal):
            self.runs.approve(found, actor, seen_hash, None)

    def _any(self, number: int) -> str:
        with self.database.connect() as connection:
            known = connection.execute(select(recoveries.c.id).order_by(recoveries.c.requested_ns, recoveries.c.id)).scalars().all()
        return known[number % len(known)] if known else "R-none"

    @rule(actor=APPROVERS, number=st.integers(0, 20), is_stale=SELDOM)
    def approve(self, actor, number, is_stale):
        found = self._any(number)
        with self.database.connect() as connection:
            seen = connection.execute(select(recoveries.c.plan_hash).where(recoveries.c.id == found)).scalar()
        with suppress(Refusal):
            self.runs.approve(found, actor, "another" if is_stale else seen or "", None)
            assert not is_stale
            self.approvals[found] = (self.approvals[found][0], actor.name)

    @rule(actor=APPROVERS, number=st.integers(0, 20), what=CHANGES)
    def change(self, actor, number, what):
        self._change(actor, number, what)

    def _change(self, actor, number, what):
        found = self._any(number)
        with suppress(Refusal):
            getattr(self.runs, what)(found, actor, "because")
            self.paused.pop(found, None)
            if what == "pause":  # until it goes on nothing more of it may leave
                self.paused[found] = self._let_go(found)

    def _let_go(self, found):
        with self.database.connect() as connection:
            return connection.execute(select(func.count()).where(sends.c.recovery_id == found)).scalar_one()

    def _switch(self, is_stopped):
        self.runs.switch(SENDING, CARLA, is_stopped=is_stopped, reason=None)

    # ── the world ──
    @rule(does=st.lists(DOES, max_size=4))
    def behave(self, does):
        self.receiver.answers[:0] = does

    @rule()
    def observe(self):
        self.plant.watch()

    def _happen_by_itself(self, number):
        """The middleware's own try got through."""
        self.plant.reached.setdefault(CASES[number].id, self.clock.now_ns)

    def _change_payload(self, number):
        """Of something that is to be sent, where there is such."""
        with self.database.connect() as connection:
            waiting = connection.execute(select(items.c.case_id).where(items.c.state == ItemState.WAITING)).scalars().all()
        self.plant.bodies[waiting[number % len(waiting)] if waiting else CASES[number].id] = b"changed"

    def _tamper(self, number):
        """Somebody writes into the database what nobody approved."""
        found = self._any(number)
        with self.database.begin() as connection:
            mine = (items.c.recovery_id == found, items.c.place == 0)
            changed = connection.execute(update(items).where(*mine).values(safety="unsafe"))
        if changed.rowcount:  # from now on nothing of it may leave
            self.tampered.setdefault(found, self._let_go(found))

    def _hear(self, is_deaf):
        self.plant.heard_ns = self.clock.now_ns if is_deaf else None

    @rule(seconds=st.sampled_from([0, 1, 5, 61, 5 * 3600]))
    def pass_time(self, seconds):
        self.clock.now_ns += seconds * SECOND

    @rule(what=st.integers(0, 9), number=st.integers(0, 14))
    def something_else(self, what, number):
        if what < 2:
            self._switch(what == 0)
        elif what < 5:
            self._happen_by_itself(number)
        elif what == 5:
            self._change_payload(number)
        elif what < 8:
            self._hear(what == 6)
        else:
            self._tamper(number)

    # ── the process ──
    @rule(count=st.integers(1, 3))
    def tick(self, count):
        for _ in range(count):
            self.clock.now_ns += SECOND
            self.engine.tick()

    @rule(count=st.integers(1, 8), number=st.integers(-3, 3))
    def go_on(self, count, number):
        """As it goes when nothing is in the way."""
        for _ in range(count):
            self.tick(2)
            while self.threads.waiting:
                self.threads.let_go(number)
            self.plant.watch()

    @rule(what=st.sampled_from(["pause", "stop", "payload", "tamper"]), number=st.integers(0, 14))
    def meanwhile(self, what, number):
        """While payloads are fetched somebody stops it, or changes what would be sent."""
        self.clock.now_ns += SECOND
        self.engine.tick()
        if what == "payload":
            self._change_payload(number)
        elif what == "tamper":
            self._tamper(number)
        else:
            self._change(CARLA, number, what)
        while self.threads.waiting:
            self.threads.let_go(-1)

    @precondition(lambda self: self.threads.waiting)
    @rule(number=st.integers(0, 9))
    def deliver(self, number):
        self.threads.let_go(number)

    @rule(has_left=st.booleans())
    def be_killed(self, has_left):
        """At any moment: what was under way has left, or has not, and nobody hears the answer."""
        self.receiver.kills = True
        for fn, args in self.threads.waiting if has_left else []:
            with suppress(Killed):
                fn(*args)
        self.receiver.kills = False
        self.start()

    @rule()
    def be_killed_while_sending(self):
        """The first attempt of a tick has left already when the process ends in the midst of the tick."""
        self.clock.now_ns += SECOND
        self.receiver.kills = self.threads.kills = True
        with suppress(Killed):
            self.engine.tick()
        self.receiver.kills = False
        self.start()

    # ── what holds whenever something leaves ──
    def look_at(self, dispatch: Dispatch) -> None:
        with self.database.connect() as connection:
            row = connection.execute(select(recoveries).where(recoveries.c.id == dispatch.recovery_id)).one()
            mine = connection.execute(select(items).where(items.c.recovery_id == row.id).order_by(items.c.place)).all()
        attempts = self._let_go(row.id)
        assert row.approval == Approval.NONE or row.approved_by not in (None, row.requested_by)
        assert dispatch.payload.digest == self.planned[row.id][dispatch.case.id]  # what was approved, and nothing else
        assert attempts <= min(self.tampered.get(row.id, attempts), self.paused.get(row.id, attempts))
        place = next(item.place for item in mine if item.case_id == dispatch.case.id)
        self._look_at_answers(dispatch)
        self._look_at_key(mine, mine[place])
        self._look_at_ramp(mine, mine[place].step)

    def _look_at_answers(self, dispatch):
        """What was refused for good, or may have had its effect already, is not tried again; nothing is tried for ever."""
        before = [answer for effect_id, answer in self.receiver.answered if effect_id == dispatch.effect_id]
        may_follow = {Answer.NOT_TAKEN, Answer.UNKNOWN} if self.receiver.idempotent else {Answer.NOT_TAKEN}
        assert set(before) <= may_follow
        assert len(before) < self.plant.approved.limits.tries

    def _look_at_key(self, mine, item):
        """All that come before it in its key got through."""
        for before in mine[: item.place]:
            if before.case_key == item.case_key and before.case_id not in self.plant.reached:
                assert self.plant.approved.next_after == "accepted"
                assert before.accepted_ns is not None

    def _look_at_ramp(self, mine, step):
        """Every step before it ended well enough, and no step is larger than the ramp says."""
        limits = self.plant.approved.limits
        for number in range(step + 1):
            tried = [item for item in mine if item.step == number and item.tries]
            assert len(tried) <= limits.ramp[min(number, len(limits.ramp) - 1)]
            if number < step:
                assert all(ItemState(item.state).has_ended for item in tried)
                failed = sum(item.state in (ItemState.UNPROVEN, ItemState.REFUSED) for item in tried)
                assert failed <= limits.failed_share * len(tried)

    # ── what always holds ──
    @invariant()
    def nothing_is_sent_twice(self):
        attempts = Counter(dispatch.send_id for dispatch in self.receiver.log)
        assert max(attempts.values(), default=1) == 1
        with self.database.connect() as connection:
            known = set(connection.execute(select(sends.c.send_id)).scalars())
        assert set(attempts) <= known
        if self.receiver.idempotent:
            return
        effects = Counter((effect.recovery_id, effect.case.id) for effect in self.receiver.effects)
        assert max(effects.values(), default=1) == 1

    @invariant()
    def nothing_is_sent_unapproved(self):
        for recovery_id in {dispatch.recovery_id for dispatch in self.receiver.log}:
            requested, approved = self.approvals[recovery_id]
            if self.plant.approved.approval is not Approval.NONE:
                assert approved
                assert approved != requested

    @invariant()
    def each_key_is_in_order(self):
        came: dict[tuple[str, str], list[tuple[int, int, str]]] = defaultdict(list)
        for dispatch in self.receiver.log:
            mine = came[dispatch.recovery_id, dispatch.key]
            if dispatch.case.order not in mine:
                mine.append(dispatch.case.order)
        assert all(orders == sorted(orders) for orders in came.values())

    @invariant()
    def nothing_counts_without_proof(self):
        with self.database.connect() as connection:
            found = connection.execute(select(items)).all()
        assert all(item.case_id in self.plant.reached for item in found if item.state == ItemState.PROVEN)
        assert all(item.tries for item in found if item.state == ItemState.PROVEN)
        had_effect = {(effect.recovery_id, effect.case.id) for effect in self.receiver.effects}
        refused = {(item.recovery_id, item.case_id) for item in found if item.state == ItemState.REFUSED and not item.proven_by}
        assert not refused & had_effect
        assert all((item.ended_ns is not None) == ItemState(item.state).has_ended for item in found)

    @invariant()
    def nothing_is_lost(self):
        with self.database.connect() as connection:
            found = connection.execute(select(items.c.recovery_id, items.c.case_id)).all()
        assert Counter(map(tuple, found)) == Counter((one, case_id) for one, cases in self.planned.items() for case_id in cases)

    @invariant()
    def no_case_is_in_two_at_once(self):
        with self.database.connect() as connection:
            found = connection.execute(select(items.c.case_id, items.c.state)).all()
        busy = Counter(case_id for case_id, state in found if not ItemState(state).has_ended)
        assert max(busy.values(), default=1) == 1

    def teardown(self):
        """Let be, everything ends, whatever the receiver has left to answer."""
        if not hasattr(self, "runs"):
            return
        self.plant.heard_ns = None
        self.runs.switch(SENDING, CARLA, is_stopped=False, reason=None)
        for _ in range(200):
            with self.database.connect() as connection:
                paused = connection.execute(select(recoveries.c.id).where(recoveries.c.state == State.PAUSED)).scalars().all()
                open_items = connection.execute(select(items.c.place).where(items.c.state.in_(OPEN))).all()
            if not open_items:
                break
            for each in paused:
                self.runs.resume(each, CARLA)
                self.paused.pop(each, None)
            self.engine.tick()
            while self.threads.waiting:
                self.threads.let_go(-1)
            self.plant.watch()
            self.clock.now_ns += 9 * SECOND
        self.clock.now_ns += 5 * 3600 * SECOND
        self.engine.tick()
        with self.database.connect() as connection:
            assert {State(state).has_ended for state in connection.execute(select(recoveries.c.state)).scalars()} <= {True}
            assert {ItemState(state).has_ended for state in connection.execute(select(items.c.state)).scalars()} <= {True}
        self.nothing_is_sent_twice()
        self.each_key_is_in_order()
        self.nothing_counts_without_proof()
        self.database.dispose()


TestAnyInterleaving = Recovering.TestCase
TestAnyInterleaving.settings = settings(examples(12), stateful_step_count=30)
