"""A plant that recoveries work on, without network or clock: what was sent, what it did, what could be observed of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from app.configuration.roles import shipped
from app.recovery.frozen import fingerprint_of
from app.recovery.model import Action, Answer, Approval, Case, Dispatch, Evidence, Limits, Path, Payload, Proof, Sent
from app.recovery.plan import Plan, freeze
from app.recovery.runs import Actor
from app.recovery.verdict import Question, verdict

SECOND = 10**9
BEGIN = 1_790_000_000 * SECOND
ANNA, BERND, CARLA = (
    Actor(name, frozenset(roles.split()), access=shipped()) for name, roles in (("anna", "it"), ("bernd", "it"), ("carla", "admin"))
)
EXEC = Actor("emil", frozenset({"exec"}), access=shipped())


class Clock:
    """The present moment, moved by hand."""

    def __init__(self) -> None:
        self.now_ns = BEGIN

    def __call__(self) -> int:
        return self.now_ns


class Later(Executor):
    """Keeps what is submitted until somebody lets one go: threads whose order is chosen."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Any, tuple[Any, ...]]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        assert not kwargs
        self.waiting.append((fn, args))
        return Future()

    def let_go(self, number: int) -> None:
        fn, args = self.waiting.pop(number % len(self.waiting))
        fn(*args)


@dataclass
class Receiver:
    """A target that takes, refuses, loses answers, or takes without effect, as it is told; it writes down what it got."""

    name: str
    idempotent: bool
    clock: Clock
    answers: list[str] = field(default_factory=list)  # what it does next: ok, busy, no, lost, late, lying; then ok
    log: list[Dispatch] = field(default_factory=list)
    effects: list[Dispatch] = field(default_factory=list)
    effect_ns: list[int] = field(default_factory=list)
    kind: str = "simulated"
    address: str = "one"

    def describe(self) -> str:
        return f"the receiver {self.name}"

    def fingerprint(self) -> str:
        return f"{self.name} {self.address}"

    def close(self) -> None:
        """Nothing is open."""

    def send(self, dispatch: Dispatch) -> Sent:
        self.log.append(dispatch)
        does = self.answers.pop(0) if self.answers else "ok"
        if does in ("ok", "late"):
            self._apply(dispatch)
        return {
            "ok": Sent(Answer.ACCEPTED, "taken"),
            "lying": Sent(Answer.ACCEPTED, "taken"),
            "busy": Sent(Answer.NOT_TAKEN, "busy", 1.0),
            "no": Sent(Answer.REFUSED, "will not"),
            "late": Sent(Answer.UNKNOWN, "no answer"),
            "lost": Sent(Answer.UNKNOWN, "no answer"),
        }[does]

    def _apply(self, dispatch: Dispatch) -> None:
        if not self.idempotent or dispatch.effect_id not in {effect.effect_id for effect in self.effects}:
            self.effects.append(dispatch)
            self.effect_ns.append(self.clock.now_ns)


class Plant:
    """The world as the engine sees it: one receiver, payloads by case, effects that `watch` observes some time later."""

    def __init__(self, clock: Clock, receiver: Receiver, path: Path) -> None:
        self.clock, self.receiver, self.approved = clock, receiver, path
        self.bodies: dict[str, bytes] = {}
        self.reached: dict[str, int] = {}
        self.heard_ns: int | None = None  # None: up to now
        self.lag_ns = 0

    def watch(self) -> None:
        """Everything that had an effect long enough ago is told."""
        for effect, at_ns in zip(self.receiver.effects, self.receiver.effect_ns, strict=True):
            if at_ns + self.lag_ns <= self.clock.now_ns:
                self.reached.setdefault(effect.case.id, at_ns)

    def evidence(self, cases: Sequence[Case]) -> Mapping[str, Evidence]:
        heard = self.clock.now_ns - self.lag_ns if self.heard_ns is None else self.heard_ns
        return {case.id: Evidence(self.reached.get(case.id), f"event of {case.id}", heard_ns=heard) for case in cases}

    def payloads(self, cases: Sequence[Case]) -> Mapping[str, Payload | str]:
        return {case.id: self._payload(case) for case in cases}

    def _payload(self, case: Case) -> Payload:
        body = self.bodies.setdefault(case.id, case.id.encode())
        return Payload("record", body, "text/plain", sha256(body).hexdigest())

    def path(self, name: str) -> Path | None:
        return self.approved if name == self.approved.name else None

    def target(self, name: str) -> Receiver | None:
        return self.receiver if name == self.receiver.name else None

    def closed_until_ns(self, case: Case) -> int | None:
        return None

    def plan(self, cases: Sequence[Case]) -> Plan:
        """What would be done with them now."""
        path, evidence, payloads = self.approved, self.evidence(cases), self.payloads(cases)
        judged = []
        for case in cases:
            question = Question(case, path, evidence[case.id], payloads[case.id], self.receiver.idempotent)
            judged.append((case, verdict(question), payloads[case.id]))
        return freeze(path, 1, (self.receiver.describe(), fingerprint_of([self.receiver])), judged)


def path(**others: Any) -> Path:
    """An approved path; without anything said, plant IT may replay with a colleague's approval."""
    limits = Limits(**{"per_second": 1000.0, "ramp": (1, 2, 5), "failed_share": 0.5, **others.pop("limits", {})})
    defaults: dict[str, Any] = {"target": "wms", "approval": Approval.ONE, "proof": Proof(within_seconds=60), "limits": limits}
    return Path(**{"name": "again", "title": "Send it again", "action": Action.REPLAY, **defaults, **others})


def case(order: int, milestone: int = 0, **others: Any) -> Case:
    """A failed milestone of an order; those of one order failed one after the other."""
    failed = Case(
        "failed", "order_to_production", f"4711{order:03}", f"step_{milestone}", "augsburg", "wms", "business", "http:409", "blocked"
    )
    known = {
        "event_id": f"e{order:03}{milestone}",
        "event_ns": BEGIN - SECOND * (1000 - milestone),
        "attempt": 1,
        "opened_ns": BEGIN - SECOND,
    }
    return replace(failed, **{**known, **others})
