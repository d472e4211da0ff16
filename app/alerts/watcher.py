"""The thread that looks, while serving, whether something began or ceased to need somebody: soon after numbers change, and each minute."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.alerts.conditions import Known, of_feeds, of_objectives, of_sources, of_stock, of_troubles
from app.alerts.silenced import silenced_in
from app.alerts.watch import QUIET_SECONDS, Looked, look
from app.several.part import acts
from metrics.alerts import alerts
from metrics.trouble import silent_feeds, stock_astray, troubles

if TYPE_CHECKING:
    from app.alerts.alert import Condition
    from app.application import Application

EVERY_SECONDS = 60.0  # deadlines pass without anything coming in
PAUSE_SECONDS = 10.0  # between two looks, however fast data come in
REST = 20  # and so many times as long as the last look took, up to a minute: pages need the processor more
FEEDS_AFTER_SECONDS = 300.0  # who sent while nobody listened has to come back first, or every feed would be silent after a restart

log = logging.getLogger("syncline.alerts")


class Watcher:
    """Looks until it is stopped. What cannot be looked at for the moment is told and tried again."""

    def __init__(self, application: Application, then: Callable[[Looked], None] = lambda _: None) -> None:
        self._application, self._then = application, then
        self._end = threading.Event()
        self._begun = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._end.set()
        self._application.refreshed.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._end.is_set():
            took = self._look()
            if self._end.wait(min(max(PAUSE_SECONDS, REST * took), EVERY_SECONDS)):
                return
            self._application.refreshed.wait(EVERY_SECONDS)
            self._application.refreshed.clear()

    def _look(self) -> float:
        """How many seconds it took."""
        begun = time.monotonic()
        try:
            if self._is_ready():
                with_feeds = begun - self._begun >= FEEDS_AFTER_SECONDS
                self._then(look_at(self._application, self._application.settings.telling.quiet_after, with_feeds=with_feeds))
        except Exception:  # a store that is being rebuilt, a disk that is full: told, and tried again
            log.exception("alerts cannot be looked for at the moment")
        return time.monotonic() - begun

    def _is_ready(self) -> bool:
        """Not before everything that was there to be read has been, nor while everything is made anew."""
        application = self._application
        has_loaded = application.loader is None or application.loader.has_run
        has_read = all(state.read_ns or state.tries for state in application.source_states().values())
        return acts(application) and has_loaded and has_read and not application.is_rebuilding


def look_at(application: Application, quiet_seconds: int = QUIET_SECONDS, *, with_feeds: bool = True) -> Looked:
    """Looks once."""
    now_ns = application.now_ns()
    found, silenced = conditions(application, now_ns, with_feeds=with_feeds), silenced_in(application, now_ns)
    return look(application.accounts.engine, found, now_ns, quiet_seconds, silenced)


def conditions(application: Application, now_ns: int, *, with_feeds: bool = True) -> list[Condition]:
    """Everything that needs somebody as of now."""
    settings = application.settings
    settled = {case: each.ended_ns for case, each in application.settled().items()}
    with application.read_now() as reader:
        ringing, found, astray = alerts(reader), troubles(reader, settled), stock_astray(reader)
        silent = silent_feeds(reader) if with_feeds else []
    objectives = {objective.name: objective for objective in settings.objectives}
    known = Known(application.memory.every(), settings.owners, now_ns)
    return [
        *of_objectives(ringing, objectives),
        *of_troubles(found, known),
        *of_stock(astray, settings.owners),
        *of_feeds(silent, now_ns),
        *of_sources(application.source_states(), now_ns),
    ]
