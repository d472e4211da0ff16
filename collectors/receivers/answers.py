"""What a receiver answers, in the encoding it was asked in: the export response, or a google.rpc.Status with its details."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from collectors import otlp
from collectors.receivers.reception import Accepted

LONGEST = 1000  # bytes of a message: percent-encoded, and again in the details, it still fits the 8 KiB that gRPC gives trailers
TYPE = "type.googleapis.com/google.rpc."
INVALID_ARGUMENT, PERMISSION_DENIED, RESOURCE_EXHAUSTED, UNIMPLEMENTED, UNAVAILABLE, UNAUTHENTICATED = 3, 7, 8, 12, 14, 16


@dataclass(frozen=True, slots=True)
class Status:
    """A google.rpc.Status: bad data has a BadRequest among its details, what may be sent again later a RetryInfo."""

    code: int
    message: str
    retry_seconds: int = 0

    def encoded(self, encoding: str) -> bytes:
        """The few fields are written here sooner than a dependency is added for them."""
        text = self.message.encode(errors="replace")[:LONGEST].decode(errors="ignore")
        return self._json(text) if encoding == otlp.JSON else self._binary(text)

    def _json(self, text: str) -> bytes:
        details: list[dict[str, Any]] = []
        if self.code == INVALID_ARGUMENT:
            details.append({"@type": f"{TYPE}BadRequest", "fieldViolations": [{"field": "body", "description": text}]})
        if self.retry_seconds:
            details.append({"@type": f"{TYPE}RetryInfo", "retryDelay": f"{self.retry_seconds}s"})
        return orjson.dumps({"code": self.code, "message": text, **({"details": details} if details else {})})

    def _binary(self, text: str) -> bytes:
        data = b"\x08" + _varint(self.code) + _field(2, text.encode())
        if self.code == INVALID_ARGUMENT:
            data += _detail("BadRequest", _field(1, _field(1, b"body") + _field(2, text.encode())))
        if self.retry_seconds:
            data += _detail("RetryInfo", _field(1, b"\x08" + _varint(self.retry_seconds)))
        return data


def success(signal: str, encoding: str, accepted: Accepted) -> bytes:
    """The export response; with everything accepted its partial success is unset, not empty."""
    if encoding == otlp.JSON:
        name = "rejectedSpans" if signal == "traces" else "rejectedLogRecords"
        partial = {name: str(accepted.rejected), "errorMessage": accepted.message}
        return orjson.dumps({"partialSuccess": partial} if accepted.rejected else {})
    response = ExportTraceServiceResponse() if signal == "traces" else ExportLogsServiceResponse()
    if accepted.rejected:
        setattr(response.partial_success, "rejected_spans" if signal == "traces" else "rejected_log_records", accepted.rejected)
        response.partial_success.error_message = accepted.message
    return bytes(response.SerializeToString())


def _detail(name: str, message: bytes) -> bytes:
    """One google.protobuf.Any of the details."""
    return _field(3, _field(1, f"{TYPE}{name}".encode()) + _field(2, message))


def _field(number: int, data: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(data)) + data


def _varint(number: int) -> bytes:
    return bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80]) + _varint(number >> 7)
