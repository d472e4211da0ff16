"""OTLP/JSON is read as its specification wants it; the numbers are those of the receiver conformance list."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.otlp import json as otlp_json
from collectors.otlp.forms import Invalid, Log, Span, Undecodable
from tests.sources.plant_floor import NOON_NS, SPAN, TRACE, log, logs, read_otlp, reason_of, span, traces


def only(groups: list[Any]) -> Any:
    (group,) = groups
    (item,) = group.items
    return item


def read_span(**fields: Any) -> Span:
    found = only(otlp_json.traces(traces({**span(), **fields})))
    assert isinstance(found, Span), found
    return found


def reason(**fields: Any) -> str:
    found = only(otlp_json.traces(traces({**span(), **fields})))
    assert isinstance(found, Invalid)
    return found.reason


def read_log(**fields: Any) -> Log:
    found = only(otlp_json.logs(logs({**log(), **fields})))
    assert isinstance(found, Log), found
    return found


def attributes(*values: Any) -> dict[str, Any]:
    return read_span(attributes=[{"key": f"k{i}", "value": value} for i, value in enumerate(values)]).attributes


def test_otlp_11_unknown_names_are_ignored() -> None:
    assert read_span(colour="blue", status={"code": 2, "shade": 1}).is_error


def test_otlp_11_unknown_enum_numbers_are_kept() -> None:
    assert read_span(kind=9).kind == 9


def test_otlp_35_ids_are_hex_in_either_case() -> None:
    found = read_span(
        traceId=TRACE.upper(),
        spanId=SPAN.upper(),
        parentSpanId="AAAAAAAAAAAAAAAA",
        links=[{"traceId": TRACE.upper(), "spanId": "BBBBBBBBBBBBBBBB"}],
    )
    assert (found.trace_id, found.span_id) == (TRACE, TRACE + SPAN)
    assert (found.parent_id, found.links) == (TRACE + "a" * 16, [TRACE + "b" * 16])


@pytest.mark.parametrize("value", ["", "0" * 32, "0af7", "CvdlGRbNQ92ESOshHIAxnA==", "g" * 32, "0a f7651916cd43dd8448eb211c8031", 5])
def test_otlp_35_other_trace_ids_are_refused(value: Any) -> None:
    assert reason(traceId=value) == f"traceId must be 32 hex digits, not all zero (found {str(value)!r})"


@pytest.mark.parametrize(("value", "found"), [(None, "nothing"), (["a"], "a list"), ({"a": 1}, "an object")])
def test_a_reason_names_what_stood_there_in_words(value: Any, found: str) -> None:
    assert reason(traceId=value) == f"traceId must be 32 hex digits, not all zero (found {found})"


@pytest.mark.parametrize("value", ["", "0" * 16, SPAN * 2, "xyz"])
def test_otlp_39_a_span_without_a_span_id_is_refused(value: Any) -> None:
    assert reason(spanId=value) == f"spanId must be 16 hex digits, not all zero (found {str(value)!r})"


@pytest.mark.parametrize("value", [None, "", "0" * 16])
def test_otlp_39_a_root_has_no_parent(value: Any) -> None:
    assert read_span(parentSpanId=value).parent_id is None


@pytest.mark.parametrize("value", ["short", "0" * 32, 7])
def test_otlp_39_a_log_record_with_bad_ids_belongs_to_no_span(value: Any) -> None:
    found = read_log(traceId=value, spanId=SPAN)
    assert (found.trace_id, found.span_id) == (None, None)


def test_otlp_39_a_log_record_may_have_a_trace_and_no_span() -> None:
    found = read_log(traceId=TRACE)
    assert (found.trace_id, found.span_id) == (TRACE, None)


def test_otlp_39_a_link_to_nowhere_is_left_out() -> None:
    assert read_span(links=[{"traceId": "0" * 32, "spanId": SPAN}, {"traceId": TRACE, "spanId": SPAN}]).links == [TRACE + SPAN]


@pytest.mark.parametrize(("field", "value"), [("kind", "SPAN_KIND_SERVER"), ("kind", "2"), ("kind", 2.0), ("kind", True)])
def test_otlp_36_enum_names_are_refused(field: str, value: Any) -> None:
    assert reason(**{field: value}) == (f"{field} must be a number: OTLP/JSON sends enums as integers, not as names (found {str(value)!r})")


def test_otlp_36_status_and_severity_names_are_refused() -> None:
    assert reason(status={"code": "STATUS_CODE_ERROR"}).startswith("code must be a number")
    found = only(otlp_json.logs(logs(log(severityNumber="SEVERITY_NUMBER_ERROR"))))
    assert found.reason.startswith("severityNumber must be a number")


def test_otlp_37_snake_case_is_unknown() -> None:
    found = read_span(end_time_unix_nano="1", start_time_unix_nano="1")
    assert (found.start_ns, found.end_ns) == (NOON_NS - 10**9, NOON_NS)


def test_otlp_38_whole_numbers_may_be_texts_or_numbers() -> None:
    assert attributes({"intValue": "-9223372036854775808"}, {"intValue": 9223372036854775807}) == {
        "k0": -9223372036854775808,
        "k1": 9223372036854775807,
    }
    assert read_span(startTimeUnixNano=5, endTimeUnixNano="6")[6:8] == (5, 6)


@pytest.mark.parametrize("value", ["9223372036854775808", 9223372036854775808, "1e3", 1.0, "1_0", " 1", "--1", "-", "", "１", True])
def test_otlp_38_other_whole_numbers_are_refused(value: Any) -> None:
    assert reason(attributes=[{"key": "k", "value": {"intValue": value}}]) == (
        f"intValue must be a whole number of 64 bits (found {str(value)!r})"
    )


def test_otlp_38_doubles_may_be_the_three_names() -> None:
    assert attributes({"doubleValue": 1}, {"doubleValue": 1.5}, {"doubleValue": "NaN"}, {"doubleValue": "-Infinity"}) == {
        "k0": 1.0,
        "k1": 1.5,
        "k2": "NaN",
        "k3": "-Infinity",
    }


@pytest.mark.parametrize("value", ["one", "nan", True, {}, []])
def test_otlp_38_other_doubles_are_refused(value: Any) -> None:
    assert reason(attributes=[{"key": "k", "value": {"doubleValue": value}}]).startswith("doubleValue must be a number")


def test_otlp_38_bytes_stay_base64() -> None:
    assert attributes({"bytesValue": "aGVsbG8="}) == {"k0": "aGVsbG8="}


def test_otlp_40_both_times_of_a_log_record_are_kept() -> None:
    found = read_log(timeUnixNano=0, observedTimeUnixNano="7")
    assert (found.time_ns, found.observed_ns) == (0, 7)


def test_otlp_42_a_span_may_end_before_it_starts() -> None:
    assert read_span(startTimeUnixNano="9", endTimeUnixNano="8")[6:8] == (9, 8)


def test_otlp_42_no_status_is_no_error() -> None:
    assert [read_span(status=status).is_error for status in (None, {}, {"code": 0}, {"code": 1})] == [False] * 4


def test_otlp_43_of_two_attributes_with_one_key_the_last_counts() -> None:
    both = [{"key": "k", "value": {"stringValue": "first"}}, {"key": "k", "value": {"stringValue": "last"}}]
    assert read_span(attributes=both).attributes == {"k": "last"}


def test_otlp_43_indexes_into_a_string_table_are_absent_values() -> None:
    assert attributes({"stringValueStrindex": 4}) == {"k0": None}


def test_otlp_44_the_event_name_of_a_log_record_is_kept() -> None:
    assert read_log(eventName="item.changed").event_name == "item.changed"


def test_otlp_45_nanoseconds_never_pass_through_a_float() -> None:
    assert read_span(startTimeUnixNano="1705327800000000001", endTimeUnixNano=1705327800000000003)[6:8] == (
        1705327800000000001,
        1705327800000000003,
    )


@pytest.mark.parametrize("value", [1.5e18, "1705327800000000000.0", "-1", -1, str(2**63), "soon", True, []])
def test_otlp_45_a_time_that_is_no_whole_number_is_refused(value: Any) -> None:
    assert reason(endTimeUnixNano=value).startswith("endTimeUnixNano must be whole nanoseconds since 1970, before the year 2262")


def test_otlp_46_logs_among_traces_are_refused_one_by_one() -> None:
    body = json.loads(logs(log(traceId=TRACE), log()))
    body = {"resourceSpans": [{"scopeSpans": [{"spans": r["scopeLogs"][0]["logRecords"]} for r in body["resourceLogs"]]}]}
    (group,) = otlp_json.traces(json.dumps(body).encode())
    assert [type(item) for item in group.items] == [Invalid, Invalid]


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"stringValue": "deep"}
    for _ in range(levels - 1):
        value = {"arrayValue": {"values": [value]}}
    return value


def test_otlp_47_values_nest_48_deep_and_no_deeper() -> None:
    assert json.dumps(attributes(nested(48))["k0"]).count("[") == 47
    with pytest.raises(Undecodable, match=r"^attribute values are nested deeper than 48$"):
        attributes(nested(49))


def test_otlp_47_hostile_nesting_is_refused_not_crashed_on() -> None:
    with pytest.raises(Undecodable):
        otlp_json.traces(b'{"resourceSpans":' + b"[" * 100_000 + b"]" * 100_000 + b"}")


def test_otlp_47_what_is_read_but_too_deep_to_be_written_costs_its_span_only() -> None:
    deep = b'"future":' + b"[" * 400 + b"]" * 400
    body = traces(span("zz"), span()).replace(b'"spanId": "zz"', b'"spanId":' + b"[" * 900 + b"]" * 900 + b"," + deep)
    (group,) = otlp_json.traces(body)
    assert [type(item) for item in group.items] == [Invalid, Span]
    assert group.items[0] == (0, "spanId must be 16 hex digits, not all zero (found a list)", "(nested too deeply to be shown)")


def test_otlp_47_texts_that_are_no_utf_8_are_refused() -> None:
    with pytest.raises(Undecodable, match=r"^not JSON: "):
        otlp_json.traces(traces(span(name="MARK")).replace(b"MARK", b"\xff\xfe"))


def test_otlp_48_a_line_of_a_file_says_itself_what_it_holds() -> None:
    assert [(signal, len(groups)) for signal, groups in otlp_json.line(traces(span()))] == [("traces", 1), ("logs", 0)]
    assert [(signal, len(groups)) for signal, groups in otlp_json.line(logs(log()))] == [("traces", 0), ("logs", 1)]
    assert [(signal, len(groups)) for signal, groups in otlp_json.line(b"{}")] == [("traces", 0), ("logs", 0)]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"resourceMetrics":[]}', "the line holds metrics or profiles; Syncline reads traces (resourceSpans) and logs (resourceLogs)"),
        (b'{"b":1,"a":2}', "the line has neither resourceSpans nor resourceLogs (found a, b)"),
        (b"[]", "must be a JSON object (found list)"),
        (b'{"resourceSpans":{}}', "resourceSpans must be a list (found dict)"),
        (b'{"resourceSpans":[5]}', "a member of resourceSpans must be an object (found int)"),
        (b'{"resourceSpans":[{"resource":5}]}', "resource must be an object (found int)"),
        (b'{"resourceSpans":[{"scopeSpans":[5]}]}', "a member of scopeSpans must be an object (found int)"),
    ],
)
def test_a_line_that_is_no_otlp_says_why(body: bytes, sentence: str) -> None:
    with pytest.raises(Undecodable) as refusal:
        list(otlp_json.line(body))
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("read", "body", "sentence"),
    [
        (otlp_json.traces, logs(log()), "the body holds resourceLogs; send it to /v1/logs"),
        (otlp_json.logs, traces(span()), "the body holds resourceSpans; send it to /v1/traces"),
        (otlp_json.traces, b'{"resourceSpans":[{}],"resourceLogs":[{}]}', "the body holds resourceLogs; send it to /v1/logs"),
        (
            otlp_json.logs,
            b'{"resourceMetrics":[{}]}',
            "the body holds metrics or profiles; Syncline reads traces (resourceSpans) and logs (resourceLogs)",
        ),
    ],
)
def test_what_would_be_passed_over_is_refused_with_where_it_goes(read: Any, body: bytes, sentence: str) -> None:
    with pytest.raises(Undecodable) as refusal:
        read(body)
    assert str(refusal.value) == sentence


def test_a_mark_of_the_byte_order_is_no_part_of_the_json() -> None:
    assert isinstance(only(otlp_json.traces(b"\xef\xbb\xbf" + traces(span()))), Span)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"links": [5]}, "a link must be an object (found '5')"),
        ({"links": 5}, "links must be a list"),
        ({"events": [5]}, "what should hold name is no object"),
        ({"events": "boom"}, "events must be a list"),
        ({"status": [1]}, "status must be an object"),
        ({"name": {"a": 1}}, "name must be a text (found an object)"),
        ({"attributes": 5}, "attributes must be a list of {key, value}"),
        ({"attributes": [{"key": "k", "value": {"arrayValue": [1]}}]}, "arrayValue and kvlistValue must be objects with values"),
    ],
)
def test_a_wrong_type_inside_a_span_costs_that_span_only(fields: dict[str, Any], sentence: str) -> None:
    (group,) = otlp_json.traces(traces({**span(), **fields}, span("a" * 16)))
    assert [type(item) for item in group.items] == [Invalid, Span]
    assert group.items[0].reason == sentence


def test_one_bad_span_leaves_the_others() -> None:
    (group,) = otlp_json.traces(traces(span(), span("zz"), span("a" * 16)))
    assert [item.number for item in group.items] == [0, 1, 2]
    assert [type(item) for item in group.items] == [Span, Invalid, Span]


def test_a_bad_resource_refuses_what_is_under_it_and_nothing_else() -> None:
    body = orjson.loads(traces(span()))
    good = body["resourceSpans"][0]
    bad = {**good, "resource": {"attributes": [{"key": "k", "value": {"intValue": "x"}}]}}
    groups = otlp_json.traces(orjson.dumps({"resourceSpans": [bad, good]}))
    assert [type(group.items[0]) for group in groups] == [Invalid, Span]
    assert groups[0].items[0].reason == "its resource cannot be read: intValue must be a whole number of 64 bits (found 'x')"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"arrayValue": {"values": [{"stringValue": "a"}, {"intValue": "1"}, {}]}}, ["a", 1, None]),
        ({"kvlistValue": {"values": [{"key": "a", "value": {"boolValue": True}}]}}, {"a": True}),
        ({"arrayValue": {}}, []),
        ({}, None),
        (None, None),
    ],
)
def test_values_of_any_kind_become_plain_ones(value: Any, expected: Any) -> None:
    assert attributes(value) == {"k0": expected}


@pytest.mark.parametrize(
    "broken",
    [
        5,
        [5],
        [{"value": {"stringValue": "x"}}],
        [{"key": 5, "value": {"stringValue": "x"}}],
        [{"key": "k", "value": 5}],
        [{"key": "k", "value": {"stringValue": 5}}],
        [{"key": "k", "value": {"boolValue": "true"}}],
        {"a": 1},
        [{"key": [], "value": {"stringValue": "x"}}],
        [{"key": "k", "value": {"arrayValue": {"values": 5}}}],
        [{"key": "k", "value": {"arrayValue": 5}}],
        [{"key": "k", "value": {"kvlistValue": {"values": [5]}}}],
        "text",
    ],
)
def test_broken_attributes_refuse_their_span(broken: Any) -> None:
    assert reason(attributes=broken)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "key",
                    "value",
                    "stringValue",
                    "intValue",
                    "arrayValue",
                    "values",
                    "traceId",
                    "spanId",
                    "attributes",
                    "events",
                    "links",
                    "kind",
                    "status",
                    "code",
                    "name",
                    "startTimeUnixNano",
                    "kvlistValue",
                    "doubleValue",
                    "body",
                    "severityNumber",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON, JSON, JSON)
def test_any_json_is_read_or_refused(resource: Any, scope: Any, item: Any) -> None:
    for top, middle, bottom, read in (
        ("resourceSpans", "scopeSpans", "spans", otlp_json.traces),
        ("resourceLogs", "scopeLogs", "logRecords", otlp_json.logs),
    ):
        body = json.dumps(
            {top: [{"resource": resource, middle: [{"scope": scope, bottom: [item, {**span(), "attributes": item}]}]}]}
        ).encode()
        with suppress(Undecodable):
            for group in read(body):
                orjson.dumps([group.resource, [i[1:] for i in group.items]])


SPANS = st.dictionaries(st.sampled_from([*span(), "parentSpanId", "status", "events", "links"]), JSON, max_size=4)
LOGS = st.dictionaries(st.sampled_from([*log(), "body", "eventName", "traceId", "spanId", "observedTimeUnixNano"]), JSON, max_size=4)


@given(SPANS, LOGS)
def test_a_wrong_type_anywhere_costs_its_item_and_never_more_than_the_line(wrong_span: Any, wrong_log: Any) -> None:
    for body in (traces({**span(), **wrong_span}, span("a" * 16)), logs({**log(), **wrong_log}, log())):
        rows = read_otlp(body)
        assert len(rows.spans) + len(rows.logs) in (1, 2) or "cannot be read" in reason_of(rows)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for read in (otlp_json.traces, otlp_json.logs, lambda b: list(otlp_json.line(b))):
        with suppress(Undecodable):
            read(body)
