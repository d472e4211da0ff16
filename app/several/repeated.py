"""A thread that does one thing again and again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger("syncline.several")
RETRY_SECONDS = 2.0


class Repeated:
    """Does `action` every `seconds` until it is stopped, and once more then. A failure is told once and tried again."""

    def __init__(self, what: str, action: Callable[[], object], seconds: float) -> None:
        self.what, self._action, self._seconds = what, action, seconds
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name=what, daemon=True)
        self.failure = ""  # why the newest attempt failed; empty when it did not
        self.has_run = False

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._end.is_set():
            self._do()
            self._end.wait(max(RETRY_SECONDS, self._seconds) if self.failure else self._seconds)
        self._do()

    def _do(self) -> None:
        try:
            self._action()
        except Exception as error:  # noqa: BLE001  whatever it is, the thread must live: told, seen at /readyz, tried again
            failure = str(error) or type(error).__name__
            if not self.failure:
                log.warning("%s fails and is tried again: %s", self.what, failure)
            self.failure = failure
            return
        if self.failure:
            log.info("%s works again.", self.what)
        self.failure, self.has_run = "", True
