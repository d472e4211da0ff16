"""The addresses of the web app and the receiver: free, or served by us."""

from __future__ import annotations

import socket
from collections.abc import Iterator

from app.examination.finding import Finding, fail, ok, warn
from app.remote import Server
from app.settings import Settings
from app.web_server import at, taken
from collectors.receivers import NO_GRPC, has_grpc

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def look_at_network(settings: Settings, server: Server | None) -> Iterator[Finding]:
    """Whether `syncline serve` could listen where it should, and whether strangers could read along."""
    if server is None:
        yield _address("The web app", settings.web.host, settings.web.port)
        yield _address("The OTLP receiver", settings.otlp.http_host, settings.otlp.http_port)
        if has_grpc():
            yield _address("The OTLP/gRPC receiver", settings.otlp.grpc_host, settings.otlp.grpc_port)
        else:
            yield ok(NO_GRPC)
    if settings.web.host not in LOOPBACK and not settings.web.secure_cookies:
        yield warn(
            "The web app is reached from other machines without TLS.", "Put a proxy with TLS in front and set web.secure_cookies: true."
        )
    if not {settings.otlp.http_host, settings.otlp.grpc_host} <= set(LOOPBACK) and not settings.otlp.token_required:
        yield warn("Anybody who reaches the OTLP receiver may send data.", "Remove `token_required: false` from otlp.")


def _address(what: str, host: str, port: int) -> Finding:
    try:
        # A name may have several addresses; all are listened on.
        for family, _, _, _, address in socket.getaddrinfo(
            None if host == "*" else host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            socket.create_server(address[:2], family=family).close()
    except (OSError, ValueError) as error:
        sentence = taken(host, port, error)
        return fail(f"{what} {sentence.partition('. ')[0]}.", sentence.partition(". ")[2])
    return ok(f"{what} can listen on {at(host, port)}.")
