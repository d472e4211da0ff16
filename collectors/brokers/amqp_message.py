"""A message of AMQP 0-9-1 as it is kept: its head in JSON, and a name that stays the same however often the broker gives it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson

from collectors.message import as_text

PROPERTIES = (
    "content_type", "content_encoding", "message_id", "correlation_id", "type", "app_id", "user_id", "reply_to", "timestamp", "priority",
    "expiration", "cluster_id",
)  # fmt: skip
OF_DELIVERY = ("x-delivery-count", "x-acquired-count", "x-stream-offset")  # headers that are another's with each delivery
LARGEST_INT = 2**63
DEEPEST = 20


class Delivered(NamedTuple):
    """What the broker handed over: on which of our channels, under which tag."""

    queue: str
    channel: int
    tag: int
    is_redelivered: bool
    head: dict[str, Any]
    body: bytes

    @property
    def headers(self) -> dict[str, Any]:
        found: dict[str, Any] = self.head.get("header", {})
        return found

    @property
    def name(self) -> str:
        """The id its sender gave it with a hash of what it says; without one a hash of all that does not change from delivery to delivery.

        An id alone would let two messages of a sender that gives all of them the same id be one. Of a dead letter its deaths belong to it:
        put aside once more, it is told of once more.
        """
        sender_id = self.head.get("message_id")
        known = {key: value for key, value in self.headers.items() if key not in OF_DELIVERY}
        said = {"x-death": known.get("x-death")} if sender_id else {**self.head, "header": known}
        told = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
        content = blake2b(len(told).to_bytes(8) + told + self.body, digest_size=12).hexdigest()
        return f"{sender_id}:{content}" if sender_id else content


def head_of(queue: str, method: Any, properties: Any) -> dict[str, Any]:
    """What the carrier says about a message; what it does not say is left out."""
    head = {"queue": queue, "exchange": method.exchange, "routing_key": method.routing_key}
    head |= {name: value for name in PROPERTIES if (value := plain(getattr(properties, name))) is not None}
    if properties.headers:
        head["header"] = plain(properties.headers)
    return head


def plain(value: Any, depth: int = 0) -> Any:
    """A value of an AMQP table as JSON has it: times as text, bytes as text, numbers that JSON cannot hold as text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str | bytes):
        return _utf8(as_text(value) or "")
    if isinstance(value, int):
        return int(value) if -LARGEST_INT <= value < LARGEST_INT else str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if depth < DEEPEST and isinstance(value, Mapping):
        return dict(_entries(value, depth + 1))
    if depth < DEEPEST and isinstance(value, list | tuple):
        return [plain(each, depth + 1) for each in value]
    return str(value) if isinstance(value, Decimal) else "…"


def _entries(table: Mapping[Any, Any], depth: int) -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        yield _utf8(as_text(key) or ""), plain(value, depth)


def _utf8(text: str) -> str:
    return text.encode(errors="backslashreplace").decode()
