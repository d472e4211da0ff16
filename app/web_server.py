"""Serves a WSGI application over HTTP with waitress, in a thread of its own, and stops without dropping a request."""

from __future__ import annotations

import threading
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
        except OSError as error:
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
        if self._thread.is_alive():
            self._listeners[0].trigger.pull_trigger(action)


def taken(host: str, port: int, error: OSError) -> str:
    """The sentence for an address that cannot be listened on."""
    return f"cannot listen on {host}:{port}: {error.strerror or error}. Stop what listens there, or set another port."
