"""How reading a polled source goes at the moment: read to its end, or in trouble since when, and when it is tried again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceState:
    """Instants in ns since 1970 UTC. Known only while serving, and only from its start on: what was read is in the tables."""

    read_ns: int | None = None  # the start of the newest read that met no trouble
    troubles: tuple[str, ...] = ()  # sentences: where, what, what to do
    is_down: bool = False  # nothing of it can be read; otherwise the rest of it is
    since_ns: int | None = None  # when the first of the reads in trouble in a row began
    tries: int = 0  # how many in a row
    next_ns: int | None = None  # when it is tried again
