"""Views on their way into the audit: written within a second by a thread of their own, so that no page waits for the disk."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from app.audit.chain import append
from app.audit.place import came_from
from app.storage.engine import AWAY

AGAIN_NS = 3600 * 10**9  # who looks at the same again within an hour is not written down again
MOST_WAITING = 10_000
BATCH = 100  # in one transaction
MOST_KNOWN = 50_000
PAUSE_SECONDS = 0.5
ACTOR = "syncline"
EXPORTED = "exported"

log = logging.getLogger("syncline.audit")


@dataclass(frozen=True, slots=True)
class View:
    """Somebody saw something, at a time, from somewhere."""

    at_ns: int
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]
    came_from: str


class Seen:
    """Takes views at once, writes them soon. What nobody could write is counted, and told by an entry as soon as there can be one."""

    def __init__(self, engine: Engine, now_ns: Callable[[], int]) -> None:
        self._engine, self._now_ns = engine, now_ns
        self._lock, self._end = threading.Lock(), threading.Event()
        self._waiting: list[View] = []
        self._lost, self._is_refused = 0, False
        self._known: dict[tuple[str, str, str], int] = {}
        self._thread: threading.Thread | None = None

    def tell(self, actor: str, action: str, subject: str, detail: Mapping[str, Any] | None = None, *, each: bool = False) -> None:
        """That this was seen or asked for just now. Once an hour for the same, unless `each` time counts."""
        now_ns = self._now_ns()
        with self._lock:
            if not each and self._is_known((actor, action, subject), now_ns):
                return
            if len(self._waiting) >= MOST_WAITING:
                self._lost += 1
                return
            self._waiting.append(View(now_ns, actor, action, subject, detail or {}, came_from.get()))

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="audit", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._end.set()
        if self._thread:
            self._thread.join()
        self.write()

    def write(self) -> None:
        """All that wait, some at a time: whoever else writes waits for each. Where the database refuses, they go on waiting."""
        while self._write_some():
            pass

    def _write_some(self) -> bool:
        """Whether there may be more."""
        with self._lock:
            taken, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            lost, self._lost = self._lost, 0
        if not taken and not lost:
            return False
        try:
            with self._engine.begin() as connection:
                for view in taken:
                    copy_context().run(_append, connection, view)
                if lost:
                    append(connection, self._now_ns(), ACTOR, "views not written down", "audit", {"views": lost})
        except (DatabaseError, *AWAY):
            if not self._is_refused:  # told once, not twice a second
                log.exception("What was looked at cannot be written into the audit for the moment.")
            self._is_refused = True
            with self._lock:
                self._waiting, self._lost = [*taken, *self._waiting], self._lost + lost
            return False
        self._is_refused = False
        return True

    def _is_known(self, view: tuple[str, str, str], now_ns: int) -> bool:
        if now_ns - self._known.get(view, now_ns - AGAIN_NS) < AGAIN_NS:
            return True
        if len(self._known) >= MOST_KNOWN:
            self._known = {known: at_ns for known, at_ns in self._known.items() if now_ns - at_ns < AGAIN_NS}
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()  # an entry too many is better than one too few
        self._known[view] = now_ns
        return False

    def _run(self) -> None:
        while not self._end.wait(PAUSE_SECONDS):
            self.write()


def _append(connection: Any, view: View) -> None:
    came_from.set(view.came_from)
    append(connection, view.at_ns, view.actor, view.action, view.subject, view.detail)
