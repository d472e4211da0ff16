"""An HTTP receiver in a process of its own, that behaves as its path says, and writes what it did to a log on disk before it answers.

/twice        applies whatever comes                 /lying        says 200 and does nothing
/once         applies each Idempotency-Key once      /refusing     422         /busy   503, Retry-After: 2
/slow         applies, and answers too late          /elsewhere    307 to another host
/dying        applies, and dies before it answers    /deaf         hangs up before it has read the body
/broken       500 after it applied                   /failing/10   503 for every tenth attempt, else as /once
"""

from __future__ import annotations

import json
import os
import socket
import ssl
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from tests.processes import free_ports, listens, real_server
from tests.repository import ROOT
from tests.servers.certificates import Certificate

SLOW_SECONDS = 3.0
ANSWERS = {"lying": 200, "refusing": 422, "busy": 503, "elsewhere": 307}  # nothing is applied
AFTER = {"twice": 200, "once": 200, "failing": 200, "broken": 500, "slow": 200, "dying": 0}  # 0: none


class Seen(NamedTuple):
    """One request, as the log has it. `applied`: it had an effect."""

    path: str
    key: str
    attempt: str
    applied: bool
    status: int
    headers: dict[str, str]
    body: str


class Receiver(NamedTuple):
    """`url` without a path."""

    url: str
    log: Path

    def seen(self) -> list[Seen]:
        """All requests, in the order they came. The last line may be half-written where it was killed."""
        lines = self.log.read_bytes().split(b"\n")[:-1] if self.log.exists() else []
        return [Seen(**json.loads(line)) for line in lines]

    def applied(self) -> list[str]:
        """The Idempotency-Keys that had an effect, in order, as often as they had it."""
        return [seen.key for seen in self.seen() if seen.applied]


@contextmanager
def running(folder: Path, certificate: Certificate | None = None, wants_certificate: bool = False) -> Iterator[Receiver]:
    """A receiver on a free port, with its log in `folder`; one that was there before is gone on with."""
    (port,) = free_ports(1)
    log = folder / "receiver.jsonl"
    files = [str(certificate.certificate), str(certificate.key), *(["client"] if wants_certificate else [])] if certificate else []
    command = [sys.executable, "-m", "tests.recovery.receiver", str(port), str(log), *files]
    with real_server(command, listens(port), log=folder / "receiver.log", folder=ROOT):
        yield Receiver(f"{'https' if certificate else 'http'}://127.0.0.1:{port}", log)


class _Log:
    """What was done, on disk before the answer."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._known = set(Receiver("", path).applied())
        self._file = path.open("ab")

    def write(self, seen: Seen, is_once: bool) -> Seen:
        with self._lock:
            seen = seen._replace(applied=seen.applied and not (is_once and seen.key in self._known))
            self._file.write(json.dumps(seen._asdict()).encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
            if seen.applied:
                self._known.add(seen.key)
        return seen


def _handler(log: _Log) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            kind, _, every = self.path.partition("?")[0].strip("/").partition("/")
            if kind == "deaf":
                self.close_connection = True
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                return
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = ANSWERS.get(kind, AFTER.get(kind, 404))
            key, attempt = self.headers.get("Idempotency-Key", ""), self.headers.get("Syncline-Attempt", "")
            if kind == "failing" and int(sha256(attempt.encode()).hexdigest(), 16) % int(every) == 0:
                kind, status = "busy", 503
            headers = {name.lower(): value for name, value in self.headers.items()}
            log.write(Seen(self.path, key, attempt, kind in AFTER, status, headers, body.decode("latin-1")), kind in ("once", "failing"))
            if kind == "slow":
                time.sleep(SLOW_SECONDS)
            if status:
                self._answer(status)
            else:
                self.close_connection = True

        do_PUT = do_POST  # noqa: N815

        def _answer(self, status: int) -> None:
            said = b'{"said": "%d"}' % status
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            if status == 503:
                self.send_header("Retry-After", "2")
            if status == 307:
                self.send_header("Location", "http://192.0.2.1/somewhere?token=secret")
            self.end_headers()
            try:
                self.wfile.write(said)
            except OSError:
                self.close_connection = True  # who asked has gone: that is what /slow is for

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


def main(port: str, log: str, *files: str) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", int(port)), _handler(_Log(Path(log))))
    server.daemon_threads = True
    if files:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files[0], files[1])
        if len(files) > 2:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(files[0])
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
