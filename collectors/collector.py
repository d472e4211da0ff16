"""What every source is: it reads records, and understands them later. Reading does all the I/O, understanding none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Protocol

from collectors.event import Record
from collectors.meaning import Meaning
from collectors.rows import Rows

Clock = Callable[[], int]  # nanoseconds since 1970 UTC; `app` hands in the real one


@dataclass(frozen=True, slots=True)
class Trouble:
    """A stream that cannot be read now, or not wholly; the sentence says where, what, and what to do. The rest goes on.

    Without a stream it is the source as a whole that cannot be read: it is down, and asked less often until it answers again.
    """

    stream: str
    sentence: str


class Keep(NamedTuple):
    """Nothing more comes before what was read so far is on disk and acknowledged: a broker lends only so many messages at a time."""


KEEP = Keep()


class Package(NamedTuple):
    """What a kind of source needs beyond the default installation: the module it imports, and the extra that brings it."""

    module: str
    extra: str


class Collector(Protocol):
    """Sources inherit from it; what they do not need is done for them."""

    name: str
    kind: ClassVar[str]
    package: ClassVar[Package | None] = None
    every_seconds: ClassVar[int] = 30  # how often it is read, unless the configuration says otherwise
    shows_all: ClassVar[bool] = False  # read to its end, it shows all that had happened by then: a table shows it, a topic does not
    mapping: Any  # AttributeMapping, RowMapping or None

    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble | Keep]:
        """What is new behind `after` (stream → the `after` of its last record), to the end.

        Called again and again, by one thread at a time, which need not be the same: what is worth keeping in between (a connection)
        the source keeps. It ends when nothing more is there at the moment; it never waits for something to come for longer than a second.
        Behind a Keep it is asked to go on once `kept` was told of all it gave before.
        """

    def sample(self, file: Path) -> Iterator[Record | Trouble]:
        """The records that a sample kept in `file` would be. Sources that read files need none: they read the sample itself."""
        yield Trouble("", f"a source of kind {self.kind} cannot read a sample.")

    def kept(self, records: Sequence[Record]) -> None:
        """Told once `records`, in their order, are on disk: what has to be acknowledged to somebody is acknowledged here, never earlier."""
        return

    def decode(self, record: Record, meaning: Meaning, rows: Rows) -> None:
        """Adds what a record says to `rows`; what cannot be understood becomes a rejected row."""

    def close(self) -> None:
        """Lets go of what `read` kept open."""
        return
