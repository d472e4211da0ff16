"""Items 1 to 11 and 49: what holds for both transports."""

from __future__ import annotations

import gzip
import time
from typing import Any

from app.conformance.bodies import LIMIT, MIB, UNKNOWN_FIELD, good, json_span, json_traces, packed, padded, span, traces
from app.conformance.check import ACCEPTED, GRPC, HTTP, INVALID, TOO_LARGE, Answer, Failed, NotShown, expect, expect_all, shows

EMPTY = {
    "no resource": b"",
    "a resource without spans": b"\x0a\x00",
    "a scope without spans": b"\x0a\x02\x12\x00",
}
EMPTY_JSON = (b"{}", b'{"resourceSpans":[]}', b'{"resourceSpans":[{}]}', b'{"resourceSpans":[{"scopeSpans":[{}]}]}')
LONGEST_ANSWER = 4 * MIB
MANY = 2_000
WITHIN_SECONDS = 2.0
IN_HASTE = 20


@shows(1, HTTP, GRPC)
def plain_and_gzip(endpoint: Any) -> str:
    for signal in ("traces", "logs"):
        expect_all(endpoint.export(signal, good(signal)), f"{signal}, plain")
        expect_all(endpoint.export(signal, gzip.compress(good(signal)), is_packed=True), f"{signal}, gzip")
    return "both are accepted, traces and logs"


@shows(2, HTTP, GRPC)
def empty_requests(endpoint: Any) -> str:
    for signal in ("traces", "logs"):
        for what, body in EMPTY.items():
            expect_all(endpoint.export(signal, body), f"{signal}, {what}")
    if endpoint.carrier == HTTP:
        for body in EMPTY_JSON:
            expect_all(endpoint.export_json("traces", body), body.decode())
    return "all are a success"


@shows(3, HTTP, GRPC)
def full_success(endpoint: Any) -> str:
    for signal in ("traces", "logs"):
        answer = expect_all(endpoint.export(signal, good(signal)), signal)
        if answer.partial or answer.body:
            raise Failed(f"{signal}: the answer is {answer.body[:40]!r}, not empty")
    if endpoint.carrier == GRPC:
        return "the message is empty"
    answer = expect_all(endpoint.export_json("traces", json_traces(json_span())), "JSON")
    if answer.body.replace(b" ", b"").strip() != b"{}":
        raise Failed(f"JSON: the answer is {answer.body[:40]!r}, not {{}}")
    return "the body is empty in protobuf and {} in JSON"


@shows(4, HTTP, GRPC)
def partial_success(endpoint: Any) -> str:
    answers = [_some_bad(endpoint)]
    if endpoint.carrier == HTTP:
        body = json_traces(json_span(), json_span(spanId=""), json_span(traceId="0" * 32))
        answers.append(expect(endpoint.export_json("traces", body), ACCEPTED, "JSON"))
    for answer in answers:
        if not answer.partial:
            raise NotShown("a request with two bad spans of three was accepted without a word")
        if answer.partial[0] != 2 or not answer.partial[1]:
            raise Failed(f"of three spans two were bad; it says {answer.partial[0]}, {answer.partial[1]!r}")
    return "2 of 3 spans rejected, with a message"


def _some_bad(endpoint: Any) -> Answer:
    answer: Answer = endpoint.export("traces", traces(span(), span(2, span_id=b""), span(3, trace_id=bytes(16))))
    if answer.outcome == INVALID:
        raise NotShown("a request with bad spans is refused as a whole")
    return expect(answer, ACCEPTED, "one good span of three")


@shows(5, HTTP, GRPC)
def no_empty_partial(endpoint: Any) -> str:
    for signal, body in (("traces", good("traces")), ("traces", b""), ("logs", good("logs"))):
        answer = expect(endpoint.export(signal, body), ACCEPTED, signal)
        if answer.partial and not answer.partial[0] and not answer.partial[1]:
            raise Failed("partial_success is set, with nothing rejected and nothing said")
    return "it is unset where there is nothing to say"


@shows(6, HTTP, GRPC)
def undecodable(endpoint: Any) -> str:
    for signal in ("traces", "logs"):
        answer = expect(endpoint.export(signal, b"\xff\xff"), INVALID, f"{signal}, two bytes that are no protobuf")
    return answer.said.partition(" (")[0]


@shows(7, HTTP, GRPC)
def limits(endpoint: Any) -> str:
    expect(endpoint.export("traces", padded(LIMIT)), TOO_LARGE, "more than 64 MiB")
    expect(endpoint.export("traces", packed(100 * MIB), is_packed=True), TOO_LARGE, "100 kB that become 100 MiB")
    expect_all(endpoint.export("traces", padded(5 * MIB)), "5 MiB")
    if endpoint.carrier == GRPC:
        return "64 MiB, plain and unpacked"
    body = padded(LIMIT)
    chunks = (body[start : start + MIB] for start in range(0, len(body), MIB))
    headers = {"Content-Type": "application/x-protobuf"}
    expect(endpoint.ask("POST", "/v1/traces", chunks, headers), TOO_LARGE, "64 MiB in chunks, without a length")
    lie = endpoint.raw(endpoint.head(Content_Length="99999999999"), good("traces"))
    if b" 413 " not in lie[:20]:
        raise Failed(f"a Content-Length of 100 GB: {lie[:40]!r}")
    short = endpoint.raw(endpoint.head(Content_Length=str(len(good("traces")))), good("traces"), b"and more\r\n\r\n")
    if b" 200 " not in short[:20]:
        raise Failed(f"a Content-Length shorter than what was sent: {short[:40]!r}")
    return "64 MiB, plain, unpacked and chunked; a length of 100 GB is not waited for"


@shows(8, HTTP, GRPC)
def small_answers(endpoint: Any) -> str:
    bad = [span(number, trace_id=b"x" * 1000) for number in range(MANY)]
    answer = endpoint.export("traces", traces(*bad))
    if answer.outcome not in (ACCEPTED, INVALID):
        raise Failed(f"{MANY:,} bad spans: {answer.said}")
    if len(answer.body) > LONGEST_ANSWER:
        raise Failed(f"{MANY:,} bad spans are answered with more than 4 MiB")
    return f"{MANY:,} bad spans are answered with less than 4 MiB"


@shows(9, HTTP, GRPC)
def once_more(endpoint: Any) -> str:
    for signal in ("traces", "logs"):
        for _ in range(2):
            expect_all(endpoint.export(signal, good(signal)), f"{signal}, the same again")
    return "it is accepted again"


@shows(11, HTTP, GRPC)
def newer_versions(endpoint: Any) -> str:
    unknown = UNKNOWN_FIELD + b"\x03abc"
    for signal in ("traces", "logs"):
        expect_all(endpoint.export(signal, good(signal) + unknown), f"{signal} with an unknown field")
    expect_all(endpoint.export("traces", traces(span(kind=99))), "an unknown kind")
    if endpoint.carrier == HTTP:
        body = json_traces(json_span(kind=99, future={"a": [1]}))[:-1] + b',"tomorrow":{"b":[{}]}}'
        expect_all(endpoint.export_json("traces", body), "unknown names in JSON")
    return "all are accepted"


@shows(49, HTTP, GRPC)
def in_time(endpoint: Any) -> str:
    for _ in range(IN_HASTE):
        begun = time.monotonic()
        expect_all(endpoint.export("traces", good("traces")), "one span")
        if (passed := time.monotonic() - begun) > WITHIN_SECONDS:
            raise Failed(f"an answer took {passed:.1f} s")
    return f"{IN_HASTE} answers in time"
