"""What only one of several may do at a time: read a source, and act (tell, report, recover, keep the lake in order).

A lease in the database says who tries, the term in the lake what counts: of who slept while another took over nothing is committed.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from hashlib import sha256

import duckdb
from sqlalchemy import Engine, select

from app.lease import Lease, leases
from collectors.own import SOURCE
from collectors.shared import Duty, DutyLost
from sql.lake import Lake

ACTING = "acting"
SECONDS = 15  # of who ended without a word, or cannot reach the database
log = logging.getLogger("syncline.several")


class Duties:
    """Those of one process. `taken` is called with each that it gets, before it counts as its own; `lost` with each that it had."""

    def __init__(
        self,
        engine: Engine,
        lake: Lake,
        holder: str,
        sources: Sequence[str],
        now_ns: Callable[[], int],
        taken: Callable[[str], None],
        lost: Callable[[str], None],
    ) -> None:
        self._engine, self._holder, self._sources, self._now_ns = engine, holder, tuple(sources), now_ns
        names = (ACTING, *map(reading, sources))
        self._leases = {name: Lease(engine, _lease_name(name), holder, SECONDS) for name in names}
        self._duties = {name: Duty(lake, name, holder) for name in names}
        self._taken, self._lost = taken, lost
        self._until: dict[str, float] = {}  # by this machine's own clock that nobody sets
        self._holders: dict[str, str] = {}

    def may(self, name: str) -> bool:
        """Whether it is this process's, as far as it knows."""
        return self._until.get(name, 0.0) > time.monotonic()

    def may_read(self, source: str) -> bool:
        return self.may(reading(source))

    def holder(self, name: str) -> str | None:
        """Whose it was when somebody looked last."""
        return self._holders.get(_lease_name(name))

    def hold(self, cursor: duckdb.DuckDBPyConnection, source: str) -> None:
        """In the transaction of what is appended. Raises DutyLost."""
        name = ACTING if source == SOURCE else reading(source)
        if name not in self._duties or not self.may(name):
            raise DutyLost(f"{name} is not for this machine to do at the moment")
        self._duties[name].hold(cursor)

    def look(self, workers: int) -> None:
        """Keeps what is held, takes what is free, and leaves to others what is more than a fair share of the sources."""
        self._holders = self._held_by()
        share = -(-len(self._sources) // max(1, workers))
        for name in list(self._leases):
            is_mine = self.may(name)
            if not is_mine and name in self._until:
                self._lose(name)
            reads = sum(1 for each in self._until if each != ACTING)
            if name != ACTING and (reads > share if is_mine else reads >= share):
                self._give_back(name)
            elif is_mine or self._is_free(name):
                self._take(name, is_mine=is_mine)

    def give_back(self) -> None:
        """So that others need not wait."""
        for name in list(self._until):
            self._give_back(name)

    def _take(self, name: str, *, is_mine: bool) -> None:
        until = time.monotonic() + SECONDS
        if not self._leases[name].take(self._now_ns()):
            if is_mine:
                self._lose(name)
            return
        if not is_mine:
            try:
                self._duties[name].take()
                self._taken(name)
            except BaseException:
                self._leases[name].give_back()
                raise
            log.info("From now on this process does: %s.", name)
        self._until[name] = until
        self._holders[_lease_name(name)] = self._holder

    def _give_back(self, name: str) -> None:
        if name in self._until:
            self._lose(name)
            self._leases[name].give_back()

    def _lose(self, name: str) -> None:
        del self._until[name]
        self._lost(name)
        log.info("This process no longer does: %s.", name)

    def _is_free(self, name: str) -> bool:
        return self._holders.get(_lease_name(name), self._holder) == self._holder

    def _held_by(self) -> dict[str, str]:
        with self._engine.connect() as connection:
            rows = connection.execute(select(leases.c.name, leases.c.holder).where(leases.c.until_ns > self._now_ns())).all()
        return {row.name: row.holder for row in rows}


def reading(source: str) -> str:
    """The duty to read it."""
    return f"read {source}"


def _lease_name(name: str) -> str:
    return f"duty {name}" if len(name) < 50 else f"duty {sha256(name.encode()).hexdigest()[:50]}"
