"""What travels: a record as its source said it, and the event read from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Refused(ValueError):
    """A value that cannot be used; the text is the sentence its rejected row carries."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a source said, untouched, with where it said it.

    `position` is unique within `source`; receivers leave it empty and the journal's frame number takes its place. `stream` names
    the file, topic or table it came from (receivers: `traces` or `logs`), and `after` is the JSON text the source needs to go on
    behind this record (None for receivers, which cannot be asked again). `recorded_ns` is the moment we were told, in
    nanoseconds since 1970 UTC.
    """

    source: str
    position: str
    payload: bytes
    content_type: str
    recorded_ns: int
    stream: str = ""
    after: str | None = None


class Event(NamedTuple):
    """One thing that one system did to one or more business objects at one time. Instants in ns since 1970 UTC.

    Fields stand in the order of the table `events`. A named tuple, because 42 fields of a frozen dataclass take 4.2 µs to set and
    these take 0.3; quantities are decimal text with at most six places, so that no float bends them on the way into DECIMAL(18, 6).
    """

    event_id: str
    identity: str
    id_hash: int
    source: str
    position: str
    recorded_ns: int
    event_ns: int
    event_type: str
    system: str | None = None
    system_name: str | None = None
    site: str | None = None
    is_error: bool = False
    attempt: int = 1
    dead_letter: bool = False
    idempotency_key: str | None = None
    error_class: str | None = None
    error_code: str | None = None
    error_type: str | None = None
    error_text: str | None = None
    item: str | None = None
    location: str | None = None
    batch: str | None = None
    stock_status: str | None = None
    quantity: str | None = None
    uom: str | None = None
    ordered_quantity: str | None = None
    value: str | None = None
    currency: str | None = None
    due_ns: int | None = None
    promised_ns: int | None = None
    partner: str | None = None
    customer: str | None = None
    work_center: str | None = None
    schema_version: str | None = None
    payload_ref: str | None = None
    payload_digest: str | None = None
    recovery_id: str | None = None
    trace_id: str | None = None
    span_id: str | None = None
    message_id: str | None = None
    conversation_id: str | None = None
    objects: tuple[tuple[str, str], ...] = ()  # (type, canonical id), each once
