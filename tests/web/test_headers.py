"""Whatever is asked, by whomever, however it ends: the answer says what it is, and what browsers may do with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.application import Application
from app.exports import FORMATS
from app.openapi import ORDERS
from app.web_server import WebServer
from tests.access.asking import questions
from tests.access.callers import Caller
from tests.pages.served import Client, make_server, signed_in
from tests.web.conftest import empty
from tests.web.test_connections import dial, listening

POLICY = re.compile(
    r"default-src 'none'; script-src 'self'( 'sha256-[A-Za-z0-9+/]{43}=')+; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    r"font-src 'self' data:; connect-src 'self'; manifest-src 'self'; "
    r"object-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SAID = {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin"}
FOREIGN = {"Origin": "https://evil.example"}
# What the first bytes of a body look like by its type; texts say their character encoding.
LOOKS = {
    "text/html; charset=utf-8": rb"\s*<!(doctype|DOCTYPE) html>|<",
    "application/json": rb"\s*[{\[\"n]",
    "text/plain; version=0.0.4; charset=utf-8": rb"# HELP ",
    "application/x-ndjson": rb"\{|$",
    "text/csv; charset=utf-8": rb"",
    "application/vnd.apache.parquet": rb"PAR1",
    "text/css; charset=utf-8": rb"",
    "text/javascript; charset=utf-8": rb"",
    "image/svg+xml; charset=utf-8": rb"<svg",
    "image/x-icon": rb"\x00\x00\x01\x00",
}


@pytest.fixture(scope="module")
def server(application: Application) -> Flask:
    return make_server(application)


@pytest.fixture(scope="module")
def answers(server: Flask) -> list[tuple[str, Any]]:
    """One answer to each address and method, of a stranger and of an administrator.

    Orders and the report take long, and go the way of all others."""
    more = [("GET", f"/api/v1/transactions?format={form}") for form in FORMATS]
    more += [("PUT", "/login"), ("GET", "/assets/nothing"), ("POST", "/login"), ("OPTIONS", "/"), ("GET", "/_dash-nothing")]
    asked = [(each.method, each.path, each.body) for each in questions(server) if re.match("[A-Z]+ /", each.name)]
    asked = [each for each in asked if each[0] != "POST" or each[1].rpartition("/")[2] not in ORDERS]
    asked.remove(("GET", "/api/v1/report", None))
    found = []
    for name, client in (("stranger", Client(server)), ("ada", signed_in(server, "ada"))):
        caller = Caller(client, FOREIGN)
        for method, path, body in [*((*each, None) for each in more), *asked]:
            found.append((f"{name} {method} {path}", caller.ask(method, path, body)))
    assert len(found) > 60
    assert {answer.status_code for _, answer in found} >= {200, 302, 400, 401, 404, 405}
    return found


def test_every_answer_tells_browsers_what_they_may_load_and_run(answers: list[tuple[str, Any]]) -> None:
    assert [name for name, answer in answers if not POLICY.fullmatch(answer.headers["Content-Security-Policy"])] == []
    assert [(name, key) for name, answer in answers for key, value in SAID.items() if answer.headers.get(key) != value] == []


def test_no_answer_allows_another_origin_to_read_it(answers: list[tuple[str, Any]]) -> None:
    assert [name for name, answer in answers if "Access-Control" in str(answer.headers)] == []
    assert {answer.headers["Cross-Origin-Resource-Policy"] for _, answer in answers} == {"same-origin"}


def test_every_body_is_what_its_type_says_and_texts_say_their_encoding(answers: list[tuple[str, Any]]) -> None:
    wrong = []
    for name, answer in answers:
        kind = answer.headers["Content-Type"]
        if kind not in LOOKS or (answer.data and not re.match(LOOKS[kind], answer.data)):
            wrong.append((name, kind, answer.data[:40]))
    assert wrong == []
    assert [name for name, answer in answers if " /api/" in name and "html" in answer.headers["Content-Type"]] == []


def test_over_tls_every_answer_says_for_a_year_and_none_is_led_there_from_plain_http(tmp_path: Path) -> None:
    with closing(empty(tmp_path, secure_cookies=True, trusted_proxies=1)) as application:
        client = make_server(application).test_client()
        for path in ("/", "/login", "/nothing", "/healthz", "/metrics", "/api/v1/events", "/assets/theme.js", "/_dash-layout"):
            for proto in ("https", "http"):
                answer = client.get(path, headers={"X-Forwarded-Proto": proto}, buffered=True)
                assert answer.headers["Strict-Transport-Security"] == "max-age=31536000", path
                assert "https:" not in answer.headers.get("Location", ""), path


@pytest.fixture(scope="module")
def port(server: Flask) -> Iterator[int]:
    with listening(server) as port:
        yield port


@pytest.mark.parametrize(
    "sent",
    [b"GET / HTTP/1.1\r\nX : y\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", b"x\r\n\r\n"],
    ids=["broken", "too large", "no HTTP"],
)
def test_what_is_no_http_is_answered_with_a_text_that_says_nothing_of_the_inside(port: int, sent: bytes) -> None:
    came = b""
    with dial(port) as asking, suppress(OSError):  # it is closed while we send
        asking.sendall(sent)
        while more := asking.recv(1 << 12):
            came += more
    head, _, body = came.partition(b"\r\n\r\n")
    assert b"X-Content-Type-Options: nosniff" in head
    assert b"frame-ancestors 'none'" in head
    assert b"Content-Type: text/plain; charset=utf-8" in head
    assert body in (b"Bad Request\n", b"Request Header Fields Too Large\n")


def test_a_fault_behind_everything_is_told_as_little(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_environ: Any, _start: Any) -> Any:
        raise RuntimeError("s3cret")

    web = WebServer(broken, "127.0.0.1", 0, threads=1)
    web.start()
    try:
        with dial(web.port) as asking:
            asking.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            head, _, body = asking.makefile("rb").read().partition(b"\r\n\r\n")
    finally:
        web.stop()
    assert head.startswith(b"HTTP/1.1 500 ")
    assert b"nosniff" in head
    assert body == b"Internal Server Error\n"
    assert "s3cret" in caplog.text, "the log says it"
