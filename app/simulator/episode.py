"""An episode: one piece of business from its beginning, as a list of acts; a walk takes one transaction through its milestones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from random import Random
from typing import Any

from app.simulator import agreements
from app.simulator.act import Act, Fields, Message, Objects, Trouble
from app.simulator.company import Plant
from app.simulator.fates import Fate, strike
from app.simulator.rhythm import MILLISECOND, MINUTE, SECOND, local
from app.simulator.troubles import worded


@dataclass(slots=True)
class Episode:
    """Where, when and with which luck; flows fill `acts` in the order of causes."""

    flow: str
    plant: Plant
    day: date  # local; with the serial it gives the numbers of all documents
    serial: int
    start_ns: int
    random: Random
    fate: Fate | None = None
    haste: float = 1.0  # multiplies every lag
    wishes: dict[str, Any] = field(default_factory=dict)  # what the script wants; each flow knows its own words, fates mended_minutes
    is_calm: bool = False  # nothing goes wrong by habit either
    acts: list[Act] = field(default_factory=list)
    slower: Mapping[str, float] = field(default_factory=dict)  # milestone → how many times as long as it used to
    walks: list[Walk] = field(default_factory=list)
    troubles: list[tuple[int, int]] = field(default_factory=list)  # from when to when something was not as it should be
    messages: int = 0

    def walk(self, workflow: str, transaction: str, **details: str) -> Walk:
        """A new transaction; fate strikes the first one of an episode. `details` fill the blanks in the texts of errors."""
        self.walks.append(Walk(self, workflow, transaction, details, None if self.walks else self.fate))
        return self.walks[-1]

    def message(self, destination: str, mapping: str, conversation: str) -> Message:
        """A message to be sent by one step and received by another; `mapping` is what the middleware turns into what."""
        self.messages += 1
        name = f"{self.random.getrandbits(96):024x}-{self.messages}"
        return Message(destination, mapping, name, conversation, self.random.randrange(900, 9000))

    def lag(self, allowed_ns: int, slower: float = 1.0) -> int:
        """Lognormal, a quarter of what is allowed as a rule, always less than it."""
        share = min(0.85, max(0.03, self.random.lognormvariate(-1.5, 0.5) * slower))
        return max(2 * SECOND, int(allowed_ns * share * self.haste)) // MILLISECOND * MILLISECOND

    def took(self) -> int:
        return int(self.random.lognormvariate(5.2, 0.6)) * MILLISECOND

    def is_troubled_at(self, moment_ns: int) -> bool:
        return any(begin <= moment_ns < end for begin, end in self.troubles)


@dataclass(slots=True)
class Walk:
    """One transaction on its way: `step` says when a milestone was reached, or None when it never is."""

    episode: Episode
    workflow: str
    transaction: str
    details: dict[str, str]
    fate: Fate | None
    is_cancelled: bool = False
    open_error: str | None = None  # class of the error at which it stays

    @property
    def random(self) -> Random:
        return self.episode.random

    @property
    def object(self) -> Objects:
        return {agreements.workflows()[self.workflow].object: (self.transaction,)}

    def allowed_ns(self, milestone: str) -> int | None:
        return agreements.allowed_ns(agreements.milestone(self.workflow, milestone))

    def step(
        self,
        milestone: str,
        after: int | None,
        says: Fields | None = None,
        *,
        lag: int | None = None,
        objects: Objects | None = None,
        receives: Message | None = None,
        answers: Message | None = None,
        sends: tuple[Message, ...] = (),
        part: int = 0,
    ) -> int | None:
        """Plays one milestone some time after `after`; the fate decides how often it is tried and whether it comes at all.

        None for `after` gives None: what never began leads to nothing. `part` tells effects of one milestone apart.
        """
        if after is None or self.is_cancelled:
            return None
        agreed = agreements.milestone(self.workflow, milestone)
        usual, slower = agreements.allowed_ns(agreed) or 0, self.episode.slower.get(milestone, 1.0)
        when = after + (self.episode.lag(usual, slower) if lag is None and agreed.after else lag or 0)
        key = f"{agreements.effect(self.workflow, milestone, self.transaction)}" + (f":{part}" if part else "")
        named = self.object if objects is None else objects
        act = Act(when, agreed.system, agreed.event, named, key, self.episode.took(), says or {}, receives, answers, sends)
        is_struck = self.fate is not None and self.fate.milestone == milestone
        return strike(self, self.fate, act, after) if self.fate and is_struck else self.does(act)

    def takes_in(self, system: str, message: Message, sent: int | None) -> None:
        """The message arrives within a minute or two; what it asks for is done later, by a step that `answers` it."""
        if sent is not None and not self.is_cancelled:
            when, key = sent + self.episode.lag(5 * MINUTE), f"{system}:receipt:{message.id}"
            self.does(Act(when, system, "", self.object, key, self.episode.took(), receives=message))

    def does(self, act: Act) -> int:
        self.episode.acts.append(act)
        return act.time_ns

    def fails(self, act: Act, trouble: Trouble) -> None:
        """An attempt that failed: nothing is sent on, and who could not read the message cannot say what it was about."""
        said = worded(trouble, act.system, self.episode.plant, {**self._blanks(act), **self.details})
        self.episode.acts.append(replace(act, trouble=said, objects={} if trouble.is_nameless else act.objects, sends=()))

    def is_troubled(self, begin_ns: int, end_ns: int) -> None:
        self.episode.troubles.append((begin_ns, end_ns))

    def _blanks(self, act: Act) -> dict[str, str]:
        plant, now = self.episode.plant, local(self.episode.plant, act.time_ns)
        user = plant.users[self.episode.serial % len(plant.users)]
        blanks = {"order": self.transaction, "user": user, "period": f"{now:%m/%Y}", "yesterday": f"{now:%Y-%m}-01"}
        return {**blanks, "item": "", "partner": "", "customer": "", "location": "FG01", "work_center": plant.work_centers[0]}
