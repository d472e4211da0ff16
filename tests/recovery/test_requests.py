"""What is requested, approved and refused: only what somebody looked at, by who may, and never by one alone where two are needed."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import orjson
import pytest
from sqlalchemy import select, update

from app import audit
from app.audit.tables import entries as audit_table
from app.configuration.roles import shipped
from app.recovery import listing
from app.recovery.engine import Engine
from app.recovery.model import Action, Approval, ItemState, Safety, State
from app.recovery.run_tables import items, recoveries
from app.recovery.runs import AUTOMATIC, SENDING, Actor, Refusal, Runs
from app.recovery.tables import create
from app.storage.engine import engine_of
from metrics.scope import EVERYTHING, Scope
from tests.recovery.simulated import ANNA, BERND, CARLA, EXEC, SECOND, Clock, Later, Plant, Receiver, case, path

CASES = [case(order, milestone) for order in range(3) for milestone in range(2)]


class Desk:
    """A plant, its recoveries and an engine, all in memory."""

    def __init__(self, **about):
        self.clock = Clock()
        self.receiver = Receiver("wms", False, self.clock)
        self.plant = Plant(self.clock, self.receiver, path(**about))
        self.database = engine_of("sqlite://")
        create(self.database)
        self.runs = Runs(self.database, self.clock)
        self.threads = Later()
        self.engine = Engine(self.runs, self.plant, self.threads)

    def request(self, cases=CASES, actor=ANNA, reason="because"):
        plan = self.plant.plan(cases)
        return self.runs.request(plan, plan.hash, actor, reason, {})

    def row(self, recovery_id):
        with self.database.connect() as connection:
            return connection.execute(select(recoveries).where(recoveries.c.id == recovery_id)).one()

    def items(self, recovery_id):
        with self.database.connect() as connection:
            return connection.execute(select(items).where(items.c.recovery_id == recovery_id).order_by(items.c.place)).all()

    def change(self, table, **values):
        with self.database.begin() as connection:
            connection.execute(update(table).values(**values))

    def audit(self):
        with self.database.connect() as connection:
            return [(row.actor, row.action) for row in connection.execute(select(audit_table).order_by(audit_table.c.number))]

    def go_on(self, seconds):
        for _ in range(seconds):
            self.clock.now_ns += SECOND
            self.engine.tick()
            while self.threads.waiting:
                self.threads.let_go(0)
            self.plant.watch()


@pytest.fixture
def desk():
    made = Desk()
    yield made
    made.database.dispose()


def refused(call, *words, **named):
    """Raises unless it is refused; the sentence."""
    with pytest.raises(Refusal) as found:
        call(*words, **named)
    return str(found.value)


def test_a_colleague_approves_and_everything_is_proven(desk):
    found = desk.request()
    desk.go_on(5)
    assert desk.receiver.log == []
    desk.runs.approve(found, BERND, desk.row(found).plan_hash)
    desk.go_on(30)
    assert desk.row(found).state == State.FINISHED
    assert [item.state for item in desk.items(found)] == [ItemState.PROVEN] * len(CASES)
    told = [word for _, word in desk.audit()]
    assert [word for word in told if not word.startswith("case ")] == ["requested", "approved", *["step"] * 3, "finished"]
    assert Counter(told)["case sending"] == Counter(told)["case proven"] == len(CASES)


def test_without_approval_it_begins_at_once():
    desk = Desk(approval=Approval.NONE)
    found = desk.request()
    desk.go_on(30)
    assert desk.row(found).state == State.FINISHED
    desk.database.dispose()


@pytest.fixture
def by_hand():
    made = Desk(action=Action.RUNBOOK, target=None, approval=Approval.NONE, steps=("Ask the night shift.",), limits={"ramp": (9,)})
    yield made
    made.database.dispose()


def test_of_a_runbook_a_person_says_that_it_is_done_and_the_proof_decides(by_hand):
    found = by_hand.request(CASES[:1])
    by_hand.go_on(50)
    by_hand.runs.done(found, BERND, "the shift booked it")
    assert by_hand.audit()[-1] == ("bernd", "done")
    by_hand.go_on(50)
    assert [(item.state, item.words) for item in by_hand.items(found)] == [(ItemState.ACCEPTED, "Done, says bernd.")], "its time began anew"
    by_hand.plant.reached[CASES[0].id] = by_hand.clock.now_ns
    by_hand.go_on(2)
    assert [item.state for item in by_hand.items(found)] == [ItemState.PROVEN]
    assert by_hand.row(found).state == State.FINISHED


def test_what_could_not_be_done_is_back_in_the_queue_at_once(by_hand):
    found = by_hand.request(CASES[:3])
    by_hand.go_on(1)
    assert "A reason is needed." in refused(by_hand.runs.not_done, found, BERND, " ")
    assert "Only" in refused(by_hand.runs.not_done, found, EXEC, "no time")
    by_hand.runs.not_done(found, BERND, "the shift has left")
    assert by_hand.row(found).state == State.STOPPED
    assert {item.state for item in by_hand.items(found)} <= {ItemState.UNPROVEN, ItemState.REFUSED}
    by_hand.request(CASES[:3])


def test_nobody_says_how_it_went_of_what_is_sent(desk):
    found = desk.request()
    desk.runs.approve(found, BERND, desk.row(found).plan_hash)
    desk.go_on(1)
    assert "only of a runbook" in refused(desk.runs.done, found, BERND)


def test_the_requester_cannot_approve(desk):
    found = desk.request()
    assert "cannot approve" in refused(desk.runs.approve, found, ANNA, desk.row(found).plan_hash)
    desk.go_on(5)
    assert desk.receiver.log == []
    assert desk.audit()[-1] == ("anna", "approve refused")


def test_four_eyes_need_a_role_that_approves():
    desk = Desk(approval=Approval.FOUR_EYES, approvers=("supply",))
    found = desk.request()
    seen = desk.row(found).plan_hash
    assert "Only Supply chain may approve" in refused(desk.runs.approve, found, BERND, seen)
    desk.runs.approve(found, Actor("sara", frozenset({"supply"}), access=shipped()), seen)
    desk.database.dispose()


def test_what_cannot_be_told_needs_four_eyes_and_a_reason_whatever_the_path_says():
    desk = Desk(approval=Approval.NONE, approvers=("it",))
    doubtful = [replace(each, error_class="transient") for each in CASES]
    assert desk.plant.plan(doubtful).safety is Safety.CANNOT_TELL
    assert refused(desk.request, doubtful, reason=" ") == "A reason is needed."
    found = desk.request(doubtful)
    assert (desk.row(found).state, desk.row(found).approval) == (State.REQUESTED, Approval.FOUR_EYES)
    desk.database.dispose()


def test_a_rule_never_does_what_cannot_be_told():
    desk = Desk(approval=Approval.NONE)
    doubtful = [replace(each, error_class="transient") for each in CASES]
    rule = Actor("rule again", frozenset(), is_rule=True)
    assert refused(desk.request, doubtful, rule) == "A rule may only do what is safe."
    desk.database.dispose()


def test_a_selection_that_differs_from_what_was_seen_is_refused(desk):
    seen = desk.plant.plan(CASES).hash
    plan = desk.plant.plan(CASES[:-1])
    assert "no longer what you looked at" in refused(desk.runs.request, plan, seen, ANNA, None, {})
    assert desk.audit() == [("anna", "request refused")]


@pytest.mark.parametrize("column", ["case_json", "payload_digest", "safety"])
def test_one_byte_of_the_selection_changed_voids_the_approval(desk, column):
    found = desk.request()
    before = desk.items(found)[0]._mapping[column]
    changed = before.replace("augsburg", "augsburh") if column == "case_json" else ("f" if before[0] != "f" else "e") + before[1:]
    with desk.database.begin() as connection:
        connection.execute(update(items).where(items.c.recovery_id == found, items.c.place == 0).values({column: changed}))
    assert "no longer what you looked at" in refused(desk.runs.approve, found, BERND, desk.row(found).plan_hash)


def test_one_byte_changed_after_the_approval_sends_nothing(desk):
    found = desk.request()
    desk.runs.approve(found, BERND, desk.row(found).plan_hash)
    selection = orjson.loads(desk.items(found)[0].case_json) | {"site": "augsburh"}
    with desk.database.begin() as connection:
        first = update(items).where(items.c.recovery_id == found, items.c.place == 0)
        connection.execute(first.values(case_json=orjson.dumps(selection, option=orjson.OPT_SORT_KEYS).decode()))
    desk.go_on(5)
    assert desk.row(found).state == State.VOID
    assert desk.receiver.log == []


def test_one_byte_of_a_payload_changed_after_the_approval_sends_nothing(desk):
    found = desk.request()
    desk.runs.approve(found, BERND, desk.row(found).plan_hash)
    desk.plant.bodies[CASES[0].id] = CASES[0].id.encode()[:-1] + b"X"
    desk.go_on(5)
    assert (desk.row(found).state, "payload" in desk.row(found).words) == (State.VOID, True)
    assert desk.receiver.log == []


def test_another_target_or_none_voids_what_was_approved(desk):
    found = desk.request()
    desk.runs.approve(found, BERND, desk.row(found).plan_hash)
    desk.receiver.address = "two"
    desk.go_on(5)
    assert (desk.row(found).state, desk.row(found).words) == (State.VOID, "The target is another one now.")
    again = desk.request()
    desk.runs.approve(again, BERND, desk.row(again).plan_hash)
    desk.receiver.name = "gone"
    desk.go_on(5)
    assert "no target 'wms'" in desk.row(again).words
    assert desk.receiver.log == []


def test_a_path_that_the_catalogue_has_no_more_is_not_taken(desk):
    found = desk.request()
    desk.runs.approve(found, BERND, desk.row(found).plan_hash)
    desk.plant.approved = replace(desk.plant.approved, name="other")
    desk.go_on(5)
    assert "no path 'again'" in desk.row(found).words
    assert desk.receiver.log == []


def test_an_approval_that_nobody_gives_lapses(desk):
    found = desk.request()
    desk.clock.now_ns += 4 * 3600 * SECOND
    assert "in time" in refused(desk.runs.approve, found, BERND, desk.row(found).plan_hash)
    desk.engine.tick()
    assert desk.row(found).state == State.LAPSED
    assert {item.state for item in desk.items(found)} == {ItemState.REFUSED}


def test_a_case_is_in_one_recovery_at_a_time(desk):
    plan = desk.plant.plan(CASES)
    first = desk.runs.request(plan, plan.hash, ANNA, None, {})
    assert f"{first} is recovering" in refused(desk.runs.request, plan, plan.hash, BERND, None, {})
    desk.runs.withdraw(first, ANNA)
    desk.runs.request(plan, plan.hash, BERND, None, {})


def test_who_may_not_is_refused_and_who_may_not_see_it_finds_nothing(desk):
    assert "Only Plant IT and integration may use" in refused(desk.request, actor=EXEC)
    elsewhere = Actor("mona", frozenset({"it"}), Scope(frozenset({"monterrey"})), access=shipped())
    assert "may not see" in refused(desk.request, actor=elsewhere)
    found = desk.request()
    assert refused(desk.runs.approve, found, elsewhere, desk.row(found).plan_hash) == f"There is no recovery {found}."
    assert "Only anna" in refused(desk.runs.withdraw, found, BERND)


@pytest.mark.parametrize("kind", ["workflows", "suppliers"])
def test_who_does_not_see_every_case_by_its_workflow_and_supplier_finds_nothing(desk, kind):
    found = desk.request()
    elsewhere = Actor("mona", frozenset({"it"}), Scope(**{kind: frozenset({"another"})}), access=shipped())
    hash_of = desk.row(found).plan_hash
    assert refused(desk.runs.approve, found, elsewhere, hash_of) == f"There is no recovery {found}."
    assert "may not see" in refused(desk.request, actor=elsewhere)
    about = orjson.loads(desk.row(found).about)
    mine = Scope(workflows=frozenset(each[1] for each in about))
    with desk.runs.engine.begin() as connection:
        assert listing.find(connection, found, replace(elsewhere, sees=mine)) is not None
        assert listing.find(connection, found, elsewhere) is None
        connection.execute(update(recoveries).values(about=None))  # as one from before workflows were written down
        assert listing.find(connection, found, replace(elsewhere, sees=mine)) is None
        assert listing.find(connection, found, replace(elsewhere, sees=EVERYTHING)) is not None


def test_a_receiver_that_is_still_broken_sees_the_canary_and_never_the_group(desk):
    desk.receiver.answers = ["lying"] * 50
    found = desk.request()
    desk.runs.approve(found, BERND, desk.row(found).plan_hash)
    desk.go_on(120)
    assert len(desk.receiver.log) == 1
    assert (desk.row(found).state, desk.row(found).words) == (State.STOPPED, "It stopped itself: 1 of 1 did not get through.")
    assert [item.state for item in desk.items(found)].count(ItemState.UNPROVEN) == 1


def test_a_canary_that_needs_nothing_any_more_is_followed_by_another(desk):
    found = desk.request()
    desk.runs.approve(found, BERND, desk.row(found).plan_hash)
    first = desk.items(found)[0].case_id
    desk.plant.reached[first] = desk.clock.now_ns
    desk.receiver.answers = ["no"] * 50
    desk.go_on(120)
    assert len(desk.receiver.log) == 1
    assert desk.row(found).state == State.STOPPED


def test_what_got_through_by_itself_meanwhile_holds_up_nothing_behind_it(desk):
    found = desk.request(CASES[:2])
    desk.runs.approve(found, BERND, desk.row(found).plan_hash)
    desk.plant.reached[CASES[0].id] = desk.clock.now_ns
    desk.go_on(20)
    assert [item.state for item in desk.items(found)] == [ItemState.REFUSED, ItemState.PROVEN]
    assert desk.items(found)[0].words == "step_0 was reached meanwhile."


def test_pause_stop_and_the_switch_hold_everything(desk):
    found = desk.request()
    desk.runs.approve(found, BERND, desk.row(found).plan_hash)
    desk.runs.switch(SENDING, CARLA, is_stopped=True, reason="receiver is being moved")
    desk.go_on(5)
    assert desk.receiver.log == []
    desk.runs.switch(SENDING, CARLA, is_stopped=False, reason=None)
    desk.go_on(1)
    desk.runs.pause(found, ANNA)
    sent = len(desk.receiver.log)
    desk.go_on(20)
    assert len(desk.receiver.log) == sent == 1
    desk.runs.resume(found, ANNA)
    desk.go_on(1)
    desk.runs.stop(found, ANNA, "enough")
    sent = len(desk.receiver.log)
    desk.go_on(100)
    assert len(desk.receiver.log) == sent < len(CASES)
    assert {item.state for item in desk.items(found)} == {ItemState.PROVEN, ItemState.REFUSED}
    assert desk.runs.is_stopped(AUTOMATIC) is False


def test_of_a_receiver_that_nobody_hears_nothing_is_unproven(desk):
    found = desk.request()
    desk.runs.approve(found, BERND, desk.row(found).plan_hash)
    desk.receiver.answers = ["lying"]
    desk.go_on(2)
    desk.plant.heard_ns = desk.clock.now_ns
    desk.go_on(120)
    assert "nothing was heard" in desk.items(found)[0].words
    desk.plant.heard_ns = None
    desk.go_on(1)
    assert desk.items(found)[0].state == ItemState.UNPROVEN


def test_the_chain_of_the_audit_holds_after_all_that(desk):
    found = desk.request()
    refused(desk.runs.approve, found, ANNA, "x")
    desk.runs.approve(found, BERND, desk.row(found).plan_hash)
    desk.go_on(40)
    with desk.database.connect() as connection:
        assert audit.verify(connection) is None
    desk.change(audit_table, reason="another")
    with desk.database.connect() as connection:
        assert audit.verify(connection) == audit.Wrong(1, "was changed")


def test_a_slow_source_of_payloads_holds_up_only_its_own_recovery():
    desk = Desk(approval=Approval.NONE)
    slow, other = desk.request(CASES[:1]), desk.request(CASES[4:])
    desk.clock.now_ns += SECOND
    desk.engine.tick()
    fetching = [args[0].id for _, args in desk.threads.waiting]
    assert Counter(fetching) == {slow: 1, other: 1}
    held = desk.threads.waiting.pop(fetching.index(slow))
    desk.go_on(30)
    assert (desk.row(other).state, desk.row(slow).state) == (State.FINISHED, State.RUNNING)
    assert {dispatch.recovery_id for dispatch in desk.receiver.log} == {other}
    desk.threads.waiting.append(held)
    desk.go_on(30)
    assert desk.row(slow).state == State.FINISHED
    desk.database.dispose()


@pytest.mark.parametrize("what", ["pause", "stop", "switch"])
def test_what_is_stopped_while_its_payload_is_fetched_does_not_leave(what):
    desk = Desk(approval=Approval.NONE)
    found = desk.request(CASES[:1])
    desk.engine.tick()
    if what == "switch":
        desk.runs.switch(SENDING, CARLA, is_stopped=True, reason=None)
    else:
        getattr(desk.runs, what)(found, ANNA)
    desk.go_on(3)
    assert desk.receiver.log == []
    desk.database.dispose()


def test_what_is_on_disk_leaves_before_syncline_ends():
    desk = Desk(approval=Approval.NONE)
    found = desk.request(CASES[:1])
    desk.engine.tick()
    prepare, args = desk.threads.waiting.pop()
    with ThreadPoolExecutor(1) as ended:
        pass
    desk.engine._executor = ended
    prepare(*args)
    assert len(desk.receiver.log) == 1
    assert desk.items(found)[0].state == ItemState.ACCEPTED
    desk.database.dispose()
