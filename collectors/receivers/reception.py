"""What a receiver does with an export request, whatever carried it: understand it, make it durable, say what was accepted."""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from collectors import otlp
from collectors.collector import Clock
from collectors.event import Record
from collectors.journal import JournalUnavailable
from collectors.record_store import Durable

EXAMPLES = 3  # rejected items told in the answer; all of them are rows of `rejected`
CHUNK = 1 << 16
LOOKING = 2  # requests looked through at once: more of them only take the interpreter's lock from who reads the others
GZIP_START = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Limits:
    """`budget_bytes` is for the bodies of all requests under way together, packed and unpacked: memory stays bounded under any load."""

    body_bytes: int = 64 << 20
    budget_bytes: int = 192 << 20
    patience_seconds: float = 1.5  # a client's whole deadline may be 10 s over six tries, so the answer is there within 2
    retry_after_seconds: int = 2  # more than 5 and the Python SDK gives up instead of waiting


@dataclass(frozen=True, slots=True)
class Accepted:
    rejected: int
    message: str = ""  # empty when all was accepted


class TooLarge(Exception):
    """The body is over the limit."""


class Unreadable(Exception):
    """The body is not what it says it is; sending it again is pointless."""


class Unavailable(Exception):
    """Not now; the same request will do later."""


class Room:
    """What one request holds of the budget: bytes are taken before they are read or unpacked, and given back at its end."""

    def __init__(self, budget: Budget, patience_seconds: float) -> None:
        self._budget, self._deadline = budget, time.monotonic() + patience_seconds
        self.held_bytes = 0

    @property
    def patience_seconds(self) -> float:
        """How long the request may still wait, for whatever."""
        return max(0.0, self._deadline - time.monotonic())

    def take(self, size: int) -> None:
        """Waits until there is room for `size` bytes more. Raises Unavailable when that takes too long."""
        self._budget.give(self, size)


class Budget:
    """The bytes that all requests under way may hold. The oldest of them always goes on, so that they never wait for each other."""

    def __init__(self, size: int) -> None:
        self._size, self._used = size, 0
        self._rooms: dict[Room, None] = {}
        self._changed = threading.Condition()

    @contextmanager
    def room(self, patience_seconds: float) -> Iterator[Room]:
        room = Room(self, patience_seconds)
        with self._changed:
            self._rooms[room] = None
        try:
            yield room
        finally:
            with self._changed:
                del self._rooms[room]
                self._used -= room.held_bytes
                self._changed.notify_all()

    def give(self, room: Room, size: int) -> None:
        with self._changed:
            if not self._changed.wait_for(lambda: self._fits(room, size), room.patience_seconds):
                raise Unavailable("too many requests are under way")
            self._used += size
            room.held_bytes += size

    def _fits(self, room: Room, size: int) -> bool:
        return self._used + size <= self._size or room is next(iter(self._rooms))


class Reception:
    """Takes requests for the source `source` into `journal`. Safe from many threads."""

    def __init__(self, journal: Durable, clock: Clock, limits: Limits, source: str = "otlp") -> None:
        self._journal, self._clock, self.limits, self.source = journal, clock, limits, source
        self._budget = Budget(limits.budget_bytes)
        self._looking = threading.Lock()
        self.is_closing = False

    @contextmanager
    def room(self, patience_seconds: float) -> Iterator[Room]:
        """Where one request is worked on. Raises Unavailable when no more are taken."""
        if self.is_closing:
            raise Unavailable("the receiver is shutting down")
        with self._budget.room(patience_seconds) as room:
            yield room

    @contextmanager
    def looking(self, room: Room) -> Iterator[None]:
        """While the request is looked through, one at a time: more at once only take the interpreter's lock from who reads the others.

        Raises Unavailable when its turn does not come in time."""
        if not self._looking.acquire(timeout=room.patience_seconds):
            raise Unavailable("the receiver is overloaded; send again later")
        try:
            yield
        finally:
            self._looking.release()

    def accept(self, signal: str, content_type: str, body: bytes, room: Room) -> Accepted:
        """The answer to one request, once it is on disk. Raises Unreadable, or Unavailable where nothing was kept.

        Looked through before it is acknowledged, to count what is invalid; the loader reads it whole, from the journal, which alone is
        the truth. An empty request is fine, and nothing to keep.
        """
        try:
            with self.looking(room):
                items, refused = otlp.refused(signal, content_type, body)
        except otlp.Undecodable as error:
            raise Unreadable(str(error)) from error
        if items:
            self.keep(Record(self.source, "", body, content_type, self._clock(), signal), room)
        return Accepted(len(refused), _told(signal, refused))

    def keep(self, record: Record, room: Room) -> None:
        """Makes durable what was looked through already. Raises Unavailable."""
        try:
            self._journal.append([record], room.patience_seconds)
        except JournalUnavailable as error:
            raise Unavailable(str(error)) from error

    def now_ns(self) -> int:
        return self._clock()


def gunzipped(body: bytes, limit: int, take: Callable[[int], None] | None = None) -> bytes:
    """The decompressed body, never holding more than `limit` bytes; `take` is told of each further piece. Raises TooLarge or Unreadable."""
    parts, size = [], 0
    stream = zlib.decompressobj(31)
    try:
        while body:
            part = stream.decompress(body, min(CHUNK, limit - size + 1))
            if take:
                take(len(part))
            parts.append(part)
            size += len(part)
            if size > limit:
                raise TooLarge
            body = stream.unconsumed_tail
            if stream.eof and (body := stream.unused_data):
                if not body.startswith(GZIP_START[: len(body)]):
                    raise Unreadable(f"gzip: something that is no gzip follows the compressed data (found {body[:20]!r})")
                stream = zlib.decompressobj(31)  # a second member: allowed by RFC 1952
    except zlib.error as error:
        raise Unreadable(f"gzip: {error}") from error
    if not stream.eof:
        raise Unreadable("gzip: the data ends in the middle")
    return b"".join(parts)


def _told(signal: str, refused: list[otlp.Invalid]) -> str:
    if not refused:
        return ""
    word = "span" if signal == "traces" else "log record"
    examples = "; ".join(f"{word} {item.number}: {item.reason[:200]}" for item in refused[:EXAMPLES])
    more = f"; and {len(refused) - EXAMPLES} more" if len(refused) > EXAMPLES else ""
    return f"{len(refused)} {word}{'s' if len(refused) > 1 else ''} rejected: {examples}{more}"
