"""Connections to PostgreSQL that wait for no answer longer than somebody waits for a page."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

from psycopg import Connection, OperationalError

PATIENCE_SECONDS = 10.0  # more than a turn is waited for
SILENT = "no answer came within {seconds:.0f} s, so the connection was given up"


class Patient(Connection[Any]):
    """The system notices a machine that is gone; a server that has stopped, and a machine that has not, only a clock of ours does."""

    def wait(self, gen: Any, *options: Any, **named: Any) -> Any:
        return super().wait(self._in_time(gen), *options, **named)

    def _in_time(self, gen: Any) -> Generator[Any, Any, Any]:
        """As `gen`, of which each answer comes in time."""
        end = time.monotonic() + PATIENCE_SECONDS
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() > end:
                    self.pgconn.finish()
                    raise OperationalError(SILENT.format(seconds=PATIENCE_SECONDS))
                wanted = gen.send(ready)
        except StopIteration as ended:
            return ended.value
