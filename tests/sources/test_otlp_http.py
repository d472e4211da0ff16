"""The OTLP/HTTP receiver: the numbered items of the conformance list, over real sockets and with the stock SDK."""

from __future__ import annotations

import gzip
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse

from collectors.journal import Journal
from collectors.receivers import otlp_http
from collectors.receivers.otlp_http import OtlpHttpReceiver
from collectors.receivers.reception import Reception
from tests.repository import ROOT
from tests.sources.http_receiver import JSON, PROTOBUF, SMALL, Receiver, only_good, protobuf, receiver, status
from tests.sources.plant_floor import TOLD_NS, log, logs, span, traces


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    """One for all tests that leave it as it was; each looks only at what came since."""
    with receiver(tmp_path_factory.mktemp("journal")) as running:
        yield running


# -- what is accepted
def test_otlp_01_bodies_may_be_plain_or_gzip(running: Receiver) -> None:
    for headers, body in ((JSON, traces(span())), (PROTOBUF, protobuf("a"))):
        assert running.post(body, headers).status_code == 200
        assert running.post(gzip.compress(body), {**headers, "content-encoding": "gzip"}).status_code == 200
        assert running.post(body, {**headers, "content-encoding": "identity"}).status_code == 200
        assert running.kept()[-3:] == [body] * 3


def test_otlp_01_gzip_may_have_several_members(running: Receiver) -> None:
    body = traces(span())
    assert running.post(gzip.compress(body[:50]) + gzip.compress(body[50:]), {**JSON, "content-encoding": "gzip"}).status_code == 200
    assert running.kept()[-1] == body


@pytest.mark.parametrize(
    ("headers", "body", "paths"),
    [
        (PROTOBUF, b"", ("/v1/traces", "/v1/logs")),
        (JSON, b"{}", ("/v1/traces", "/v1/logs")),
        (JSON, b'{"resourceSpans":[]}', ("/v1/traces", "/v1/logs")),
        (JSON, b'{"resourceSpans":[{"scopeSpans":[{"spans":[]}]}]}', ("/v1/traces",)),
        (JSON, b'{"resourceSpans":[{}]}', ("/v1/traces",)),
        (JSON, b'{"resourceLogs":[{}]}', ("/v1/logs",)),
        (JSON, b'{"resourceSpans":null}', ("/v1/traces", "/v1/logs")),
    ],
)
def test_otlp_02_an_empty_request_is_a_success(running: Receiver, headers: dict[str, str], body: bytes, paths: tuple[str, ...]) -> None:
    before = len(running.kept())
    for path in paths:
        assert running.post(body, headers, path).status_code == 200
    assert len(running.kept()) == before


def test_otlp_03_full_success_leaves_partial_success_unset(running: Receiver) -> None:
    assert running.post(traces(span())).content == b"{}"
    assert running.post(protobuf("a"), PROTOBUF).content == b""


def test_otlp_04_partial_success_counts_what_was_rejected_and_says_why(running: Receiver) -> None:
    body = traces(span("zz"), span(), span(kind="SPAN_KIND_CLIENT"))
    answer = running.post(body)
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "partialSuccess": {
                "rejectedSpans": "2",
                "errorMessage": (
                    "2 spans rejected: span 0: spanId must be 16 hex digits, not all zero (found 'zz'); span 2: kind must be a number: "
                    "OTLP/JSON sends enums as integers, not as names (found 'SPAN_KIND_CLIENT')"
                ),
            }
        },
    )
    assert running.kept()[-1] == body


def test_otlp_04_partial_success_is_the_same_in_protobuf(running: Receiver) -> None:
    request = ExportTraceServiceRequest.FromString(protobuf(*"abcde"))
    for bad in request.resource_spans[0].scope_spans[0].spans[:4]:
        bad.trace_id = b""
    answer = ExportTraceServiceResponse.FromString(running.post(request.SerializeToString(), PROTOBUF).content)
    assert answer.partial_success.rejected_spans == 4
    assert (
        answer.partial_success.error_message
        == "4 spans rejected: "
        + "; ".join(f"span {n}: trace_id must be 16 bytes, not all zero (found nothing)" for n in range(3))
        + "; and 1 more"
    )


def test_otlp_04_log_records_have_their_own_count(running: Receiver) -> None:
    body = logs(log(), log(severityNumber="ERROR"))
    assert running.post(body, path="/v1/logs").json()["partialSuccess"]["rejectedLogRecords"] == "1"
    proto = ExportLogsServiceResponse.FromString(running.post(b"", PROTOBUF, "/v1/logs").content)
    assert not proto.HasField("partial_success")


def test_otlp_11_unknown_fields_are_ignored(running: Receiver) -> None:
    unknown = b"\xfa\x3f\x03abc"  # field 1023, a text
    assert running.post(protobuf("a") + unknown, PROTOBUF).content == b""
    assert running.post(b'{"resourceSpans":[],"future":{"a":[1]}}').content == b"{}"


# -- limits
@pytest.mark.parametrize("headers", [JSON, PROTOBUF])
def test_otlp_07_24_a_body_over_the_limit_is_413(running: Receiver, headers: dict[str, str]) -> None:
    answer = running.post(b" " * ((1 << 20) + 1), headers)
    assert (answer.status_code, answer.headers["content-type"]) == (413, headers["content-type"])
    assert status(answer) == (8, "the request is larger than 1 MiB after decompression; send smaller batches")


def test_otlp_07_the_limit_counts_after_decompression(running: Receiver) -> None:
    bomb = gzip.compress(b" " * (100 << 20))
    assert len(bomb) < 110_000
    assert running.post(bomb, {**JSON, "content-encoding": "gzip"}).status_code == 413


def test_otlp_07_a_bomb_of_many_members_is_no_way_around(running: Receiver) -> None:
    assert running.post(gzip.compress(b" " * 1000) * 2000, {**JSON, "content-encoding": "gzip"}).status_code == 413


def test_otlp_07_the_limit_holds_for_chunked_bodies(running: Receiver) -> None:
    assert running.post(iter([b" " * 65536] * 20)).status_code == 413
    assert b"413 Content Too Large" in running.raw(
        b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"10000\r\n" + b" " * 65536 + b"\r\n" + (b"10000\r\n" + b" " * 65536 + b"\r\n") * 40
    )


def test_otlp_07_a_length_far_too_large_is_refused_at_once(running: Receiver) -> None:
    answer = running.raw(b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 413 Content Too Large\r\n")
    assert json.loads(body)["code"] == 8


def test_otlp_07_a_length_shorter_than_the_body_is_believed(running: Receiver) -> None:
    answer = running.raw(
        b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}garbage\r\n\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.count(b"HTTP/1.1 200") == 1


def test_otlp_07_chunked_bodies_without_a_length_are_accepted(running: Receiver) -> None:
    body = traces(span())
    answer = running.post(iter([body[:20], body[20:]]))
    assert (answer.status_code, running.kept()[-1]) == (200, body)


def test_otlp_08_answers_stay_small(running: Receiver) -> None:
    answer = running.post(traces(*(span("z" * 1000) for _ in range(300))))
    assert len(answer.content) < 1500


# -- what is refused, and how
def test_otlp_06_29_what_cannot_be_decoded_is_400(running: Receiver) -> None:
    answer = running.post(b"{oops")
    assert (answer.status_code, status(answer)) == (
        400,
        (3, "not JSON: unexpected character, expected a string key: line 1 column 2 (char 1)"),
    )
    answer = running.post(b"\xff\xff", PROTOBUF)
    assert (answer.status_code, status(answer)[0], answer.headers["content-type"]) == (400, 3, "application/x-protobuf")
    assert running.post(b"").status_code == 400  # empty is no JSON


def test_otlp_29_bad_compression_is_400(running: Receiver) -> None:
    packed = {**JSON, "content-encoding": "gzip"}
    assert status(running.post(b"plain", packed)) == (3, "gzip: Error -3 while decompressing data: incorrect header check")
    assert status(running.post(gzip.compress(b"{}")[:-4], packed)) == (3, "gzip: the data ends in the middle")
    assert status(running.post(b"", packed)) == (3, "gzip: the data ends in the middle")
    assert status(running.post(gzip.compress(b"{}") + b"\n", packed)) == (
        3,
        "gzip: something that is no gzip follows the compressed data (found b'\\n')",
    )
    assert status(running.post(b"{}", {**JSON, "content-encoding": "br"})) == (3, "Content-Encoding must be gzip or absent (found 'br')")


@pytest.mark.parametrize(
    ("method", "path", "code", "grpc"),
    [
        ("POST", "/v1/metrics", 404, 12),
        ("POST", "/v1development/profiles", 404, 12),
        ("GET", "/", 404, 12),
        ("POST", "/v1/tracesx", 404, 12),
        ("GET", "/v1/traces", 405, 12),
        ("PUT", "/v1/logs", 405, 12),
        ("OPTIONS", "/v1/traces", 405, 12),
    ],
)
def test_otlp_19_27_other_paths_and_methods_are_refused_with_a_status(
    running: Receiver, method: str, path: str, code: int, grpc: int
) -> None:
    for headers in (JSON, PROTOBUF):
        answer = httpx.request(method, running.url + path, headers=headers)
        assert (answer.status_code, answer.headers["content-type"], status(answer)[0]) == (code, headers["content-type"], grpc)
        assert answer.headers.get("allow") == ("POST" if code == 405 else None)


@pytest.mark.parametrize("kind", ["text/plain", "application/octet-stream", "", "application/x-protobufx", "application/grpc"])
def test_otlp_21_another_content_type_is_415(running: Receiver, kind: str) -> None:
    answer = running.post(b"{}", {"content-type": kind})
    assert (answer.status_code, status(answer)) == (
        415,
        (3, f"Content-Type must be application/x-protobuf or application/json (found {kind or 'nothing'})"),
    )


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON", "application/json;charset=UTF-8"])
def test_otlp_21_22_the_content_type_is_compared_as_a_media_type(running: Receiver, kind: str) -> None:
    answer = running.post(traces(span()), {"content-type": kind})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")


@pytest.mark.parametrize(
    "request_",
    [
        b"nonsense\r\n\r\n",
        b"POST /v1/traces HTTP/1.1\r\nBad Header\r\n\r\n",
        b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"x" * 300_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"POST http://[ HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_otlp_27_even_broken_http_is_answered_with_a_status(running: Receiver, request_: bytes) -> None:
    head, _, body = running.raw(request_).partition(b"\r\n\r\n")
    assert head.split()[1] in (b"400", b"431", b"501"), head
    assert set(json.loads(body)) - {"details"} == {"code", "message"}


def test_otlp_32_a_connection_is_kept_for_many_requests(running: Receiver) -> None:
    with httpx.Client(base_url=running.url) as client:
        for _ in range(5):
            answer = client.post("/v1/traces", content=b"{oops", headers=JSON)
            assert answer.headers.get("connection", "keep-alive") == "keep-alive"
            ports = {client._transport._pool.connections[0]._connection._network_stream.get_extra_info("client_addr")}  # type: ignore[attr-defined]
        assert len(ports) == 1


def test_otlp_32_a_new_connection_takes_the_place_of_the_one_idle_longest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otlp_http, "CONNECTIONS", 20)
    monkeypatch.setattr(otlp_http, "BUSY_CONNECTIONS", 30)
    with receiver(tmp_path) as running:
        idle = [socket.create_connection(("127.0.0.1", running.server.port), 20) for _ in range(50)]
        assert running.post(traces(span())).status_code == 200
        assert idle[0].recv(1) == b""
        idle[-1].sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert idle[-1].recv(12) == b"HTTP/1.0 404"
        for wire in idle:
            wire.close()


def test_otlp_45_47_hostile_bodies_are_400_and_the_receiver_lives(running: Receiver) -> None:
    deep = b'{"resourceSpans":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    assert running.post(deep).status_code == 400
    assert running.post(traces(span(name="MARK")).replace(b"MARK", b"\xff\xfe")).status_code == 400
    assert running.post(traces(span())).status_code == 200


def test_otlp_46_logs_sent_to_traces_are_rejected(running: Receiver) -> None:
    assert (
        running.post(logs(log()).replace(b"Logs", b"Spans").replace(b"logRecords", b"spans")).json()["partialSuccess"]["rejectedSpans"]
        == "1"
    )


def test_otlp_46_what_goes_to_the_other_path_is_never_acknowledged_and_lost(running: Receiver) -> None:
    before = len(running.kept())
    assert status(running.post(logs(log()))) == (3, "the body holds resourceLogs; send it to /v1/logs")
    assert status(running.post(traces(span()), path="/v1/logs")) == (3, "the body holds resourceSpans; send it to /v1/traces")
    assert len(running.kept()) == before


def test_a_wrong_type_in_a_span_is_a_partial_success(running: Receiver) -> None:
    assert running.post(traces(span(links=[5]), span())).json()["partialSuccess"] == {
        "rejectedSpans": "1",
        "errorMessage": "1 span rejected: span 0: a link must be an object (found '5')",
    }


# -- tokens
def test_a_token_is_asked_for_before_the_body_is_looked_at(tmp_path: Path) -> None:
    with receiver(tmp_path, admit=only_good) as running:
        bomb = gzip.compress(b" " * (100 << 20))
        for headers in (JSON, PROTOBUF):
            for given in ({}, {"authorization": "Bearer bad"}, {"authorization": "Basic good"}, {"authorization": "good"}):
                answer = running.post(bomb, {**headers, **given, "content-encoding": "gzip"})
                assert (answer.status_code, status(answer)[0], answer.headers["www-authenticate"]) == (401, 16, "Bearer")
        answer = running.post(bomb, {**JSON, "authorization": "Bearer elsewhere", "content-encoding": "gzip"})
        assert (answer.status_code, status(answer)) == (403, (7, "not to otlp, from 127.0.0.1"))
        assert "www-authenticate" not in answer.headers
        assert running.post(traces(span()), {**JSON, "authorization": "bearer good"}).status_code == 200
        assert len(running.kept()) == 1


def test_a_page_in_a_browser_sends_nothing_without_a_token(tmp_path: Path) -> None:
    for origin in ("https://evil.example", "null", "http://127.0.0.1:4318"):
        with receiver(tmp_path / origin[-4:]) as running:
            answer = running.post(traces(span()), {**JSON, "origin": origin})
            assert (answer.status_code, status(answer)[0]) == (403, 7)
            assert running.kept() == []
    with receiver(tmp_path / "known", admit=only_good) as running:
        assert running.post(traces(span()), {**JSON, "origin": "https://shop.example", "authorization": "Bearer good"}).status_code == 200


# -- durability
def test_an_answer_means_that_it_is_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    with receiver(tmp_path) as running:
        sync = os.fsync
        monkeypatch.setattr(os, "fsync", lambda fd: (sync(fd), synced.append(fd)))
        for count in range(1, 4):
            running.post(traces(span()))
            assert len(synced) == count


def test_answers_are_counted(tmp_path: Path) -> None:
    with receiver(tmp_path) as running:
        running.post(traces(span()))
        running.post(b"{oops", path="/v1/logs")
        assert dict(running.server.counts) == {("traces", 200): 1, ("logs", 400): 1}


def test_a_port_that_is_taken_is_an_error(running: Receiver, tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    with pytest.raises(OSError, match="Address already in use"):
        OtlpHttpReceiver(Reception(journal, lambda: TOLD_NS, SMALL), "127.0.0.1", running.server.port, None)
    journal.close()


# -- a client nobody wrote for this test
SDK = """
import sys
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
tracer = provider.get_tracer("plant")
for number in range(2000):
    with tracer.start_as_current_span("process", attributes={"mfg.event.type": "order.released", "mfg.object.order": str(number)}):
        pass
provider.shutdown()
"""


@pytest.mark.parametrize("compression", ["none", "gzip"])
def test_otlp_49_the_stock_sdk_exports_with_its_defaults(tmp_path: Path, compression: str) -> None:
    with receiver(tmp_path) as running:
        settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": running.url, "OTEL_EXPORTER_OTLP_COMPRESSION": compression}
        done = subprocess.run(
            [sys.executable, "-c", SDK], env={**os.environ, **settings}, cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert done.stderr == ""
        bodies = [ExportTraceServiceRequest.FromString(body) for body in running.kept()]
        names = {span.attributes[1].value.string_value for body in bodies for span in body.resource_spans[0].scope_spans[0].spans}
        assert names == {str(number) for number in range(2000)}
