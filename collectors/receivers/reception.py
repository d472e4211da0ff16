"""What a receiver does with an export request, whatever carried it: understand it, make it durable, say what was accepted."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from collectors import otlp
from collectors.collector import Clock
from collectors.event import Record
from collectors.journal import Journal, JournalUnavailable

EXAMPLES = 3  # rejected items told in the answer; all of them are rows of `rejected`
CHUNK = 1 << 16
GZIP_START = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes count after decompression. `budget_bytes` is for all requests under way together: memory stays bounded under any load."""

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


class Reception:
    """Takes requests for the source `source` into `journal`. Safe from many threads."""

    def __init__(self, journal: Journal, clock: Clock, limits: Limits, source: str = "otlp") -> None:
        self._journal, self._clock, self.limits, self._source = journal, clock, limits, source
        self._room = threading.Condition()
        self._used_bytes = 0
        self.is_closing = False

    def accept(self, signal: str, content_type: str, body: bytes, patience_seconds: float) -> Accepted:
        """The answer to one request, once it is on disk. Raises Unreadable, or Unavailable where nothing was kept.

        Looked through before it is acknowledged, to count what is invalid; the loader reads it whole, from the journal, which alone is
        the truth. An empty request is fine, and nothing to keep.
        """
        with self._at_work(len(body), patience_seconds):
            try:
                items, refused = otlp.refused(signal, content_type, body)
            except otlp.Undecodable as error:
                raise Unreadable(str(error)) from error
            if items:
                self._keep(Record(self._source, "", body, content_type, self._clock(), signal), patience_seconds)
        return Accepted(len(refused), _told(signal, refused))

    def keep(self, record: Record, patience_seconds: float) -> None:
        """Makes durable what was looked through already. Raises Unavailable."""
        with self._at_work(len(record.payload), patience_seconds):
            self._keep(record, patience_seconds)

    def now_ns(self) -> int:
        return self._clock()

    @contextmanager
    def _at_work(self, size: int, patience_seconds: float) -> Iterator[None]:
        if self.is_closing:
            raise Unavailable("the receiver is shutting down")
        with self._reserved(size, patience_seconds):
            yield

    def _keep(self, record: Record, patience_seconds: float) -> None:
        try:
            self._journal.append([record], patience_seconds)
        except JournalUnavailable as error:
            raise Unavailable(str(error)) from error

    @contextmanager
    def _reserved(self, size: int, patience_seconds: float) -> Iterator[None]:
        """Holds `size` bytes of the budget. One request alone always fits."""
        with self._room:
            if not self._room.wait_for(lambda: self._fits(size), patience_seconds):
                raise Unavailable("too many requests are under way")
            self._used_bytes += size
        try:
            yield
        finally:
            with self._room:
                self._used_bytes -= size
                self._room.notify_all()

    def _fits(self, size: int) -> bool:
        return not self._used_bytes or self._used_bytes + size <= self.limits.budget_bytes


def gunzipped(body: bytes, limit: int) -> bytes:
    """The decompressed body, never holding more than `limit` bytes. Raises TooLarge or Unreadable."""
    parts, size = [], 0
    stream = zlib.decompressobj(31)
    try:
        while body:
            part = stream.decompress(body, min(CHUNK, limit - size + 1))
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
