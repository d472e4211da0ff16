"""What speaks for and against sending something again, reason by reason: what cannot be told is never safe."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from app.recovery.model import Action, Evidence, Payload, Reason, Safety, Verdict
from app.recovery.verdict import CHECKS, Question, exclusion, verdict
from tests.recovery.simulated import BEGIN, SECOND, case, path

BODY = b'{"order": "4711"}'
DIGEST = sha256(BODY).hexdigest()
HELD = Payload("record", BODY, "application/json", DIGEST)
FAILED = case(1, idempotency_key="k1")
KNOWN = Evidence(heard_ns=BEGIN + SECOND)
ASKED = Question(FAILED, path(), KNOWN, HELD, is_idempotent=False)
SAFE, UNSAFE, CANNOT_TELL = Safety.SAFE, Safety.UNSAFE, Safety.CANNOT_TELL


def _case(**others):
    return {"case": replace(FAILED, **others)}


def _evidence(**others):
    return {"evidence": replace(KNOWN, **others)}


def _payload(**others):
    return {"payload": replace(HELD, **others)}


REASONS = [
    # check, what differs, how safe it is by that check, words of its sentence
    ("already_succeeded", {}, SAFE, "has not been reached"),
    ("already_succeeded", _evidence(reached_ns=BEGIN, reached_by="e9"), UNSAFE, "was reached meanwhile"),
    ("already_succeeded", _evidence(is_closed=True), UNSAFE, "put right"),
    ("already_succeeded", _evidence(heard_ns=None), CANNOT_TELL, "Nothing was heard of wms"),
    ("already_succeeded", _evidence(heard_ns=FAILED.event_ns - 1), CANNOT_TELL, "may have got through"),
    ("already_succeeded", _evidence(heard_ns=FAILED.event_ns), SAFE, "has not been reached"),
    ("downstream", _evidence(behind=("shipped",)), UNSAFE, "happened already: shipped"),
    ("same_key", {}, SAFE, "got through nowhere"),
    ("same_key", _evidence(same_key=("e7",)), UNSAFE, "k1, got through elsewhere"),
    ("superseded", {}, SAFE, "No newer message"),
    ("superseded", _evidence(newer=("e8",)), UNSAFE, "would undo it"),
    ("cancelled", _evidence(is_cancelled=True), UNSAFE, "cancelled"),
    ("under_way", {"under_way": "R-1"}, UNSAFE, "R-1 is recovering it"),
    ("idempotent", {"is_idempotent": True, "in_doubt": ("R-0",)}, SAFE, "declared so"),
    ("idempotent", {}, SAFE, "refused it (business)"),
    ("idempotent", _case(error_class="contract"), SAFE, "refused it (contract)"),
    ("idempotent", _case(error_class="configuration"), SAFE, "refused it"),
    ("idempotent", _case(error_class="dependency"), SAFE, "refused it"),
    ("idempotent", _case(error_class="transient"), CANNOT_TELL, "leaves open"),
    ("idempotent", _case(error_class="unknown"), CANNOT_TELL, "leaves open"),
    ("idempotent", _case(error_class=None, kind="missing"), CANNOT_TELL, "Nothing says"),
    ("idempotent", {"in_doubt": ("R-0", "R-1")}, CANNOT_TELL, "R-0, R-1"),
    ("period", {"closed_until_ns": FAILED.event_ns + 1}, UNSAFE, "closed"),
    ("payload", {}, SAFE, "what was sent"),
    ("payload", _case(payload_digest=f"sha256:{DIGEST.upper()}"), SAFE, "what was sent"),
    ("payload", _case(payload_digest="0" * 64), UNSAFE, "changed since"),
    ("payload", _payload(origin="reference"), CANNOT_TELL, "may have changed"),
    ("payload", {"payload": "The folder is gone."}, CANNOT_TELL, "folder is gone"),
    ("payload", {"payload": None}, CANNOT_TELL, "was not looked at"),
    ("payload", {"payload": None, "path": path(action=Action.RETRY)}, SAFE, "never sees it"),
]


@pytest.mark.parametrize(("check", "differs", "safety", "words"), REASONS)
def test_each_reason_says_what_was_found(check, differs, safety, words):
    found = [reason for reason in verdict(replace(ASKED, **differs)).reasons if reason.check == check]
    assert [reason.safety for reason in found] == [safety]
    assert words in found[0].sentence


def test_every_check_has_a_case_in_which_it_speaks_against():
    spoken = {check for check, _, safety, _ in REASONS if safety is not SAFE}
    asked = {reason.check for differs in REASONS for reason in verdict(replace(ASKED, **differs[1])).reasons}
    assert asked == spoken
    assert len(CHECKS) == len(spoken)


def test_without_anything_against_it_it_is_safe():
    assert verdict(ASKED).safety is SAFE


@pytest.mark.parametrize(("check", "differs", "safety", "words"), [each for each in REASONS if each[2] is not SAFE])
def test_one_reason_decides_for_all(check, differs, safety, words):
    found = verdict(replace(ASKED, **differs))
    assert found.safety in (UNSAFE, CANNOT_TELL)
    if safety is UNSAFE:
        assert found.safety is UNSAFE


def test_what_is_unsafe_and_cannot_be_told_is_unsafe_and_no_reason_at_all_is_not_safe():
    reasons = tuple(Reason("check", safety, "") for safety in (SAFE, CANNOT_TELL, UNSAFE))
    assert Verdict(reasons).safety is UNSAFE
    assert Verdict(reasons[:2]).safety is CANNOT_TELL
    assert Verdict(reasons[:1]).safety is SAFE
    assert Verdict(()).safety is CANNOT_TELL


@pytest.mark.parametrize("action", [Action.PARK, Action.CLOSE, Action.RUNBOOK])
def test_what_sends_nothing_does_no_harm(action):
    found = verdict(replace(ASKED, path=path(action=action), **_evidence(reached_ns=BEGIN)))
    assert found.safety is SAFE


def test_what_got_through_already_is_in_no_plan():
    out = {
        check
        for check, differs, safety, _ in REASONS
        if safety is UNSAFE and (reason := exclusion(verdict(replace(ASKED, **differs)))) and reason.check == check
    }
    assert out == {"already_succeeded", "downstream", "same_key", "superseded", "cancelled", "under_way"}
