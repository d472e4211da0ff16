"""CloudEvents are read as the specification and its extensions say, by whatever they come, and one that comes twice counts once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
import pytest
import yaml

from collectors.event import Event, Record
from collectors.formats.cloudevents import BATCH, STRUCTURED, events_in
from collectors.message import MESSAGE, packed
from collectors.rows import Rows
from tests.repository import ROOT
from tests.sources.plant_floor import NOON_NS, SPAN, TOLD_NS, TRACE, reason_of, rows_of

EVENT = {
    "specversion": "1.0",
    "id": "4711",
    "source": "/sap/s4/100",
    "type": "purchase_order.sent",
    "time": "2026-03-23T12:00:00Z",
    "data": {"order": {"id": "4500012345", "plant": "hamburg"}, "qty": "12.5"},
}
MAP = {
    "system": {"value": "erp"},
    "site": {"path": "data.order.plant"},
    "quantity": {"path": "data.qty"},
    "objects": {"type": {"value": "purchase_order"}, "id": {"path": "data.order.id"}},
}


def read(*bodies: Any, head: dict[str, Any] | None = None, kind: str = STRUCTURED, **settings: Any) -> Rows:
    """What was sent to the receiver, one request a body."""
    records = [
        Record(
            "cloudevents",
            str(n),
            packed(head or {}, body if isinstance(body, bytes) else orjson.dumps(body)),
            f"{MESSAGE}; {kind}",
            TOLD_NS,
        )
        for n, body in enumerate(bodies, 1)
    ]
    return rows_of({"name": "cloudevents", "kind": "cloudevents", **settings}, *records)


def the_event(*bodies: Any, **more: Any) -> Event:
    rows = read(*bodies, **more)
    assert rows.rejected == []
    (event,) = rows.events
    return event


def test_an_event_says_its_type_time_and_identity_and_the_map_the_rest() -> None:
    event = the_event(EVENT, map=MAP)
    assert (event.event_type, event.event_ns, event.identity) == ("purchase_order.sent", NOON_NS, "cloudevent /sap/s4/100 4711")
    assert (event.system, event.system_name, event.site, event.quantity) == ("erp", "/sap/s4/100", "hamburg", "12.500000")
    assert (event.objects, event.message_id) == ((("purchase_order", "4500012345"),), "4711")


def test_the_map_counts_before_what_the_event_says() -> None:
    kind = {"path": "type", "values": {"com.acme.po.sent.v1": "purchase_order.sent"}}
    event = the_event({**EVENT, "type": "com.acme.po.sent.v1"}, map={**MAP, "event_type": kind, "system_name": {"value": "S4"}})
    assert (event.event_type, event.system_name) == ("purchase_order.sent", "S4")
    rows = read(EVENT, map={"event_type": {"path": "type", "values": {"purchase_order.sent": None}}})
    assert (rows.events, rows.rejected) == ([], [])


@pytest.mark.parametrize(
    "head",
    [
        {"header": {f"ce_{name}": value for name, value in EVENT.items() if name != "data"} | {"content-type": "application/json"}},
        {"header": {f"ce-{name}": value for name, value in EVENT.items() if name != "data"}},
        {"header": {f"cloudEvents:{name}": value for name, value in EVENT.items() if name != "data"}, "content_type": "application/json"},
        {"header": {f"cloudEvents_{name}": value for name, value in EVENT.items() if name != "data"}},
    ],
    ids=["kafka", "http", "amqp", "amqp, underscore"],
)
def test_attributes_may_stand_in_headers(head: dict[str, Any]) -> None:
    assert the_event(EVENT["data"], head=head, map=MAP)[1:5] == the_event(EVENT, map=MAP)[1:5]
    assert the_event(EVENT["data"], head=head, map=MAP).objects == (("purchase_order", "4500012345"),)


def test_the_same_event_counts_once_by_whatever_it_comes() -> None:
    batch = [EVENT, {**EVENT, "id": "4712"}]
    rows = read(EVENT, batch, {**EVENT, "source": "/other"})
    assert [event.position for event in rows.events] == ["1", "2/2", "3"]


def test_data_may_be_written_in_base64() -> None:
    encoded = {name: value for name, value in EVENT.items() if name != "data"} | {"data_base64": "eyJvcmRlciI6IHsiaWQiOiAiNDUwMCJ9fQ=="}
    assert the_event(encoded, map={**MAP, "site": {"value": "x"}}).objects == (("purchase_order", "4500"),)
    assert reason_of(read({**encoded, "data_base64": "é"})).startswith("data_base64: ")


def test_data_that_is_no_json_is_a_text() -> None:
    head = {"header": {f"ce_{name}": value for name, value in EVENT.items() if name != "data"} | {"content-type": "text/plain"}}
    mapping = {"objects": {"type": {"value": "purchase_order"}, "id": {"path": "data"}}}
    assert the_event(b"4500012345", head=head, map=mapping).objects == (("purchase_order", "4500012345"),)
    head["header"]["content-type"] = "application/json"
    assert reason_of(read(b"{", head=head)).startswith("the data of the CloudEvent is no JSON, as it says it is: ")


def test_business_activity_monitoring_says_object_and_outcome() -> None:
    bam = {"bampid": "procure-to-receipt", "bamptxid": "Purchase-Order", "bamptxsid": "sent", "bamtxid": "4500012345"}
    for status, type_, is_error, dead in (
        ("success", "purchase_order.sent", False, False),
        ("FAILURE", "purchase_order.sent", True, False),
        ("in-progress", "purchase_order.sent.waiting", False, False),
    ):
        event = the_event({**EVENT, **bam, "bamptxsstatus": status})
        assert (event.objects, event.event_type) == ((("purchase_order", "4500012345"),), type_)
        assert (event.is_error, event.dead_letter) == (is_error, dead)
    assert the_event({**EVENT, **bam, "bamptxsstatus": "failed", "bamptxcompleted": True}).dead_letter
    assert reason_of(read({**EVENT, **bam, "bamptxsstatus": "green"})).startswith("bamptxsstatus: 'green' is not known; known: success, ")
    mapped = {"outcome": {"path": "bamptxsstatus", "values": {"green": "ok", "red": "error"}}, "error_text": {"path": "data.why"}}
    event = the_event({**EVENT, **bam, "bamptxsstatus": "red", "data": {"why": "locked"}}, map=mapped)
    assert (event.is_error, event.error_text, event.error_class) == (True, "locked", "transient")


def test_extensions_say_trace_correlation_and_severity() -> None:
    event = the_event({**EVENT, "traceparent": f"00-{TRACE}-{SPAN}-01", "correlationid": "c1", "causationid": "x", "severitynumber": 17})
    assert (event.trace_id, event.span_id, event.conversation_id, event.is_error) == (TRACE, TRACE + SPAN, "c1", True)
    assert the_event({**EVENT, "causationid": "x"}).conversation_id == "x"


def test_without_a_time_it_took_effect_when_it_was_recorded_else_when_it_came() -> None:
    timeless = {name: value for name, value in EVENT.items() if name != "time"}
    assert the_event({**timeless, "recordedtime": "2026-03-23T12:00:00Z"}).event_ns == NOON_NS
    assert the_event(timeless).event_ns == TOLD_NS


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", "the message is no CloudEvent: it is no JSON (unexpected end of data: line 1 column 2 (char 1))"),
        ([5], "a CloudEvent is a JSON object (found '5')"),
        (
            {**EVENT, "id": "", "source": 5},
            "a CloudEvent has id, source, specversion, type, each a text that is not empty; here that is not so ",
        ),
        ({**EVENT, "specversion": "2.0"}, "specversion: '2.0' is not known; known are 1.0 and 0.3"),
        ({**EVENT, "time": "yesterday"}, "mfg.event.time: 'yesterday' is no time"),
    ],
)
def test_what_is_no_cloud_event_is_rejected_with_its_reason(body: Any, reason: str) -> None:
    assert reason_of(read(body)).startswith(reason)


def test_hostile_events_are_rejected_and_nothing_else() -> None:
    for body in (
        b"[" * 100_000,
        b"null",
        b'{"a":' * 900 + b"1" + b"}" * 900,
        b'"x"',
        b'{"id":{}}',
        orjson.dumps({**EVENT, "time": 1e300}),
        orjson.dumps({**EVENT, "type": "\x00" * 9999}),
    ):
        rows = read(body)
        assert len(rows.events) + len(rows.rejected) <= 1


SHARED = ROOT.parent / "shared" / "data" / "cloudevents"


@pytest.mark.skipif(
    not SHARED.exists(),
    reason="an extra check with examples of ../shared, which is not here",
)
@pytest.mark.parametrize("name", ["yaml__v1.yaml", "yaml__v1.0__v1_minimum.yaml", "yaml__v03.yaml", "yaml__v0.3__v03_minimum.yaml"])
def test_events_of_others_are_the_same_in_every_mode(name: str) -> None:
    for found in yaml.safe_load_all((SHARED / name).read_text()):
        named = {key: str(value) for key, value in found["ContextAttributes"].items() if key != "Extensions"}
        named |= found["ContextAttributes"].get("Extensions") or {}
        if isinstance(found["ContextAttributes"].get("time"), datetime):
            named["time"] = found["ContextAttributes"]["time"].isoformat()
        body = (found.get("Data") or "").encode()
        headers = {f"ce_{key}": value for key, value in named.items()}
        structured = {**named, **({"data": body.decode()} if body else {})}
        expected = f"cloudevent {named['source']} {named['id']}"
        binary, whole = read(body, head={"header": headers}), read(structured)
        assert [event.identity for event in (*binary.events, *whole.events)] == [expected, expected]


def test_the_specification_s_own_examples() -> None:
    named = {"specversion": "1.0", "id": "1234-1234-1234", "type": "com.example.someevent", "source": "/mycontext/subcontext"}
    binary = events_in(
        {"header": {f"ce_{name}": text for name, text in named.items()} | {"content-type": "application/json"}}, b'{"message": "Hi"}'
    )
    assert binary == {**named, "datacontenttype": "application/json", "data": {"message": "Hi"}}
    structured = orjson.dumps({**named, "data": {"message": "Hi"}})
    for kind in (STRUCTURED, f"{STRUCTURED}; charset=utf-8", "Application/CloudEvents+JSON"):
        assert events_in({"header": {"content-type": kind}}, structured) == {**named, "data": {"message": "Hi"}}
    assert events_in({"header": {"content-type": BATCH}}, b"[]") == []
