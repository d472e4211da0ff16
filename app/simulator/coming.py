"""What is still to happen: acts by their time, which somebody may have done sooner."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from app.simulator.act import Act
from app.simulator.episode import Episode


class Planned(NamedTuple):
    """An act of an episode. `ids` gives the ids of its spans; `number` tells apart what happens at one time."""

    time_ns: int
    number: int
    episode: Episode
    act: Act
    ids: Random


class Coming:
    """Acts after now."""

    def __init__(self) -> None:
        self._planned: list[Planned] = []
        self._count = 0

    def plan(self, episode: Episode, act: Act, ids: Random) -> None:
        self._count += 1
        heapq.heappush(self._planned, Planned(act.time_ns, self._count, episode, act, ids))

    def until(self, moment_ns: int) -> Iterator[Planned]:
        """What has happened by now, in order of time."""
        while self._planned and self._planned[0].time_ns <= moment_ns:
            yield heapq.heappop(self._planned)

    def taken_out(self, key: str) -> Planned | None:
        """The attempt at this effect that will succeed, once it is planned no more; with it go those before it."""
        mine = sorted(planned for planned in self._planned if planned.act.key == key)
        success = next((planned for planned in mine if planned.act.trouble is None), None)
        if success:
            self._planned = [planned for planned in self._planned if planned not in mine]
            heapq.heapify(self._planned)
        return success
