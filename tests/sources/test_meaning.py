"""Attributes mean what section 3 of the vocabulary says, in spans and in log records."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.classify import ErrorRules
from collectors.event import Event
from collectors.identifiers import Identifiers
from collectors.meaning import Meaning
from tests.sources.plant_floor import NOON_NS, SPAN, TOLD_NS, TRACE, event_of, log, logs, read_otlp, reason_of, span, traces

KIND = {"mfg.event.type": "order.released"}
ERROR = {"status": {"code": 2, "message": "from the status"}}


def said(**attributes: Any) -> Event:
    """The event of a span with these attributes, `mfg_item` standing for mfg.item."""
    return event_of(traces(span(attributes={**KIND, **{k.replace("_", "."): v for k, v in attributes.items()}})))


def refused(attributes: dict[str, Any], **fields: Any) -> str:
    return reason_of(read_otlp(traces(span(attributes={**KIND, **attributes}, **fields))))


def exception(**attributes: str) -> dict[str, Any]:
    return {
        "name": "exception",
        "timeUnixNano": "1",
        "attributes": [{"key": f"exception.{k}", "value": {"stringValue": v}} for k, v in attributes.items()],
    }


# -- what is an event
@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"mfg.event.type": "a", "cloudevents.event_type": "b"}, "a"),
        ({"cloudevents.event_type": "b"}, "b"),
        ({"mfg.event.type": "", "cloudevents.event_type": "b"}, "b"),
    ],
)
def test_the_event_type_is_ours_else_that_of_cloudevents(attributes: dict[str, Any], expected: str) -> None:
    assert event_of(traces(span(attributes=attributes))).event_type == expected


@pytest.mark.parametrize(("attributes", "expected"), [({}, "c"), ({"mfg.event.type": "a"}, "a"), ({"cloudevents.event_type": "b"}, "b")])
def test_a_log_records_event_name_is_its_event_type_unless_an_attribute_says_it(attributes: dict[str, Any], expected: str) -> None:
    assert event_of(logs(log(attributes, eventName="c"))).event_type == expected


def test_a_span_without_an_event_type_is_kept_and_is_no_event() -> None:
    rows = read_otlp(traces(span(attributes={"mfg.object.order": "7"})))
    assert len(rows.spans) == 1
    assert rows.span_events == []
    assert rows.span_objects == [(0, "order", "7")]


def test_an_event_type_must_be_a_text() -> None:
    assert refused({"mfg.event.type": 5}) == "mfg.event.type: must be a text (found 5) (the span itself is kept)"


def test_an_event_is_known_by_its_span() -> None:
    event = said()
    assert (event.event_id, event.identity, event.id_hash) == (TRACE + SPAN, TRACE + SPAN, 0xB7AD6B7169203331)
    assert (event.trace_id, event.span_id) == (TRACE, TRACE + SPAN)
    assert (event.source, event.position, event.recorded_ns) == ("traces", "erp.jsonl:1:0", TOLD_NS)


def test_a_log_record_is_known_by_its_content_and_named_by_its_place() -> None:
    record = log(KIND, traceId=TRACE, spanId=SPAN)
    rows = read_otlp(logs(record, {**record, "timeUnixNano": str(NOON_NS + 1)}, record))
    first, second = (event for _, event in rows.log_events)
    assert (first.event_id, second.event_id) == ("traces:erp.jsonl:1:0", "traces:erp.jsonl:1:1")
    assert first.identity != second.identity
    assert len(first.identity) == 32
    assert (first.span_id, rows.repeats) == (TRACE + SPAN, 1)


# -- when
def test_a_span_took_effect_at_its_end() -> None:
    assert said().event_ns == NOON_NS


@pytest.mark.parametrize("value", ["2026-03-23T11:00:00.000000001Z", NOON_NS - 3600 * 10**9 + 1])
def test_the_event_time_is_a_text_or_nanoseconds(value: Any) -> None:
    assert said(mfg_event_time=value).event_ns == NOON_NS - 3600 * 10**9 + 1


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, NOON_NS),
        ({"timeUnixNano": "0", "observedTimeUnixNano": "5"}, 5),
        ({"timeUnixNano": "0"}, TOLD_NS),
    ],
)
def test_otlp_40_a_log_record_took_effect_at_its_time_else_when_it_was_seen(fields: dict[str, Any], expected: int) -> None:
    assert event_of(logs(log(KIND, **fields))).event_ns == expected


@pytest.mark.parametrize("value", ["tomorrow", "2026-03-23T11:00:00", 1.5, True, "1500-01-01T00:00:00Z", 2**63 - 1])
@pytest.mark.parametrize("name", ["mfg.event.time", "mfg.due_time", "mfg.promised_time"])
def test_a_bad_time_refuses_the_event_and_keeps_the_span(name: str, value: Any) -> None:
    rows = read_otlp(traces(span(attributes={**KIND, name: value, "mfg.object.order": "7"})))
    assert reason_of(rows).startswith(f"{name}: ")
    assert reason_of(rows).endswith(" (the span itself is kept)")
    assert (len(rows.spans), rows.span_events, rows.span_objects) == (1, [], [(0, "order", "7")])


def test_due_and_promised_times_are_read_like_event_times() -> None:
    event = event_of(traces(span(attributes={**KIND, "mfg.due_time": "2026-03-23T12:00:00Z", "mfg.promised_time": NOON_NS + 1})))
    assert (event.due_ns, event.promised_ns) == (NOON_NS, NOON_NS + 1)


# -- who and where
def test_the_resource_says_what_the_span_does_not() -> None:
    resource = {"mfg.system": "erp", "mfg.system.name": "S4", "mfg.site": "penang", "service.name": "erp-penang"}
    event = event_of(traces(span(attributes={**KIND, "mfg.site": "hamburg"}), resource=resource))
    assert (event.system, event.system_name, event.site) == ("erp", "S4", "hamburg")


def test_texts_are_kept_and_numbers_become_texts() -> None:
    event = said(
        mfg_item=4711,
        mfg_location="FG",
        mfg_batch="",
        mfg_partner="ACME",
        mfg_schema_version="2.1",
        mfg_payload_ref="s3://x",
        mfg_payload_digest="ab",
        mfg_recovery_id="R1",
        mfg_uom="PC",
        mfg_currency="EUR",
        mfg_customer="C",
    )
    assert (event.item, event.location, event.batch, event.partner) == ("4711", "FG", None, "ACME")
    assert (event.schema_version, event.payload_ref, event.payload_digest, event.recovery_id) == ("2.1", "s3://x", "ab", "R1")
    assert (event.uom, event.currency, event.customer) == ("PC", "EUR", "C")


@pytest.mark.parametrize(("told", "read"), [("0000020017", "20017"), ("20017", "20017"), ("   ", "   "), ("", None)])
def test_a_partner_is_canonical_like_an_object_where_a_rule_says_how(told: str, read: str | None) -> None:
    meaning = Meaning(Identifiers({"partner": {"keys": ["strip_leading_zeros"]}}), ErrorRules())
    event = event_of(traces(span(attributes={**KIND, "mfg.partner": told})), meaning)
    assert (event.partner, event.customer) == (read, None)


@pytest.mark.parametrize("value", [True, 1.5, ["a"]])
def test_a_text_of_another_kind_refuses_the_event(value: Any) -> None:
    assert refused({"mfg.item": value}) == f"mfg.item: must be a text (found {value!r}) (the span itself is kept)"


# -- objects
def test_an_event_names_one_object_or_several_each_once() -> None:
    event = said(mfg_object_order=["7", "8", "7"], mfg_object_asn=9)
    assert event.objects == (("order", "7"), ("order", "8"), ("asn", "9"))


def test_ids_are_canonical_before_anything_compares_them() -> None:
    meaning = Meaning(Identifiers({"order": {"keys": ["strip_leading_zeros", {"composite": ["site"]}]}}), ErrorRules())
    payload = traces(span(attributes={**KIND, "mfg.object.order": ["007", "7"]}), resource={"mfg.site": "penang"})
    assert event_of(payload, meaning).objects == (("order", "penang/7"),)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "the id of the order is empty"),
        (["7", ""], "the id of the order is empty"),
        (1.5, "mfg.object.order: an id must be a text (found 1.5)"),
        (True, "mfg.object.order: an id must be a text (found True)"),
    ],
)
def test_a_bad_id_refuses_the_event(value: Any, reason: str) -> None:
    assert refused({"mfg.object.order": value}) == f"{reason} (the span itself is kept)"


# -- how much
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, "5"),
        (-5, "-5"),
        (0.1, "0.100000"),
        (1e-7, "0.000000"),
        ("12.5", "12.500000"),
        (123456789012.1234565, "123456789012.123460"),
        (999999999999, "999999999999"),
    ],
)
def test_quantities_are_exact_to_six_places(value: Any, expected: str) -> None:
    event = event_of(traces(span(attributes={**KIND, "mfg.quantity": value, "mfg.ordered_quantity": value, "mfg.value": value})))
    assert (event.quantity, event.ordered_quantity, event.value) == (expected, expected, expected)


def test_an_object_without_a_type_is_refused() -> None:
    assert refused({"mfg.object.": "7"}) == (
        "mfg.object.: an object has a type, as in mfg.object.purchase_order (found '7') (the span itself is kept)"
    )


@pytest.mark.parametrize("value", ["1_000", "٥", "1,5", "0x10", "∞"])
def test_a_number_is_written_in_ascii_digits(value: str) -> None:
    assert refused({"mfg.quantity": value}) == f"mfg.quantity: must be a finite number (found {value!r}) (the span itself is kept)"


@pytest.mark.parametrize("value", [10**12, -(10**12), 1e12, "1e30", "999999999999.9999999"])
@pytest.mark.parametrize("name", ["mfg.quantity", "mfg.ordered_quantity", "mfg.value"])
def test_a_quantity_beyond_the_column_refuses_the_event(name: str, value: Any) -> None:
    assert refused({name: value}).startswith(f"{name}: must be less than a million million; six decimal places are kept")


@pytest.mark.parametrize("value", ["many", "NaN", "Infinity", True, ["1"], "1e999999999", "0x10"])
def test_what_is_no_finite_number_refuses_the_event(value: Any) -> None:
    assert refused({"mfg.quantity": value}).startswith("mfg.quantity: must be ")


def test_a_double_that_is_not_finite_refuses_the_event() -> None:
    raw = span()
    raw["attributes"] = [{"key": "mfg.event.type", "value": {"stringValue": "a"}}, {"key": "mfg.quantity", "value": {"doubleValue": "NaN"}}]
    assert reason_of(read_otlp(traces(raw))) == "mfg.quantity: must be a finite number (found 'NaN') (the span itself is kept)"


@pytest.mark.parametrize(("value", "expected"), [(3, 3), ("3", 3), (2**31 - 1, 2**31 - 1), ("", 1)])
def test_the_attempt_counts_from_one(value: Any, expected: int) -> None:
    assert said(mfg_attempt=value).attempt == expected
    assert said().attempt == 1


@pytest.mark.parametrize("value", [0, -1, 1.0, "two", True, 2**31, "9" * 5000])
def test_another_attempt_refuses_the_event(value: Any) -> None:
    assert refused({"mfg.attempt": value}).startswith("mfg.attempt: must be a whole number from 1 ")


def test_dead_letter_is_a_truth() -> None:
    name = "mfg.dead_letter"
    assert [event_of(traces(span(attributes={**KIND, name: v}))).dead_letter for v in (True, False, "true", "")] == [
        True,
        False,
        True,
        False,
    ]
    assert refused({name: "maybe"}) == "mfg.dead_letter: must be true or false (found 'maybe') (the span itself is kept)"
    assert refused({name: 1}) == "mfg.dead_letter: must be true or false (found 1) (the span itself is kept)"


# -- what failed
def test_an_event_without_error_has_no_reason() -> None:
    event = said(error_type="Timeout")
    assert (event.is_error, event.error_class, event.error_code, event.error_type, event.error_text) == (False, None, None, None, None)


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"mfg.error.code": "idoc:51", "http.response.status_code": 500}, "idoc:51"),
        ({"http.response.status_code": 503}, "http:503"),
        ({"http.status_code": 503}, "http:503"),
        ({"http.response.status_code": "503"}, "http:503"),
        ({"error.type": "500"}, None),
    ],
)
def test_the_error_code_is_the_senders_else_the_http_status(attributes: dict[str, Any], code: str | None) -> None:
    assert event_of(traces(span(attributes={**KIND, **attributes}, **ERROR))).error_code == code


def test_of_several_exceptions_the_last_speaks() -> None:
    events = [exception(type="A", message="first"), exception(type="B", message="last"), {"name": "note", "timeUnixNano": "1"}]
    event = event_of(traces(span(attributes=KIND, events=events, **ERROR)))
    assert (event.is_error, event.error_type, event.error_text) == (True, "B", "last")


def test_error_type_comes_before_the_exceptions_and_the_status_speaks_last() -> None:
    event = event_of(traces(span(attributes={**KIND, "error.type": "T"}, events=[exception(type="A")], **ERROR)))
    assert (event.error_type, event.error_text) == ("T", "from the status")


@pytest.mark.parametrize(("severity", "is_error"), [(16, False), (17, True), (24, True), (0, False)])
def test_a_log_record_failed_from_severity_17_on(severity: int, is_error: bool) -> None:
    assert event_of(logs(log(KIND, severityNumber=severity))).is_error is is_error


@pytest.mark.parametrize(
    ("attributes", "text"), [({"exception.message": "from the attribute"}, "from the attribute"), ({}, "from the body")]
)
def test_a_log_records_text_is_its_exception_else_its_body(attributes: dict[str, Any], text: str) -> None:
    event = event_of(logs(log({**KIND, **attributes}, severityNumber=17, body={"stringValue": "from the body"})))
    assert event.error_text == text


def test_the_class_is_decided_at_once() -> None:
    event = event_of(
        traces(span(attributes={**KIND, "mfg.error.code": "idoc:51"}, events=[exception(message="locked by MILLER")], **ERROR))
    )
    assert event.error_class == "transient"


# -- messages
@pytest.mark.parametrize(
    "names",
    [
        ("messaging.operation.type", "messaging.destination.name", "messaging.message.id", "messaging.message.conversation_id"),
        ("messaging.operation", "messaging.destination", "messaging.message_id", "messaging.conversation_id"),
    ],
)
def test_older_names_of_messaging_attributes_mean_the_same(names: tuple[str, ...]) -> None:
    rows = read_otlp(traces(span(attributes=dict(zip(names, ("send", "orders", "M1", "C1"), strict=True)))))
    assert rows.spans[0][14:18] == ("send", "orders", "M1", "C1")


@pytest.mark.parametrize(("old", "new"), [("publish", "send"), ("deliver", "process"), ("receive", "receive"), ("settle", "settle")])
def test_older_operations_mean_the_same(old: str, new: str) -> None:
    assert read_otlp(traces(span(attributes={"messaging.operation": old}))).spans[0][14] == new


# -- a mapping for attributes of one's own
MAP = {
    "event_type": {"attribute": "acme.step", "values": {"REL": "order.released", "LOGIN": None}},
    "item": [{"attribute": ["acme.item", "acme.sku"]}, {"value": "unknown"}],
    "quantity": {"attribute": "acme.qty"},
    "event_time": {"attribute": "acme.at", "time_zone": "Europe/Berlin"},
    "objects": [{"type": {"value": "order"}, "id": {"attribute": "acme.order", "split": ","}}],
}


def test_a_mapping_finds_what_the_standard_attributes_do_not_say() -> None:
    event = event_of(
        traces(
            span(attributes={"acme.step": "REL", "acme.sku": "M-1", "acme.qty": 5, "acme.order": "7, 8", "acme.at": "2026-03-23T13:00:00"})
        ),
        map=MAP,
    )
    assert (event.event_type, event.item, event.quantity, event.event_ns) == ("order.released", "M-1", "5", NOON_NS)
    assert event.objects == (("order", "7"), ("order", "8"))


def test_a_standard_attribute_wins_over_the_mapping() -> None:
    event = event_of(
        traces(span(attributes={"acme.step": "REL", "mfg.event.type": "a", "mfg.item": "M-2", "mfg.object.order": "9", "acme.order": "7"})),
        map=MAP,
    )
    assert (event.event_type, event.item, event.objects) == ("a", "M-2", (("order", "9"),))


def test_a_value_the_mapping_does_not_list_refuses_the_event_with_what_is_allowed() -> None:
    rows = read_otlp(traces(span(attributes={"acme.step": "XXX"})), map=MAP)
    assert reason_of(rows) == (
        "attribute acme.step: 'XXX' is not among the values of the mapping; allowed: REL, LOGIN (the span itself is kept)"
    )
    assert len(rows.spans) == 1


def test_a_value_mapped_to_nothing_is_no_event() -> None:
    rows = read_otlp(traces(span(attributes={"acme.step": "LOGIN"})), map=MAP)
    assert (len(rows.spans), rows.span_events, rows.span_rejected) == (1, [], [])


@pytest.mark.parametrize("key", ["<script>alert(1)</script>", "'; drop table spans; --", "\u0000", "k" * 10_000, "\U0001f600"])
def test_hostile_keys_and_values_are_data(key: str) -> None:
    (row,) = read_otlp(traces(span(attributes={key: key}, name=key))).spans
    assert row[4] == key
