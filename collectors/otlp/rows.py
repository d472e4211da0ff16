"""Spans and log records become rows: what they are, and the event each of them tells, if it tells one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import orjson

from collectors.event import Event, Record, Refused
from collectors.mapping import AttributeMapping
from collectors.meaning import CONVERSATION_ID, FINE, MESSAGE_ID, Failing, Get, Meaning, Origin, Place, text
from collectors.otlp.forms import Group, Invalid, Log, Span
from collectors.rows import EXCERPT, Rows, content_hash

OLD_OPERATIONS = {"publish": "send", "deliver": "process"}
OPERATIONS = {"create", "send", "publish", "receive", "process", "deliver", "settle"}
DESTINATION = ("messaging.destination.name", "messaging.destination")
OPERATION = ("messaging.operation.type", "messaging.operation")
SEVERITY_ERROR = 17
SYSTEM, SITE, MESSAGE = (Event._fields.index(name) for name in ("system", "site", "message_id"))


class Shared(NamedTuple):
    """What all spans or log records of one group have in common."""

    record: Record
    scope: str | None
    resource: str  # its attributes as JSON
    service: str | None
    place: Place
    mapping: AttributeMapping | None


def add_otlp(signal: str, groups: Iterable[Group], record: Record, meaning: Meaning, rows: Rows, mapping: AttributeMapping | None) -> None:
    """Adds everything in `groups` to `rows`. `mapping` finds what the standard attributes do not say."""
    part = "span" if signal == "traces" else "log"
    for group in groups:
        shared = _shared(group, record, mapping)
        for item in group.items:
            if isinstance(item, Invalid):
                rows.reject(record, f"{record.position}:{item.number}", part, item.reason, item.excerpt)
            elif isinstance(item, Span):
                _add_span(item, shared, meaning, rows)
            else:
                _add_log(item, shared, meaning, rows)


def _add_span(span: Span, shared: Shared, meaning: Meaning, rows: Rows) -> None:
    if not rows.is_new(span.span_id):
        return
    record, place = shared.record, shared.place
    position = f"{record.position}:{span.number}"
    index, id_hash = len(rows.spans), int(span.span_id[32:], 16)
    event, meant = None, span.attributes
    try:
        kind, meant = _kind(span.attributes, "", shared.mapping)
        if kind:
            origin = Origin(span.span_id, span.span_id, id_hash, record.source, position, record.recorded_ns)
            failing = _span_failure(span, meant.get) if span.is_error else FINE
            at = span.end_ns or span.start_ns or record.recorded_ns
            event = meaning.event(origin, kind, meant, failing, at, place, span.trace_id, span.span_id)
        objects = event.objects if event else meaning.objects(meant, place)
    except Refused as error:
        rows.span_rejected.append((index, _rejected(shared, position, f"{error} (the span itself is kept)", span.attributes)))
        objects = meaning.usable_objects(meant, place)
    get = meant.get
    rows.spans.append(
        (
            span.span_id,
            id_hash,
            span.trace_id,
            span.parent_id,
            span.name,
            span.kind,
            span.start_ns,
            span.end_ns,
            span.is_error,
            span.status_message or None,
            shared.service,
            *(event[SYSTEM : SITE + 1] if event else _where(get, place)),
            _operation(get),
            text(get, *DESTINATION) or (_named_destination(span.name) if get("messaging.system") else None),
            *(event[MESSAGE : MESSAGE + 2] if event else _message(get)),
            event is not None,
            orjson.dumps(span.attributes).decode(),
            shared.resource,
            shared.scope,
            _events_text(span.events),
            record.source,
            position,
            record.recorded_ns,
        )
    )
    if event:
        rows.span_events.append((index, event))
    rows.span_links += [(index, link) for link in span.links]
    rows.span_objects += [(index, *pair) for pair in objects]


def _add_log(log: Log, shared: Shared, meaning: Meaning, rows: Rows) -> None:
    identity = content_hash(orjson.dumps([shared.resource, shared.scope, log[1:]], option=orjson.OPT_SORT_KEYS))
    if not rows.is_new(identity):
        return
    record, place = shared.record, shared.place
    position = f"{record.position}:{log.number}"
    index, id_hash, log_id = len(rows.logs), int(identity[:16], 16), f"{record.source}:{position}"
    event, meant = None, log.attributes
    at = log.time_ns or log.observed_ns or record.recorded_ns
    body = log.body if log.body is None or log.body.__class__ is str else orjson.dumps(log.body).decode()
    try:
        kind, meant = _kind(log.attributes, log.event_name, shared.mapping)
        if kind:
            origin = Origin(log_id, identity, id_hash, record.source, position, record.recorded_ns)
            failing = _log_failure(body, meant.get) if log.severity >= SEVERITY_ERROR else FINE
            event = meaning.event(origin, kind, meant, failing, at, place, log.trace_id, log.span_id)
    except Refused as error:
        rows.log_rejected.append((index, _rejected(shared, position, f"{error} (the log record itself is kept)", log.attributes)))
    get = meant.get
    rows.logs.append(
        (
            log_id,
            identity,
            id_hash,
            at,
            log.severity,
            log.event_name or None,
            body,
            log.span_id,
            log.trace_id,
            shared.service,
            *(event[SYSTEM : SITE + 1] if event else _where(get, place)),
            event is not None,
            orjson.dumps(log.attributes).decode(),
            shared.resource,
            shared.scope,
            record.source,
            position,
            record.recorded_ns,
        )
    )
    if event:
        rows.log_events.append((index, event))


def _kind(attributes: dict[str, Any], event_name: str, mapping: AttributeMapping | None) -> tuple[Any, dict[str, Any]]:
    """The event type (absent: no event), and the attributes under their standard names. Raises Refused."""
    kind = attributes.get("mfg.event.type") or attributes.get("cloudevents.event_type") or event_name
    if not mapping:
        return kind, attributes
    meant = mapping.extend(attributes)
    return kind or meant.get("mfg.event.type"), meant


def _shared(group: Group, record: Record, mapping: AttributeMapping | None) -> Shared:
    get = group.resource.get
    resource = orjson.dumps(group.resource, option=orjson.OPT_SORT_KEYS).decode()
    place = Place(text(get, "mfg.system"), text(get, "mfg.system.name"), text(get, "mfg.site"))
    return Shared(record, group.scope, resource, text(get, "service.name"), place, mapping)


def _span_failure(span: Span, get: Get) -> Failing:
    """Type and text of a failed span: of several exceptions the last speaks."""
    error_type, message = text(get, "error.type"), None
    for name, _, attributes in reversed(span.events):
        if name == "exception":
            error_type = error_type or text(attributes.get, "exception.type")
            message = message or text(attributes.get, "exception.message")
    message = message or text(get, "exception.message") or span.status_message or None
    return Failing(True, error_type or text(get, "exception.type"), message)


def _log_failure(body: str | None, get: Get) -> Failing:
    return Failing(True, text(get, "error.type") or text(get, "exception.type"), text(get, "exception.message") or body or None)


def _where(get: Get, place: Place) -> tuple[str | None, ...]:
    return text(get, "mfg.system") or place.system, text(get, "mfg.system.name") or place.system_name, text(get, "mfg.site") or place.site


def _message(get: Get) -> tuple[str | None, ...]:
    return text(get, *MESSAGE_ID), text(get, *CONVERSATION_ID)


def _operation(get: Get) -> str | None:
    found = text(get, *OPERATION)
    return OLD_OPERATIONS.get(found, found) if found else None


def _named_destination(name: str) -> str | None:
    """The queue that stands only in the name of a span: pika writes `orders receive`, the conventions of today `receive orders`."""
    first, _, rest = name.partition(" ")
    before, _, last = name.rpartition(" ")
    return (before if last in OPERATIONS else rest if first in OPERATIONS else "") or None


def _events_text(events: list[tuple[str, int, dict[str, Any]]]) -> str:
    if not events:
        return "[]"
    return orjson.dumps([{"name": name, "time_ns": time_ns, "attributes": attributes} for name, time_ns, attributes in events]).decode()


def _rejected(shared: Shared, position: str, reason: str, attributes: dict[str, Any]) -> tuple[Any, ...]:
    return shared.record.source, position, "event", reason, orjson.dumps(attributes).decode()[:EXCERPT], shared.record.recorded_ns
