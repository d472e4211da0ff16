"""Items 35 to 38: what holds for OTLP/JSON."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from app.conformance.bodies import NANOSECONDS, TRACE_ID, json_span, json_traces
from app.conformance.check import HTTP, Failed, expect_all, is_refused, shows
from app.conformance.http import HttpEndpoint


def _accepted(endpoint: HttpEndpoint, what: str, **fields: Any) -> None:
    expect_all(endpoint.export_json("traces", json_traces(json_span(**fields))), what)


def _refused(endpoint: HttpEndpoint, what: str, **fields: Any) -> None:
    answer = endpoint.export_json("traces", json_traces(json_span(**fields)))
    if not is_refused(answer):
        raise Failed(f"{what}: {answer.said}, with nothing rejected")


@shows(35, HTTP)
def hex_ids(endpoint: HttpEndpoint) -> str:
    link = {"traceId": TRACE_ID.hex().upper(), "spanId": "B7AD6B7169203331"}
    _accepted(endpoint, "upper-case hex", traceId=TRACE_ID.hex().upper(), spanId="B7AD6B7169203331", links=[link])
    _refused(endpoint, "base64", traceId=b64encode(TRACE_ID).decode())
    _refused(endpoint, "too short", traceId=TRACE_ID.hex()[2:])
    _refused(endpoint, "no hex", spanId="zz" * 8)
    return "either case; base64, other lengths and other letters are refused"


@shows(36, HTTP)
def enums(endpoint: HttpEndpoint) -> str:
    _accepted(endpoint, "numbers", kind=5, status={"code": 2})
    named = [json_span(kind="SPAN_KIND_SERVER"), json_span(status={"code": "STATUS_CODE_ERROR"})]
    are_refused = [is_refused(endpoint.export_json("traces", json_traces(span))) for span in named]
    return f"numbers are taken; names are {'rejected' if all(are_refused) else 'taken too, which may be'}"


@shows(37, HTTP)
def lower_camel_case(endpoint: HttpEndpoint) -> str:
    body = json_traces(json_span(span_id="not an id", start_time_unix_nano=[]))
    expect_all(endpoint.export_json("traces", body), "snake_case beside the right names")
    _refused(endpoint, "a span_id in place of a spanId", spanId=None, span_id="b7ad6b7169203331")
    return "snake_case is passed over"


@shows(38, HTTP)
def numbers(endpoint: HttpEndpoint) -> str:
    values: list[dict[str, Any]] = [
        {"intValue": "9223372036854775807"},
        {"intValue": 7},
        {"bytesValue": b64encode(b"\x00\xff").decode()},
        {"doubleValue": "NaN"},
        {"doubleValue": "-Infinity"},
        {"doubleValue": 1},
    ]
    attributes = [{"key": f"key{number}", "value": value} for number, value in enumerate(values)]
    _accepted(endpoint, "texts", attributes=attributes)
    _accepted(endpoint, "numbers", startTimeUnixNano=NANOSECONDS, endTimeUnixNano=NANOSECONDS + 1)
    _refused(endpoint, "a number of 65 bits", attributes=[{"key": "big", "value": {"intValue": str(1 << 64)}}])
    return "all are taken; a number over 64 bits is refused"
