"""What the way from sources into the tables needs of a record store: a journal, or the shared journal of several machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from collectors.event import Record
from collectors.segment import Frame


class Durable(Protocol):
    """What makes records durable."""

    def append(self, records: Sequence[Record], patience_seconds: float | None = None) -> object:
        """They are kept when this returns. Raises JournalUnavailable when they are not (within that time, if given)."""


class RecordStore(Durable, Protocol):
    """And tells them again, in order, each with its number."""

    folder: Path
    problems: list[str]

    @property
    def last(self) -> int:
        """The number of the newest record."""

    def read(self, after: int) -> Iterator[Frame]:
        """The records behind number `after` that were durable when this was called, in order."""

    def continue_after(self, number: int) -> None:
        """The tables know the records up to this one."""

    def durable(self) -> list[tuple[Path, int | None]]:
        """Every file of it, and how many of its bytes are on disk at this moment (None: it does not grow any more)."""

    def close(self) -> None:
        """Nothing is kept any more."""
