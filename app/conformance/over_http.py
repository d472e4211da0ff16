"""Items 19 to 33: what holds for OTLP/HTTP."""

from __future__ import annotations

import http.client
from collections.abc import Iterator

from app.conformance.bodies import LIMIT, MIB, good, json_span, json_status_of, json_traces, packed, padded, span, status_of, traces
from app.conformance.check import ACCEPTED, HTTP, INVALID, OTHER, TOO_LARGE, Answer, Failed, NotShown, expect, expect_all, shows
from app.conformance.http import JSON, PROTOBUF, HttpEndpoint

RETRYABLE = (429, 502, 503, 504)
RPC_CODES = {400: (3,), 401: (16,), 404: (5, 12), 405: (12,), 413: (8, 11, 3), 415: (3, 12)}  # HTTP status: codes that fit
BROKEN = {
    "a line that is no request": b"nonsense\r\n\r\n",
    "a head without a colon": b"POST /v1/traces HTTP/1.1\r\nBad Header\r\n\r\n",
    "a chunk without a size": b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "300 kB of head": b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 300_000 + b"\r\n\r\n",
}


@shows(19, HTTP)
def paths(endpoint: HttpEndpoint) -> str:
    for signal in ("traces", "logs"):
        expect_all(endpoint.export(signal, good(signal)), f"/v1/{signal}")
        if (other := endpoint.ask("GET", f"/v1/{signal}", None, {})).code != 405:
            raise Failed(f"GET /v1/{signal}: {other.said}")
    return "both are served; GET is 405"


@shows(20, HTTP)
def one_port(endpoint: HttpEndpoint) -> str:
    expect_all(endpoint.export("traces", good("traces")), "protobuf")
    expect_all(endpoint.export_json("traces", json_traces(json_span())), "JSON")
    return "both are accepted"


@shows(21, HTTP)
def content_types(endpoint: HttpEndpoint) -> str:
    for kind in ("application/json; charset=utf-8", "Application/JSON"):
        expect_all(endpoint.export("traces", json_traces(json_span()), content_type=kind), kind)
    expect_all(endpoint.export("traces", good("traces"), content_type="Application/X-Protobuf"), "Application/X-Protobuf")
    for kind in ("text/plain", "application/octet-stream", ""):
        if (answer := endpoint.export("traces", b"{}", content_type=kind)).code != 415:
            raise Failed(f"Content-Type {kind!r}: {answer.said}")
    return "case and parameters do not matter; others are 415"


@shows(22, HTTP)
def same_content_type(endpoint: HttpEndpoint) -> str:
    bodies = {JSON: json_traces(json_span()), PROTOBUF: good("traces")}
    for kind, body in bodies.items():
        for content, what in ((body, "a success"), (b"\xff\xff", "an error")):
            found = endpoint.export("traces", content, content_type=kind).headers.get("content-type", "")
            if found.partition(";")[0].strip().lower() != kind:
                raise Failed(f"{what} on {kind} is answered as {found or 'nothing'}")
    return "in both encodings, successes and errors"


@shows(23, HTTP)
def compressed_answers(endpoint: HttpEndpoint) -> str:
    for wanted in ("identity", ""):
        answer = endpoint.export("traces", good("traces"), Accept_Encoding=wanted)
        if coding := answer.headers.get("content-encoding"):
            raise Failed(f"Accept-Encoding {wanted!r} is answered in {coding}")
    expect_all(endpoint.export("traces", good("traces"), Accept_Encoding="gzip"), "Accept-Encoding gzip")
    return "never without having been asked"


@shows(24, HTTP)
def too_large(endpoint: HttpEndpoint) -> str:
    expect(endpoint.export("traces", padded(LIMIT)), TOO_LARGE, "more than 64 MiB")
    expect(endpoint.export("traces", packed(100 * MIB), is_packed=True), TOO_LARGE, "100 kB that become 100 MiB")
    return "413 in both cases"


@shows(25, HTTP)
def success(endpoint: HttpEndpoint) -> str:
    for signal in ("traces", "logs"):
        expect_all(endpoint.export(signal, good(signal)), signal)
    return "200"


@shows(26, HTTP)
def partial(endpoint: HttpEndpoint) -> str:
    answer = endpoint.export("traces", traces(span(), span(2, span_id=b"")))
    if answer.outcome == INVALID:
        raise NotShown("a request with one bad span is refused as a whole")
    if not expect(answer, ACCEPTED, "one good span of two").partial:
        raise NotShown("a span without an id was accepted without a word")
    return "200"


@shows(27, HTTP)
def statuses(endpoint: HttpEndpoint) -> str:
    codes = []
    for answer, what in _errors(endpoint):
        _code_within(answer, what)
        codes.append(answer.code)
    for what, request in BROKEN.items():
        head, _, body = endpoint.raw(request).partition(b"\r\n\r\n")
        kind = PROTOBUF if PROTOBUF.encode() in head else JSON
        code = int(head.split()[1]) if head.startswith(b"HTTP/1") else 0
        _code_within(Answer(OTHER, f"{code}", code, body, {"content-type": kind}), f"{what}: ")
        codes.append(code)
    return f"{', '.join(map(str, sorted(set(codes))))}, in the encoding of the request"


def _errors(endpoint: HttpEndpoint) -> Iterator[tuple[Answer, str]]:
    """One of each error that a client can bring about, in both encodings."""
    for kind in (JSON, PROTOBUF):
        yield endpoint.export("traces", b"\xff\xff", content_type=kind), f"{kind}, undecodable: "
        yield endpoint.ask("POST", "/v1/nothing", b"", {"Content-Type": kind}), f"{kind}, another path: "
        yield endpoint.ask("GET", "/v1/traces", None, {"Content-Type": kind}), f"{kind}, another method: "
        yield endpoint.export("traces", packed(100 * MIB), is_packed=True, content_type=kind), f"{kind}, too large: "
    yield endpoint.export("traces", b"", content_type="text/plain"), "text/plain: "


def _code_within(answer: Answer, what: str) -> int:
    """The code of the google.rpc.Status that an error is."""
    if answer.code < 400:
        raise Failed(f"{what}{answer.said or 'nothing'} where an error is wanted")
    is_json = answer.headers.get("content-type", "").startswith(JSON)
    try:
        return (json_status_of if is_json else status_of)(answer.body)[0]
    except (ValueError, KeyError, TypeError) as error:
        raise Failed(f"{what}{answer.said} with the body {answer.body[:40]!r}: {error}") from error


@shows(29, HTTP)
def undecodable(endpoint: HttpEndpoint) -> str:
    expect(endpoint.export("traces", b"\xff\xff"), INVALID, "no protobuf")
    expect(endpoint.export_json("traces", b"{oops"), INVALID, "no JSON")
    expect(endpoint.export("traces", good("traces"), Content_Encoding="gzip"), INVALID, "no gzip")
    expect(endpoint.export("traces", good("traces"), Content_Encoding="strange"), INVALID, "an unknown Content-Encoding")
    details = status_of(endpoint.export("traces", b"\xff\xff").body)[2]
    return f"400, with {'a BadRequest' if 'BadRequest' in details else 'no BadRequest'}"


@shows(32, HTTP)
def kept_connection(endpoint: HttpEndpoint) -> str:
    connection = http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=10)
    try:
        for body in (good("traces"), b"\xff\xff", good("traces")):
            endpoint.ask_on(connection, "POST", "/v1/traces", body, {"Content-Type": PROTOBUF})
            if connection.sock is None:
                raise Failed("the connection is closed after a request")
    finally:
        connection.close()
    one = endpoint.head(Content_Length=str(len(good("traces")))) + good("traces")
    answered = endpoint.raw(one * 3).count(b"HTTP/1.1 200")
    if answered != 3:
        raise Failed(f"of three requests sent at once {answered} are answered")
    return "also after an error; three requests sent at once are answered"


@shows(33, HTTP)
def codes_fit(endpoint: HttpEndpoint) -> str:
    for answer, what in _errors(endpoint):
        code = _code_within(answer, what)
        if code and answer.code in RPC_CODES and code not in RPC_CODES[answer.code]:
            raise Failed(f"{what}{answer.said} holds the code {code}")
        if answer.code in RETRYABLE:
            raise Failed(f"{what}{answer.said}: a client sends it again, in vain")
    return "they do"
