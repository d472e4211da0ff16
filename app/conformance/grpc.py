"""An endpoint over OTLP/gRPC: calls of Export, and raw HTTP/2 for pings."""

from __future__ import annotations

import gzip
import socket
import struct
from typing import TYPE_CHECKING, Any

from app.conformance.bodies import partial_of
from app.conformance.check import ACCEPTED, GRPC, INVALID, OTHER, TOO_LARGE, TRIES, UNAVAILABLE, Answer, Failed, patiently

if TYPE_CHECKING:
    import grpc  # type: ignore[import-untyped]

SERVICES = "/opentelemetry.proto.collector."
METHODS = {"traces": "trace.v1.TraceService", "logs": "logs.v1.LogsService", "metrics": "metrics.v1.MetricsService"}
OUTCOMES = {"OK": ACCEPTED, "INVALID_ARGUMENT": INVALID, "RESOURCE_EXHAUSTED": TOO_LARGE, "UNAVAILABLE": UNAVAILABLE}
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS, PING, GOAWAY = 4, 6, 7
ACK = 1


class GrpcEndpoint:
    """`grpc://host:port`. Holds one connection until close()."""

    carrier = GRPC

    def __init__(self, host: str, port: int, token: str = "", timeout: float = 10.0, tries: int = TRIES) -> None:
        import grpc

        self._tries = tries
        self.host, self.port, self._timeout = host, port, timeout
        self._metadata = [("authorization", f"Bearer {token}")] if token else []
        name = f"[{host}]" if ":" in host else host
        self._channel = grpc.insecure_channel(f"{name}:{port}", options=[("grpc.max_send_message_length", -1)])

    def close(self) -> None:
        self._channel.close()

    def export(self, signal: str, body: bytes, *, is_packed: bool = False) -> Answer:
        """Sends one request. gRPC compresses by itself, so what `is_packed` is unpacked first."""
        return self.call(f"{SERVICES}{METHODS[signal]}/Export", body, signal, is_packed)

    def call(self, method: str, body: bytes, signal: str = "traces", is_packed: bool = False) -> Answer:
        return patiently(lambda: self.answer(self.begin(method, body, is_packed), signal), self._tries)

    def begin(self, method: str, body: bytes, is_packed: bool = False) -> grpc.Future:
        """A call under way."""
        import grpc

        packing = grpc.Compression.Gzip if is_packed else None
        message = gzip.decompress(body) if is_packed else body
        return self._channel.unary_unary(method).future(message, self._timeout, metadata=self._metadata, compression=packing)

    def begin_export(self, signal: str, body: bytes) -> grpc.Future:
        return self.begin(f"{SERVICES}{METHODS[signal]}/Export", body)

    def answer(self, call: Any, signal: str) -> Answer:
        """The answer to a call, once it is there."""
        call.exception()  # waits
        code, said = call.code(), call.details() or ""
        if code.name == "OK":
            content = call.result()
            try:
                return Answer(ACCEPTED, "OK", 0, content, partial=partial_of(signal, content))
            except ValueError as error:
                raise Failed(f"OK with a message that is no export response: {error}") from error
        details = dict(call.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
        return Answer(OUTCOMES.get(code.name, OTHER), f"{code.name} ({said[:200]})", code.value[0], details=details)

    def ping(self, times: int) -> int:
        """How many of so many HTTP/2 pings, sent at once, were answered before the connection ended or all were."""
        answered = 0
        with socket.create_connection((self.host, self.port), self._timeout) as wire, wire.makefile("rb") as stream:
            wire.sendall(PREFACE + _frame(SETTINGS, 0, b""))
            wire.sendall(b"".join(_frame(PING, 0, number.to_bytes(8)) for number in range(times)))
            while answered < times and len(head := stream.read(9)) == 9:
                stream.read(int.from_bytes(head[:3]))
                if head[3] == GOAWAY:
                    break
                answered += head[3] == PING and bool(head[4] & ACK)
        return answered


def _frame(kind: int, flags: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + bytes(4) + payload
