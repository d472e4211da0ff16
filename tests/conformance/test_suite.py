"""The suite itself: it finds fault with a bad receiver, its table in the docs is true, and the command ends as it says."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from app import cli
from app.conformance.check import CHECKS, FAILED, GRPC, HTTP, PASSED
from app.conformance.grpc import GrpcEndpoint
from app.conformance.http import HttpEndpoint
from app.conformance.items import ELSEWHERE, INSIDE, ITEMS, OUTSIDE
from app.conformance.suite import examine
from app.serve import Service
from tests.conformance.documents import DOCUMENT, rendered
from tests.processes import free_ports
from tests.repository import ROOT


class Careless(BaseHTTPRequestHandler):
    """Takes everything and says 202, as some do."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def careless() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Careless)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_every_item_of_the_list_is_there_once() -> None:
    assert [item.number for item in ITEMS] == list(range(1, 59))
    assert sum(item.shown != ELSEWHERE for item in ITEMS) == 48


def test_every_item_seen_from_outside_has_a_check_and_no_other_has_one() -> None:
    assert {number for number, _ in CHECKS} == {item.number for item in ITEMS if item.shown == OUTSIDE}


def test_every_item_of_a_receiver_has_a_test_of_its_number() -> None:
    texts = "".join(path.read_text() for path in (ROOT / "tests/conformance").glob("test_*.py"))
    named = {int(number) for number in re.findall(r"def test_otlp_(\d\d)_", texts)}
    assert named == {item.number for item in ITEMS if item.shown in (OUTSIDE, INSIDE)}


def test_a_careless_receiver_fails_wherever_it_matters() -> None:
    with careless() as port:
        findings = {finding.item.number: finding for finding in examine(HttpEndpoint("127.0.0.1", port))}
    assert [number for number, finding in findings.items() if finding.result == PASSED] == []
    assert findings[1].seen == "traces, plain: 202 Accepted, wanted is accepted"
    assert findings[24].result == findings[27].result == findings[46].result == FAILED


def test_syncline_keeps_every_item_and_the_table_in_the_docs_says_so(http: HttpEndpoint, grpc: GrpcEndpoint) -> None:
    text = rendered(http, grpc)
    assert DOCUMENT.read_text() == text, "run `python -m tests.conformance.documents`"
    assert "failed" not in text.partition("## Syncline")[2]


def test_the_command_prints_each_item_and_ends_with_0(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["conformance", f"grpc://{urlsplit(service.grpc_url).netloc}"]) == 0
    said = capsys.readouterr().out
    assert "\n13  M  passed     too large is RESOURCE_EXHAUSTED without RetryInfo" in said
    assert "\n24  M  not shown  too large is 413, on the wire and decompressed: no matter of gRPC\n" in said
    assert said.endswith(f"\n\n{len([1 for _, carrier in CHECKS if carrier == GRPC])} passed, 0 failed, 33 not shown here.\n")


def test_the_command_ends_with_3_where_a_must_is_broken(capsys: pytest.CaptureFixture[str]) -> None:
    with careless() as port:
        assert cli.main(["conformance", f"http://127.0.0.1:{port}"]) == 3
    said = capsys.readouterr()
    assert said.err.startswith(f"syncline: http://127.0.0.1:{port} does not do all that an OTLP receiver must: 1, 3,")
    assert len([1 for _, carrier in CHECKS if carrier == HTTP]) == 36


def test_the_command_ends_with_4_where_nobody_answers(capsys: pytest.CaptureFixture[str]) -> None:
    (port,) = free_ports(1)
    assert cli.main(["conformance", f"http://127.0.0.1:{port}"]) == 4
    wanted = f"syncline: nobody answers at 127.0.0.1:{port}: Connection refused. Start the receiver, or name another.\n"
    assert capsys.readouterr().err == wanted


@pytest.mark.parametrize("url", ["127.0.0.1:4318", "https://127.0.0.1", "http://", "http://127.0.0.1:port", "http://[", ""])
def test_the_command_ends_with_2_where_the_address_is_none(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["conformance", url]) == 2
    assert f"'{url}' is no address" in capsys.readouterr().err


def test_one_that_hangs_up_fails_and_does_not_end_the_suite() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ended = threading.Event()

        def hang_up() -> None:
            while not ended.is_set():
                listener.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        findings = list(examine(HttpEndpoint("127.0.0.1", listener.getsockname()[1])))
        ended.set()
        socket.create_connection(listener.getsockname()).close()
        thread.join()
    assert {finding.result for finding in findings if (finding.item.number, HTTP) in CHECKS} == {FAILED}
