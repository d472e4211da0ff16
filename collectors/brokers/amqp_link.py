"""The connection to an AMQP broker, opened when it is needed and kept until it breaks; what went wrong, in sentences."""

from __future__ import annotations

import logging
import re
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from collectors.brokers.address import BrokerAddress, Tls

HEARTBEAT_SECONDS = 300  # we answer while we read; a source read less often is connected anew each time
CONNECT_SECONDS = 10
ALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 30_000}  # a line that is cut is noticed
GARBLED = re.compile(r"lost: (OverflowError|ValueError|RecursionError|UnicodeDecodeError|error)\(")  # what the library failed to read
NOT_FOUND, REFUSED, LOCKED, PRECONDITION, NOT_IMPLEMENTED = 404, 403, 405, 406, 540


def pika() -> Any:
    """The library, imported only where a source needs it. It comes without types, and logs tracebacks for what we say in a sentence."""
    logging.getLogger("pika").setLevel(logging.CRITICAL)
    return import_module("pika")


class AmqpLink:
    def __init__(self, address: BrokerAddress, tls: Tls, folder: Path, name: str) -> None:
        self.address, self._tls, self._folder, self._name = address, tls, folder, name
        self._connection: Any = None

    @property
    def is_open(self) -> bool:
        return bool(self._connection and self._connection.is_open)

    def _opened(self) -> Any:
        if not self.is_open:
            self._connection = pika().BlockingConnection(self._parameters())
        return self._connection

    def refresh(self) -> None:
        """Answers what the broker asked meanwhile. A connection it gave up since the last read is nobody's trouble: a new one is made."""
        try:
            if self.is_open:
                self.wait(0)
        except (pika().exceptions.AMQPError, OSError):
            self.drop()

    def wait(self, seconds: float) -> None:
        """Until something came, or for so long. Raises pika's AMQPError or OSError, as all that speaks with the broker."""
        self._opened().process_data_events(seconds)

    def channel(self) -> Any:
        return self._opened().channel()

    def drop(self) -> None:
        """Lets go of the connection; the broker takes back what it lent and was not acknowledged."""
        connection, self._connection = self._connection, None
        if connection and connection.is_open:
            with suppress(pika().exceptions.AMQPError, OSError):  # it is gone already: that is what was wanted
                connection.close()

    def _parameters(self) -> object:
        address, library = self.address, pika()
        context = self._tls.context(self._folder) if address.is_tls else None
        return library.ConnectionParameters(
            host=address.host,
            port=address.port,
            virtual_host=address.path or "/",
            credentials=library.PlainCredentials(address.user or "guest", address.password or "guest", erase_on_connect=False),
            heartbeat=HEARTBEAT_SECONDS,
            blocked_connection_timeout=CONNECT_SECONDS,
            socket_timeout=CONNECT_SECONDS,
            stack_timeout=CONNECT_SECONDS,
            connection_attempts=1,
            ssl_options=library.SSLOptions(context, address.host) if context else None,
            tcp_options=ALIVE,
            client_properties={"connection_name": f"Syncline, source {self._name}"},
        )

    def trouble(self, error: Exception) -> str:
        """What is wrong with the broker as a whole, and what to do."""
        exceptions, where = pika().exceptions, self.address.text
        if isinstance(error, exceptions.ProtocolSyntaxError) or GARBLED.search(str(error)):
            return f"{where} has a message whose headers cannot be read ({_said(error)}). It holds up its queue: move it away by hand."
        if isinstance(error, exceptions.ProbableAuthenticationError | exceptions.AuthenticationError):
            return f"{where} refuses the user or the password. Check both, and that this user may log in from here."
        if isinstance(error, exceptions.ProbableAccessDeniedError) or _code(error) in (NOT_FOUND, REFUSED):
            return f"{where} does not let this user in: {_said(error)}. Check the virtual host, the part of the address behind the port."
        if _code(error) == NOT_IMPLEMENTED:
            return f"{where} cannot do this with a queue of its kind: {_said(error)}. Of a stream, say `stream: true`."
        if isinstance(error, exceptions.ConnectionClosedByBroker):
            return f"{where} closed the connection: {_said(error)}. It is tried again."
        return f"{where} cannot be reached: {_said(error)}. Check that the broker runs and the address is right; it is tried again."


def queue_trouble(queue: str, where: str, error: Exception) -> str:
    """What is wrong with one queue."""
    todo = {
        NOT_FOUND: "Check its name and the virtual host, and that it exists.",
        REFUSED: "Give the user the right to read it.",
        LOCKED: "Somebody else has it for himself alone; wait for him, or read a queue of your own.",
        PRECONDITION: "Of a stream, say `stream: true`; of another queue, do not.",
    }.get(_code(error) or 0, "It is tried again.")
    return f"the queue {queue!r} of {where} cannot be read: {_said(error)}. {todo}"


def _code(error: Exception) -> int | None:
    code = getattr(error, "reply_code", None)
    return code if isinstance(code, int) else None


def _said(error: Exception) -> str:
    """What the broker or the network said, the innermost of several causes."""
    text = getattr(error, "reply_text", "")
    while not text and error.args:
        inner = getattr(error.args[0], "exception", error.args[0])
        if not isinstance(inner, Exception):
            text = str(error)
        else:
            error = inner
    return (text or type(error).__name__).rstrip(".")
