"""What runs how often while serving, and nothing else."""

from __future__ import annotations

import logging
import threading
from functools import partial

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from app.application import Application

log = logging.getLogger("syncline.jobs")


class Ending(Exception):
    """The process ends; what was read so far is kept, the rest is read next time."""


class Jobs:
    """Reads every polled source as often as its `every` says, the first time at once."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._end = threading.Event()
        self._told: dict[str, list[str]] = {}
        # One worker: sources are read one after the other, so that a slow one costs time and not memory.
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600}
        self._scheduler = BackgroundScheduler(executors={"default": ThreadPoolExecutor(1)}, timezone="UTC", job_defaults=defaults)
        for source in application.polled_sources:
            self._scheduler.add_job(partial(self._read, source.name), id=source.name, name=f"first read of {source.name}")
            self._scheduler.add_job(partial(self._read, source.name), "interval", seconds=source.every_seconds, name=f"read {source.name}")

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._end.set()
        self._scheduler.shutdown()

    def _read(self, name: str) -> None:
        try:
            report = self._application.poll([name], self._go_on)
        except Ending:
            return
        self._tell(name, [sentence for _, sentence in report.troubles])

    def _tell(self, name: str, troubles: list[str]) -> None:
        """Each trouble once, not every thirty seconds; and when it is over."""
        before = self._told.get(name, [])
        for sentence in troubles:
            if sentence not in before:
                log.warning("%s: %s", name, sentence)
        if before and not troubles:
            log.info("%s is read again.", name)
        self._told[name] = troubles

    def _go_on(self, _name: str, _records: int) -> None:
        if self._end.is_set():
            raise Ending
