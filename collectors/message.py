"""A message as it is kept in a record: what its carrier says about it (the head), and its body, untouched.

    {"topic": "orders", "key": "4711", "header": {"traceparent": "00-…"}}\\n<the bytes of the body>

The head is one line of JSON, so that a person who looks into the journal can read it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from collectors.event import Record
from collectors.meaning import FINE, Failing

MESSAGE = "application/vnd.syncline.message"  # content type of such a record; that of the body follows behind "; "


@dataclass(frozen=True, slots=True)
class Message:
    """A body with what is known about it. A mapping finds `head` under names with an @ in front: `@topic`, `@header.order-id`.

    `attributes` and `failing` are what the carrier itself tells, in standard names: of a dead letter that it is one, when and why.
    They count before what the body says; `defaults` hold where it says nothing, and so do `trace_id` and
    `span_id` (trace id + span id), the trace and span it was sent in.
    `default_ns` is when it took effect where nothing else says so; None: that is refused.
    """

    body: bytes
    content_type: str = ""
    head: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    failing: Failing = FINE
    default_ns: int | None = None
    defaults: dict[str, Any] = field(default_factory=dict)
    trace_id: str | None = None
    span_id: str | None = None


def packed(head: dict[str, Any], body: bytes) -> bytes:
    """The payload of a record that holds a message. Bytes in `head` must be text already (see as_text)."""
    return orjson.dumps(head) + b"\n" + body


def unpacked(record: Record) -> tuple[dict[str, Any], bytes, str]:
    """Head, body and the body's content type; a record that holds no message is a body without a head."""
    kind, _, inner = record.content_type.partition("; ")
    if kind != MESSAGE:
        return {}, record.payload, record.content_type
    head, _, body = record.payload.partition(b"\n")
    return orjson.loads(head), body, inner


def as_text(value: bytes | str | None) -> str | None:
    """A key or header as text: bytes that are no UTF-8 are written out, as in `caf\\xe9`."""
    return value.decode(errors="backslashreplace") if isinstance(value, bytes) else value
