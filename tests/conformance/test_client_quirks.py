"""What real clients send, seen in captures: none of it is rejected, and it means the same as from anybody else."""

from __future__ import annotations

import json

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from app.conformance.bodies import json_span, json_traces, span, traces
from app.conformance.check import expect_all
from app.conformance.http import HttpEndpoint
from app.serve import Service
from tests.conformance.served import rows


def text(key: str, value: str) -> KeyValue:
    return KeyValue(key=key, value=AnyValue(string_value=value))


def test_node_sends_in_chunks_without_a_length(http: HttpEndpoint, service: Service) -> None:
    body = json_traces(json_span(spanId="00000000000c0001"))
    head = http.head(Transfer_Encoding="chunked", Connection="close").replace(b"application/x-protobuf", b"application/json")
    chunks = b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in (body[:7], body[7:], b""))
    assert http.raw(head, chunks).startswith(b"HTTP/1.1 200 OK\r\n")
    assert rows(service, "select count(*) from spans where span_id like '%00000000000c0001'") == [(1,)]


def test_numbers_come_as_text_and_as_number(http: HttpEndpoint, service: Service) -> None:
    values = [{"key": "a", "value": {"intValue": "9007199254740993"}}, {"key": "b", "value": {"intValue": 9007199254740993}}]
    expect_all(http.export_json("traces", json_traces(json_span(spanId="00000000000c0002", attributes=values))), "both")
    ((found,),) = rows(service, "select attributes from spans where span_id like '%00000000000c0002'")
    assert json.loads(found) == {"a": 9007199254740993, "b": 9007199254740993}


def test_flags_have_more_than_eight_bits(http: HttpEndpoint, service: Service) -> None:
    expect_all(http.export_json("traces", json_traces(json_span(spanId="00000000000c0003", flags=257))), "JSON")
    expect_all(http.export("traces", traces(span(0xC0004, flags=0x301))), "protobuf")
    found = rows(service, "select count(*) from spans where span_id like '%00000000000c0003' or span_id like '%00000000000c0004'")
    assert found == [(2,)]


def test_kafkajs_puts_the_links_on_children(http: HttpEndpoint, service: Service) -> None:
    consumer, child = span(0xC0005, kind=5), span(0xC0006, kind=5, parent_span_id=(0xC0005).to_bytes(8))
    child.links.add(trace_id=b"producer's-trace", span_id=b"producer")
    expect_all(http.export("traces", traces(consumer, child)), "a link on the child")
    query = "select linked_span_id from span_links where span_id like '%00000000000c0006'"
    assert rows(service, query) == [(b"producer's-traceproducer".hex(),)]


def test_old_attribute_names_mean_the_new_ones(http: HttpEndpoint, service: Service) -> None:
    old = {"messaging.destination": "orders", "messaging.operation": "publish", "messaging.message_id": "m-1", "http.method": "POST"}
    old |= {"messaging.conversation_id": "c-1"}
    expect_all(http.export("traces", traces(span(0xC0007, attributes=[text(*pair) for pair in old.items()]))), "old names")
    query = "select destination, operation, message_id, conversation_id from spans where span_id like '%00000000000c0007'"
    assert rows(service, query) == [("orders", "send", "m-1", "c-1")]


def test_pika_names_the_queue_in_the_name_of_the_span_only(http: HttpEndpoint, service: Service) -> None:
    rabbit = [text("messaging.system", "rabbitmq")]
    named = ("orders receive", "process my orders", "poll", "receive")
    spans = [span(0xC0010 + number, name=name, attributes=rabbit) for number, name in enumerate(named)]
    expect_all(http.export("traces", traces(*spans, span(0xC001F, name="orders receive"))), "queues in names")
    found = rows(service, "select name, destination from spans where span_id like '%00000000000c001_' order by span_id")
    assert found == [
        ("orders receive", "orders"),
        ("process my orders", "my orders"),
        ("poll", None),
        ("receive", None),
        ("orders receive", None),  # no messaging at all
    ]
