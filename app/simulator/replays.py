"""What the middleware holds, and what comes of it when it is sent again: it works, it is refused once more, or nothing happens at all."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random
from typing import NamedTuple

from app.simulator.act import Act, Message
from app.simulator.agreements import effect
from app.simulator.coming import Coming, Planned
from app.simulator.company import SYSTEMS
from app.simulator.documents import has_segment
from app.simulator.episode import Episode
from app.simulator.fates import Fate
from app.simulator.hub import Answer, Order
from app.simulator.rhythm import MILLISECOND
from app.simulator.story import Again, Held, Story, play

AT_ONCE_NS = 300 * MILLISECOND
TIMES_BUSY = 2


class Outcome(NamedTuple):
    """The answer, and what happens therefore. `posted`: what an observer of the stock has not heard of yet."""

    answer: Answer
    planned: tuple[Planned, ...] = ()
    posted: Episode | None = None


class Replays:
    """Orders by key: the same key gets the same answer, and nothing is done again."""

    def __init__(self, seed: int, story: Story, coming: Coming) -> None:
        self._seed, self._held, self._coming = seed, story.held, coming
        self._answers: dict[str, Answer] = {}
        self._sent: set[str] = set()  # effects that came about
        self._asked: Counter[str] = Counter()

    def ordered(self, order: Order, now_ns: int) -> Outcome:
        if order.key in self._answers:
            return Outcome(self._answers[order.key])
        key = effect(order.workflow, order.milestone, order.transaction_id)
        if key is None:
            return Outcome(Answer(404, f"Nothing is known of {order.workflow} and its {order.milestone}."))
        outcome = self._outcome(order, key, now_ns)
        if outcome.answer.status == 202:
            self._answers[order.key] = outcome.answer
        return outcome

    def _outcome(self, order: Order, key: str, now_ns: int) -> Outcome:
        if key in self._sent:
            return Outcome(Answer(410, f"{order.transaction_id} was delivered already; nothing is held of it any more."))
        if held := self._held.get(key):
            self._asked[key] += 1
            return self._again(order, key, held, now_ns)
        if planned := self._coming.taken_out(key):
            self._sent.add(key)
            act = replace(planned.act, time_ns=now_ns + AT_ONCE_NS + planned.act.took_ns, recovery=order.recovery_id)
            return Outcome(_accepted(act), (planned._replace(act=act),))
        return Outcome(Answer(404, f"No message of {order.transaction_id} is held for its {order.milestone}."))

    def _again(self, order: Order, key: str, held: Held, now_ns: int) -> Outcome:
        is_mended = order.content is not None and has_segment(order.content)
        again = Again.WORKS if is_mended else held.scene.again
        if again is Again.BUSY and self._asked[key] <= TIMES_BUSY:
            return Outcome(Answer(503, "Queue to the ERP is full, try again later.", 1))
        if again is Again.NOTHING:
            return Outcome(Answer(202, f"{order.transaction_id} is queued again."))
        attempt = max([act.attempt for act in held.episode.acts if act.key == key], default=1) + self._asked[key]
        assert held.scene.fate is not None
        kind = "refused" if again is Again.REFUSED else "replayed"
        fate = replace(held.scene.fate, kind=kind, until_ns=now_ns + AT_ONCE_NS, attempt=attempt, recovery=order.recovery_id)
        told = _what_follows(held, fate)
        if again is not Again.REFUSED:
            self._sent.add(key)
        ids = Random(f"{self._seed} again {order.recovery_id} {key} {attempt}")
        planned = tuple(Planned(act.time_ns, 0, told, act, ids) for act in told.acts)
        return Outcome(_accepted(next(act for act in told.acts if act.key == key)), planned, told)


def _accepted(act: Act) -> Answer:
    return Answer(202, f"Sent again to {SYSTEMS[act.system].name}, attempt {act.attempt}.")


def _what_follows(held: Held, fate: Fate) -> Episode:
    """The episode once more, with another fate, and of it only what had not come about."""
    told, before = play(held.seed, replace(held.scene, fate=fate), held.serial, held.start_ns), held.episode
    there = {act.key for act in before.acts if act.trouble is None}
    name = told.walks[0].transaction
    known = {message.id: message for act in before.acts for message in (act.receives, act.answers, *act.sends) if message}
    told.acts = [
        _with(known, act)
        for act in told.acts
        if act.key not in there and (act.event or any(name in named for named in act.objects.values()))
    ]
    return told


def _with(known: dict[str, Message], act: Act) -> Act:
    """The act, with the messages as they were sent: they know their traces."""

    def same(message: Message | None) -> Message | None:
        return known.get(message.id, message) if message else None

    sends = tuple(known.get(message.id, message) for message in act.sends)
    return replace(act, receives=same(act.receives), answers=same(act.answers), sends=sends)
