"""An endpoint over OTLP/HTTP: requests in either encoding, and raw bytes where no client would misbehave so."""

from __future__ import annotations

import gzip
import http.client
import socket
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from app.conformance.bodies import json_partial_of, partial_of
from app.conformance.check import ACCEPTED, HTTP, INVALID, OTHER, TOO_LARGE, TRIES, UNAVAILABLE, Answer, Failed, patiently

JSON, PROTOBUF = "application/json", "application/x-protobuf"
OUTCOMES = {200: ACCEPTED, 400: INVALID, 413: TOO_LARGE, 429: UNAVAILABLE, 502: UNAVAILABLE, 503: UNAVAILABLE, 504: UNAVAILABLE}
LONGEST_ANSWER = 4 << 20
BLOCK = 1 << 20
QUIET_SECONDS = 1.0  # some keep a connection although nothing more can come on it


class HttpEndpoint:
    """`http://host:port`, with a prefix where there is one."""

    carrier = HTTP

    def __init__(self, host: str, port: int, prefix: str = "", token: str = "", timeout: float = 10.0, tries: int = TRIES) -> None:
        self._tries = tries
        self.host, self.port, self._prefix, self._timeout = host, port, prefix.rstrip("/"), timeout
        self._identity = {"Authorization": f"Bearer {token}"} if token else {}

    def close(self) -> None:
        """Every request has a connection of its own, so there is nothing to close."""

    def export(self, signal: str, body: bytes, *, is_packed: bool = False, content_type: str = PROTOBUF, **headers: str) -> Answer:
        """Sends one request; `is_packed` says that the body is compressed already."""
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        packing = {"Content-Encoding": "gzip"} if is_packed else {}
        headers = {"Content-Type": content_type, **packing, **said}
        return patiently(lambda: self.ask("POST", f"/v1/{signal}", body, headers, signal), self._tries)

    def export_json(self, signal: str, body: bytes, *, is_packed: bool = False) -> Answer:
        return self.export(signal, body, is_packed=is_packed, content_type=JSON)

    def ask(self, method: str, path: str, body: bytes | Iterable[bytes] | None, headers: dict[str, str], signal: str = "traces") -> Answer:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=self._timeout)
        try:
            return self.ask_on(connection, method, path, body, headers, signal)
        finally:
            connection.close()

    def ask_on(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        body: bytes | Iterable[bytes] | None,
        headers: dict[str, str],
        signal: str = "traces",
    ) -> Answer:
        """The answer to one request on a connection that is kept."""
        with suppress(BrokenPipeError, ConnectionResetError):  # refused in the middle: the answer may be there all the same
            connection.request(method, self._prefix + path, body, {**self._identity, **headers})
        try:
            response = connection.getresponse()
            content = response.read(LONGEST_ANSWER + 1)
        except http.client.HTTPException as error:
            raise Failed(f"no HTTP answer ({type(error).__name__})") from error
        return _answer(response, content, signal)

    def raw(self, *parts: bytes) -> bytes:
        """What is answered to these bytes until the connection is closed or nothing more comes for a while."""
        answer = b""
        with socket.create_connection((self.host, self.port), self._timeout) as wire:
            with suppress(ConnectionResetError, BrokenPipeError):  # refused in the middle: the answer may be there all the same
                for part in parts:
                    wire.sendall(part)
            with suppress(OSError):
                wire.shutdown(socket.SHUT_WR)
            with suppress(ConnectionResetError, TimeoutError):
                while len(answer) < LONGEST_ANSWER and (block := wire.recv(BLOCK)):
                    answer += block
                    wire.settimeout(QUIET_SECONDS)
        return answer

    def head(self, **headers: str) -> bytes:
        """The head of a POST of traces, to be sent raw."""
        fields = {"Host": self.host, "Content-Type": PROTOBUF, **self._identity}
        fields |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"POST {self._prefix}/v1/traces HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
        return "\r\n".join([*lines, "", ""]).encode()


def _answer(response: http.client.HTTPResponse, content: bytes, signal: str) -> Answer:
    headers = {name.lower(): value for name, value in response.getheaders()}
    if headers.get("content-encoding", "").lower() == "gzip":
        content = gzip.decompress(content)
    outcome, partial = OUTCOMES.get(response.status, OTHER), None
    if outcome == ACCEPTED:
        read: Any = json_partial_of if headers.get("content-type", "").startswith(JSON) else partial_of
        try:
            partial = read(signal, content)
        except (ValueError, AttributeError) as error:
            raise Failed(f"200 with a body that is no export response: {error}") from error
    return Answer(outcome, f"{response.status} {response.reason}".strip(), response.status, content, headers, partial=partial)
