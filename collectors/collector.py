"""What every source is: it reads records, and understands them later. Reading does all the I/O, understanding none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from collectors.event import Record
from collectors.mapping import AttributeMapping, RowMapping
from collectors.meaning import Meaning
from collectors.rows import Rows

Clock = Callable[[], int]  # nanoseconds since 1970 UTC; `app` hands in the real one


@dataclass(frozen=True, slots=True)
class Trouble:
    """A stream that cannot be read now, or not wholly; the sentence says where, what, and what to do. The rest goes on."""

    stream: str
    sentence: str


class Collector(Protocol):
    name: str
    kind: ClassVar[str]
    mapping: AttributeMapping | RowMapping | None

    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble]:
        """What is new behind `after` (stream → the `after` of its last record), to the end."""

    def decode(self, record: Record, meaning: Meaning, rows: Rows) -> None:
        """Adds what a record says to `rows`; what cannot be understood becomes a rejected row."""
