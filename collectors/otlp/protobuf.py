"""OTLP in protobuf, parsed by upb (over 300,000 spans/s) and walked once in Python, which is what takes the time."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable
from typing import Any

from google.protobuf.message import DecodeError
from google.protobuf.unknown_fields import UnknownFieldSet
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collectors.otlp.forms import DEEPEST, EXCERPT, LAST_NS, Group, Invalid, Log, Span, Undecodable, Unusable, plain

ZERO_TRACE, ZERO_SPAN = bytes(16), bytes(8)
FIXED64, LENGTH_DELIMITED = 1, 2  # wire types
Item = Callable[[Any, int], Span | Log]


def traces(body: bytes) -> list[Group]:
    """The groups of an ExportTraceServiceRequest. Raises Undecodable."""
    request = _parse(ExportTraceServiceRequest, body, ExportLogsServiceRequest, "/v1/logs")
    scopes = ((holder, scope, scope.spans) for holder in request.resource_spans for scope in holder.scope_spans)
    return _groups(scopes, _span)


def logs(body: bytes) -> list[Group]:
    """The groups of an ExportLogsServiceRequest. Raises Undecodable."""
    request = _parse(ExportLogsServiceRequest, body, ExportTraceServiceRequest, "/v1/traces")
    scopes = ((holder, scope, scope.log_records) for holder in request.resource_logs for scope in holder.scope_logs)
    return _groups(scopes, _log)


def refused_spans(body: bytes) -> tuple[int, list[Invalid]]:
    """How many spans a request holds, and those that cannot be kept: what a receiver must know before it answers.

    Attributes are not looked at, because nothing in them makes a span unusable: 1.1 million spans/s instead of 100,000. Raises Undecodable.
    """
    request = _parse(ExportTraceServiceRequest, body, ExportLogsServiceRequest, "/v1/logs")
    items = (span for holder in request.resource_spans for scope in holder.scope_spans for span in scope.spans)
    return _refused(items, _is_usable_span, _span)


def refused_logs(body: bytes) -> tuple[int, list[Invalid]]:
    """The same for log records."""
    request = _parse(ExportLogsServiceRequest, body, ExportTraceServiceRequest, "/v1/traces")
    items = (log for holder in request.resource_logs for scope in holder.scope_logs for log in scope.log_records)
    return _refused(items, _is_usable_log, _log)


def _refused(items: Iterable[Any], is_usable: Callable[[Any], bool], read: Item) -> tuple[int, list[Invalid]]:
    """Whatever does not look well is read as the loader will read it; that alone decides, and gives the reason."""
    number, found = 0, []
    for number, raw in enumerate(items, 1):
        if not is_usable(raw) and isinstance(invalid := _read(read, raw, number - 1), Invalid):
            found.append(invalid)
    return number, found


def _is_usable_span(raw: Any) -> bool:
    trace_id, span_id = raw.trace_id, raw.span_id
    return (
        len(trace_id) == 16
        and len(span_id) == 8
        and trace_id != ZERO_TRACE
        and span_id != ZERO_SPAN
        and len(raw.parent_span_id) in (0, 8)
        and raw.start_time_unix_nano <= LAST_NS
        and raw.end_time_unix_nano <= LAST_NS
        and not any(event.time_unix_nano > LAST_NS for event in raw.events)
    )


def _is_usable_log(raw: Any) -> bool:
    return 0 < raw.time_unix_nano <= LAST_NS and raw.observed_time_unix_nano <= LAST_NS


def _parse(message: Any, body: bytes, other: Any, path: str) -> Any:
    try:
        return message.FromString(body)
    except DecodeError as error:
        if _is(other, body):
            raise Undecodable(f"the body is an {other.DESCRIPTOR.name}; send it to {path}") from error
        raise Undecodable(f"not the protobuf message {message.DESCRIPTOR.name}: {error}") from error


def _is(message: Any, body: bytes) -> bool:
    try:
        message.FromString(body)
        return True
    except DecodeError:
        return False


def _groups(scopes: Iterable[tuple[Any, Any, Any]], read: Item) -> list[Group]:
    found, number = [], 0
    for holder, scope, items in scopes:
        group = [_read(read, raw, number + i) for i, raw in enumerate(items)]
        number += len(group)
        found.append(Group(_attributes(holder.resource.attributes), scope.scope.name or None, group))
    return found


def _read(read: Item, raw: Any, number: int) -> Span | Log | Invalid:
    try:
        return read(raw, number)
    except Unusable as error:
        return Invalid(number, str(error), str(raw)[:EXCERPT])


def _span(raw: Any, number: int) -> Span:
    if not raw.trace_id and _has(raw, FIXED64):
        raise Unusable("it is a log record; send it to /v1/logs")
    trace_id = _id(raw.trace_id, 16, ZERO_TRACE, "trace_id")
    parent, status = raw.parent_span_id, raw.status
    kind = raw.kind
    return Span(
        number,
        trace_id,
        trace_id + _id(raw.span_id, 8, ZERO_SPAN, "span_id"),
        trace_id + _id(parent, 8, ZERO_SPAN, "parent_span_id") if parent and parent != ZERO_SPAN else None,
        raw.name,
        kind if -128 <= kind <= 127 else 0,
        _time(raw.start_time_unix_nano, "start_time_unix_nano"),
        _time(raw.end_time_unix_nano, "end_time_unix_nano"),
        status.code == 2,
        status.message,
        _attributes(raw.attributes),
        [(e.name, _time(e.time_unix_nano, "time_unix_nano"), _attributes(e.attributes)) for e in raw.events],
        [(link.trace_id + link.span_id).hex() for link in raw.links if _points_somewhere(link)],
    )


def _points_somewhere(link: Any) -> bool:
    """A link to nowhere is left out, the span itself is good."""
    return len(link.trace_id) == 16 and len(link.span_id) == 8 and link.trace_id != ZERO_TRACE and link.span_id != ZERO_SPAN


def _has(raw: Any, wire_type: int) -> bool:
    """Whether field 1 came in another wire type than its own: a log record's time and a span's trace id share that number."""
    return any((field.field_number, field.wire_type) == (1, wire_type) for field in UnknownFieldSet(raw))


def _log(raw: Any, number: int) -> Log:
    if not raw.time_unix_nano and _has(raw, LENGTH_DELIMITED):
        raise Unusable("it is a span; send it to /v1/traces")
    trace_id = raw.trace_id.hex() if len(raw.trace_id) == 16 and raw.trace_id != ZERO_TRACE else None
    has_span = trace_id and len(raw.span_id) == 8 and raw.span_id != ZERO_SPAN
    if raw.span_id and not has_span:
        trace_id = None  # as in JSON: with one unusable id the record belongs to no span and no trace
    severity = raw.severity_number
    return Log(
        number,
        _time(raw.time_unix_nano, "time_unix_nano"),
        _time(raw.observed_time_unix_nano, "observed_time_unix_nano"),
        severity if -128 <= severity <= 127 else 0,
        raw.event_name,
        _value(raw.body, 1),
        trace_id,
        trace_id + raw.span_id.hex() if trace_id and has_span else None,
        _attributes(raw.attributes),
    )


def _id(value: bytes, size: int, zero: bytes, name: str) -> str:
    if len(value) == size and value != zero:
        return value.hex()
    raise Unusable(f"{name} must be {size} bytes, not all zero (found {value[:30].hex() or 'nothing'})")


def _time(value: int, name: str) -> int:
    if value <= LAST_NS:
        return value
    raise Unusable(f"{name} must be nanoseconds since 1970, before the year 2262 (found {value})")


def _attributes(items: Any, depth: int = 1) -> dict[str, Any]:
    """Keys to values; of two with one key the last counts. Walked here and not by a call each: calls cost as much as the fields."""
    found: dict[str, Any] = {}
    for item in items:
        value = item.value
        which = value.WhichOneof("value")
        if which == "string_value":
            found[item.key] = value.string_value
        elif which == "int_value":
            found[item.key] = value.int_value
        else:
            found[item.key] = _value(value, depth)
    return found


def _value(value: Any, depth: int) -> Any:
    if depth > DEEPEST:
        raise Undecodable(f"attribute values are nested deeper than {DEEPEST}")
    which = value.WhichOneof("value")
    if which is None:
        return None
    if which == "array_value":
        return [_value(v, depth + 1) for v in value.array_value.values]
    if which == "kvlist_value":
        return _attributes(value.kvlist_value.values, depth + 1)
    if which == "double_value":
        return plain(value.double_value)
    if which == "bytes_value":
        return b64encode(value.bytes_value).decode()
    return getattr(value, which) if which in ("string_value", "int_value", "bool_value") else None
