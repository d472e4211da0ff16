"""A web API for tests, over real HTTP on a free port: pages of every kind, an OAuth 2.0 token server, and whatever can go wrong."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.servers.certificates import Certificate

CLIENT, SECRET = "syncline", "s3cr3t+/="
Item = dict[str, Any]


class Asked(NamedTuple):
    """A request as it came in."""

    method: str
    path: str
    parameters: dict[str, str]
    headers: dict[str, str]
    body: bytes


class Reply(NamedTuple):
    """What is answered, once, instead of what would be. `cut`: so many bytes of the body are left out. `drips`: a byte now and then."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    cut: int = 0
    drips: bool = False


class WebApi:
    """`items` are what it has, each with `id` and `changed` (a whole number, or a text that sorts). `asked` is what came in."""

    def __init__(self, port: int, scheme: str) -> None:
        self.url = f"{scheme}://127.0.0.1:{port}"
        self.items: list[Item] = []
        self.asked: list[Asked] = []
        self.replies: list[Reply] = []  # given first, one after the other
        self.page_size = 2
        self.tokens: list[str] = []  # given out; the last one is valid
        self.needs_token = False
        self.expires_in: Any = 3600
        self.connections: list[socket.socket] = []

    def orders(self, count: int, first: int = 1) -> None:
        """More items, a second apart."""
        self.items += [
            {"id": f"o{n}", "changed": f"2026-03-23T10:{n // 60:02}:{n % 60:02}Z", "po": f"4500{n:06}"} for n in range(first, first + count)
        ]

    def close_connections(self) -> None:
        """As a server does that has waited long enough."""
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/token":
            return self._token(asked)
        if self.replies:
            return self.replies.pop(0)
        if self.needs_token and (not self.tokens or asked.headers.get("authorization") != f"Bearer {self.tokens[-1]}"):
            return Reply(401, b'{"error": "token expired"}')
        handler = getattr(self, f"_{asked.path.strip('/')}", None)
        return Reply(200, json.dumps(handler(asked)).encode()) if handler else Reply(404, b"<html><body>Nothing <b>here</b></body></html>")

    def _token(self, asked: Asked) -> Reply:
        expected = f"Basic {b64encode(urlencode({'': CLIENT})[1:].encode() + b':' + urlencode({'': SECRET})[1:].encode()).decode()}"
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        in_body = form.get("client_id") == CLIENT and form.get("client_secret") == SECRET
        if form.get("grant_type") != "client_credentials" or not (in_body or asked.headers.get("authorization") == expected):
            return Reply(401, json.dumps({"error": "invalid_client", "error_description": f"wrong secret {SECRET}"}).encode())
        self.tokens.append(f"token-{len(self.tokens) + 1}")
        return Reply(200, json.dumps({"access_token": self.tokens[-1], "token_type": "Bearer", "expires_in": self.expires_in}).encode())

    def _since(self, asked: Asked) -> list[Item]:
        since = asked.parameters.get("since", "")
        return sorted((item for item in self.items if str(item["changed"]) >= since), key=lambda item: (str(item["changed"]), item["id"]))

    def _odata(self, asked: Asked) -> Any:
        at = int(asked.parameters.get("skip", 0))
        found = self._since(asked)
        page: dict[str, Any] = {"value": found[at : at + self.page_size]}
        if at + self.page_size < len(found):
            page["@odata.nextLink"] = f"odata?{urlencode({**asked.parameters, 'skip': at + self.page_size})}"
        return page

    def _delta(self, asked: Asked) -> Any:
        """All there is, then what came since: the token of a link is how many items had been shown."""
        at = int(asked.parameters.get("token", 0))
        end = min(len(self.items), at + self.page_size)
        name = "@odata.nextLink" if end < len(self.items) else "@odata.deltaLink"
        return {"value": self.items[at:end], name: f"{self.url}/delta?token={end}"}

    def _numbered(self, asked: Asked) -> Any:
        size = int(asked.parameters["limit"])
        at = (int(asked.parameters["page"]) - 1) * size
        return self._since(asked)[at : at + size]

    def _offset(self, asked: Asked) -> Any:
        at, size = int(asked.parameters["offset"]), int(asked.parameters["limit"])
        newest = sorted(self.items, key=lambda item: str(item["changed"]), reverse=True)
        return {"data": newest[at : at + size], "total": len(self.items)}

    def _sorted(self, asked: Asked) -> Any:
        return {"items": self._since(asked)[: self.page_size]}

    def _query(self, asked: Asked) -> Any:
        """As Boomi asks: a query in the body, then `more` with nothing but the token."""
        return self._results(0)

    def _more(self, asked: Asked) -> Any:
        return self._results(int(asked.body))

    def _results(self, at: int) -> Any:
        found: dict[str, Any] = {"numberOfResults": len(self.items)}
        if self.items:
            found["result"] = self.items[at : at + self.page_size]
        return {**found, "queryToken": str(at + self.page_size)} if at + self.page_size < len(self.items) else found


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parameters = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        asked = Asked(self.command, parts.path, parameters, {name.lower(): value for name, value in self.headers.items()}, body)
        api = self.server.api
        api.asked.append(asked)
        reply = api.answer(asked)
        data, headers = reply.body, dict(reply.headers)
        if "Content-Encoding" not in headers and reply.status == 200 and "gzip" in self.headers.get("Accept-Encoding", ""):
            data, headers = gzip.compress(data, 1), {**headers, "Content-Encoding": "gzip"}
        self.send_response(reply.status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if reply.drips:
            for byte in data:
                self.wfile.write(bytes([byte]))
                time.sleep(0.05)
        else:
            self.wfile.write(data[: len(data) - reply.cut])
        self.close_connection = bool(reply.cut)

    do_POST = do_GET  # noqa: N815  http.server names it

    def log_message(self, *_: object) -> None:
        return


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    api: WebApi

    def process_request(self, request: Any, client_address: Any) -> None:
        self.api.connections.append(request)
        super().process_request(request, client_address)

    def handle_error(self, *_: object) -> None:
        """A client that is gone is none of our business here."""


@contextmanager
def running_web_api(certificate: Certificate | None = None, knows: Certificate | None = None) -> Iterator[WebApi]:
    """Encrypted where it has a certificate; then it may want one of its clients, too: the one it `knows`."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.api = WebApi(server.server_address[1], "https" if certificate else "http")
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.certificate, certificate.key)
        if knows:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(knows.certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.api
    finally:
        server.shutdown()
        thread.join()
        server.api.close_connections()  # a client that fails a test has not closed its own
        server.server_close()


@pytest.fixture
def web_api() -> Iterator[WebApi]:
    with running_web_api() as api:
        yield api
