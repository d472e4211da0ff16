"""Edited payloads are sealed where there is a key, opened by any of the keys, never sent when none opens them, and let go of in time."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import insert, select

from app.configuration.recovery import a_sealing_key
from app.examination.payloads import NO_KEY, look_at_payloads
from app.recovery.model import Action, Approval, ItemState
from app.recovery.model import Path as Way
from app.recovery.plan import freeze
from app.recovery.run_tables import items, metadata
from app.recovery.seals import LOST, MARK, Seal
from app.recovery.settings import PayloadRules, Recovery
from app.storage.engine import engine_of
from app.storage.state import State
from tests.recovery.simulated import ANNA, SECOND, case
from tests.recovery.test_requests import Desk

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
EDITED = b'{"order": "4711", "quantity": 3}'


def edited(desk: Desk) -> str:
    """A recovery of one case whose message was edited."""
    plan = desk.plant.plan([case(0)])
    payload = desk.plant.payloads([case(0)])[case(0).id]
    sent = replace(payload, body=EDITED, digest=sha256(EDITED).hexdigest())
    plan = freeze(plan.path, plan.catalogue_version, plan.target, [(item.case, item.verdict, sent) for item in plan.items])
    return desk.runs.request(plan, plan.hash, ANNA, "because", {}, {case(0).id: EDITED})


def test_what_is_sealed_is_opened_by_any_key_and_by_no_other():
    kept = Seal([OLD]).closed(EDITED)
    assert kept.startswith(MARK)
    assert b"4711" not in kept
    assert [Seal(keys).opened(kept) for keys in ([OLD], [NEW, OLD], [NEW], [])] == [EDITED, EDITED, None, None]
    assert Seal([NEW]).opened(Seal().closed(EDITED)) == EDITED  # kept before there was a key


def test_what_was_sealed_and_changed_is_not_opened():
    kept = Seal([OLD]).closed(EDITED)
    sealed = urlsafe_b64decode(kept.removeprefix(MARK))
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        assert Seal([OLD]).opened(MARK + urlsafe_b64encode(changed)) is None
    assert Seal([OLD]).opened(kept[:-4]) is None


@pytest.mark.parametrize("keys", [[], [OLD]])
def test_what_was_edited_is_sent_as_it_was_edited(keys: list[str]):
    desk = Desk(approval=Approval.NONE)
    desk.runs.seal = Seal(keys)
    edited(desk)
    desk.runs.seal = Seal([NEW, *keys])
    desk.go_on(4)
    assert [dispatch.payload.body for dispatch in desk.receiver.log] == [EDITED]
    desk.database.dispose()


def test_without_its_key_nothing_is_sent_and_a_sentence_says_why():
    desk = Desk(approval=Approval.NONE)
    desk.runs.seal = Seal([OLD])
    found = edited(desk)
    desk.runs.seal = Seal([NEW])
    desk.go_on(4)
    (item,) = desk.items(found)
    assert (item.state, item.words) == (ItemState.REFUSED, LOST)
    assert desk.receiver.log == []
    desk.database.dispose()


def test_what_was_edited_is_let_go_of_when_it_was_kept_long_enough():
    desk = Desk(approval=Approval.NONE)
    found = edited(desk)
    desk.go_on(4)
    (item,) = desk.items(found)
    assert item.state == ItemState.PROVEN
    assert desk.runs.age(60) == 0
    desk.clock.now_ns = item.ended_ns + 60 * SECOND
    assert desk.runs.age(60) == 1
    (after,) = desk.items(found)
    assert (after.body, after.payload_digest) == (None, item.payload_digest)
    assert desk.audit()[-1] == ("syncline", "payloads deleted")
    assert desk.runs.age(60) == 0
    desk.database.dispose()


def test_no_problem_shows_what_was_given_as_a_key():
    problems: list = []
    assert a_sealing_key(OLD, (), problems) == OLD
    assert a_sealing_key("hunter2", (), problems) is None
    assert "hunter2" not in str(problems[0])


def test_the_doctor_says_what_is_not_sealed_and_what_cannot_be_opened(tmp_path: Path):
    way = Way("fill", "Fill it", Action.EDIT_AND_REPLAY)
    assert list(look_at_payloads(State(tmp_path), Recovery())) == []
    assert [found.text for found in look_at_payloads(State(tmp_path), Recovery(paths=(way,)))] == [NO_KEY]
    engine = engine_of(f"sqlite:///{tmp_path / 'accounts.sqlite'}")
    metadata.create_all(engine)
    sealed = Seal([OLD]).closed(EDITED)
    values = {
        "recovery_id": "R-1",
        "case_id": "c",
        "case_key": "k",
        "case_json": "{}",
        "safety": "safe",
        "reasons": "[]",
        "state": "waiting",
    }
    with engine.begin() as connection:
        connection.execute(insert(items).values(place=0, body=sealed, **values))
        assert connection.execute(select(items.c.body)).scalar_one().startswith(MARK)
    engine.dispose()
    said = {
        keys: [(found.grade, found.text) for found in look_at_payloads(State(tmp_path), Recovery(payloads=PayloadRules(keys=keys)))]
        for keys in ((OLD,), (NEW,))
    }
    assert said[(OLD,)] == [("ok", "Edited payloads are sealed; 1 is kept.")]
    assert said[(NEW,)] == [("fail", "1 edited payload cannot be read: no key in the configuration opens what was sealed.")]
