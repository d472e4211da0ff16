"""Items 39 to 47: what holds for spans and log records, whichever way they come."""

from __future__ import annotations

from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from app.conformance.bodies import NANOSECONDS, good, logs, nested, record, span, traces
from app.conformance.check import GRPC, HTTP, INVALID, Failed, expect, expect_all, is_refused, shows

ZERO_TRACE, ZERO_SPAN = bytes(16), bytes(8)
DEEP = 200
STRING_INDEX = b"\x42\x01\x07"  # AnyValue.string_value_strindex = 8, as a later version may send it


@shows(39, HTTP, GRPC)
def ids(endpoint: Any) -> str:
    bad: dict[str, dict[str, Any]] = {
        "an empty trace id": {"trace_id": b""},
        "a trace id of zeros": {"trace_id": ZERO_TRACE},
        "a short span id": {"span_id": b"short"},
        "a span id of zeros": {"span_id": ZERO_SPAN},
    }
    for what, fields in bad.items():
        if not is_refused(answer := endpoint.export("traces", traces(span(**fields)))):
            raise Failed(f"a span with {what}: {answer.said}, with nothing rejected")
    expect_all(endpoint.export("logs", logs(record(trace_id=b"short", span_id=ZERO_SPAN))), "a log record with bad ids")
    return "the span is rejected, the log record is not"


@shows(40, HTTP, GRPC)
def log_times(endpoint: Any) -> str:
    records = (record(time_unix_nano=0, observed_time_unix_nano=NANOSECONDS), record(time_unix_nano=0))
    expect_all(endpoint.export("logs", logs(*records)), "log records without a time")
    return "they are accepted"


@shows(41, HTTP, GRPC)
def flags(endpoint: Any) -> str:
    linked = span(2, flags=0xFFFFFFFF)
    linked.links.add(trace_id=b"l" * 16, span_id=b"l" * 8, flags=0xFFFFFFFF)
    expect_all(endpoint.export("traces", traces(span(flags=0x301), linked)), "a span with all flags set")
    expect_all(endpoint.export("logs", logs(record(flags=0xFFFFFFFF))), "a log record with all flags set")
    return "all 32 bits may be set"


@shows(42, HTTP, GRPC)
def unset(endpoint: Any) -> str:
    backwards = span(2, end_time_unix_nano=NANOSECONDS - 10**9)
    expect_all(endpoint.export("traces", traces(span(kind=0), backwards)), "no kind, no status, an end before the start")
    return "all are accepted"


@shows(43, HTTP, GRPC)
def twice(endpoint: Any) -> str:
    twins = [KeyValue(key="twin", value=AnyValue(string_value=text)) for text in ("first", "second")]
    expect_all(endpoint.export("traces", traces(span(attributes=twins))), "one key twice")
    indexed = KeyValue(key="index", value=AnyValue.FromString(STRING_INDEX))
    expect_all(endpoint.export("traces", traces(span(2, attributes=[indexed]))), "an index into a string table")
    return "both are accepted"


@shows(44, HTTP, GRPC)
def rarely_sent(endpoint: Any) -> str:
    request = ExportLogsServiceRequest.FromString(logs(record(event_name="conformance.tested", dropped_attributes_count=3)))
    request.resource_logs[0].schema_url = request.resource_logs[0].scope_logs[0].schema_url = "https://opentelemetry.io/schemas/1.44.0"
    expect_all(endpoint.export("logs", request.SerializeToString()), "a named log record under a schema")
    expect_all(endpoint.export("traces", traces(span(dropped_attributes_count=1, dropped_events_count=2))), "counts")
    return "all are accepted"


@shows(45, HTTP, GRPC)
def nanoseconds(endpoint: Any) -> str:
    expect_all(endpoint.export("traces", traces(span(start_time_unix_nano=NANOSECONDS))), str(NANOSECONDS))
    return f"{NANOSECONDS} is accepted"


@shows(46, HTTP, GRPC)
def swapped(endpoint: Any) -> str:
    body = logs(record(trace_id=b"t" * 16, span_id=b"s" * 8))
    for what, signal, sent in (
        ("log records", "traces", body),
        ("log records without ids", "traces", good("logs")),
        ("spans", "logs", good("traces")),
    ):
        if not is_refused(answer := endpoint.export(signal, sent)):
            raise Failed(f"{what} sent to the {signal}: {answer.said}, with nothing rejected")
    return "refused both ways"


@shows(47, HTTP, GRPC)
def hostile(endpoint: Any) -> str:
    expect(endpoint.export("traces", nested(DEEP)), INVALID, f"a value nested {DEEP} deep")
    mangled = traces(span(name="MARK")).replace(b"MARK", b"\xff\xfe\xff\xfe")
    expect(endpoint.export("traces", mangled), INVALID, "a name that is no UTF-8")
    if endpoint.carrier == HTTP:
        deep = b'{"resourceSpans":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
        expect(endpoint.export_json("traces", deep), INVALID, "JSON nested 100,000 deep")
    expect_all(endpoint.export("traces", good("traces")), "a good span after that")
    return "all are refused, and the next span is accepted"
