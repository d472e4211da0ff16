"""The OTLP/gRPC receiver: Export of traces and logs on the same reception as OTLP/HTTP. Needs the extra `grpc`."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from urllib.parse import unquote

import grpc  # type: ignore[import-untyped]

from collectors import otlp
from collectors.receivers.admission import Admission
from collectors.receivers.answers import INVALID_ARGUMENT, PERMISSION_DENIED, UNAUTHENTICATED, UNAVAILABLE, UNIMPLEMENTED, Status, success
from collectors.receivers.reception import Reception, Unavailable, Unreadable

log = logging.getLogger(__name__)
THREADS = 16  # they mostly wait for the same sync, so many of them make large group commits
CONNECTIONS = 600
CALLS_PER_CONNECTION = 100
SENDING_SECONDS = 30.0  # no client sends one message for longer; while others wait for its thread, only as long as they have patience
SERVICES = "/opentelemetry.proto.collector."
METHODS = {f"{SERVICES}trace.v1.TraceService/Export": "traces", f"{SERVICES}logs.v1.LogsService/Export": "logs"}
CODES = {code.value[0]: code for code in grpc.StatusCode}
DETAILS = "grpc-status-details-bin"


class Refusal(Exception):
    """A call that is answered with a status."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.message)
        self.status = status


NO_MESSAGE = Status(INVALID_ARGUMENT, "the call ended without a message")


class Gone(Exception):
    """There is no message: the client gave up, or it was too large and gRPC has said so itself. What is said now, hardly anybody hears."""


class OtlpGrpcReceiver:
    """Listens from start() to stop(). `counts` holds answers by (signal, name of the status code) since then; signal "" is any other.
    `refusals` holds the newest sentence of each status that was no success.

    The port is bound at once (0: any free one, see `.port`); OSError when it is taken.
    """

    def __init__(self, reception: Reception, host: str, port: int, admit: Admission | None) -> None:
        self._reception, self._admit = reception, admit
        self.counts: Counter[tuple[str, str]] = Counter()
        self.refusals: dict[str, str] = {}
        self._counting = threading.Lock()
        self._sending: dict[int, tuple[float, Any]] = {}  # of each thread that waits for a message: since when, and its call
        self._ended = threading.Event()
        self._workers = ThreadPoolExecutor(THREADS, "otlp-grpc")
        self._server = grpc.server(self._workers, handlers=[_Calls(self._answer)], options=_options(reception.limits.body_bytes))
        self.port = _bound(self._server, host, port)
        self._watch = threading.Thread(target=self._watch_senders, name="otlp-grpc-watch")

    def start(self) -> None:
        self._server.start()
        self._watch.start()

    def stop(self, patience_seconds: float = 3.0) -> None:
        """Refuses what comes from now on, lets what is under way finish and be answered, then closes."""
        self._reception.is_closing = True
        self._server.stop(patience_seconds).wait()
        self._ended.set()
        if self._watch.is_alive():
            self._watch.join()
        self._workers.shutdown()

    # -- one call
    def _answer(self, method: str, arrived: float, messages: Iterator[bytes], context: grpc.ServicerContext) -> bytes:
        signal, body, status = METHODS.get(method, ""), b"", None
        try:
            body = self._accept(method, arrived, messages, context)
        except Gone:
            status = NO_MESSAGE
        except Refusal as refusal:
            status = refusal.status
        except Exception:  # good data must come again once the fault is mended, and gRPC would say UNKNOWN: clients drop it then
            log.exception("a call of %s failed", method)
            status = self._later("a fault of the receiver; send again later")
        self._count(signal, "OK" if not status else "CANCELLED" if status is NO_MESSAGE else CODES[status.code].name)
        if status:
            self.refusals[CODES[status.code].name] = status.message
            context.set_trailing_metadata(((DETAILS, status.encoded(otlp.PROTOBUF)),))
            context.abort(CODES[status.code], status.message)
        return body

    def _accept(self, method: str, arrived: float, messages: Iterator[bytes], context: grpc.ServicerContext) -> bytes:
        signal = METHODS.get(method)
        if not signal:
            raise Refusal(Status(UNIMPLEMENTED, f"{method[:100]} is not served here; served are {', '.join(METHODS)}"))
        self._check_sender(context)
        left = self._left(arrived)  # what the message itself takes on its way is the client's
        body = self._message(messages, context)
        self._check_sender(context)  # again: a call may have been open for long before its message came, and a token ends meanwhile
        try:
            with self._reception.room(left) as room:
                room.take(len(body))
                return success(signal, otlp.PROTOBUF, self._reception.accept(signal, otlp.PROTOBUF, body, room))
        except Unreadable as error:
            raise Refusal(Status(INVALID_ARGUMENT, str(error))) from error
        except Unavailable as error:
            raise Refusal(self._later(str(error))) from error

    def _check_sender(self, context: grpc.ServicerContext) -> None:
        try:
            denied = self._admit(_token(context), self._reception.source, _address(context)) if self._admit else None
        except Unavailable as error:
            raise Refusal(self._later(str(error))) from error
        if denied:
            raise Refusal(Status(PERMISSION_DENIED if denied.is_known else UNAUTHENTICATED, denied.sentence))

    def _left(self, arrived: float) -> float:
        """How much of the patience is left."""
        left = arrived + self._reception.limits.patience_seconds - time.monotonic()
        if left <= 0:
            raise Refusal(self._later("the receiver is overloaded; send again later"))
        return left

    def _message(self, messages: Iterator[bytes], context: grpc.ServicerContext) -> bytes:
        """The one message of a call, read and unpacked only now: gRPC itself holds no more than a window of it before.

        How long it is, gRPC says only when it is whole. So the budget counts it from then on, and until then each thread may hold one
        of the largest allowed size.
        """
        self._sending[threading.get_ident()] = time.monotonic(), context
        try:
            return next(messages)
        except (StopIteration, grpc.RpcError):
            raise Gone from None
        finally:
            del self._sending[threading.get_ident()]

    def _watch_senders(self) -> None:
        """Ends calls whose message does not come. Every one of them holds a thread."""
        while not self._ended.wait(0.25):
            calls, now = list(self._sending.values()), time.monotonic()
            longest = self._reception.limits.patience_seconds if len(calls) >= THREADS else SENDING_SECONDS
            for since, context in calls:
                if now - since > longest:
                    context.cancel()

    def _later(self, sentence: str) -> Status:
        return Status(UNAVAILABLE, sentence, self._reception.limits.retry_after_seconds)

    def _count(self, signal: str, name: str) -> None:
        with self._counting:
            self.counts[signal, name] += 1


class _Calls(grpc.GenericRpcHandler):
    """Takes every call as one that streams its messages: only so the token is looked at before the message is read."""

    def __init__(self, answer: Callable[..., bytes]) -> None:
        self._answer = answer

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        return grpc.stream_unary_rpc_method_handler(partial(self._answer, handler_call_details.method, time.monotonic()))


def _options(body_bytes: int) -> list[tuple[str, int]]:
    return [
        ("grpc.max_receive_message_length", body_bytes),  # holds after decompression as well, and stops it in the middle
        ("grpc.so_reuseport", 0),  # else two of us would share a port, and the clients
        ("grpc.max_concurrent_streams", CALLS_PER_CONNECTION),
        ("grpc.max_allowed_incoming_connections", CONNECTIONS),
        ("grpc.max_connection_idle_ms", 600_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_ping_strikes", 0),  # pings of any number are answered, not punished with GOAWAY
    ]


def _bound(server: Any, host: str, port: int) -> int:
    """The port listened on. Raises OSError with the reason, which gRPC only writes to its own log."""
    places = socket.getaddrinfo(None if host == "*" else host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    for family, _, _, _, address in places:
        socket.create_server(address[:2], family=family).close()
    name = "[::]" if host in ("*", "::") else f"[{host}]" if ":" in host and not host.startswith("[") else host
    try:
        return int(server.add_insecure_port(f"{name}:{port}"))
    except RuntimeError as error:
        raise OSError(str(error)) from error


def _token(context: grpc.ServicerContext) -> str:
    said = next((value for key, value in context.invocation_metadata() if key == "authorization"), "")
    scheme, _, token = str(said).partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _address(context: grpc.ServicerContext) -> str:
    """Of `ipv4:10.1.2.3:50124` and `ipv6:%5B::1%5D:50124` the address."""
    kind, _, rest = unquote(context.peer()).partition(":")
    return rest.rpartition(":")[0].strip("[]") if kind in ("ipv4", "ipv6") else ""
