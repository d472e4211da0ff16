"""Nobody keeps the web from others by being slow, and nothing larger or deeper than it may be is read."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest
from flask import Flask

from app import web_server
from app.application import Application
from app.web import bodies
from app.web_server import WebServer
from tests.pages.served import Client, make_server, signed_in

SECONDS = 10.0  # until a test gives up


@contextmanager
def listening(server: Flask, **options: Any) -> Iterator[int]:
    web = WebServer(server, "127.0.0.1", 0, threads=2, **options)
    web.start()
    try:
        yield web.port
    finally:
        web.stop()


def dial(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), SECONDS)


def status_of(connection: socket.socket, path: str = "/healthz") -> int:
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    return int(connection.makefile("rb").readline().split()[1])


@pytest.fixture(scope="module")
def server(application: Application) -> Flask:
    return make_server(application)


@pytest.mark.parametrize(
    "begun",
    [
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ",
        b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n",
    ],
)
def test_who_sends_a_byte_now_and_then_is_let_go_after_a_while(server: Flask, begun: bytes) -> None:
    with listening(server, request_seconds=0.5) as port, dial(port) as slow:
        slow.sendall(begun)
        slow.settimeout(0.1)
        ended = threading.Event()

        def drip() -> None:
            while not ended.wait(0.05):
                with suppress(OSError):
                    slow.sendall(b"x")

        drips = threading.Thread(target=drip)
        drips.start()
        try:
            assert _is_closed(slow)
        finally:
            ended.set()
            drips.join()


def test_a_connection_that_is_kept_open_between_requests_is_not_slow(server: Flask) -> None:
    with listening(server, request_seconds=0.2) as port, dial(port) as kept:
        answers = kept.makefile("rb")
        for _ in range(30):
            kept.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert answers.readline().split()[1] == b"200"
            length = 0
            while (line := answers.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length"):
                    length = int(line.split()[1])
            answers.read(length)


def test_connections_that_ask_nothing_make_room_for_one_that_does(server: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_server, "CONNECTIONS", 20)
    monkeypatch.setitem(web_server.LIMITS, "connection_limit", 30)
    with listening(server) as port, ExitStack() as held:
        for _ in range(60):
            held.enter_context(dial(port))
        with dial(port) as asking:
            assert status_of(asking) == 200


def test_a_head_that_is_too_large_is_refused(server: Flask) -> None:
    with listening(server) as port, dial(port) as asking:
        with suppress(OSError):  # it is closed while we send
            asking.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 70_000 + b"\r\n\r\n")
        assert asking.makefile("rb").readline().split()[1] == b"431"


@pytest.mark.parametrize(
    "head",
    [
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: +5\r\n\r\nabcde",
        "POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX : y\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\x00: y\r\n\r\n",
        "GET http://[::1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /heal\x01thz HTTP/1.1\r\nHost localhost\r\n\r\n",
    ],
)
def test_a_request_that_two_servers_could_read_in_two_ways_is_refused(server: Flask, head: str) -> None:
    with listening(server) as port, dial(port) as asking:
        asking.sendall(head.encode("latin-1"))
        assert asking.makefile("rb").readline().split()[1] in (b"400", b"501")


def test_how_much_may_be_sent_depends_on_where(server: Flask) -> None:
    admin, stranger = signed_in(server, "ada"), Client(server)
    over = {path: {"data": b" " * (most + 1), "content_type": "application/json"} for path, most in (
        ("login", bodies.FORM_BYTES), ("logout", bodies.FORM_BYTES), ("api/v1/annotations", bodies.API_BYTES),
        ("_dash-update-component", bodies.CALLBACK_BYTES))}  # fmt: skip
    assert {path: admin.post(path, **sent).status_code for path, sent in over.items()} == dict.fromkeys(over, 413)
    form = {"data": b"username=" + b"a" * bodies.FORM_BYTES, "content_type": "application/x-www-form-urlencoded"}
    assert stranger.post("login", **form).status_code == 413


@pytest.mark.parametrize(
    "body", [b"[" * 200_000, b'{"a":' * 100_000 + b"1", b"1" * 5_000, b"\xff\xfe", b'{"output": "', b'"\\ud800"', b"NaN"]
)
def test_a_body_that_cannot_be_read_is_refused_and_breaks_nothing(server: Flask, body: bytes) -> None:
    admin = signed_in(server, "ada")
    sent = {"data": body, "content_type": "application/json"}
    assert admin.post("_dash-update-component", **sent).status_code == 403
    assert admin.post("api/v1/annotations", **sent).status_code == 400


@pytest.mark.parametrize("half", [b"\\ud800", b"\\uDFFF", b"\xed\xa0\x80"])
def test_half_of_a_surrogate_pair_is_no_text(server: Flask, half: bytes) -> None:
    admin = signed_in(server, "ada")
    sent = {"data": b'{"reason": "' + half + b'", "text": "x"}', "content_type": "application/json"}
    assert admin.post("api/v1/recoveries/R-0/refuse", **sent).status_code == 400
    assert admin.post("api/v1/annotations", **sent).status_code == 400


@pytest.mark.parametrize("whole", [b"\\ud83d\\ude00", "\N{GRINNING FACE} \N{HANGUL SYLLABLE HAN}".encode()])
def test_a_whole_pair_is_one(server: Flask, whole: bytes) -> None:
    sent = {"data": b'{"text": "x ' + whole + b'"}', "content_type": "application/json"}
    assert signed_in(server, "ada").post("api/v1/annotations", **sent).status_code == 201


@pytest.mark.parametrize(
    "path",
    [
        "_dash-component-suites/os/x.js",
        "_dash-component-suites/dash/../../flask/app.py",
        "assets/../app/server.py",
        "assets/..%2f..%2fapp%2fserver.py",
        "assets/%2e%2e/pyproject.toml",
        "assets/%00",
        "api/v1/reports/..%2f..%2fsession.key/1",
        "api/v1/..%2f..%2fserve.json",
        "docs/../../SECURITY.md",
        "assets/",
        "assets/fonts/",
        "assets/%252e%252e/pyproject.toml",
    ],
)
def test_no_path_leads_to_a_file_that_is_not_meant_to_be_read(server: Flask, path: str) -> None:
    answer = signed_in(server, "ada").get(path)
    assert answer.status_code == 404
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("page", ["../../SECURITY", "/etc/passwd", "..%2f..%2f..%2fSECURITY", "decisions/../../../README", "x%00.md"])
def test_a_document_is_one_of_ours_by_its_name(server: Flask, page: str) -> None:
    drawn = signed_in(server, "maria").show("/docs", f"?page={page}").text
    assert "No document is called" in drawn


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "PROPFIND"])
def test_methods_that_nothing_needs_are_refused(server: Flask, method: str) -> None:
    client = signed_in(server, "ada")
    token = {"X-CSRFToken": client.http.get_cookie("_csrf_token").value}
    asked = {
        path: client.http.open(path, method=method, headers=token).status_code for path in ("/", "/login", "/api/v1/events", "/healthz")
    }
    assert asked == dict.fromkeys(asked, 405)


def test_a_fault_is_told_without_what_is_behind_it(server: Flask, application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: Any, **__: Any) -> None:
        raise RuntimeError("s3cret /etc/shadow")

    monkeypatch.setattr(type(application), "reader", breaks)
    client = signed_in(server, "ada")
    answers = [client.get("api/v1/events"), client.show("/"), client.show("/transactions"), client.get("healthz")]
    assert [answer.status_code for answer in answers] == [500, 200, 200, 200]
    told = " ".join(answer.text for answer in answers)
    assert "s3cret" not in told
    assert "Traceback" not in told
    assert "RuntimeError" not in told


def test_nothing_that_is_answered_stays_in_a_cache_but_files_of_the_product(server: Flask) -> None:
    client, stranger = signed_in(server, "maria"), Client(server)
    for answer in (
        stranger.get("login"),
        client.get(),
        client.get("api/v1/events"),
        stranger.get("api/v1/events"),
        stranger.get("nothing"),
    ):
        assert answer.headers["Cache-Control"] == "no-store"
    assert "no-store" not in client.get("assets/theme.js").headers.get("Cache-Control", "")
    assert json.loads(stranger.get("healthz").text) == {"status": "alive"}


def test_no_answer_says_which_software_gave_it(server: Flask) -> None:
    with listening(server) as port, dial(port) as asking:
        status_line = status_of(asking)
        head = b""
        while b"\r\n\r\n" not in head and (more := asking.recv(1 << 16)):
            head += more
    assert status_line == 200
    assert b"waitress" not in head.lower()
    assert b"server:" not in head.lower()


def _is_closed(connection: socket.socket) -> bool:
    """Waits until the other side has closed, at most SECONDS."""
    for _ in range(int(SECONDS / 0.1)):
        try:
            if connection.recv(1 << 10) == b"":
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False
