"""What a message of Kafka says, once it is read: by its head, its headers and its body; and what a dead letter says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from collectors.event import Event, Record
from collectors.message import MESSAGE, packed
from collectors.rows import Rows
from collectors.sources import check_source
from tests.sources.plant_floor import NOON_NS, TOLD_NS, rows_of

ENTRY: dict[str, Any] = {
    "name": "orders",
    "kind": "kafka",
    "brokers": "kafka-1:9092, kafka-2:9092",
    "topics": "orders",
    "dead_letter_topics": ["orders.dlq", "^.*-dlt$"],
    "map": {
        "event_type": [{"path": "type"}, {"value": "order.released"}],
        "event_time": {"path": "at"},
        "system": {"value": "erp"},
        "quantity": {"path": "quantity"},
        "objects": [
            {"type": {"value": "sales_order"}, "id": {"path": "order"}},
            {"type": {"value": "delivery"}, "id": {"path": "@header.delivery"}},
        ],
    },
}
NOON = "2026-03-23T12:00:00.000Z"
CONNECT = {
    "__connect.errors.topic": "orders",
    "__connect.errors.connector.name": "mes-sink",
    "__connect.errors.stage": "VALUE_CONVERTER",
    "__connect.errors.exception.class.name": "org.apache.kafka.connect.errors.DataException",
    "__connect.errors.exception.message": "Converting byte[] to Kafka Connect data failed due to serialization error: ",
}


def message(body: bytes, topic: str = "orders", **head: Any) -> Record:
    payload = packed({"topic": topic, "partition": 0, "offset": 7, "timestamp": NOON, **head}, body)
    return Record("orders", f"{topic}/0/7", payload, f"{MESSAGE}; application/json", TOLD_NS, f"{topic}/0", "{}")


def rows(body: bytes, topic: str = "orders", **head: Any) -> Rows:
    return rows_of(ENTRY, message(body, topic, **head))


def event(body: bytes, topic: str = "orders", **head: Any) -> Event:
    (found,) = rows(body, topic, **head).events
    return found


def failure(found: Event) -> tuple[Any, ...]:
    return found.is_error, found.dead_letter, found.error_class, found.error_code, found.error_type, found.error_text


def test_a_message_is_an_event_at_the_time_kafka_had_it_where_nothing_else_says_when() -> None:
    found = event(b'{"order": "4711"}')
    assert (found.event_ns, found.is_error, found.dead_letter, found.objects) == (NOON_NS, False, False, (("sales_order", "4711"),))
    assert event(b'{"order": "4711", "at": "2026-03-23T11:00:00Z"}').event_ns == NOON_NS - 3600 * 10**9


def test_a_tombstone_says_nothing_and_an_empty_message_is_none() -> None:
    told = rows(b"", tombstone=True)
    assert (told.events, told.rejected) == ([], [])
    assert rows(b"").rejected[0][3].startswith("the message is no JSON")


def test_a_dead_letter_of_connect_is_the_failing_of_what_it_holds_when_it_was_put_aside() -> None:
    found = event(b'{"order": "4711", "at": "2026-03-23T11:00:00Z"}', "orders.dlq", header=CONNECT)
    assert (found.event_ns, found.objects) == (NOON_NS, (("sales_order", "4711"),))
    error = "org.apache.kafka.connect.errors.DataException"
    text = "Converting byte[] to Kafka Connect data failed due to serialization error:"
    assert failure(found) == (True, True, "contract", "kafka.connect:VALUE_CONVERTER", error, text)


@pytest.mark.parametrize("body", [b"NOT-A-JSON", b"", b"[1]", b'"text"', b"\xff\xfe"])
def test_a_dead_letter_nobody_can_read_is_a_failure_without_objects(body: bytes) -> None:
    found = event(body, "orders.dlq", header=CONNECT)
    assert (found.event_type, found.system, found.objects, found.is_error) == ("order.released", "erp", (), True)


def test_a_dead_letter_nobody_can_read_belongs_to_what_its_headers_name() -> None:
    assert event(b"NOT-A-JSON", "orders.dlq", header={**CONNECT, "delivery": "80001"}).objects == (("delivery", "80001"),)


def test_of_a_dead_letter_what_cannot_be_used_is_left_out() -> None:
    found = event(b'{"order": "4711", "quantity": "many"}', "orders.dlq", header=CONNECT)
    assert (found.quantity, found.objects) == (None, (("sales_order", "4711"),))
    found = event(b'{"order": ["4711", {"no": 1}], "quantity": 1e20}', "orders.dlq", header=CONNECT)
    assert (found.quantity, found.system, found.is_error) == (None, "erp", True)


def test_the_same_message_in_the_topic_itself_is_rejected() -> None:
    told = rows(b'{"order": "4711", "quantity": "many"}')
    assert (told.events, [row[3] for row in told.rejected]) == ([], ["path quantity: 'many' is no number"])
    assert rows(b"NOT-A-JSON", header=CONNECT).events == []


def test_a_dead_letter_of_spring_tells_its_cause_and_its_attempts() -> None:
    stack = (
        "org.springframework.kafka.listener.ListenerExecutionFailedException: Listener method threw exception\n\tat a.B.c(B.java:1)\n"
        "Caused by: java.net.SocketTimeoutException: Read timed out\n\tat d.E.f(E.java:2)\n"
    )
    headers = {
        "kafka_dlt-exception-fqcn": "org.springframework.kafka.listener.ListenerExecutionFailedException",
        "kafka_dlt-exception-cause-fqcn": "java.net.SocketTimeoutException",
        "kafka_dlt-exception-message": "Listener method threw exception",
        "kafka_dlt-exception-stacktrace": stack,
        "retry_topic-attempts": "\x00\x00\x00\x09",
    }
    found = event(b'{"order": "4711"}', "orders-dlt", header=headers)
    assert failure(found) == (True, True, "transient", None, "java.net.SocketTimeoutException", "Read timed out")
    assert found.attempt == 9
    found = event(b'{"order": "4711"}', "orders-dlt", header={**headers, "kafka_dlt-exception-stacktrace": None})
    assert found.error_text == "Listener method threw exception"


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        (
            {"__streams.errors.exception": "a.SerializationException", "__streams.errors.message": "Error deserializing key/value"},
            ("contract", None, "a.SerializationException", "Error deserializing key/value", 1),
        ),
        (
            {
                "NServiceBus.ExceptionInfo.ExceptionType": "System.Exception",
                "NServiceBus.ExceptionInfo.Message": "The posting period is closed.",
                "NServiceBus.Retries": "3",
            },
            ("business", None, "System.Exception", "The posting period is closed.", 4),
        ),
        (
            {"__connect.errors.stage": "TASK_PUT", "__connect.errors.exception.message": "Connection refused"},
            ("transient", "kafka.connect:TASK_PUT", None, "Connection refused", 1),
        ),
        ({}, ("unknown", None, None, None, 1)),
        ({"NServiceBus.Retries": "many", "retry_topic-attempts": "\xff\xff\xff\xff"}, ("unknown", None, None, None, 1)),
    ],
)
def test_dead_letters_tell_why_in_many_ways_or_not_at_all(headers: dict[str, str], told: tuple[Any, ...]) -> None:
    found = event(b'{"order": "4711"}', "orders.dlq", header=headers)
    assert (found.error_class, found.error_code, found.error_type, found.error_text, found.attempt) == told
    assert found.is_error
    assert found.dead_letter


@pytest.mark.parametrize(
    "head", [{"header": [1]}, {"header": {"traceparent": 5}}, {"timestamp": "noon"}, {"timestamp": 1e300}, {"topic": None}]
)
def test_a_head_that_is_not_as_kafka_writes_it_spoils_nothing(head: dict[str, Any]) -> None:
    assert event(b'{"order": "4711", "at": "2026-03-23T11:00:00Z"}', **head).objects == (("sales_order", "4711"),)


def test_a_sample_is_read_as_the_topic_would_be(tmp_path: Path) -> None:
    from collectors.sources import open_source

    sample = tmp_path / "sample.jsonl"
    line = {"head": {"topic": "orders.dlq", "timestamp": NOON, "header": CONNECT}, "body": "NOT-A-JSON"}
    sample.write_text(json.dumps(line))
    (record,) = open_source(ENTRY, tmp_path).sample(sample)
    assert isinstance(record, Record)
    assert [found.error_class for found in rows_of(ENTRY, record).events] == ["contract"]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"brokers": "kafka"}, ("brokers", "must be host:port, or a list of such (found 'kafka')")),
        ({"brokers": []}, ("brokers", "must be host:port, or a list of such (found [])")),
        ({"topics": []}, ("topics", "is an empty list; name at least one topic")),
        (
            {"topics": "two words"},
            ("topics", "must be the name of a topic, or a regular expression that begins with ^ (found 'two words')"),
        ),
        ({"topics": "^("}, ("topics", "'^(' is no regular expression: missing ), unterminated subpattern at position 1")),
        ({"start": "now"}, ("start", "no start is called 'now'. Known: earliest, latest")),
        ({"group": ""}, ("group", "must be a text that is not empty (found '')")),
        ({"format": ["json"]}, ("format", "no format is called")),
        ({"options": {"every": 1}}, ("options.every", "no option is called 'every'.")),
        ({"security": "SSL"}, ("security", "must be a mapping, as in")),
        ({"security": {"plugin.library.paths": "x"}}, ("security.plugin.library.paths", "no setting is called 'plugin.library.paths'.")),
        ({"security": {"sasl.password": "s3cret"}}, ("security.security.protocol", "must be SASL_SSL")),
        ({"security": {"security.protocol": "SASL_SSL"}}, ("security.sasl.mechanism", "is missing; known: PLAIN, SCRAM-SHA-256")),
        ({"security": {"security.protocol": "ssl"}}, ("security.security.protocol", "no value is called 'ssl'.")),
        ({"security": {"ssl.key.password": ["s3cret"]}}, ("security.ssl.key.password", "must be a text that is not empty")),
    ],
)
def test_a_wrong_setting_is_told_with_what_is_allowed(changed: dict[str, Any], problem: tuple[str, str]) -> None:
    ((where, sentence),) = check_source({**ENTRY, **changed})
    assert (where, sentence[: len(problem[1])]) == problem
    assert "s3cret" not in sentence


def test_topics_or_dead_letters_must_be_named_and_otlp_says_itself_what_failed() -> None:
    entry = {"name": "spans", "kind": "kafka", "brokers": ["kafka:9092"], "format": "otlp"}
    assert check_source(entry) == [("topics", "is missing: name the topics to read here, or under `dead_letter_topics`")]
    assert check_source({**entry, "topics": "spans"}) == []
    sentence = "spans and log records say themselves what failed; read that topic as another source"
    assert check_source({**entry, "dead_letter_topics": "spans"}) == [("dead_letter_topics", sentence)]


@pytest.mark.parametrize(("form", "body"), [("edi", b"no interchange"), ("b2mml", b"no XML")])
def test_a_dead_letter_of_any_form_is_a_failure_when_nobody_can_read_it(form: str, body: bytes) -> None:
    mapping = {"event_type": {"value": "purchase_order.sent"}, "system": {"value": "erp"}}
    entry = {**ENTRY, "format": form, "options": {"time_zone": "UTC"}, "map": mapping}
    rejected = rows_of(entry, message(body)).rejected
    (put_aside,) = rows_of(entry, message(body, "orders.dlq", header=CONNECT)).events
    assert (put_aside.event_type, put_aside.system, put_aside.event_ns, put_aside.is_error) == ("purchase_order.sent", "erp", NOON_NS, True)
    assert len(rejected) == 1
