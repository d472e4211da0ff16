"""The thread that turns what is received into numbers: loads new records and computes what they touch, within a second."""

from __future__ import annotations

import logging
import threading
import time

from app.application import Application

LOOK_SECONDS = 0.2  # between two looks at the journal's last number; the look is one integer
RETRY_SECONDS = 10  # after a failure: what made it fail (a full disk) may be over
DRAIN_SECONDS = 10  # how long the end may wait; what is not loaded by then stays in the journal for the next start

log = logging.getLogger("syncline.loader")


class Ending(Exception):
    """The process has waited long enough."""


class Loader:
    """Runs beside the receivers. A failure is told and tried again; receiving goes on, because it only needs the journal."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._end = threading.Event()
        self._end_by = float("inf")
        self._thread = threading.Thread(target=self._run, name="loader", daemon=True)
        self.seen = -1  # the newest record that all that follows from it was computed of
        self.failure = ""  # why the newest attempt failed; empty when it did not
        self.has_run = False

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Loads what is there and ends."""
        self._end_by = time.monotonic() + DRAIN_SECONDS
        self._end.set()
        self._thread.join()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            while not self._end.is_set():
                self._advance()
                self._end.wait(RETRY_SECONDS if self.failure else LOOK_SECONDS)
            self._advance()
        except Ending:
            log.info("Not everything received is in the tables yet; the next start goes on with it.")

    def _advance(self) -> None:
        last = self._application.journal.last
        if last <= self.seen:
            return
        try:
            self._application.advance(self._go_on)
        except Ending:
            raise
        except Exception as error:  # whatever it is, the thread must live: told, seen at /readyz, tried again
            if str(error) != self.failure:
                log.exception("Loading failed; receiving goes on, and it is tried again every %s s.", RETRY_SECONDS)
            self.failure = str(error) or type(error).__name__
            return
        if self.failure:
            log.info("Loading works again.")
        self.seen, self.failure, self.has_run = last, "", True

    def _go_on(self, _what: str, _records: int) -> None:
        if time.monotonic() > self._end_by:
            raise Ending
