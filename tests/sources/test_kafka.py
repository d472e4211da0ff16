"""Topics of a real Kafka-protocol broker: what is read, where it goes on, and what is told when something is not as it was."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

from collectors.collector import Trouble
from collectors.event import Record
from collectors.sources import open_source
from tests.servers.kafka import Kafka
from tests.sources.plant_floor import NOON_NS, SPAN, TOLD_NS, TRACE, Plant, plant
from tests.waiting import until

MAP: dict[str, Any] = {
    "event_type": {"path": "type"},
    "event_time": {"path": ["at", "@timestamp"]},
    "system": {"value": "mes"},
    "objects": {"type": {"value": "production_order"}, "id": {"path": "order"}},
}
EVENTS = "select position, event_type, event_id from events order by event_no"


def entry(kafka: Kafka, **settings: Any) -> dict[str, Any]:
    return {"name": "line", "kind": "kafka", "brokers": kafka.brokers, "map": MAP, **settings}


def body(order: str, kind: str = "work_order.received") -> bytes:
    return json.dumps({"type": kind, "at": "2026-03-23T12:00:00Z", "order": order}).encode()


def objects(opened: Plant) -> list[str]:
    return opened.column("select object_id from event_objects order by event_no, object_id")


def test_messages_of_all_partitions_become_events_with_what_kafka_says_of_them(kafka: Kafka, tmp_path: Path) -> None:
    topic = kafka.new_topic(partitions=2)
    mapping = {**MAP, "message_id": {"path": "@key"}, "site": {"path": "@header.plant"}, "event_time": {"path": "@timestamp"}}
    kafka.send(topic, body("A-1"), key="k-1", headers=[("plant", b"ulm"), ("plant", b"hof"), ("none", None)], at_ms=NOON_NS // 10**6)
    kafka.send(topic, body("A-2"), partition=1, at_ms=NOON_NS // 10**6, headers=[("traceparent", f"00-{TRACE}-{SPAN}-01".encode())])
    with plant(tmp_path, entry(kafka, topics=topic, map=mapping)) as opened:
        opened.ingest()
        assert opened.troubles == []
        fields = "position, event_ns, message_id, site, trace_id, span_id"
        assert opened.rows(f"select {fields} from events order by position") == [
            (f"{topic}/0/0", NOON_NS, "k-1", "hof", None, None),
            (f"{topic}/1/0", NOON_NS, None, None, TRACE, TRACE + SPAN),
        ]
        assert opened.intake.poll().records == {"line": 0}
        opened.intake.close()


def test_reading_goes_on_behind_what_is_in_the_journal(kafka: Kafka, tmp_path: Path) -> None:
    topic = kafka.new_topic()
    kafka.send(topic, body("A-1"), body("A-2"))
    with plant(tmp_path, entry(kafka, topics=topic)) as opened:
        opened.ingest()
        opened.intake.close()
    kafka.send(topic, body("A-3"))
    with plant(tmp_path, entry(kafka, topics=topic)) as opened:
        assert opened.ingest().repeats == 0
        assert objects(opened) == ["A-1", "A-2", "A-3"]
        opened.intake.close()


def test_what_was_read_and_not_kept_comes_again_and_the_group_is_told_only_of_what_was_kept(kafka: Kafka, tmp_path: Path) -> None:
    """As after a kill between reading and the journal, and between the journal and the group."""
    topic = kafka.new_topic()
    kafka.send(topic, body("A-1"), body("A-2"))
    source = opened_source(kafka, topics=topic)
    first = records(source)
    assert [record.position for record in first] == [f"{topic}/0/0", f"{topic}/0/1"]
    source.close()
    assert kafka.committed("syncline-line", topic) == -1001
    with plant(tmp_path, entry(kafka, topics=topic)) as opened:
        opened.journal.append(first)  # on disk; the group never heard of it
    with plant(tmp_path, entry(kafka, topics=topic)) as opened:
        assert opened.intake.poll().records == {"line": 0}
        kafka.send(topic, body("A-3"))
        opened.ingest()
        assert objects(opened) == ["A-1", "A-2", "A-3"]
        opened.intake.close()
    assert kafka.committed("syncline-line", topic) == 3


def test_the_group_can_be_named(kafka: Kafka) -> None:
    topic = kafka.new_topic()
    kafka.send(topic, body("A-1"))
    source = opened_source(kafka, topics=topic, group="plant-integration")
    source.kept(records(source))
    source.close()
    assert kafka.committed("plant-integration", topic) == 1


def test_a_topic_that_comes_later_is_told_as_missing_and_read_from_its_start(kafka: Kafka) -> None:
    for start in ("earliest", "latest"):
        topic = f"later-{start}"
        source = opened_source(kafka, topics=[topic, f"^{topic}-"], start=start)
        assert troubles(source) == [
            f"no topic is called {topic}, or this user may not see it. It is read once it is there.",
            f"no topic fits ^{topic}-, or this user may not see it. It is read once it is there.",
        ]
        kafka.new_topic(name=topic)
        kafka.new_topic(name=f"{topic}-two")
        assert read(source) == []
        kafka.send(topic, body("A-1"))
        kafka.send(f"{topic}-two", body("A-2"))
        assert sorted(record.position for record in records(source)) == [f"{topic}-two/0/0", f"{topic}/0/0"]
        source.close()


def test_latest_begins_at_the_end_and_remembers_where_that_was(kafka: Kafka) -> None:
    topic = kafka.new_topic()
    kafka.send(topic, body("A-1"))
    source = opened_source(kafka, topics=topic, start="latest")
    assert read(source) == []
    source.close()
    kafka.send(topic, body("A-2"))
    source = opened_source(kafka, topics=topic, start="latest")
    assert [record.position for record in records(source)] == [f"{topic}/0/1"]
    source.close()


def test_a_topic_made_anew_is_another_one_under_the_same_name(kafka: Kafka, tmp_path: Path) -> None:
    topic = kafka.new_topic()
    kafka.send(topic, body("A-1"), body("A-2"))
    with plant(tmp_path, entry(kafka, topics=topic)) as opened:
        opened.ingest()
        opened.intake.close()
    kafka.delete_topic(topic)
    kafka.new_topic(name=topic)
    kafka.send(topic, body("B-1"), body("B-2"), body("B-3"))
    with plant(tmp_path, entry(kafka, topics=topic)) as opened:
        opened.ingest()
        sentence = f"topic {topic}, partition 0 was made anew since it was last read. Its messages are read from the start, as others."
        assert opened.troubles == [sentence]
        assert objects(opened) == ["A-1", "A-2", "B-1", "B-2", "B-3"]
        assert opened.column("select position from events order by event_no")[2:] == [f"{topic}#2/0/{n}" for n in range(3)]
        kafka.send(topic, body("B-4"))
        opened.ingest()
        assert opened.troubles == []
        assert objects(opened)[5:] == ["B-4"]
        opened.intake.close()


def test_a_partition_that_lost_its_end_goes_on_where_it_was_cut_off(kafka: Kafka) -> None:
    topic = kafka.new_topic()
    kafka.send(topic, body("A-1"))
    source = opened_source(kafka, topics=topic)
    (first,) = records(source)
    left = {f"{topic}/0": json.dumps({**json.loads(first.after or ""), "next": 50})}
    sentence = f"topic {topic}, partition 0 ended at 50 and ends at 1 now: its brokers lost messages that were read. What is new is read."
    assert list(source.read(left, lambda: TOLD_NS)) == [Trouble(f"{topic}/0", sentence)]
    source.close()
    kafka.send(topic, body("A-2"))
    source = opened_source(kafka, topics=topic)
    (trouble, record) = list(source.read(left, lambda: TOLD_NS))
    assert trouble == Trouble(f"{topic}/0", sentence)
    assert isinstance(record, Record)
    assert record.position == f"{topic}#2/0/1"
    source.close()


def test_a_broker_that_goes_away_is_told_and_read_again_when_it_is_back(own_kafka: Kafka, tmp_path: Path) -> None:
    topic = own_kafka.new_topic(name="orders")
    own_kafka.send(topic, body("A-1"))
    with plant(tmp_path, entry(own_kafka, topics=topic)) as opened:
        opened.ingest()
        own_kafka.stop()
        report = opened.intake.poll()
        assert report.down == {"line"}
        (sentence,) = [text for _, text in report.troubles]
        assert sentence.startswith(f"Kafka at {own_kafka.brokers} cannot be reached (")
        assert sentence.endswith("Connection refused). It is tried again; check `brokers` and the network.")
        own_kafka.start()
        own_kafka.new_topic(name="orders")
        own_kafka.send(topic, body("B-1"))
        until(lambda: not opened.intake.poll().down)
        opened.intake.load()
        assert objects(opened) == ["A-1", "B-1"]
        opened.intake.close()


def test_a_refused_login_is_told_without_the_password(kafka: Kafka) -> None:
    login = {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN", "sasl.username": "syncline", "sasl.password": "s3cret"}
    source = opened_source(kafka, topics="orders", security=login)
    (trouble,) = read(source)
    assert isinstance(trouble, Trouble)
    assert trouble.stream == ""
    assert trouble.sentence.startswith(f"Kafka at {kafka.brokers} refused the login (")
    assert "s3cret" not in trouble.sentence
    source.close()


def test_a_certificate_that_is_not_there_is_told(kafka: Kafka) -> None:
    source = opened_source(kafka, topics="orders", security={"security.protocol": "SSL", "ssl.ca.location": "absent.pem"})
    (sentence,) = troubles(source)
    assert "ssl.ca.location failed" in sentence
    source.close()


def test_messages_of_otlp_become_spans(kafka: Kafka, tmp_path: Path) -> None:
    topic = kafka.new_topic()
    attributes = [KeyValue(key="mfg.event.type", value=AnyValue(string_value="order.released"))]
    span = Span(
        trace_id=bytes.fromhex(TRACE), span_id=bytes.fromhex(SPAN), name="release", end_time_unix_nano=NOON_NS, attributes=attributes
    )
    request = ExportTraceServiceRequest(resource_spans=[ResourceSpans(scope_spans=[ScopeSpans(spans=[span])])])
    kafka.send(topic, request.SerializeToString(), b"\x00\x01 no protobuf")
    settings = {**entry(kafka, topics=topic, format="otlp")}
    del settings["map"]
    with plant(tmp_path, settings) as opened:
        opened.ingest()
        assert opened.rows("select event_type, trace_id, event_ns from events") == [("order.released", TRACE, NOON_NS)]
        assert opened.column("select position from rejected") == [f"{topic}/0/1"]
        opened.intake.close()


def test_big_messages_empty_ones_and_tombstones_are_kept(kafka: Kafka, tmp_path: Path) -> None:
    topic = kafka.new_topic()
    big = json.dumps({"type": "order.created", "at": "2026-03-23T12:00:00Z", "order": "A-1", "text": "x" * (3 << 20)}).encode()
    kafka.send(topic, big, None, b"", key="4711")
    with plant(tmp_path, entry(kafka, topics=topic)) as opened:
        opened.ingest()
        assert opened.rows("select event_type, position from events") == [("order.created", f"{topic}/0/0")]
        assert opened.column("select position from rejected") == [f"{topic}/0/2"]
        assert opened.intake.poll().records == {"line": 0}
        opened.intake.close()


def test_a_header_whose_name_is_no_text_costs_only_the_headers(kafka: Kafka, tmp_path: Path) -> None:
    topic = kafka.new_topic()
    kafka.send(topic, *[body(f"A-{n}") for n in range(20)], headers=[("plant", b"ulm")])  # so many that Python no longer calls with care
    kafka.send_with_header(topic, body("B-1"), b"\xff\xfe")
    kafka.send_with_header(topic, body("B-2"), b"plant")
    with plant(tmp_path, entry(kafka, topics=topic, map={**MAP, "site": {"path": "@header.plant"}})) as opened:
        opened.ingest()
        assert opened.rows("select position, site from events order by event_no")[19:] == [
            (f"{topic}/0/19", "ulm"),
            (f"{topic}/0/20", None),
            (f"{topic}/0/21", "value"),
        ]
        opened.intake.close()


def test_one_read_takes_many_messages_and_ends(kafka: Kafka) -> None:
    topic = kafka.new_topic()
    kafka.send_many(topic, [body(f"A-{n}") for n in range(5_000)])
    source = opened_source(kafka, topics=topic)
    assert [record.position for record in records(source)] == [f"{topic}/0/{n}" for n in range(5_000)]
    source.close()


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="Threads of the client can be seen under /proc only.")
def test_closing_ends_the_threads_of_the_client_and_reading_opens_it_again(kafka: Kafka) -> None:
    topic = kafka.new_topic()
    kafka.send(topic, body("A-1"))
    source = opened_source(kafka, topics=topic)
    for _ in range(2):
        assert len(records(source)) == 1
        assert client_threads() != []
        source.close()
        until(lambda: client_threads() == [])
    source.close()


def client_threads() -> list[str]:
    found = []
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # it ended while we looked
            found.append((task / "comm").read_text().strip())
    return [name for name in found if name.startswith("rdk:")]


def opened_source(kafka: Kafka, **settings: Any) -> Any:
    return open_source(entry(kafka, **settings), Path())


def read(source: Any) -> list[Record | Trouble]:
    return list(source.read({}, lambda: TOLD_NS))


def records(source: Any) -> list[Record]:
    found = read(source)
    assert all(isinstance(each, Record) for each in found), found
    return found  # type: ignore[return-value]


def troubles(source: Any) -> list[str]:
    found = read(source)
    assert all(isinstance(each, Trouble) for each in found), found
    return [each.sentence for each in found]  # type: ignore[union-attr]
