"""Whether sending it (again) can do harm: one reason for each thing that was looked at, each with what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.recovery.model import Action, Case, Evidence, Path, Payload, Reason, Safety, Verdict
from metrics.texts import _said

REFUSING = ("business", "contract", "configuration", "dependency")  # a receiver that says so did nothing
EXCLUDING = ("already_succeeded", "downstream", "same_key", "superseded", "cancelled", "under_way")  # such a case is in no plan


@dataclass(frozen=True, slots=True)
class Question:
    """Everything a verdict looks at. `payload` None: the action needs none; a text says why there is none."""

    case: Case
    path: Path
    evidence: Evidence
    payload: Payload | str | None
    is_idempotent: bool  # the target is declared to do nothing again for what it knows
    closed_until_ns: int | None = None  # postings before it can no longer be made
    under_way: str | None = None  # the recovery that has this case now
    in_doubt: tuple[str, ...] = ()  # recoveries of ours that sent it without an effect so far


def verdict(question: Question) -> Verdict:
    """Nothing leaves Syncline: nothing can do harm. Else every check is asked, and each says what it found."""
    if not question.path.action.sends:
        return Verdict((Reason("sends_nothing", Safety.SAFE, _said("Nothing is sent.")),))
    return Verdict(tuple(reason for check in CHECKS for reason in check(question)))


def exclusion(found: Verdict) -> Reason | None:
    """Why the case cannot be in a plan at all; None when it can."""
    return next((reason for reason in found.reasons if reason.check in EXCLUDING and reason.safety is Safety.UNSAFE), None)


def _already_succeeded(asked: Question) -> Iterable[Reason]:
    evidence, name = asked.evidence, _title(asked, asked.case.milestone)
    if evidence.reached_ns is not None:
        yield Reason("already_succeeded", Safety.UNSAFE, _said("{step} was reached meanwhile.", step=name), _ids(evidence.reached_by))
    elif evidence.is_closed:
        yield Reason("already_succeeded", Safety.UNSAFE, _said("It has been put right meanwhile."))
    elif evidence.heard_ns is None or evidence.heard_ns < asked.case.event_ns:
        receiver = asked.case.system or _said("the receiver")
        sentence = _said("Nothing was heard of {receiver} since: it may have got through.", receiver=receiver)
        yield Reason("already_succeeded", Safety.CANNOT_TELL, sentence)
    else:
        yield Reason("already_succeeded", Safety.SAFE, _said("{step} has not been reached.", step=name))


def _title(asked: Question, milestone: str) -> str:
    return asked.evidence.titles.get(milestone, milestone)


def _downstream(asked: Question) -> Iterable[Reason]:
    if behind := asked.evidence.behind:
        steps = ", ".join(_title(asked, name) for name in behind)
        yield Reason("downstream", Safety.UNSAFE, _said("What comes after it has happened already: {steps}.", steps=steps))


def _same_key(asked: Question) -> Iterable[Reason]:
    key = asked.case.idempotency_key
    if asked.evidence.same_key:
        yield Reason("same_key", Safety.UNSAFE, _said("The same key, {key}, got through elsewhere.", key=key), asked.evidence.same_key)
    elif key:
        yield Reason("same_key", Safety.SAFE, _said("Its key, {key}, got through nowhere.", key=key))


def _superseded(asked: Question) -> Iterable[Reason]:
    if asked.evidence.newer:
        sentence = _said("A newer message of the same order got through; this one would undo it.")
        yield Reason("superseded", Safety.UNSAFE, sentence, asked.evidence.newer)
    else:
        yield Reason("superseded", Safety.SAFE, _said("No newer message of it got through."))


def _cancelled(asked: Question) -> Iterable[Reason]:
    if asked.evidence.is_cancelled:
        yield Reason("cancelled", Safety.UNSAFE, _said("It has been cancelled."))


def _under_way(asked: Question) -> Iterable[Reason]:
    if asked.under_way:
        yield Reason("under_way", Safety.UNSAFE, _said("{recovery} is recovering it now.", recovery=asked.under_way), (asked.under_way,))


def _idempotent(asked: Question) -> Iterable[Reason]:
    case = asked.case
    if asked.is_idempotent:
        yield Reason("idempotent", Safety.SAFE, _said("The target does nothing again for what it has had; it is declared so."))
    elif asked.in_doubt:
        sentence = _said(
            "It was sent before without an effect that anybody saw ({recoveries}), and the target may do it twice.",
            recoveries=", ".join(asked.in_doubt),
        )
        yield Reason("idempotent", Safety.CANNOT_TELL, sentence, asked.in_doubt)
    elif case.error_class in REFUSING:
        sentence = _said("The receiver refused it ({error}), so it had no effect.", error=case.error_class)
        yield Reason("idempotent", Safety.SAFE, sentence, _ids(case.event_id))
    else:
        sentence = (
            _said("The failure ({error}) leaves open whether it had an effect, and the target may do it twice.", error=case.error_class)
            if case.error_class
            else _said("Nothing says whether it had an effect, and the target may do it twice.")
        )
        yield Reason("idempotent", Safety.CANNOT_TELL, sentence, _ids(case.event_id))


def _period(asked: Question) -> Iterable[Reason]:
    if asked.closed_until_ns is not None and asked.case.event_ns < asked.closed_until_ns:
        yield Reason("period", Safety.UNSAFE, _said("It belongs to a posting period that is closed."))


def _payload(asked: Question) -> Iterable[Reason]:
    payload, said = asked.payload, asked.case.payload_digest
    if payload is None:
        if asked.path.action.needs_payload:
            yield Reason("payload", Safety.CANNOT_TELL, _said("Its payload was not looked at."))
        elif asked.path.action is Action.RETRY:
            yield Reason("payload", Safety.SAFE, _said("The middleware sends the message it holds; Syncline never sees it."))
    elif isinstance(payload, str):
        yield Reason("payload", Safety.CANNOT_TELL, payload)
    elif said is not None and _plain(said) != payload.digest:
        sentence = _said("The payload has changed since it was sent: its digest is another.")
        yield Reason("payload", Safety.UNSAFE, sentence, (said, payload.digest))
    elif said is None and payload.origin == "reference":
        sentence = _said("Nobody said what the payload's digest was, so it may have changed since.")
        yield Reason("payload", Safety.CANNOT_TELL, sentence)
    else:
        yield Reason("payload", Safety.SAFE, _said("The payload is what was sent."), (payload.digest,))


def _plain(digest: str) -> str:
    """Without the name of the algorithm in front."""
    return digest.lower().removeprefix("sha256:").removeprefix("sha-256:")


def _ids(event_id: str | None) -> tuple[str, ...]:
    return (event_id,) if event_id else ()


CHECKS: tuple[Callable[[Question], Iterable[Reason]], ...] = (
    _already_succeeded,
    _downstream,
    _same_key,
    _superseded,
    _cancelled,
    _under_way,
    _idempotent,
    _period,
    _payload,
)
