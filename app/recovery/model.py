"""The words of recovery: cases, approved paths, verdicts, plans, and the states that recoveries and their items go through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from metrics.texts import _later

KINDS = ("failed", "missing", "violation", "inventory", "unplaced")  # of cases
REFERENCE, RECORD, MIDDLEWARE = "reference", "record", "middleware"  # where a payload comes from

NOTHING_SETTLED = _later("It parked or closed nothing that is not open again.")
NOT_BY_HAND = _later("Syncline carries it out; only of a runbook does a person say how it went.")
ONLY = {
    "pause": _later("Only {roles} may pause it."),
    "resume": _later("Only {roles} may resume it."),
    "stop": _later("Only {roles} may stop it."),
    "done": _later("Only {roles} may say how it went."),
    "not_done": _later("Only {roles} may say how it went."),
    "reopen": _later("Only {roles} may open it again."),
}


class Action(StrEnum):
    """What may be done with a case."""

    RETRY = "retry"  # the middleware sends the same message again
    REPLAY = "replay"  # we send what the record holds: same business key, a new attempt
    EDIT_AND_REPLAY = "edit_and_replay"
    BULK_TRANSFORM = "bulk_transform"
    RESEND_TO = "resend_to"  # to one receiver of several
    COMPENSATE = "compensate"
    RESUME = "resume"
    PARK = "park"
    CLOSE = "close"
    CHASE = "chase"
    RUNBOOK = "runbook"

    @property
    def sends(self) -> bool:
        """Whether something leaves Syncline, so that it could do harm."""
        return self not in (Action.PARK, Action.CLOSE, Action.RUNBOOK)

    @property
    def needs_payload(self) -> bool:
        return self in (Action.REPLAY, Action.EDIT_AND_REPLAY, Action.BULK_TRANSFORM, Action.RESEND_TO)


class Approval(StrEnum):
    """Who else has to look at the frozen plan before anything is sent."""

    NONE = "none"
    ONE = "one"  # a colleague who may request this path
    FOUR_EYES = "four_eyes"  # a colleague who holds one of the roles that approve it


class Safety(StrEnum):
    """Whether doing it (again) can do harm. `CANNOT_TELL` never counts as safe."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    CANNOT_TELL = "cannot_tell"


class State(StrEnum):
    """Of a recovery."""

    REQUESTED = "requested"  # waits for a colleague
    APPROVED = "approved"  # waits for its turn
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"  # every item has ended
    STOPPED = "stopped"  # by hand, or by itself; what was not sent is back in the queue
    REFUSED = "refused"  # by a colleague
    WITHDRAWN = "withdrawn"  # by who requested it
    LAPSED = "lapsed"  # nobody approved it in time
    VOID = "void"  # what was approved is no longer what would be sent

    @property
    def has_ended(self) -> bool:
        return self not in (State.REQUESTED, State.APPROVED, State.RUNNING, State.PAUSED)


class ItemState(StrEnum):
    """Of one case in a recovery. `PROVEN`, `DONE`, `UNPROVEN` and `REFUSED` are ends."""

    WAITING = "waiting"
    SENDING = "sending"  # the attempt is on disk; whether it has left is not known before the answer is
    ACCEPTED = "accepted"  # the target took it, no more
    UNKNOWN = "unknown"  # no answer, or one that says nothing: it may have had its effect
    PROVEN = "proven"  # the expected milestone was observed
    DONE = "done"  # parked or closed by a person: nothing is sent and nothing is expected
    UNPROVEN = "unproven"  # no effect by the proof time: back in the queue
    REFUSED = "refused"  # nothing was sent, or the target would not take it: back in the queue

    @property
    def has_ended(self) -> bool:
        return self in (ItemState.PROVEN, ItemState.DONE, ItemState.UNPROVEN, ItemState.REFUSED)

    @property
    def waits_for_proof(self) -> bool:
        return self in (ItemState.ACCEPTED, ItemState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Limits:
    """How fast a recovery may go, and when it stops itself."""

    most: int = 1000  # cases in one recovery
    parallel: int = 4  # items under way at once
    per_second: float = 10.0
    failed_share: float = 0.1  # of a step's items: above it the recovery stops itself
    ramp: tuple[int, ...] = (1, 2, 5, 20)  # how many in each step; from the last step on so many again
    tries: int = 3  # of one item, when the target says that it did not take it


@dataclass(frozen=True, slots=True)
class Proof:
    """What has to be observed, and until when after the target accepted. `milestone` None: the one that failed or is missing."""

    milestone: str | None = None
    within_seconds: int = 900


@dataclass(frozen=True, slots=True)
class Path:
    """An approved way out: for which cases, what is done, by whom, and how it is proven. Empty tuples narrow nothing."""

    name: str
    title: str
    action: Action
    kinds: tuple[str, ...] = ("failed",)
    workflows: tuple[str, ...] = ()
    milestones: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()  # `idoc:51`, `http:4*`
    rules: tuple[str, ...] = ()  # of violations
    causes: tuple[str, ...] = ()  # of inventory differences
    sites: tuple[str, ...] = ()
    target: str | None = None
    roles: tuple[str, ...] = ("it",)  # who may request it
    approval: Approval = Approval.ONE
    approvers: tuple[str, ...] = ()
    approval_lapses_seconds: int = 4 * 3600
    reason_required: bool = False
    proof: Proof = Proof()
    limits: Limits = Limits()
    hint: str = ""
    steps: tuple[str, ...] = ()  # of a runbook, sentences; of a compensation, targets in the order they are called
    editable: tuple[str, ...] = ()  # JSON paths that edit_and_replay may change
    transform: tuple[tuple[str, Any], ...] = ()  # of bulk_transform: JSON path → value
    schema: str | None = None  # a JSON Schema, as text, that a changed message must keep
    automatic_tries: int = 0  # above 0: a rule requests it by itself, so often for one case
    next_after: str = "proven"  # when the next case of the same key is sent: proven, or accepted where the target keeps the order


@dataclass(frozen=True, slots=True)
class Case:
    """Something that needs somebody. `milestone`: that failed or is missing, the rule, or the cause of the difference. Instants in ns."""

    kind: str
    workflow: str
    transaction_id: str
    milestone: str
    site: str | None = None
    system: str | None = None  # that was to reach the milestone: the receiver
    error_class: str | None = None
    error_code: str | None = None
    error_text: str | None = None
    signature: str | None = None
    opened_ns: int = 0
    event_id: str | None = None  # of the latest failed attempt
    event_ns: int = 0
    attempt: int = 0
    source: str | None = None  # where the record of that attempt is
    position: str | None = None
    recorded_ns: int = 0
    payload_ref: str | None = None
    payload_digest: str | None = None
    message_id: str | None = None
    idempotency_key: str | None = None
    trace_id: str | None = None
    span_id: str | None = None
    partner: str | None = None
    quantity: str | None = None
    uom: str | None = None
    value: str | None = None
    currency: str | None = None

    @property
    def id(self) -> str:
        """What stays the same however often it is tried."""
        return "|".join((self.kind, self.workflow, self.transaction_id, self.milestone))

    @property
    def key(self) -> str:
        """The business key: what is sent under one key is sent in order."""
        return f"{self.workflow}|{self.transaction_id}"

    @property
    def order(self) -> tuple[int, int, str]:
        """Cases of one key are sent in this order."""
        return self.event_ns, self.attempt, self.event_id or ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the events say about one case, as of now."""

    reached_ns: int | None = None  # its milestone
    reached_by: str | None = None  # the event
    recovery_id: str | None = None  # that this event carries
    behind: tuple[str, ...] = ()  # later milestones that are reached though it is not
    same_key: tuple[str, ...] = ()  # events in which the same idempotency key succeeded
    newer: tuple[str, ...] = ()  # later messages of the same transaction and kind that succeeded
    is_cancelled: bool = False
    is_closed: bool = False  # the violation or difference is no more
    heard_ns: int | None = None  # all that the receiver did until then has been told; None: nobody knows
    titles: Mapping[str, str] = field(default_factory=dict, compare=False)  # of its workflow's milestones, as sentences name them


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that was looked at for a verdict. `check` is its short name, `sentence` what was found, `evidence` the ids it rests on."""

    check: str
    safety: Safety
    sentence: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Safe only when nothing speaks against it and everything could be looked at."""

    reasons: tuple[Reason, ...]

    @property
    def safety(self) -> Safety:
        found = {reason.safety for reason in self.reasons}
        for worst in (Safety.UNSAFE, Safety.CANNOT_TELL):
            if worst in found:
                return worst
        return Safety.SAFE if found else Safety.CANNOT_TELL


@dataclass(frozen=True, slots=True)
class Payload:
    """What would be sent. `origin`: reference, record, or middleware (then the middleware holds it and `body` is empty)."""

    origin: str
    body: bytes
    content_type: str
    digest: str  # SHA-256 of the body, hexadecimal
    headers: Mapping[str, str] = field(default_factory=dict)  # of the message as it was


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One attempt to send one item. `send_id` differs for each attempt; `effect_id` is the same for all attempts at one item: a receiver
    that knows it already does nothing again."""

    recovery_id: str
    send_id: str
    effect_id: str
    action: str
    case: Case
    key: str
    payload: Payload | None
    traceparent: str
    sent_ns: int


class Answer(StrEnum):
    """What a target said."""

    ACCEPTED = "accepted"  # it has it; whether it works is another question
    NOT_TAKEN = "not_taken"  # it says that it did not take it, for now: it may be tried again
    REFUSED = "refused"  # it will not take it, however often
    UNKNOWN = "unknown"  # nobody knows whether it has it


@dataclass(frozen=True, slots=True)
class Sent:
    """The outcome of one attempt, with the target's own words."""

    answer: Answer
    words: str
    retry_after_seconds: float | None = None
