"""Rows on their way into the tables: decoders fill them."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import orjson

from collectors.event import Event, Record
from collectors.unmapped import Unmapped

TEXT, INT, UINT, BOOL, TINY, INT_OR_NULL = "text", "int64", "uint64", "bool", "int8", "int64 or null"

SPAN = {
    "span_id": TEXT,
    "id_hash": UINT,
    "trace_id": TEXT,
    "parent_id": TEXT,
    "name": TEXT,
    "kind": TINY,
    "start_ns": INT,
    "end_ns": INT,
    "is_error": BOOL,
    "status_message": TEXT,
    "service": TEXT,
    "system": TEXT,
    "system_name": TEXT,
    "site": TEXT,
    "operation": TEXT,
    "destination": TEXT,
    "message_id": TEXT,
    "conversation_id": TEXT,
    "is_event": BOOL,
    "attributes": TEXT,
    "resource": TEXT,
    "scope": TEXT,
    "span_events": TEXT,
    "source": TEXT,
    "position": TEXT,
    "recorded_ns": INT,
}
LOG = {
    "log_id": TEXT,
    "identity": TEXT,
    "id_hash": UINT,
    "log_ns": INT,
    "severity": TINY,
    "event_name": TEXT,
    "body": TEXT,
    "span_id": TEXT,
    "trace_id": TEXT,
    "service": TEXT,
    "system": TEXT,
    "system_name": TEXT,
    "site": TEXT,
    "is_event": BOOL,
    "attributes": TEXT,
    "resource": TEXT,
    "scope": TEXT,
    "source": TEXT,
    "position": TEXT,
    "recorded_ns": INT,
}
NUMBERS = {
    "id_hash": UINT,
    "recorded_ns": INT,
    "event_ns": INT,
    "is_error": BOOL,
    "attempt": INT,
    "dead_letter": BOOL,
    "due_ns": INT_OR_NULL,
    "promised_ns": INT_OR_NULL,
}
EVENT = {name: NUMBERS.get(name, TEXT) for name in Event._fields[:-1]}
STOCK = {
    "snapshot_ns": INT,
    "system": TEXT,
    "site": TEXT,
    "location": TEXT,
    "item": TEXT,
    "batch": TEXT,
    "stock_status": TEXT,
    "quantity": TEXT,
    "uom": TEXT,
    "source": TEXT,
    "position": TEXT,
    "recorded_ns": INT,
}
REJECTED = {"source": TEXT, "position": TEXT, "part": TEXT, "reason": TEXT, "excerpt": TEXT, "recorded_ns": INT}
EXCERPT = 400  # characters of what was found, kept with the reason
Row = tuple[Any, ...]


def content_hash(content: bytes) -> str:
    """The identity of what has no id of its own: 32 hex digits."""
    return blake2b(content, digest_size=16).hexdigest()


def id_hash(identity: str) -> int:
    """64 bits by which repeats of `identity` are found without comparing texts."""
    return int.from_bytes(blake2b(identity.encode(), digest_size=16).digest()[:8])


def excerpt_of(record: Record) -> str:
    """The beginning of what a record holds, for the eyes of a person."""
    return record.payload[:EXCERPT].decode(errors="replace")


def json_excerpt(value: Any) -> str:
    """The beginning of a JSON value; empty when it is nested deeper than can be written, though it could be read."""
    try:
        return orjson.dumps(value).decode()[:EXCERPT]
    except TypeError:
        return ""


class Rows:
    """What a batch of records was decoded to. The first of two with one identity counts, here and against the tables."""

    def __init__(self) -> None:
        self.spans: list[Row] = []
        self.span_links: list[tuple[int, str]] = []  # index into spans, linked span
        self.span_objects: list[tuple[int, str, str]] = []  # index into spans, type, id
        self.span_events: list[tuple[int, Event]] = []
        self.span_rejected: list[tuple[int, Row]] = []  # index into spans, row of rejected: told once, with the span
        self.logs: list[Row] = []
        self.log_rejected: list[tuple[int, Row]] = []
        self.log_events: list[tuple[int, Event]] = []
        self.events: list[Event] = []  # of table rows, which are nothing but events
        self.stock: list[Row] = []
        self.rejected: list[Row] = []
        self.reads: list[Row] = []  # source, when it was read to its end, when that was told
        self.origins: dict[str, dict[str, str]] | None = None  # position → field → where it stood; kept only to explain a sample
        self.unmapped = Unmapped()
        self.repeats = 0
        self._seen: set[str] = set()

    def is_new(self, identity: str) -> bool:
        """True the first time; counts every further one as a repeat."""
        if identity in self._seen:
            self.repeats += 1
            return False
        self._seen.add(identity)
        return True

    def reject(self, record: Record, position: str, part: str, reason: str, excerpt: str) -> None:
        self.rejected.append((record.source, position, part, reason, excerpt, record.recorded_ns))
