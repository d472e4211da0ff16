"""What the sender of an event sent, as it was received: what its reference points to, or its record in the journal; else why not."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from app.messages import telemetry
from app.messages.shown import ROW
from app.recovery.model import RECORD, Payload
from app.recovery.payloads import TABLES, TRACES, Missing, Sources, headers_of, is_own_file, referred, type_of
from app.recovery.settings import PayloadRules
from collectors.event import Record
from collectors.files.line_files import CUT
from collectors.finding import PART, OutOfTime, Wanted, find, numbered
from collectors.message import unpacked
from collectors.rest.request import shown as without_secrets

SEARCH_SECONDS = 5.0
ROWS = ("csv", "database", "inventory_csv")  # kinds of sources whose records are rows of tables
RECEIVED = ("otlp", "cloudevents")  # sources that are sent to us: their records are known by their number
SPAN_DIGITS = 48


@dataclass(frozen=True, slots=True)
class Event:
    """What an event says about its message."""

    event_id: str
    source: str
    position: str
    recorded_ns: int
    payload_ref: str | None = None
    payload_digest: str | None = None


@dataclass(frozen=True, slots=True)
class Original:
    """`where`: sentences, where it comes from, or why it cannot be had. `facts`: what its carrier said beside it, name and value."""

    payload: Payload | None
    where: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()


def original(event: Event, rules: PayloadRules, sources: Sources, is_record: bool = False) -> Original:
    """What its reference points to, and where that cannot be had, or `is_record` asks for it, the record."""
    before: tuple[str, ...] = ()
    if event.payload_ref and not is_record and not is_own_file(event.payload_ref, event.payload_digest, event.position):
        try:
            return _referred(event, rules)
        except Missing as why:
            before = (str(why), "Below is what told us of it.")
    try:
        found = _recorded(event, sources)
    except Missing as why:
        found = Original(None, (str(why), *_stated(event)))
    return Original(found.payload, (*(before if found.payload else before[:1]), *found.where), found.facts)


def _referred(event: Event, rules: PayloadRules) -> Original:
    """Raises Missing."""
    payload = referred(str(event.payload_ref), event.payload_digest, rules)
    checked = (
        "It is what was sent: its SHA-256 is the one that the sender gave."
        if event.payload_digest
        else "The sender gave no digest, so nobody can tell whether it is still what was sent."
    )
    return Original(payload, (f"Fetched just now from {without_secrets(str(event.payload_ref))}.", checked))


def _stated(event: Event) -> tuple[str, ...]:
    """What is left of a message that is not there."""
    return (f"Of the message itself only its SHA-256 is known: {event.payload_digest}.",) if event.payload_digest else ()


def _recorded(event: Event, sources: Sources) -> Original:
    """Raises Missing."""
    record = _found(event, sources)
    head, body, content_type = unpacked(record)
    options = sources.options.get(event.source, {"kind": event.source})
    if head.get("tombstone"):
        raise Missing(f"The record {record.position} of {event.source} is a deletion: it has no body.")
    if not body:
        raise Missing(f"The record {record.position} of {event.source} is empty.")
    where = [f"The record {record.position} of {event.source}, as it was received."]
    if _is_telemetry(options, event, head):
        return _telemetry(event, record, body, options)
    if record.content_type.endswith(CUT):
        where.append("It is only the beginning of a line that was too long.")
    if event.position != record.position:
        where.append(f"Its part {event.position.removeprefix(record.position)[1:]} is this event.")
    kind = ROW if _is_row(options) and content_type == "application/json" else type_of(head, content_type)
    return Original(Payload(RECORD, body, kind, sha256(body).hexdigest()), tuple(where), tuple(headers_of(head).items()))


def _found(event: Event, sources: Sources) -> Record:
    """Raises Missing."""
    wanted = Wanted(event.source, event.position, event.recorded_ns)
    kind = sources.options.get(event.source, {"kind": event.source}).get("kind")
    try:
        record = numbered(sources.journal, wanted) if kind in RECEIVED else None
        record = record or find(sources.journal, [wanted], _patience()).get(wanted)
    except OutOfTime:
        raise Missing(
            f"The record {event.position} of {event.source} was not found within {SEARCH_SECONDS:.0f} s where it should be. "
            "It may stand elsewhere in the journal, or have been removed."
        ) from None
    if record is None:
        raise Missing(f"The record {event.position} of {event.source} is not in the journal any more: it was removed, or lost with a disk.")
    return record


def _patience() -> Callable[[], bool]:
    end = time.monotonic() + SEARCH_SECONDS
    return lambda: time.monotonic() < end


def _is_row(options: Mapping[str, Any]) -> bool:
    return options.get("kind") in ROWS or (options.get("kind") == "files" and options.get("format") in TABLES)


def _is_telemetry(options: Mapping[str, Any], event: Event, head: Mapping[str, Any]) -> bool:
    return options.get("format") == TRACES or options.get("kind") in ("otlp", "otlp_file") or (event.source == "otlp" and not head)


def _telemetry(event: Event, record: Record, body: bytes, options: Mapping[str, Any]) -> Original:
    """Raises Missing."""
    signal = record.stream or str((options.get("options") or {}).get("signal", "traces"))
    part = PART.split(event.position.removeprefix(record.position).lstrip("/:"))[0]
    found = telemetry.item_in(body, signal, event.event_id, int(part) if part.isdecimal() else None)
    if found is None:
        raise Missing(f"The request {record.position} of {event.source} does not hold it any more as it was understood.")
    what = "span" if len(event.event_id) == SPAN_DIGITS else "log record"
    request = f"{len(body):,} bytes and the SHA-256 {sha256(body).hexdigest()[:12]}…"
    where = (f"A {what} in the request {record.position} of {event.source}, which had {request}",)
    held = orjson.dumps(found)
    return Original(Payload(RECORD, held, "application/json", ""), where, tuple(headers_of(unpacked(record)[0]).items()))
