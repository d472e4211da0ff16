"""What runs how often while serving, and nothing else."""

from __future__ import annotations

import logging
import random
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from app.application import Application
from app.configuration.model import Source
from app.several.part import may_read
from app.source_state import SourceState

log = logging.getLogger("syncline.jobs")
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 5.0, 60.0  # a source that is down is asked again after 5 s, then twice as long each time
JITTER = 0.2  # so that what failed together does not come back together


class Ending(Exception):
    """The process ends; what was read so far is kept, the rest is read next time."""


class Jobs:
    """Reads every polled source as often as its `every` says, the first time at once; later where it is down.

    Each source has a thread of its own: one that hangs or is slow keeps no other from being read.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        self._end = threading.Event()
        self.states: dict[str, SourceState] = {source.name: SourceState() for source in application.polled_sources}
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600}
        executor = ThreadPoolExecutor(max(1, len(self.states)))
        self._scheduler = BackgroundScheduler(executors={"default": executor}, timezone="UTC", job_defaults=defaults)
        for source in application.polled_sources:
            read, now = partial(self._read, source), datetime.now(UTC)
            self._scheduler.add_job(
                read, "interval", seconds=source.every_seconds, id=source.name, name=f"read {source.name}", next_run_time=now
            )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._end.set()
        self._scheduler.shutdown()

    def read_now(self, name: str) -> None:
        """At once, not when it is its turn."""
        self._scheduler.modify_job(name, next_run_time=datetime.now(UTC))

    def _read(self, source: Source) -> None:
        if not may_read(self._application, source.name):
            self.states[source.name] = SourceState()
            return
        begun_ns = self._application.now_ns()
        try:
            report = self._application.poll([source.name], self._go_on)
        except Ending:
            return
        except Exception as error:  # the journal refuses, say: told, seen on Sources, tried again
            log.exception("reading %s failed", source.name)
            troubles, is_down = [f"reading it failed: {error}"], True
        else:
            troubles, is_down = [sentence for _, sentence in report.troubles], source.name in report.down
        if not self._end.is_set():
            self._settle(source, begun_ns, tuple(troubles), is_down)

    def _settle(self, source: Source, begun_ns: int, troubles: tuple[str, ...], is_down: bool) -> None:
        before = self.states[source.name]
        self._tell(source.name, before.troubles, troubles)
        if not troubles:
            self.states[source.name] = SourceState(begun_ns)
            return
        tries = before.tries + 1
        wait = max(source.every_seconds, pause_seconds(tries)) if is_down else source.every_seconds
        if is_down:
            self._scheduler.modify_job(source.name, next_run_time=datetime.now(UTC) + timedelta(seconds=wait))
        since_ns = before.since_ns if before.tries else begun_ns
        next_ns = self._application.now_ns() + int(wait * 1e9)
        self.states[source.name] = replace(before, troubles=troubles, is_down=is_down, since_ns=since_ns, tries=tries, next_ns=next_ns)

    @staticmethod
    def _tell(name: str, before: tuple[str, ...], troubles: tuple[str, ...]) -> None:
        """Each trouble once, not with every try; and when it is over."""
        for sentence in troubles:
            if sentence not in before:
                log.warning("%s: %s", name, sentence)
        if before and not troubles:
            log.info("%s is read again.", name)

    def _go_on(self, _name: str, _records: int) -> None:
        if self._end.is_set():
            raise Ending


def pause_seconds(tries: int) -> float:
    """How long to wait after so many tries in vain: longer each time, and never the same for two sources."""
    pause = min(LAST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** min(tries - 1, 10))
    return pause * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  not a secret
