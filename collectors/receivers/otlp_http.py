"""The HTTP receiver: OTLP at /v1/traces and /v1/logs, CloudEvents at /v1/events; on a waitress of its own, so that no page waits."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any

from waitress import create_server, wasyncore
from waitress.buffers import OverflowableBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask

from collectors import otlp
from collectors.receivers import cloudevents_http as events
from collectors.receivers.admission import Admission, Denied
from collectors.receivers.answers import Status, success
from collectors.receivers.connections import NO_PAGE, make_room
from collectors.receivers.reception import Accepted, Reception, Room, TooLarge, Unavailable, Unreadable, gunzipped

log = logging.getLogger(__name__)
logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # waiting requests are answered in time or refused; no need to log each
THREADS = 16  # they mostly wait for the same sync, so many of them make large group commits
CONNECTIONS = 500  # from then on a new one takes the place of the one idle longest
BUSY_CONNECTIONS = 600  # with so many none is taken: those above CONNECTIONS all have a request under way
INBUF_BYTES = 1 << 18  # of a body still coming; more of it waits in a file, so that 600 of them are 150 MiB at most
RECV_BYTES = 1 << 17  # each reading costs a wait for the interpreter's lock
DISCARD_SECONDS = 2.0
NO_CONTENT = 204
ARRIVED = "syncline.arrived"
PATHS = {"/v1/traces": "traces", "/v1/logs": "logs", events.PATH: events.SIGNAL}
REASONS = {
    200: "OK",
    204: "No Content",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    431: "Request Header Fields Too Large",
    501: "Not Implemented",
    503: "Service Unavailable",
}
GRPC_CODES = {400: 3, 401: 16, 403: 7, 404: 12, 405: 12, 413: 8, 415: 3, 431: 3, 501: 12, 503: 14}
Headers = list[tuple[str, str]]


class Refusal(Exception):
    """An answer that is no success; clients send again only after 503."""

    def __init__(self, status: int, message: str, headers: Headers | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, headers or []


class OtlpHttpReceiver:
    """Listens from start() to stop(). `counts` holds answers by (signal, status) since then, `refusals` the newest sentence of each
    status that was no success.

    The port is bound at once (0: any free one, see `.port`); OSError when it is taken.
    """

    def __init__(self, reception: Reception, host: str, port: int, admit: Admission | None) -> None:
        self._reception, self._admit = reception, admit
        self.counts: Counter[tuple[str, int]] = Counter()
        self.refusals: dict[int, str] = {}
        self._counting = threading.Lock()
        self._sockets: dict[int, Any] = {}
        self._workers = ThreadedTaskDispatcher()
        self._listen(host, port)
        for listener in self._listeners():
            listener.channel_class, listener.adj.patience_seconds = Channel, reception.limits.patience_seconds
            listener.handle_accept = partial(_accept_waiting, listener, listener.handle_accept)
        self.port = int(self._listeners()[0].effective_port)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="otlp-http")

    def start(self) -> None:
        self._workers.set_thread_count(THREADS)
        self._thread.start()

    def stop(self, patience_seconds: float = 3.0) -> None:
        """Refuses what comes from now on, lets what is under way finish and be answered, then closes."""
        self._reception.is_closing = True
        deadline = time.monotonic() + patience_seconds
        while time.monotonic() < deadline and self._is_busy():
            time.sleep(0.01)
        self._stopping.set()
        self._listeners()[0].pull_trigger()
        if self._thread.is_alive():
            self._thread.join()
        self._workers.shutdown()
        wasyncore.close_all(self._sockets)

    def _listen(self, host: str, port: int) -> None:
        try:
            create_server(
                self._answer,
                map=self._sockets,
                _dispatcher=self._workers,
                host=host,
                port=port,
                connection_limit=BUSY_CONNECTIONS,
                asyncore_use_poll=True,
                inbuf_overflow=INBUF_BYTES,
                recv_bytes=RECV_BYTES,
                # Twice the limit is read and refused by us; what is larger still is cut off in the middle.
                max_request_body_size=2 * self._reception.limits.body_bytes,
                channel_timeout=60,
                ident="Syncline",
                clear_untrusted_proxy_headers=True,
            )
        except OSError:
            wasyncore.close_all(self._sockets)
            raise

    def _loop(self) -> None:
        while not self._stopping.is_set():
            wasyncore.loop(timeout=1.0, use_poll=True, map=self._sockets, count=1)

    def _listeners(self) -> list[Any]:
        return [s for s in list(self._sockets.values()) if hasattr(s, "active_channels")]

    def _is_busy(self) -> bool:
        channels = [c for listener in self._listeners() for c in list(listener.active_channels.values())]
        return any(c.requests or c.total_outbufs_len for c in channels)

    # -- one request
    def _answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        signal = PATHS.get(environ["PATH_INFO"].rstrip("/"), "")
        encoding = _encoding(environ.get("CONTENT_TYPE", "")) or otlp.JSON
        try:
            if signal == events.SIGNAL:
                status, headers, body = self._take_events(environ)
            else:
                status, headers, body = 200, [], success(signal, encoding, self._accept(signal, environ))
        except Refusal as refusal:
            status, headers, body = refusal.status, refusal.headers, _status(refusal.status, refusal.message, encoding)
            self.refusals[status] = refusal.message
        except Exception:  # good data must come again once the fault is mended, and clients drop it after a 500
            log.exception("a request to %s failed", environ["PATH_INFO"])
            status, headers, body = 503, self._later(), _status(503, "a fault of the receiver; send again later", encoding)
        with self._counting:
            self.counts[signal, status] += 1
        kind = [("Content-Type", encoding), ("Content-Length", str(len(body)))] if status != NO_CONTENT else []
        start_response(f"{status} {REASONS[status]}", [*kind, *NO_PAGE, *headers])
        return [body]

    def _take_events(self, environ: dict[str, Any]) -> tuple[int, Headers, bytes]:
        if environ["REQUEST_METHOD"] == "OPTIONS":
            return 200, events.handshake(environ), b""
        accepted = self._accept(events.SIGNAL, environ)
        return (200, [], events.partial_success(accepted)) if accepted.rejected else (NO_CONTENT, [], b"")

    def _accept(self, signal: str, environ: dict[str, Any]) -> Accepted:
        self._check_request(signal, environ)
        limits = self._reception.limits
        left = environ[ARRIVED] + limits.patience_seconds - time.monotonic()
        if left <= 0:
            raise Refusal(503, "the receiver is overloaded; send again later", self._later())
        try:
            with self._reception.room(left) as room:
                body = _body(environ, limits.body_bytes, room)
                if signal == events.SIGNAL:
                    return events.accept_events(self._reception, events.headers_of(environ), body, room)
                return self._reception.accept(signal, _encoding(environ["CONTENT_TYPE"]), body, room)
        except TooLarge:
            size = limits.body_bytes >> 20
            raise Refusal(413, f"the request is larger than {size} MiB after decompression; send smaller batches") from None
        except Unreadable as error:
            raise Refusal(400, str(error)) from error
        except Unavailable as error:
            raise Refusal(503, str(error), self._later()) from error

    def _check_request(self, signal: str, environ: dict[str, Any]) -> None:
        """Whether the request may be looked at; judged by its head alone."""
        if not signal:
            raise Refusal(404, f"{environ['PATH_INFO']} is not served here; served are {', '.join(PATHS)}")
        if environ["REQUEST_METHOD"] != "POST":
            allowed = events.ALLOW if signal == events.SIGNAL else "POST"
            raise Refusal(405, f"{environ['REQUEST_METHOD']} is not allowed; send a POST", [("Allow", allowed)])
        source = events.SOURCE if signal == events.SIGNAL else self._reception.source
        if denied := self._denied(_token(environ), source, environ.get("REMOTE_ADDR", "")):
            raise Refusal(403, denied.sentence) if denied.is_known else Refusal(401, denied.sentence, [("WWW-Authenticate", "Bearer")])
        if not self._admit and "HTTP_ORIGIN" in environ:
            # A browser says so with each request a page makes. Without a token, any page that somebody here has open could send what it
            # likes: a name of its own may mean this machine the next time it is asked.
            raise Refusal(403, "pages in a browser may send nothing here; `otlp: {token_required: true}` lets in who has a token")
        if signal == events.SIGNAL:
            try:
                events.check_form(events.headers_of(environ))
            except events.Foreign as error:
                raise Refusal(415, str(error)) from error
        elif not _encoding(environ.get("CONTENT_TYPE", "")):
            found = environ.get("CONTENT_TYPE") or "nothing"
            raise Refusal(415, f"Content-Type must be {otlp.PROTOBUF} or {otlp.JSON} (found {found[:100]})")

    def _denied(self, token: str, source: str, address: str) -> Denied | None:
        try:
            return self._admit(token, source, address) if self._admit else None
        except Unavailable as error:
            raise Refusal(503, str(error), self._later()) from error

    def _later(self) -> Headers:
        return [("Retry-After", str(self._reception.limits.retry_after_seconds))]


def _accept_waiting(listener: Any, accept_one: Callable[[], None]) -> None:
    """All that wait, not one a round: a round takes long where many send, and the last of a hundred waited twenty seconds to be heard."""
    for _ in range(BUSY_CONNECTIONS):
        known = len(listener.active_channels)
        accept_one()
        if len(listener.active_channels) == known:
            return


def _status(status: int, message: str, encoding: str) -> bytes:
    return Status(GRPC_CODES[status], message).encoded(encoding)


def _encoding(content_type: str) -> str:
    """The media type, if it is one of ours; parameters and letter case do not matter."""
    media = content_type.partition(";")[0].strip().lower()
    return media if media in (otlp.PROTOBUF, otlp.JSON) else ""


def _token(environ: dict[str, Any]) -> str:
    scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _body(environ: dict[str, Any], limit: int, room: Room) -> bytes:
    """The body, unpacked. It waits in a file of waitress until there is room for it."""
    coding = environ.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if coding not in ("", "identity", "none", "gzip"):
        raise Unreadable(f"Content-Encoding must be gzip or absent (found {coding[:50]!r})")
    length = int(environ.get("CONTENT_LENGTH") or 0)  # of chunked bodies as well: by now waitress has counted them
    if coding != "gzip" and length > limit:
        raise TooLarge
    room.take(length)
    body: bytes = environ["wsgi.input"].read()
    return gunzipped(body, limit, room.take) if coding == "gzip" else body


# -- waitress, taught when a request had arrived, to let go of what comes too late, and that its own refusals are a google.rpc.Status too
class Dropped(OverflowableBuffer):
    """Where the rest of a body goes that is refused at its end."""

    def append(self, data: bytes) -> None:
        pass


class Parser(HTTPRequestParser):
    """What the client needs to send its body is the client's time. What lies in the socket until we come to read it is ours: where a
    reading took all it may, more lay there, and the time until the next counts. After too much of that the rest is not even kept."""

    arrived = 0.0
    _overdue_seconds, _read, _was_full = 0.0, 0.0, False

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # from urlsplit; waitress answers its own kind only
            raise ParsingError("the request line holds no valid URI") from error

    def received(self, data: bytes) -> int:
        now = time.monotonic()
        if self._was_full:
            self._overdue_seconds += now - self._read
        if self._overdue_seconds > self.adj.patience_seconds and self.body_rcv:
            self.body_rcv.buf.close()
            self.body_rcv.buf = Dropped(INBUF_BYTES)
        is_rest = self._was_full and not self.body_bytes_received  # of a reading that began with the head
        self._read, self._was_full = now, is_rest or len(data) == RECV_BYTES
        consumed: int = super().received(data)
        if self.completed:
            self.arrived = now - self._overdue_seconds
        return consumed


class Request(WSGITask):
    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        environ[ARRIVED] = self.request.arrived
        return environ


class RefusedRequest(ErrorTask):
    """What waitress refuses by itself: broken HTTP, too long a head, a body too large to be read to its end."""

    def execute(self) -> None:
        status = self.request.error.code if self.request.error.code in GRPC_CODES else 503
        encoding = _encoding(self.request.headers.get("CONTENT_TYPE", "")) or otlp.JSON
        body = _status(status, str(self.request.error.body), encoding)
        self.status = f"{status} {REASONS[status]}"
        self.response_headers += [("Content-Type", encoding), *NO_PAGE]
        if status == 503:
            self.response_headers.append(("Retry-After", "2"))
        self.set_close_on_finish()
        self.channel.is_cut = True
        self.content_length = len(body)
        self.write(body)


class Channel(HTTPChannel):
    """A connection that, where it is closed in the middle of a request, reads on for a moment without looking: closing at once would
    reset the connection, and the client would never see why."""

    parser_class = Parser
    task_class = Request
    error_task_class = RefusedRequest
    is_cut = False
    _discards_until = 0.0

    def __init__(self, server: Any, sock: socket.socket, addr: Any, adj: Any, map: Any = None) -> None:  # noqa: A002  waitress names it
        super().__init__(server, sock, addr, adj, map)
        make_room(server, self, CONNECTIONS)

    def handle_close(self) -> None:
        if self.is_cut and not self._discards_until:
            self._discards_until = time.monotonic() + DISCARD_SECONDS
            self.will_close = False
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)
        elif self.connected:
            super().handle_close()

    def readable(self) -> bool:
        if self._discards_until:
            self.will_close = time.monotonic() > self._discards_until
            return not self.will_close
        return bool(super().readable())

    def handle_read(self) -> None:
        if not self._discards_until:
            super().handle_read()
            return
        with suppress(OSError):
            self.recv(1 << 20)  # at the end of the data, this closes
