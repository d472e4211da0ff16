"""Where a request ends is not in doubt at the receivers either, and no browser makes a page of what they answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.sources.http_receiver import JSON, Receiver, receiver
from tests.sources.plant_floor import span, traces

HEAD = "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
INNER = b"GET /inner HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    with receiver(tmp_path_factory.mktemp("journal")) as running:
        yield running


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 2\r\nContent-Length: 45\r\n",
        "Content-Length: +2\r\n",
        "Content-Length: 0x2\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Content-Length: 2\r\n X: y\r\n",
    ],
)
def test_a_request_that_two_servers_could_read_in_two_ways_is_refused_and_nothing_behind_it_is_read(running: Receiver, head: str) -> None:
    said = running.raw(HEAD.encode() + head.encode() + b"\r\n{}" + INNER)
    assert re.match(rb"HTTP/1\.[01] (400|501) ", said), said
    assert said.count(b"HTTP/1.") == 1
    assert b"inner" not in said


def test_where_both_lengths_are_said_the_pieces_count(running: Receiver) -> None:
    said = running.raw(HEAD.encode() + b"Content-Length: 60000\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n" + INNER)
    assert re.findall(rb"HTTP/1\.1 (\d+) ", said) == [b"200", b"404"]


def test_every_answer_is_no_page(running: Receiver) -> None:
    answers = {
        "taken": running.post(traces(span())),
        "refused": running.post(b"{oops"),
        "elsewhere": running.post(b"{}", path="/nothing"),
        "too large": running.post(b" " * ((1 << 20) + 1), JSON),
    }
    assert [answer.status_code for answer in answers.values()] == [200, 400, 404, 413]
    for answer in answers.values():
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert [name for name in answer.headers if name.startswith("access-control")] == []
    assert b"X-Content-Type-Options: nosniff" in running.raw(b"no HTTP\r\n\r\n")
