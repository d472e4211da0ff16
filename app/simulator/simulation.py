"""A run: the script first, then the past from yesterday backwards, then life as it goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from app.simulator.act import Act
from app.simulator.coming import Coming
from app.simulator.episode import Episode
from app.simulator.hub import Hub
from app.simulator.provider import Provider
from app.simulator.replays import Replays
from app.simulator.rhythm import DAY, HOUR, SECOND, to_ns
from app.simulator.speaking import speak, speak_unreadable
from app.simulator.stock import LIVE_EVERY_NS, Stock
from app.simulator.story import Story, tell
from app.simulator.systems import Systems
from app.simulator.timeline import Arrivals, history

TICK_SECONDS = 0.5
SPANS_A_REQUEST = 2_000
OLD_SPANS_PER_SECOND = 6_000
LISTED_AFTER_NS = 6 * HOUR  # what is moved in the hours before is not told yet, and is posted by then
Say = Callable[[str], None]


@dataclass(slots=True)
class Report:
    """What was sent, and what a correct observer must find at the end of the history."""

    transactions: int = 0
    written: int = 0  # spans and log records
    delivered: int = 0
    lost: int = 0
    seconds_to_first: float = 0.0  # until the script and the last day were delivered
    seconds: float = 0.0
    as_of: str = ""
    truth: dict[str, Any] = field(default_factory=dict)


def run(
    endpoint: str,
    seed: int,
    start: datetime,
    end: datetime,
    live: bool = False,
    volume: float = 1.0,
    *,
    speed: float = 1.0,
    token: str | None = None,
    is_scripted: bool = True,
    stop: threading.Event | None = None,
    say: Say = lambda _: None,
    lists: Path | None = None,
    hub: Hub | None = None,
    messages: Path | None = None,
    edi: Path | None = None,
) -> Report:
    """Sends the history of [start, end) to an OTLP/HTTP endpoint, then, if `live`, what happens until `stop` is set.

    Equal arguments give equal spans. `volume` 1.0 is some 2,600 transactions in the last day and 650 on each day before;
    `speed` multiplies the live traffic only. Into the folder `lists` go the stock lists of the warehouse and the ERP. While
    it is `live`, orders to send something again are taken from `hub`. The messages that the middleware keeps are written into `messages`,
    what the suppliers of one plant answer, as interchanges, into `edi`.
    """
    running = _Run(Systems(endpoint, token), seed, to_ns(start), to_ns(end), volume, stop or threading.Event(), say)
    if lists:
        running.stock = Stock(lists, running.end_ns)
    if edi:
        running.provider = Provider(edi, running.end_ns)
    if live:
        running.arrivals = Arrivals(seed, running.end_ns, volume, speed)
    story = tell(seed, running.end_ns) if is_scripted else Story()
    running.messages = messages
    running.hub, running.replays = hub, Replays(seed, story, running.coming)
    try:
        running.tell_past(story)
        running.live()
    finally:
        running.systems.close()
    return running.finished()


@dataclass(frozen=True, slots=True)
class Pace:
    """Holds older history back, so that the receiver has room to answer people."""

    since: float
    written: int

    def keep(self, written: int) -> None:
        ahead = (written - self.written) / OLD_SPANS_PER_SECOND - (time.monotonic() - self.since)
        if ahead > 0.02:
            time.sleep(ahead)


class _Run:
    def __init__(self, systems: Systems, seed: int, begin_ns: int, end_ns: int, volume: float, stop: threading.Event, say: Say) -> None:
        self.systems, self.seed, self.begin_ns, self.end_ns, self.volume = systems, seed, begin_ns, end_ns, volume
        self.stop, self.say = stop, say
        self.arrivals: Arrivals | None = None
        self.hub: Hub | None = None
        self.messages: Path | None = None
        self.provider: Provider | None = None
        self.coming = Coming()  # acts after the end
        self.replays = Replays(seed, Story(), self.coming)
        self.sent = 0
        self.stock: Stock | None = None
        self.next_list_ns = -(-end_ns // LIVE_EVERY_NS) * LIVE_EVERY_NS
        self.began = time.monotonic()
        self.report = Report(as_of=datetime.fromtimestamp(end_ns // SECOND, UTC).isoformat().replace("+00:00", "Z"))

    def tell_past(self, story: Story) -> None:
        self._tell_story(story)
        pace: Pace | None = None  # none in the last day: that is what people look at first
        for episode in history(self.seed, self.begin_ns, self.end_ns, self.volume):
            if self.stop.is_set():
                return
            if pace is None and episode.start_ns < self.end_ns - DAY:
                pace = self._last_day_is_told()
            self._tell(episode)
            if self.systems.written - self.sent >= SPANS_A_REQUEST:
                self._send()
                self._pump()
                if pace:
                    pace.keep(self.systems.written)
        if pace is None:
            self._last_day_is_told()
        self._send(is_waiting=True)
        if self.stock:
            self.stock.list_past(self.begin_ns + LISTED_AFTER_NS)
        self._say_told("The history is told")

    def _tell_story(self, story: Story) -> None:
        self.report.truth = story.truth()
        for episode in story.episodes:
            self._tell(episode)
        for plant, time_ns, trouble in story.unreadable:
            speak_unreadable(self.systems, plant, time_ns, trouble, Random(f"{self.seed} unreadable {time_ns}"))

    def _last_day_is_told(self) -> Pace:
        self._send(is_waiting=True)
        if self.stock:
            self.stock.list_past(max(self.begin_ns, self.end_ns - DAY) + LISTED_AFTER_NS)
        self.report.seconds_to_first = time.monotonic() - self.began
        self._say_told("The last day is told")
        return Pace(time.monotonic(), self.systems.written)

    def _say_told(self, what: str) -> None:
        written, seconds = self.systems.written, time.monotonic() - self.began
        self.say(f"{what}: {self.report.transactions:,} transactions in {written:,} spans and log records, {seconds:.1f} s.")

    def _tell(self, episode: Episode) -> None:
        """Says what has happened by the end of the history; the rest waits for its time, if there is a live part."""
        self.report.transactions += len(episode.walks)
        if self.stock:
            self.stock.hear(episode)
        ids = Random(f"{self.seed} ids {episode.flow} {episode.plant.name} {episode.day} {episode.serial}")
        for act in episode.acts:
            if act.time_ns <= self.end_ns:
                self._speak(episode, act, ids)
            elif self.arrivals:
                self.coming.plan(episode, act, ids)

    def _speak(self, episode: Episode, act: Act, ids: Random) -> None:
        if act.payload and self.messages:
            (self.messages / act.payload.name).write_bytes(act.payload.body)
        if not (self.provider and self.provider.takes(episode.plant, act)):
            speak(self.systems, episode.plant, act, ids)

    def live(self) -> None:
        while self.arrivals and not self.stop.wait(TICK_SECONDS):
            self._pump()

    def _pump(self) -> None:
        """Says everything whose time has come."""
        if not self.arrivals:
            return
        now = time.time_ns()
        if self.provider:
            self.provider.catch_up(now)
        self._take_orders(now)
        for episode in self.arrivals.until(now):
            self._tell(episode)
        for planned in self.coming.until(now):
            self._speak(planned.episode, planned.act, planned.ids)
            if self.systems.written - self.sent >= SPANS_A_REQUEST:
                self._send()
        self._send()
        if self.stock and now >= self.next_list_ns:
            self.stock.list_now(self.next_list_ns)
            self.next_list_ns += LIVE_EVERY_NS

    def _take_orders(self, now_ns: int) -> None:
        for order, waiting in self.hub.orders() if self.hub else ():
            if not waiting.set_running_or_notify_cancel():
                continue  # who asked has gone
            outcome = self.replays.ordered(order, now_ns)
            for planned in outcome.planned:
                self.coming.plan(planned.episode, planned.act, planned.ids)
            if self.stock and outcome.posted:
                self.stock.hear(outcome.posted)
            waiting.set_result(outcome.answer)

    def _send(self, *, is_waiting: bool = False) -> None:
        self.systems.send(self.provider.brought() if self.provider else None)
        self.sent = self.systems.written
        if is_waiting:
            self.systems.gateway.wait()

    def finished(self) -> Report:
        report, gateway = self.report, self.systems.gateway
        report.written, report.delivered, report.lost = self.systems.written, gateway.delivered, gateway.lost
        report.seconds = time.monotonic() - self.began
        return report
