"""The middleware's own endpoint: whoever knows its token may have a message sent again that it still holds."""

from __future__ import annotations

import hmac
import json
import queue
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

REPLAY, MESSAGES = "/replay", "/messages"  # what the hub holds is sent again; what somebody brings is sent in its place
MOST_BYTES = 65_536
PATIENCE_SECONDS = 20  # while the middleware is busy with something else
TOLD = ("recovery_id", "workflow", "transaction_id", "milestone")


class Order(NamedTuple):
    """Somebody wants a message sent again. Equal keys are one order."""

    key: str
    recovery_id: str
    workflow: str
    transaction_id: str
    milestone: str
    content: bytes | None = None  # the message, where somebody brings it


class Answer(NamedTuple):
    """What the middleware says to it; `pause` is after how many seconds to ask again."""

    status: int
    words: str
    pause: int | None = None


ENDING = Answer(503, "The integration hub is going down.")
BUSY = Answer(503, "The integration hub is busy.", 1)


class Hub:
    """Listens from the beginning until `close`. Orders wait in it until somebody answers them. Raises OSError when the port is taken."""

    def __init__(self, port: int, token: str) -> None:
        self._orders: queue.SimpleQueue[tuple[Order, Future[Answer]]] = queue.SimpleQueue()
        self._is_ending = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self, token))
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="hub", daemon=True)
        self._thread.start()

    def orders(self) -> Iterator[tuple[Order, Future[Answer]]]:
        """Those that wait for an answer now."""
        while self.is_waited_for:
            yield self._orders.get()

    @property
    def is_waited_for(self) -> bool:
        """Whether there are any."""
        return not self._orders.empty()

    def ask(self, order: Order) -> Answer:
        """The answer, as soon as there is one."""
        waiting: Future[Answer] = Future()
        if self._is_ending.is_set():
            return ENDING
        self._orders.put((order, waiting))
        try:
            return waiting.result(PATIENCE_SECONDS)
        except TimeoutError:  # what is withdrawn is not done later
            return BUSY if waiting.cancel() else waiting.result()

    def close(self) -> None:
        self._is_ending.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        for _, waiting in self.orders():
            if waiting.set_running_or_notify_cancel():
                waiting.set_result(ENDING)


def _handler(hub: Hub, token: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = PATIENCE_SECONDS

        def do_POST(self) -> None:
            answer = self._answer()
            body = answer.words.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            if answer.pause is not None:
                self.send_header("Retry-After", str(answer.pause))
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        def _answer(self) -> Answer:
            length = self.headers.get("Content-Length", "")
            if not (length.isascii() and length.isdigit()) or int(length) > MOST_BYTES:
                return Answer(413, f"A body of at most {MOST_BYTES} bytes, with its length, is read.")
            body, said = self.rfile.read(int(length)), self.headers.get("Authorization", "")
            if not token or not hmac.compare_digest(said.encode(), f"Bearer {token}".encode()):
                return Answer(401, "Who asks must bring the token of this hub.")
            path, _, query = self.path.partition("?")
            if path not in (REPLAY, MESSAGES):
                return Answer(404, f"Only {REPLAY} and {MESSAGES} are here.")
            if path == REPLAY:
                order = _order(self.headers.get("Idempotency-Key", ""), _read(body))
            else:
                told = {**dict(parse_qsl(query)), "recovery_id": self.headers.get("mfg-recovery-id")}
                order = _order(self.headers.get("Idempotency-Key", ""), told, body)
            return hub.ask(order) if isinstance(order, Order) else Answer(400, order)

        def log_message(self, *_: Any) -> None:
            """What is ordered is seen in the telemetry."""

    return Handler


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _order(key: str, said: Any, content: bytes | None = None) -> Order | str:
    """A text says what is wrong with it."""
    if not key:
        return "Idempotency-Key is missing: without it nobody can tell a second request from the same one again."
    if not isinstance(said, dict) or not all(isinstance(said.get(name), str) for name in TOLD):
        return f"{', '.join(TOLD)} must be told: in a body of JSON, or with a message in the address and the header mfg-recovery-id."
    return Order(key, **{name: said[name] for name in TOLD}, content=content)
