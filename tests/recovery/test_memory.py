"""What people know of a group of failures stays with its signature: notes, whose it is, muted, fixed, and come back."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from app import audit
from app.audit.tables import entries as audit_table
from app.recovery.memory import Memory, Note, Remembered
from app.recovery.runs import Refusal
from app.recovery.tables import create
from app.storage.engine import engine_of
from tests.recovery.simulated import ANNA, BEGIN, BERND, EXEC, SECOND, Clock

GROUP = "4c7a1d"


@pytest.fixture
def memory(tmp_path):
    engine = engine_of(f"sqlite:///{tmp_path / 'memory.sqlite'}")
    create(engine)
    yield Memory(engine, Clock())
    engine.dispose()


def test_nothing_is_known_at_first(memory):
    assert memory.of([GROUP]) == {}


def test_notes_stay_in_the_order_they_were_written(memory):
    memory.note(GROUP, ANNA, " The material is not maintained in plant 2000. ")
    memory.note(GROUP, BERND, "Asked master data.")
    notes = (Note(BEGIN, "anna", "The material is not maintained in plant 2000."), Note(BEGIN, "bernd", "Asked master data."))
    assert memory.of([GROUP, "other"]) == {GROUP: Remembered(GROUP, notes=notes)}


def test_owner_ticket_and_mute_are_kept_beside_each_other(memory):
    memory.assign(GROUP, ANNA, "master-data")
    memory.link(GROUP, ANNA, "https://tickets.example/4711")
    memory.mute(GROUP, ANNA, BEGIN + 60 * SECOND, "known until the next transport")
    assert memory.of([GROUP])[GROUP] == Remembered(GROUP, "master-data", "https://tickets.example/4711", BEGIN + 60 * SECOND)
    memory.assign(GROUP, ANNA, None)
    memory.mute(GROUP, ANNA, None, None)
    assert memory.of([GROUP])[GROUP] == Remembered(GROUP, None, "https://tickets.example/4711")


@pytest.mark.parametrize(
    ("known", "last_seen", "is_failing", "state"),
    [
        (Remembered(GROUP), 5, True, "open"),
        (Remembered(GROUP), 5, False, "fixed"),
        (Remembered(GROUP, muted_until_ns=11), 5, True, "muted"),
        (Remembered(GROUP, muted_until_ns=10), 5, True, "open"),
        (Remembered(GROUP, fixed_ns=6), 5, True, "fixed"),
        (Remembered(GROUP, fixed_ns=5), 5, True, "fixed"),
        (Remembered(GROUP, fixed_ns=4), 5, True, "regressed"),
        (Remembered(GROUP, fixed_ns=4, muted_until_ns=11), 5, True, "regressed"),
        (Remembered(GROUP, fixed_ns=4), 5, False, "regressed"),
    ],
)
def test_what_fails_again_after_it_was_fixed_has_come_back(known, last_seen, is_failing, state):
    assert known.state(last_seen, is_failing, 10) == state


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda memory: memory.note(GROUP, EXEC, "x"), "Only Supply chain or Plant IT and integration may write this."),
        (lambda memory: memory.note(GROUP, ANNA, "  "), "A note is needed."),
        (lambda memory: memory.note(GROUP, ANNA, "x" * 2001), "A note may have 2,000 letters; this one has 2,001."),
        (lambda memory: memory.link(GROUP, ANNA, "javascript:alert(1)"), "A ticket is the address of a page, beginning with https://."),
        (lambda memory: memory.mute(GROUP, ANNA, BEGIN, "why"), "It can be muted until a moment that is still to come."),
        (lambda memory: memory.mute(GROUP, ANNA, BEGIN + 1, None), "A reason is needed."),
    ],
)
def test_what_cannot_be_is_a_sentence_and_changes_nothing(memory, change, sentence):
    with pytest.raises(Refusal) as found:
        change(memory)
    assert str(found.value) == sentence
    assert memory.of([GROUP]) == {}


def test_every_change_is_in_the_audit(memory):
    memory.fix(GROUP, ANNA, "transport 4711 is live")
    memory.reopen(GROUP, BERND, "it is not")
    with memory._engine.connect() as connection:
        told = [(row.actor, row.action, row.subject, row.reason) for row in connection.execute(select(audit_table))]
        assert audit.verify(connection) is None
    subject = f"group {GROUP}"
    assert told == [("anna", "fixed", subject, "transport 4711 is live"), ("bernd", "reopened", subject, "it is not")]


def test_many_may_write_at_once(memory):
    writers = [threading.Thread(target=memory.note, args=(GROUP, ANNA, f"note {number}")) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert {note.text for note in memory.of([GROUP])[GROUP].notes} == {f"note {number}" for number in range(8)}
