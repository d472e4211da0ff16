"""The thread that moves recoveries on while serving."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from app.recovery.automatic import Rules
from app.recovery.engine import Engine, World
from app.recovery.runs import Runs
from app.storage.engine import AWAY

PAUSE_SECONDS = 0.5
RULES_EVERY = 20  # pauses: a rule is in no hurry
SENDERS = 16  # at once, of all recoveries together

log = logging.getLogger("syncline.recovery")


class Worker:
    """Ticks the engine, and lets rules ask now and then, until it is stopped; what is under way then gets its answer first."""

    def __init__(
        self,
        runs: Runs,
        world: World,
        rules: Rules | None = None,
        also: Sequence[Callable[[], None]] = (),
        acts: Callable[[], bool] = lambda: True,
    ) -> None:
        self._rules, self._also, self._acts = rules, also, acts
        self._has_begun = False
        self._end = threading.Event()
        self._is_away = False
        self._senders = ThreadPoolExecutor(SENDERS, thread_name_prefix="recovery-send")
        self._engine = Engine(runs, world, self._senders)
        self._thread = threading.Thread(target=self._run, name="recovery", daemon=True)

    def start(self) -> None:
        self._begin()
        self._thread.start()

    def stop(self) -> None:
        self._end.set()
        self._thread.join()
        self._senders.shutdown()

    def _begin(self) -> bool:
        """Whether it is this process that moves them on, of several; what the one before was sending gets no answer any more."""
        if not self._acts():
            self._has_begun = False
        elif not self._has_begun:
            self._engine.begin()
            self._has_begun = True
        return self._has_begun

    def _run(self) -> None:
        for turn in count():
            if self._end.wait(PAUSE_SECONDS):
                return
            try:
                if not self._begin():
                    continue
                if self._rules and turn % RULES_EVERY == 0:
                    self._rules.ask()
                for each in self._also if turn % RULES_EVERY == 0 else ():
                    each()
                self._engine.tick()
                self._is_away = False
            except AWAY as error:  # told once, not twice a second
                if not self._is_away:
                    log.warning("recoveries wait until the database answers: %s", type(error).__name__, exc_info=error)
                self._is_away = True
            except Exception:  # a store that is being rebuilt, a disk that is full: told, and tried again
                log.exception("recoveries cannot go on for the moment")
