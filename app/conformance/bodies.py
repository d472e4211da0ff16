"""Export requests that the checks send, good and bad, in protobuf and JSON; and what is read out of the answers."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from functools import cache
from typing import Any

import orjson
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span

TRACE_ID = b"conformance-test"
NANOSECONDS = 1_705_327_800_000_000_001  # a double cannot hold it
MIB = 1 << 20
LIMIT = 64 * MIB  # what OTLP recommends
UNKNOWN_FIELD = b"\xfa\x3f"  # field 1023 of bytes, which no version has
SERVICE = "otlp-conformance"


def span(number: int = 1, **fields: Any) -> Span:
    """A good span, but for `fields`."""
    usual = {"trace_id": TRACE_ID, "span_id": number.to_bytes(8), "name": "conformance", "kind": 1}
    times = {"start_time_unix_nano": NANOSECONDS, "end_time_unix_nano": NANOSECONDS + 1}
    return Span(**{**usual, **times, **fields})


def traces(*spans: Span) -> bytes:
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    group.resource.attributes.add(key="service.name").value.string_value = SERVICE
    group.scope_spans.add().spans.extend(spans)
    return bytes(request.SerializeToString())


def record(**fields: Any) -> LogRecord:
    """A good log record, but for `fields`."""
    return LogRecord(**{"time_unix_nano": NANOSECONDS, "severity_number": 9, **fields})


def logs(*records: LogRecord) -> bytes:
    request = ExportLogsServiceRequest()
    group = request.resource_logs.add()
    group.resource.attributes.add(key="service.name").value.string_value = SERVICE
    group.scope_logs.add().log_records.extend(records)
    return bytes(request.SerializeToString())


def json_span(**fields: Any) -> dict[str, Any]:
    usual = {"traceId": TRACE_ID.hex(), "spanId": f"{1:016x}", "name": "conformance", "kind": 1}
    return {**usual, "startTimeUnixNano": str(NANOSECONDS), "endTimeUnixNano": str(NANOSECONDS + 1), **fields}


def json_traces(*spans: dict[str, Any]) -> bytes:
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": SERVICE}}]}
    return orjson.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": spans}]}]})


def good(signal: str) -> bytes:
    return traces(span()) if signal == "traces" else logs(record())


@cache
def padded(size: int) -> bytes:
    """A request of more than `size` bytes in which there is nothing wrong but that: a good span, and a field nobody knows."""
    return good("traces") + UNKNOWN_FIELD + _varint(size) + bytes(size)


@cache
def packed(size: int) -> bytes:
    """The same, compressed: a thousandth of it."""
    return gzip.compress(padded(size), 9)


def nested(depth: int) -> bytes:
    """A span with an attribute that holds a list that holds a list …"""
    data = b"\x0a\x01x"
    for _ in range(depth):
        inner = b"\x0a" + _varint(len(data)) + data
        data = b"\x2a" + _varint(len(inner)) + inner
    found = span().SerializeToString() + _field(9, _field(1, b"deep") + _field(2, data))
    return _field(1, _field(2, _field(2, found)))


def partial_of(signal: str, body: bytes) -> tuple[int, str] | None:
    """Rejected and message of an export response in protobuf; None when unset. Raises ValueError when it is none."""
    response = ExportTraceServiceResponse() if signal == "traces" else ExportLogsServiceResponse()
    try:
        response.ParseFromString(body)
    except DecodeError as error:
        raise ValueError(f"the body is no {response.DESCRIPTOR.name}: {error}") from error
    if not response.HasField("partial_success"):
        return None
    partial = response.partial_success
    rejected = partial.rejected_spans if signal == "traces" else partial.rejected_log_records
    return rejected, partial.error_message


def json_partial_of(signal: str, body: bytes) -> tuple[int, str] | None:
    """The same in JSON."""
    response = orjson.loads(body)
    partial = response.get("partialSuccess")
    if partial is None:
        return None
    return int(partial.get("rejectedSpans" if signal == "traces" else "rejectedLogRecords", 0)), partial.get("errorMessage", "")


def status_of(body: bytes) -> tuple[int, str, list[str]]:
    """Code, message and the names of the details of a google.rpc.Status in protobuf. Raises ValueError when it is none."""
    code, message, details = 0, "", []
    for number, value in _fields(body):
        if number == 1 and isinstance(value, int):
            code = value
        elif number == 2 and isinstance(value, bytes):
            message = value.decode()
        elif number == 3 and isinstance(value, bytes):
            kind = next(inner for place, inner in _fields(value) if place == 1)
            details.append(bytes(kind).decode().rpartition(".")[2])
        else:
            raise ValueError(f"field {number} belongs to no google.rpc.Status")
    return code, message, details


def json_status_of(body: bytes) -> tuple[int, str, list[str]]:
    """The same in JSON."""
    status = orjson.loads(body)
    if not isinstance(status, dict) or not isinstance(status.get("message", ""), str) or not isinstance(status.get("code", 0), int):
        raise ValueError("it is no google.rpc.Status")
    if unknown := set(status) - {"code", "message", "details"}:
        raise ValueError(f"{unknown.pop()!r} belongs to no google.rpc.Status")
    return status.get("code", 0), status.get("message", ""), [each["@type"].rpartition(".")[2] for each in status.get("details", [])]


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    place = 0
    while place < len(data):
        tag, place = _read_varint(data, place)
        number, place = _read_varint(data, place)
        if tag & 7 == 0:
            yield tag >> 3, number
        elif tag & 7 == 2 and place + number <= len(data):
            yield tag >> 3, data[place : place + number]
            place += number
        else:
            raise ValueError("it is no protobuf")


def _read_varint(data: bytes, place: int) -> tuple[int, int]:
    number = shift = 0
    while place < len(data) and shift < 70:
        byte = data[place]
        number, place, shift = number | (byte & 0x7F) << shift, place + 1, shift + 7
        if byte < 0x80:
            return number, place
    raise ValueError("it is no protobuf")


def _field(number: int, data: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(data)) + data


def _varint(number: int) -> bytes:
    return bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80]) + _varint(number >> 7)
