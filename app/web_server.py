"""Serves a WSGI application over HTTP with waitress, in a thread of its own, and stops without dropping a request."""

from __future__ import annotations

import os
import socket
import threading
import time
from errno import EACCES, EADDRNOTAVAIL
from functools import partial
from typing import Any

import waitress
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import BaseWSGIServer
from waitress.task import ErrorTask

from app.trouble import Unreachable
from collectors.receivers.connections import NO_PAGE, make_room

DRAIN_SECONDS = 10
CONNECTIONS = 400  # from then on a new one takes the place of the one idle longest
BUSY_CONNECTIONS = 500  # with so many none is taken
REQUEST_SECONDS = 60.0  # for all of a request to come: who sends a byte now and then is never idle, and would stay for good
HEAD_BYTES = 64 << 10


class Parser(HTTPRequestParser):
    """Refuses what a proxy in front could have read in another way."""

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # from urlsplit; waitress answers its own kind only
            raise ParsingError("the request line holds no valid URI") from error
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("Content-Length and Transfer-Encoding say how long the body is, both")


class Refused(ErrorTask):
    """What waitress refuses by itself, such as broken HTTP: no page either, and it does not say which software refused it."""

    def execute(self) -> None:
        error = self.request.error
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store"), *NO_PAGE]
        self.set_close_on_finish()
        body = f"{error.reason}\n".encode()
        self.content_length = len(body)
        self.write(body)


class Channel(HTTPChannel):
    """A connection that nobody can keep from others by being slow."""

    parser_class = Parser
    error_task_class = Refused
    _coming: Any = None
    _begun = 0.0

    def __init__(self, server: Any, sock: socket.socket, addr: Any, adj: Any, map: Any = None) -> None:  # noqa: A002  waitress names it
        super().__init__(server, sock, addr, adj, map)
        make_room(server, self, CONNECTIONS)

    def readable(self) -> bool:
        """Asked in each round of the loop, at least once a second, so that it is seen also when nothing comes."""
        is_ours = self.requests or self.total_outbufs_len  # while we answer, nothing is read
        if self.request is not self._coming or is_ours:
            self._coming, self._begun = self.request, time.monotonic()
        elif self.request is not None and time.monotonic() - self._begun > self.adj.request_seconds:
            self.will_close = True
        return bool(super().readable())


LIMITS: dict[str, Any] = {
    "ident": None,  # who serves this is nobody's business
    "connection_limit": BUSY_CONNECTIONS,
    "max_request_header_size": HEAD_BYTES,
    "inbuf_overflow": 1 << 18,  # more of a body waits in a file, so that 500 of them are 125 MiB of memory at most
    "asyncore_use_poll": True,
}


class WebServer:
    """Listens from the start; `port` is the real one. Raises Unreachable when the address cannot be had."""

    def __init__(self, application: Any, host: str, port: int, request_seconds: float = REQUEST_SECONDS, **options: Any) -> None:
        self._sockets: dict[int, Any] = {}
        try:
            self._server = waitress.create_server(application, map=self._sockets, host=host, port=port, **LIMITS, **options)
        except (OSError, ValueError) as error:
            wasyncore.close_all(self._sockets, ignore_all=True)
            raise Unreachable(taken(host, port, error)) from error
        self._listeners = [
            one for one in self._sockets.values() if isinstance(one, BaseWSGIServer)
        ]  # several where a name has several addresses
        for listener in self._listeners:
            listener.channel_class, listener.adj.request_seconds = Channel, request_seconds
        self.port = int(self._listeners[0].effective_port)
        self._thread = threading.Thread(target=self._server.run, name="web server", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Takes no new connections, lets running requests end, then closes everything."""
        for listener in self._listeners:
            self._in_loop(partial(wasyncore.dispatcher.close, listener))
        self._server.task_dispatcher.shutdown(timeout=DRAIN_SECONDS)
        self._in_loop(lambda: wasyncore.close_all(self._sockets, ignore_all=True))
        self._thread.join(DRAIN_SECONDS)

    def _in_loop(self, action: Any) -> None:
        # Sockets belong to the loop's thread; closing them from here would race with its select.
        if not self._thread.is_alive():
            return
        trigger = self._listeners[0].trigger
        with trigger.lock:  # until it is written, the loop cannot run the action, which may close what is written to
            trigger.thunks.append(action)
            trigger._physical_pull()


def taken(host: str, port: int, error: Exception) -> str:
    """The sentence for an address that cannot be listened on. waitress makes a ValueError of a name that nobody can resolve."""
    if isinstance(error, ValueError | socket.gaierror):
        why = f"no address is called {host}. Correct the host; 127.0.0.1 is this machine only, 0.0.0.0 all networks"
    else:
        number = getattr(error, "errno", None) or 0
        why = f"{os.strerror(number) if number else error}. {ADVICE.get(number, 'Stop what listens there, or set another port')}"
    return f"cannot listen on {at(host, port)}: {why}."


def at(host: str, port: int) -> str:
    """An address as it is written."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


ADVICE = {EADDRNOTAVAIL: "Set a host that this machine has; 0.0.0.0 means all of its addresses", EACCES: "Set a port above 1023"}
