"""Protobuf and JSON give the same forms."""

from __future__ import annotations

from base64 import b64encode
from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collectors import otlp
from collectors.otlp import JSON, PROTOBUF, Invalid, Undecodable

IDS = st.binary(min_size=16, max_size=16).filter(any)
SPAN_IDS = st.binary(min_size=8, max_size=8).filter(any)
NS = st.integers(0, 2**63 - 1)
TEXTS = st.text(max_size=12)
INTS = st.integers(-(2**63), 2**63 - 1)
VALUES: Any = st.recursive(
    st.one_of(
        TEXTS.map(lambda v: ("string_value", v)),
        INTS.map(lambda v: ("int_value", v)),
        st.booleans().map(lambda v: ("bool_value", v)),
        st.floats(allow_nan=True).map(lambda v: ("double_value", v)),
        st.binary(max_size=6).map(lambda v: ("bytes_value", v)),
        st.just((None, None)),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda v: ("array_value", v)),
        st.dictionaries(TEXTS, inner, max_size=3).map(lambda v: ("kvlist_value", v)),
    ),
    max_leaves=6,
)
ATTRIBUTES = st.dictionaries(TEXTS, VALUES, max_size=4)
SPANS = st.fixed_dictionaries(
    {
        "trace": IDS,
        "span": SPAN_IDS,
        "parent": st.none() | SPAN_IDS,
        "name": TEXTS,
        "kind": st.integers(0, 6),
        "start": NS,
        "end": NS,
        "code": st.integers(0, 2),
        "message": TEXTS,
        "attributes": ATTRIBUTES,
        "events": st.lists(st.tuples(TEXTS, NS, ATTRIBUTES), max_size=2),
        "links": st.lists(st.tuples(IDS, SPAN_IDS), max_size=2),
    }
)
LOGS = st.fixed_dictionaries(
    {
        "trace": st.none() | IDS,
        "span": st.none() | SPAN_IDS,
        "time": NS,
        "observed": NS,
        "severity": st.integers(0, 24),
        "event_name": TEXTS,
        "body": VALUES,
        "attributes": ATTRIBUTES,
    }
)


@given(ATTRIBUTES, TEXTS, st.lists(SPANS, max_size=3))
def test_spans_are_the_same_in_both_encodings(resource: Any, scope: str, spans: list[Any]) -> None:
    request = ExportTraceServiceRequest()
    holder = request.resource_spans.add()
    fill(holder.resource.attributes, resource)
    group = holder.scope_spans.add()
    group.scope.name = scope
    for given_span in spans:
        fill_span(group.spans.add(), given_span)
    body = {
        "resourceSpans": [
            {
                "resource": {"attributes": as_json(resource)},
                "scopeSpans": [{"scope": {"name": scope}, "spans": [span_as_json(s) for s in spans]}],
            }
        ]
    }
    assert otlp.decode("traces", PROTOBUF, request.SerializeToString()) == otlp.decode("traces", JSON, orjson.dumps(body))


@given(ATTRIBUTES, st.lists(LOGS, max_size=3))
def test_log_records_are_the_same_in_both_encodings(resource: Any, records: list[Any]) -> None:
    request = ExportLogsServiceRequest()
    holder = request.resource_logs.add()
    fill(holder.resource.attributes, resource)
    group = holder.scope_logs.add()
    for given_log in records:
        fill_log(group.log_records.add(), given_log)
    body = {
        "resourceLogs": [{"resource": {"attributes": as_json(resource)}, "scopeLogs": [{"logRecords": [log_as_json(r) for r in records]}]}]
    }
    assert otlp.decode("logs", PROTOBUF, request.SerializeToString()) == otlp.decode("logs", JSON, orjson.dumps(body))


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("trace_id", b"", "trace_id must be 16 bytes, not all zero (found nothing)"),
        ("trace_id", bytes(16), "trace_id must be 16 bytes, not all zero (found 00000000000000000000000000000000)"),
        ("span_id", b"abc", "span_id must be 8 bytes, not all zero (found 616263)"),
        ("parent_span_id", b"abc", "parent_span_id must be 8 bytes, not all zero (found 616263)"),
        (
            "end_time_unix_nano",
            2**63,
            "end_time_unix_nano must be nanoseconds since 1970, before the year 2262 (found 9223372036854775808)",
        ),
    ],
)
def test_otlp_39_bad_spans_are_refused_one_by_one(field: str, value: Any, reason: str) -> None:
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    for _ in range(2):
        spans.add(trace_id=b"t" * 16, span_id=b"s" * 8)
    setattr(spans[0], field, value)
    (group,) = otlp.decode("traces", PROTOBUF, request.SerializeToString())
    assert isinstance(group.items[0], Invalid)
    assert group.items[0].reason == reason
    assert not isinstance(group.items[1], Invalid)


def test_otlp_46_logs_posted_as_traces_are_refused() -> None:
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    records.add(time_unix_nano=5)
    (group,) = otlp.decode("traces", PROTOBUF, request.SerializeToString())
    assert [item.reason for item in group.items if isinstance(item, Invalid)] == ["it is a log record; send it to /v1/logs"]
    records.add(time_unix_nano=5, trace_id=b"t" * 16, severity_text="warn")
    with pytest.raises(Undecodable) as refusal:
        otlp.decode("traces", PROTOBUF, request.SerializeToString())
    assert str(refusal.value) == "the body is an ExportLogsServiceRequest; send it to /v1/logs"


def test_otlp_46_spans_posted_as_logs_are_refused() -> None:
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    spans.add(trace_id=b"t" * 16, span_id=b"s" * 8, end_time_unix_nano=5)
    (group,) = otlp.decode("logs", PROTOBUF, request.SerializeToString())
    assert [item.reason for item in group.items if isinstance(item, Invalid)] == ["it is a span; send it to /v1/traces"]
    spans[0].name = "process"
    with pytest.raises(Undecodable, match=r"^the body is an ExportTraceServiceRequest; send it to /v1/traces$"):
        otlp.decode("logs", PROTOBUF, request.SerializeToString())


def nested(levels: int) -> bytes:
    request = ExportTraceServiceRequest()
    value = request.resource_spans.add().scope_spans.add().spans.add(trace_id=b"t" * 16, span_id=b"s" * 8).attributes.add(key="k").value
    for _ in range(levels - 1):
        value = value.array_value.values.add()
    value.string_value = "deep"
    return request.SerializeToString()


@pytest.mark.parametrize("levels", [49, 80, 1000])
def test_otlp_47_deeper_values_refuse_the_request(levels: int) -> None:
    for judge in (otlp.decode, otlp.refused):
        with pytest.raises(Undecodable):
            judge("traces", PROTOBUF, nested(levels))


@pytest.mark.parametrize("levels", range(30, 50))
def test_otlp_47_what_a_receiver_takes_can_be_read(levels: int) -> None:
    with suppress(Undecodable):
        assert otlp.refused("traces", PROTOBUF, nested(levels)) == (1, [])
        ((span,),) = (group.items for group in otlp.decode("traces", PROTOBUF, nested(levels)))
        assert isinstance(span, otlp.Span)


def test_otlp_47_a_text_that_is_no_utf_8_refuses_the_request() -> None:
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.add(trace_id=b"t" * 16, span_id=b"s" * 8, name="MARK")
    with pytest.raises(Undecodable):
        otlp.decode("traces", PROTOBUF, request.SerializeToString().replace(b"MARK", b"\xff\xfe\xff\xfe"))


RAW = st.fixed_dictionaries(
    {
        "trace_id": st.sampled_from([b"t" * 16, b"t" * 15, bytes(16), b""]),
        "span_id": st.sampled_from([b"s" * 8, b"s" * 9, bytes(8), b""]),
        "parent_span_id": st.sampled_from([b"", b"p" * 8, bytes(8), b"p"]),
        "start_time_unix_nano": st.sampled_from([0, 1, 2**63 - 1, 2**63]),
        "end_time_unix_nano": st.sampled_from([0, 1, 2**63 - 1, 2**63]),
        "events": st.lists(st.builds(Span.Event, time_unix_nano=st.sampled_from([0, 2**63])), max_size=1),
        "links": st.lists(st.builds(Span.Link, trace_id=st.sampled_from([b"", b"t" * 16])), max_size=1),
    }
)


@given(st.lists(RAW, max_size=4))
def test_what_a_receiver_counts_as_rejected_is_what_the_loader_rejects(spans: list[Any]) -> None:
    request = ExportTraceServiceRequest()
    for fields in spans:
        request.resource_spans.add().scope_spans.add().spans.add(**fields)
    items = [item for group in otlp.decode("traces", PROTOBUF, request.SerializeToString()) for item in group.items]
    expected = [item for item in items if isinstance(item, Invalid)]
    assert otlp.refused("traces", PROTOBUF, request.SerializeToString()) == (len(spans), expected)


@given(st.lists(st.tuples(st.sampled_from([0, 1, 2**63]), st.sampled_from([0, 1, 2**63]), st.sampled_from([b"", b"t" * 16])), max_size=4))
def test_of_log_records_too(records: list[Any]) -> None:
    request = ExportLogsServiceRequest()
    for time_ns, observed_ns, trace_id in records:
        log = request.resource_logs.add().scope_logs.add().log_records.add(trace_id=trace_id)
        log.time_unix_nano, log.observed_time_unix_nano = time_ns, observed_ns
    items = [item for group in otlp.decode("logs", PROTOBUF, request.SerializeToString()) for item in group.items]
    expected = [item for item in items if isinstance(item, Invalid)]
    assert otlp.refused("logs", PROTOBUF, request.SerializeToString()) == (len(records), expected)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for signal in otlp.SIGNALS:
        with suppress(Undecodable):
            items, _ = otlp.refused(signal, PROTOBUF, body)
            assert items == sum(len(group.items) for group in otlp.decode(signal, PROTOBUF, body))


def fill(target: Any, attributes: dict[str, Any]) -> None:
    for key, value in attributes.items():
        set_value(target.add(key=key).value, value)


def set_value(target: AnyValue, value: Any) -> None:
    kind, inner = value
    if kind == "array_value":
        target.array_value.SetInParent()
        for each in inner:
            set_value(target.array_value.values.add(), each)
    elif kind == "kvlist_value":
        target.kvlist_value.SetInParent()
        fill(target.kvlist_value.values, inner)
    elif kind:
        setattr(target, kind, inner)


def fill_span(target: Any, given_span: dict[str, Any]) -> None:
    target.trace_id, target.span_id, target.parent_span_id = given_span["trace"], given_span["span"], given_span["parent"] or b""
    target.name, target.kind = given_span["name"], given_span["kind"]
    target.start_time_unix_nano, target.end_time_unix_nano = given_span["start"], given_span["end"]
    target.status.code, target.status.message = given_span["code"], given_span["message"]
    fill(target.attributes, given_span["attributes"])
    for name, at, attributes in given_span["events"]:
        fill(target.events.add(name=name, time_unix_nano=at).attributes, attributes)
    for trace, linked in given_span["links"]:
        target.links.add(trace_id=trace, span_id=linked)


def fill_log(target: Any, given_log: dict[str, Any]) -> None:
    target.trace_id, target.span_id = given_log["trace"] or b"", given_log["span"] or b""
    target.time_unix_nano, target.observed_time_unix_nano = given_log["time"], given_log["observed"]
    target.severity_number, target.event_name = given_log["severity"], given_log["event_name"]
    if given_log["body"][0]:
        set_value(target.body, given_log["body"])
    fill(target.attributes, given_log["attributes"])


def as_json(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": value_as_json(value)} for key, value in attributes.items()]


def value_as_json(value: Any) -> dict[str, Any]:
    kind, inner = value
    names = {"string_value": "stringValue", "bool_value": "boolValue"}
    if kind is None:
        return {}
    if kind == "array_value":
        return {"arrayValue": {"values": [value_as_json(v) for v in inner]}}
    if kind == "kvlist_value":
        return {"kvlistValue": {"values": as_json(inner)}}
    if kind == "int_value":
        return {"intValue": str(inner)}
    if kind == "bytes_value":
        return {"bytesValue": b64encode(inner).decode()}
    if kind == "double_value":
        return {"doubleValue": inner if inner - inner == 0 else str(inner).replace("inf", "Infinity").replace("nan", "NaN")}
    return {names[kind]: inner}


def span_as_json(given_span: dict[str, Any]) -> dict[str, Any]:
    return {
        "traceId": given_span["trace"].hex(),
        "spanId": given_span["span"].hex().upper(),
        "parentSpanId": (given_span["parent"] or b"").hex(),
        "name": given_span["name"],
        "kind": given_span["kind"],
        "startTimeUnixNano": str(given_span["start"]),
        "endTimeUnixNano": given_span["end"],
        "status": {"code": given_span["code"], "message": given_span["message"]},
        "attributes": as_json(given_span["attributes"]),
        "events": [
            {"name": name, "timeUnixNano": str(at), "attributes": as_json(attributes)} for name, at, attributes in given_span["events"]
        ],
        "links": [{"traceId": trace.hex(), "spanId": linked.hex()} for trace, linked in given_span["links"]],
    }


def log_as_json(given_log: dict[str, Any]) -> dict[str, Any]:
    found = {
        "traceId": (given_log["trace"] or b"").hex(),
        "spanId": (given_log["span"] or b"").hex(),
        "timeUnixNano": str(given_log["time"]),
        "observedTimeUnixNano": str(given_log["observed"]),
        "severityNumber": given_log["severity"],
        "eventName": given_log["event_name"],
        "attributes": as_json(given_log["attributes"]),
    }
    return {**found, "body": value_as_json(given_log["body"])} if given_log["body"][0] else found
