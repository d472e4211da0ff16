"""A line on the terminal that says how far a long command is."""

from __future__ import annotations

import sys
import time

EVERY_SECONDS = 0.1


class ProgressLine:
    """Called with (what, records so far); draws at most ten times a second, and nothing when nobody looks at a terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._drawn = 0.0
        self._begun = time.monotonic()

    def __call__(self, what: str, records: int) -> None:
        now = time.monotonic()
        if self._shown and now - self._drawn > EVERY_SECONDS:
            self._drawn = now
            self._write(f"{what}: {records:,} records, {now - self._begun:.0f} s")

    def close(self) -> None:
        if self._drawn:
            self._write("")

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r\x1b[2K{text}")
        sys.stderr.flush()
