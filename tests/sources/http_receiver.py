"""A receiver of OTLP over HTTP with a journal of its own, and what a test says to it."""

from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collectors.journal import Journal
from collectors.receivers.admission import Admission, Denied
from collectors.receivers.otlp_http import OtlpHttpReceiver
from collectors.receivers.reception import Limits, Reception
from tests.sources.plant_floor import TOLD_NS

JSON, PROTOBUF = {"content-type": "application/json"}, {"content-type": "application/x-protobuf"}
SMALL = Limits(body_bytes=1 << 20)


def only_good(secret: str, source: str, address: str) -> Denied | None:
    """Lets in the token `good`; another one, `elsewhere`, is known and for other sources."""
    if secret == "elsewhere":
        return Denied(True, f"not to {source}, from {address}")
    return None if secret == "good" else Denied(False, "a token is needed")


class Receiver:
    def __init__(self, folder: Path, limits: Limits = SMALL, admit: Admission | None = None, reserve_bytes: int = 0) -> None:
        self.journal = Journal(folder, reserve_bytes=reserve_bytes)
        self.reception = Reception(self.journal, lambda: TOLD_NS, limits)
        self.server = OtlpHttpReceiver(self.reception, "127.0.0.1", 0, admit)
        self.server.start()
        self.url = f"http://127.0.0.1:{self.server.port}"

    def post(self, content: Any, headers: dict[str, str] = JSON, path: str = "/v1/traces") -> httpx.Response:
        return httpx.post(self.url + path, content=content, headers=headers, timeout=20)

    def kept(self) -> list[bytes]:
        return [frame.record.payload for frame in self.journal.read(0)]

    def raw(self, *request: bytes) -> bytes:
        """What the receiver answers to these bytes until it closes."""
        with socket.create_connection(("127.0.0.1", self.server.port), 60) as wire:
            for part in request:
                wire.sendall(part)
            wire.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: wire.recv(65536), b""))

    def close(self) -> None:
        self.server.stop()
        self.journal.close()


def receiver(folder: Path, **settings: Any) -> closing[Receiver]:
    return closing(Receiver(folder, **settings))


def protobuf(*names: str) -> bytes:
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    for number, name in enumerate(names, 1):
        spans.add(trace_id=b"t" * 16, span_id=number.to_bytes(8), name=name, end_time_unix_nano=5)
    return request.SerializeToString()


def status(response: httpx.Response) -> tuple[int, str]:
    """Code and message of the google.rpc.Status in a response, read by hand: field 1 a varint, field 2 a text."""
    if response.headers["content-type"] == "application/json":
        body = response.json()
        assert set(body) - {"details"} == {"code", "message"}
        return body["code"], body["message"]
    body = response.content
    assert (body[0], body[2]) == (0x08, 0x12)
    text = body[4:] if body[3] < 0x80 else body[5:]
    length = body[3] if body[3] < 0x80 else (body[3] & 0x7F) + (body[4] << 7)
    return body[1], text[:length].decode()
