"""Messages of Kafka Connect and Debezium: envelopes, typed values, changes of rows and the messages of an outbox."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.event import Record
from collectors.formats import check_format
from collectors.formats.connect_values import read_value
from collectors.message import MESSAGE, packed
from collectors.rows import Rows
from tests.sources.plant_floor import NOON_NS, TOLD_NS, rows_of

NOON_MS = NOON_NS // 10**6
UUID = "406c07f3-26f0-4eea-a50c-109940064b8f"
SOURCE = {"version": "3.1.0.Final", "connector": "postgresql", "name": "erp", "ts_ms": NOON_MS, "db": "erp", "table": "orders", "lsn": 2466}
MAP: dict[str, Any] = {
    "event_type": {"path": ".op", "values": {"c": "order.created", "u": "order.changed", "d": "order.cancelled", "r": None}},
    "system": {"value": "erp"},
    "objects": {"type": {"value": "sales_order"}, "id": {"path": "ORDER_NO"}},
}
OUTBOX: dict[str, Any] = {
    "event_type": {"path": ["eventType", "@header.eventType"], "values": {"OrderCreated": "order.created"}},
    "event_time": {"path": "orderDate", "time_zone": "Europe/Berlin"},
    "system": {"value": "erp"},
    "objects": {"type": {"value": "sales_order"}, "id": {"path": "id"}},
}


def rows(*bodies: Any, mapping: dict[str, Any] = MAP, kind: str = "debezium", head: dict[str, Any] | None = None, **settings: Any) -> Rows:
    entry = {"name": "cdc", "kind": "kafka", "brokers": "kafka:9092", "topics": "erp", "format": kind, "map": mapping, **settings}
    told = [
        Record(
            "cdc",
            f"erp/0/{n}",
            packed(head or {}, body if isinstance(body, bytes) else json.dumps(body).encode()),
            f"{MESSAGE}; x",
            TOLD_NS,
        )
        for n, body in enumerate(bodies)
    ]
    return rows_of(entry, *told)


def change(op: str, before: Any, after: Any, **source: Any) -> dict[str, Any]:
    return {
        "before": before,
        "after": after,
        "source": {**SOURCE, **source},
        "op": op,
        "ts_ms": NOON_MS + 900,
        "transaction": {"id": "571"},
    }


def told(found: Rows) -> list[tuple[str, str]]:
    return [(event.event_type, event.objects[0][1]) for event in found.events]


def test_changes_of_rows_are_events_at_the_time_of_their_commit() -> None:
    found = rows(
        change("c", None, {"ORDER_NO": "1", "STATUS": "new"}, lsn=1),
        change("u", {"ORDER_NO": "1"}, {"ORDER_NO": "1", "STATUS": "held"}, lsn=2),
        change("d", {"ORDER_NO": "1", "STATUS": "held"}, None, lsn=3),
        change("r", None, {"ORDER_NO": "2"}, lsn=4),
        change("t", None, None, lsn=5),
    )
    assert told(found) == [("order.created", "1"), ("order.changed", "1"), ("order.cancelled", "1")]
    assert {event.event_ns for event in found.events} == {NOON_NS}
    assert found.rejected == []


def test_the_commit_is_as_exact_as_it_is_told() -> None:
    (event,) = rows(change("c", None, {"ORDER_NO": "1"}, ts_us=NOON_NS // 1000 + 1, ts_ns=NOON_NS + 17)).events
    assert event.event_ns == NOON_NS + 17


def test_a_change_told_again_is_known_again_and_equal_changes_are_two() -> None:
    row = {"ORDER_NO": "1"}
    again = change("c", None, row, version="3.2.0.Final", sequence='[null,"2466"]')
    found = rows(change("c", None, row, sequence='["2400","2466"]'), again, change("c", None, row, lsn=2467))
    assert (len(found.events), found.repeats) == (2, 1)
    found = rows(change("c", None, row, lsn=None), change("c", None, row, lsn=None))
    assert (len(found.events), found.repeats) == (2, 0)


def test_only_the_operations_that_are_asked_for_count() -> None:
    mapping = {**MAP, "event_type": {"path": "TYPE"}}
    row = {"ORDER_NO": "1", "TYPE": "order.created"}
    found = rows(change("c", None, row), change("d", row, None, lsn=9), mapping=mapping, options={"operations": ["c"]})
    assert told(found) == [("order.created", "1")]


def test_before_transaction_and_source_are_found_with_a_dot_in_front() -> None:
    mapping = {**MAP, "site": {"path": ".source.table"}, "message_id": {"path": ".transaction.id"}, "batch": {"path": ".before.STATUS"}}
    (event,) = rows(change("u", {"ORDER_NO": "1", "STATUS": "new"}, {"ORDER_NO": "1"}), mapping=mapping).events
    assert (event.site, event.message_id, event.batch) == ("orders", "571", "new")


def test_a_change_without_its_row_is_rejected_with_what_to_do() -> None:
    (row,) = rows(change("d", None, None)).rejected
    assert row[3] == "there is no row in it (found 'None'); does the table tell whole rows (REPLICA IDENTITY FULL)?"


def test_an_envelope_with_its_schema_is_opened() -> None:
    scale = {"scale": "2"}
    fields = [
        {"field": "ORDER_NO", "type": "string"},
        {"field": "QTY", "type": "bytes", "name": "org.apache.kafka.connect.data.Decimal", "parameters": scale},
        {"field": "AT", "type": "int64", "name": "io.debezium.time.Timestamp"},
    ]
    row = {"ORDER_NO": "1", "QTY": base64.b64encode((-1250).to_bytes(2, "big", signed=True)).decode(), "AT": NOON_MS}
    schema = {"type": "struct", "fields": [{"field": "after", "type": "struct", "fields": fields}]}
    mapping = {**MAP, "quantity": {"path": "QTY"}, "event_time": {"path": "AT", "time_zone": "Europe/Berlin"}}
    (event,) = rows({"schema": schema, "payload": change("c", None, row)}, mapping=mapping).events
    assert (event.quantity, event.event_ns) == ("-12.500000", NOON_NS - 3600 * 10**9)


def test_messages_of_an_outbox_are_opened_however_the_router_sends_them() -> None:
    payload = {"id": "4711", "orderDate": "2026-03-23T13:00:00"}
    text = json.dumps(payload)
    head = {"key": "4711", "header": {"eventType": "OrderCreated"}}
    schema = {"type": "string", "name": "io.debezium.data.Json"}
    ways = [payload, text, {"schema": schema, "payload": text}, {"eventType": "OrderCreated", "payload": text}]
    for way in ways:
        (event,) = rows(way, mapping=OUTBOX, head=head).events
        assert (event.event_type, event.objects, event.event_ns) == ("order.created", (("sales_order", "4711"),), NOON_NS)


def test_a_captured_outbox_row_is_opened_too() -> None:
    mapping = {**MAP, "event_type": {"path": "type"}, "objects": {"type": {"value": "sales_order"}, "id": {"path": "payload.id"}}}
    after = {"id": UUID, "aggregatetype": "Order", "type": "order.created", "payload": '{"id": "4711"}'}
    assert told(rows(change("c", None, after), mapping=mapping)) == [("order.created", "4711")]


def test_an_outbox_message_that_comes_again_is_known_by_its_uuid_and_not_by_a_number() -> None:
    payload = {"id": "4711", "orderDate": "2026-03-23T13:00:00", "eventType": "OrderCreated"}
    assert len(rows(payload, payload, mapping=OUTBOX, head={"header": {"id": UUID}}).events) == 1
    assert len(rows(payload, payload, mapping=OUTBOX, head={"header": {"id": "17"}}).events) == 2


def test_deletions_say_nothing() -> None:
    for kind in ("debezium", "connect"):
        mapping = {**MAP, "event_time": {"path": "at"}}
        found = rows({"schema": None, "payload": None}, b"null", kind=kind, mapping=mapping)
        assert (found.events, found.rejected) == ([], [])


def test_what_cannot_be_read_is_rejected_or_failed_where_it_is_a_dead_letter() -> None:
    mapping = {**MAP, "event_type": [MAP["event_type"], {"value": "order.created"}]}
    assert rows(b"<xml/>", mapping=mapping).rejected[0][3].startswith("the message is no JSON")
    found = rows(
        b"<xml/>", b"[]", mapping=mapping, dead_letter_topics="erp.dlq", head={"topic": "erp.dlq", "timestamp": "2026-03-23T12:00:00Z"}
    )
    assert [(event.event_type, event.is_error, event.event_ns) for event in found.events] == [("order.created", True, NOON_NS)] * 2


def test_connect_reads_what_is_in_the_payload() -> None:
    mapping = {**MAP, "event_type": {"path": "type"}, "event_time": {"path": "at"}}
    fields = [{"field": "at", "type": "int64", "name": "org.apache.kafka.connect.data.Timestamp"}]
    payload = {"type": "order.created", "at": NOON_MS, "ORDER_NO": "1"}
    (event,) = rows({"schema": {"type": "struct", "fields": fields}, "payload": payload}, kind="connect", mapping=mapping).events
    assert (event.event_type, event.event_ns) == ("order.created", NOON_NS)
    assert told(rows({**payload, "at": "2026-03-23T12:00:00Z"}, kind="connect", mapping=mapping)) == [("order.created", "1")]


def decimal(number: int) -> str:
    return base64.b64encode(number.to_bytes(9, "big", signed=True)).decode()


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("org.apache.kafka.connect.data.Timestamp", 1_774_267_200_123, "2026-03-23T12:00:00.123Z"),
        ("org.apache.kafka.connect.data.Timestamp", -1, "1969-12-31T23:59:59.999Z"),
        ("org.apache.kafka.connect.data.Date", 20_535, "2026-03-23"),
        ("org.apache.kafka.connect.data.Time", 45_296_007, "12:34:56.007"),
        ("io.debezium.time.Date", 0, "1970-01-01"),
        ("io.debezium.time.MicroTime", 1, "00:00:00.000001"),
        ("io.debezium.time.MicroTimestamp", 1_774_267_200_000_001, "2026-03-23T12:00:00.000001"),
        ("io.debezium.time.NanoTimestamp", 1_774_267_200_000_000_009, "2026-03-23T12:00:00.000000009"),
        ("io.debezium.time.ZonedTimestamp", "2026-03-23T12:00:00Z", "2026-03-23T12:00:00Z"),
        ("io.debezium.data.Json", '{"a": 1}', {"a": 1}),
        ("io.debezium.data.Json", "no json", "no json"),
        ("io.debezium.data.VariableScaleDecimal", {"scale": 3, "value": decimal(1)}, "0.001"),
        ("org.apache.kafka.connect.data.Timestamp", 10**30, 10**30),
        ("org.apache.kafka.connect.data.Timestamp", "noon", "noon"),
        ("org.apache.kafka.connect.data.Date", 10**12, 10**12),
        ("io.debezium.data.VariableScaleDecimal", {"scale": 10**9, "value": "AA=="}, {"scale": 10**9, "value": "AA=="}),
        ("io.debezium.data.VariableScaleDecimal", {"value": "no base64"}, {"value": "no base64"}),
    ],
)
def test_named_types_are_texts_a_person_reads_and_what_does_not_fit_stays(name: str, value: Any, meant: Any) -> None:
    assert read_value(value, {"name": name}) == meant


@pytest.mark.parametrize(
    ("digits", "scale", "meant"), [(123456, 2, "1234.56"), (-5, 3, "-0.005"), (0, 2, "0.00"), (7, 0, "7"), (7, -2, "700")]
)
def test_decimals_are_exact(digits: int, scale: int, meant: str) -> None:
    schema = {"name": "org.apache.kafka.connect.data.Decimal", "type": "bytes", "parameters": {"scale": str(scale)}}
    assert read_value(decimal(digits), schema) == meant


def test_lists_and_maps_are_looked_into() -> None:
    day = {"name": "org.apache.kafka.connect.data.Date", "type": "int32"}
    assert read_value([1], {"type": "array", "items": day}) == ["1970-01-02"]
    assert read_value({"a": 1}, {"type": "map", "values": day}) == {"a": "1970-01-02"}
    deep: Any = 1
    schema: Any = day
    for _ in range(900):
        deep, schema = [deep], {"type": "array", "items": schema}
    assert read_value(deep, schema) == deep


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "type", "fields", "field", "items", "schema", "payload", "op", "source", "after", "x"]), inner
        )
    ),
    max_leaves=12,
)


@given(st.builds(lambda schema, payload: {"schema": schema, "payload": payload}, JSON, JSON) | JSON)
def test_any_document_is_read_or_told(document: Any) -> None:
    for kind in ("connect", "debezium"):
        rows(document, kind=kind, mapping={**MAP, "event_time": {"path": "x"}})


def test_wrong_options_are_told() -> None:
    def problems(**data: Any) -> list[tuple[str, str]]:
        return check_format({"format": "debezium", "map": MAP, **data})

    known = "c (created), u (updated), d (deleted), r (read by a snapshot)"
    assert problems(options={"operations": ["x"]}) == [("options.operations", f"must be a list of {known} (found ['x'])")]
    assert problems(options=["c"]) == [("options", "must be a mapping, as in `{operations: [c, u]}` (found ['c'])")]
    assert problems(map={"system": {"value": "erp"}}) == [("map.event_type", "must be mapped: a row says nothing without it")]
    assert problems(map=None)[0][1].startswith("is missing; it says where in the rows")
