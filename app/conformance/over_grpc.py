"""Items 12 to 18: what holds for OTLP/gRPC."""

from __future__ import annotations

from app.conformance.bodies import LIMIT, MIB, good, padded, span, status_of, traces
from app.conformance.check import ACCEPTED, GRPC, INVALID, TOO_LARGE, Failed, NotShown, expect, expect_all, shows
from app.conformance.grpc import METHODS, SERVICES, GrpcEndpoint

UNIMPLEMENTED = 12
AT_ONCE = 50
PINGS = 20


@shows(12, GRPC)
def services(endpoint: GrpcEndpoint) -> str:
    for signal in ("traces", "logs"):
        expect_all(endpoint.export(signal, good(signal)), METHODS[signal])
    strange = endpoint.call(f"{SERVICES}strange.v1.StrangeService/Export", b"")
    if strange.code != UNIMPLEMENTED:
        raise Failed(f"a service that nobody has: {strange.said}")
    metrics = endpoint.call(f"{SERVICES}{METHODS['metrics']}/Export", b"")
    if metrics.outcome != ACCEPTED and metrics.code != UNIMPLEMENTED:
        raise Failed(f"metrics: {metrics.said}")
    return f"traces and logs; metrics are {'served too' if metrics.outcome == ACCEPTED else 'UNIMPLEMENTED'}"


@shows(13, GRPC)
def too_large(endpoint: GrpcEndpoint) -> str:
    expect_all(endpoint.export("traces", padded(5 * MIB)), "5 MiB")
    answer = expect(endpoint.export("traces", padded(LIMIT)), TOO_LARGE, "more than 64 MiB")
    if answer.details and "RetryInfo" in status_of(answer.details)[2]:
        raise Failed("it has a RetryInfo, so the client sends it again and again")
    return "RESOURCE_EXHAUSTED without RetryInfo; 5 MiB are accepted"


@shows(14, GRPC)
def bad_data(endpoint: GrpcEndpoint) -> str:
    expect(endpoint.export("traces", b"\xff\xff"), INVALID, "two bytes that are no protobuf")
    return "INVALID_ARGUMENT"


@shows(17, GRPC)
def many_at_once(endpoint: GrpcEndpoint) -> str:
    calls = [endpoint.begin_export("traces", traces(span(number))) for number in range(1, AT_ONCE + 1)]
    for call in calls:
        expect_all(endpoint.answer(call, "traces"), f"one of {AT_ONCE} calls at once")
    if (answered := endpoint.ping(PINGS)) < PINGS:
        raise Failed(f"of {PINGS} pings {answered} were answered before the connection was ended")
    return f"{AT_ONCE} calls at once on one connection; {PINGS} pings in a row"


@shows(18, GRPC)
def rich_status(endpoint: GrpcEndpoint) -> str:
    answer = expect(endpoint.export("traces", b"\xff\xff"), INVALID, "two bytes that are no protobuf")
    if not answer.details:
        raise NotShown("there are no details, which may be")
    try:
        code, _, details = status_of(answer.details)
    except ValueError as error:
        raise Failed(str(error)) from error
    if code != answer.code:
        raise Failed(f"the status is {answer.code}, its details say {code}")
    return f"code {code} with {', '.join(details) or 'no details'}"
