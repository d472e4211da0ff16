"""When episodes begin: the history of past days, newest first, and the arrivals of the running one."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from app.simulator.company import PLANTS, Plant
from app.simulator.episode import Episode
from app.simulator.flows import FLOWS, Flow
from app.simulator.luck import fate_of
from app.simulator.numbers import LIVE_SERIALS
from app.simulator.rhythm import DAY, SECOND, activity, local, midnight_ns, start_time, starts_per_day

DENSE = 4  # the last day is told in full, of older days every fourth episode
LIVE_TROUBLE = 3.0  # while somebody watches, more happens
QUIETEST = 0.3  # a demo at four in the morning still shows traffic
SLOWER_SINCE_NS = 6 * DAY
SLOWER = {  # since then the job that schedules runs less often in two plants: nothing is late, and nobody would notice
    ("order_to_production", "augsburg"): {"scheduled": 2.0},
    ("order_to_production", "monterrey"): {"scheduled": 2.0},
}
MENDED_SOON = (4, 25)  # minutes; live problems end while one can still see it


class Start(NamedTuple):
    """Where one episode of the history begins."""

    start_ns: int
    serial: int
    flow: str
    place: int
    day: date  # whose numbers its documents have


def history(seed: int, begin_ns: int, end_ns: int, volume: float) -> Iterator[Episode]:
    """All episodes that began in [begin, end), newest first; troubles are over by the end."""
    first = min(local(plant, begin_ns).date() for plant in PLANTS)
    day = max(local(plant, end_ns).date() for plant in PLANTS)
    waiting: list[Start] = []
    while day >= first:
        waiting += [start for plant in PLANTS for flow in FLOWS.values() for start in _starts(seed, flow, plant, day, end_ns, volume)]
        midnight = max(midnight_ns(plant, day) for plant in PLANTS)  # what begins before it may still follow from the day before
        ready = [start for start in waiting if begin_ns <= start.start_ns < end_ns and (start.start_ns >= midnight or day == first)]
        for start in sorted(ready, reverse=True):
            plant = PLANTS[start.place]
            yield play(seed, FLOWS[start.flow], plant, start.day, start.serial, start.start_ns, end_ns)
        waiting = [start for start in waiting if start.start_ns < midnight]
        day -= timedelta(days=1)


def _starts(seed: int, flow: Flow, plant: Plant, day: date, end_ns: int, volume: float) -> Iterator[Start]:
    random = Random(f"{seed} {flow.name} {plant.name} {day}")
    mean = starts_per_day(plant, flow.hours, day, flow.per_day * volume * DENSE)
    for serial in range(max(0, round(random.gauss(mean, mean**0.5 / 2)))):
        start_ns = start_time(plant, flow.hours, day, random)
        if serial % DENSE == 0 or start_ns >= end_ns - DAY:
            yield Start(start_ns, serial, flow.name, plant.place, day)


def play(seed: int, flow: Flow, plant: Plant, day: date, serial: int, start_ns: int, calm_at_ns: int) -> Episode:
    """The episode; one that would be in trouble at `calm_at_ns` has no trouble at all instead, so that only the script is open then."""
    name = f"{seed} {flow.name} {plant.name} {day} {serial}"
    random = Random(name)
    slower = SLOWER.get((flow.name, plant.name), {}) if start_ns >= calm_at_ns - SLOWER_SINCE_NS else {}
    episode = Episode(flow.name, plant, day, serial, start_ns, random, fate_of(flow, plant, random), slower=slower)
    flow.play(episode)
    if episode.is_troubled_at(calm_at_ns):
        episode = Episode(flow.name, plant, day, serial, start_ns, Random(name), is_calm=True, slower=slower)
        flow.play(episode)
    return episode


class Arrivals:
    """Episodes that begin from `begin_ns` on, in order of time; each flow at each plant has its own pace."""

    def __init__(self, seed: int, begin_ns: int, volume: float, speed: float) -> None:
        self._seed, self._factor = seed, volume * speed * DENSE
        self._random = Random(f"{seed} live {begin_ns}")
        self._serials: dict[tuple[str, str, date], int] = {}
        self._next = [(self._after(flow, plant, begin_ns), flow.name, plant.place) for flow in FLOWS.values() for plant in PLANTS]
        heapq.heapify(self._next)

    def until(self, moment_ns: int) -> Iterator[Episode]:
        """The episodes that have begun by now."""
        while self._next[0][0] <= moment_ns:
            start_ns, name, place = self._next[0]
            flow, plant = FLOWS[name], PLANTS[place]
            heapq.heapreplace(self._next, (self._after(flow, plant, start_ns), name, place))
            yield self._begin(flow, plant, start_ns)

    def _after(self, flow: Flow, plant: Plant, moment_ns: int) -> int:
        busy = max(QUIETEST, activity(plant, flow.hours, moment_ns))
        per_second = flow.per_day * plant.share * self._factor * busy / (12 * 3600)  # a weekday's work fills about twelve full hours
        return moment_ns + max(SECOND // 10, int(self._random.expovariate(per_second) * SECOND))

    def _begin(self, flow: Flow, plant: Plant, start_ns: int) -> Episode:
        day = local(plant, start_ns).date()
        serial = self._serial(flow, plant, start_ns)
        random = Random(f"{self._seed} live {flow.name} {plant.name} {day} {serial}")
        episode = Episode(
            flow.name,
            plant,
            day,
            serial,
            start_ns,
            random,
            fate_of(flow, plant, random, LIVE_TROUBLE),
            wishes={"mended_minutes": MENDED_SOON},
            slower=SLOWER.get((flow.name, plant.name), {}),
        )
        flow.play(episode)
        return episode

    def _serial(self, flow: Flow, plant: Plant, start_ns: int) -> int:
        """Follows the clock, so that a second run on the same day does not use the numbers of the first."""
        now = local(plant, start_ns)
        key = flow.name, plant.name, now.date()
        by_clock = LIVE_SERIALS + (now.hour * 3600 + now.minute * 60 + now.second) // 90
        self._serials[key] = max(self._serials.get(key, 0) + 1, by_clock)
        return self._serials[key]
