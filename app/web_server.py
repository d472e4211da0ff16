"""Serves a WSGI application over HTTP with waitress, in a thread of its own, and stops without dropping a request."""

from __future__ import annotations

import os
import socket
import threading
from errno import EACCES, EADDRNOTAVAIL
from functools import partial
from typing import Any

import waitress
from waitress import wasyncore
from waitress.server import BaseWSGIServer

from app.trouble import Unreachable

DRAIN_SECONDS = 10


class WebServer:
    """Listens from the start; `port` is the real one. Raises Unreachable when the address cannot be had."""

    def __init__(self, application: Any, host: str, port: int, **options: Any) -> None:
        self._sockets: dict[int, Any] = {}
        try:
            self._server = waitress.create_server(application, map=self._sockets, host=host, port=port, ident=None, **options)
        except (OSError, ValueError) as error:
            wasyncore.close_all(self._sockets, ignore_all=True)
            raise Unreachable(taken(host, port, error)) from error
        self._listeners = [
            one for one in self._sockets.values() if isinstance(one, BaseWSGIServer)
        ]  # several where a name has several addresses
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
