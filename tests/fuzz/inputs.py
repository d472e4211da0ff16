"""Inputs to begin with, where the samples of the documentation are none: small, and each with something in it that is easily got wrong."""

from __future__ import annotations

from typing import Any

import orjson
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collectors.event import Record
from collectors.segment import block_of, encoded
from tests.sources.edi_texts import ORDER, ORDERS, edifact, x12
from tests.sources.plant_floor import log, logs, span, traces

EVENT = {"mfg.event.type": "order.released", "mfg.object.purchase_order": ["0045", "46"], "mfg.quantity": 1.5, "mfg.attempt": 2}
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = f"00-{TRACE}-{SPAN}-01"


def otlp_json() -> list[bytes]:
    failed = span(attributes={**EVENT, "mfg.event.time": "2026-03-23T12:00:00Z"}, status={"code": 2, "message": "no"}, events=[
        {"name": "exception", "timeUnixNano": "1", "attributes": [{"key": "exception.message", "value": {"stringValue": "no"}}]}
    ], links=[{"traceId": TRACE, "spanId": SPAN}], parentSpanId=SPAN)  # fmt: skip
    nested = [{"key": "a", "value": {"kvlistValue": {"values": [{"key": "b", "value": {"bytesValue": "AAE="}}]}}}]
    return [
        traces(span(attributes=EVENT), failed, resource={"service.name": "erp", "mfg.site": "ulm"}),
        logs(log(EVENT, body={"doubleValue": "NaN"}, traceId=TRACE, spanId=SPAN), {**log(), "attributes": nested, "eventName": "x"}),
    ]


def protobuf() -> list[bytes]:
    trace, record = ExportTraceServiceRequest(), ExportLogsServiceRequest()
    group = trace.resource_spans.add()
    group.resource.attributes.add(key="service.name").value.string_value = "erp"
    made = group.scope_spans.add().spans.add(trace_id=bytes.fromhex(TRACE), span_id=bytes.fromhex(SPAN), name="post", kind=5)
    made.start_time_unix_nano = made.end_time_unix_nano = 1_774_267_200_000_000_000
    made.attributes.add(key="mfg.event.type").value.string_value = "order.released"
    made.attributes.add(key="mfg.object.purchase_order").value.array_value.values.add().string_value = "45"
    made.attributes.add(key="n").value.double_value = float("nan")
    made.events.add(name="exception", time_unix_nano=1).attributes.add(key="exception.message").value.string_value = "no"
    made.links.add(trace_id=bytes.fromhex(TRACE), span_id=bytes.fromhex(SPAN))
    line = record.resource_logs.add().scope_logs.add().log_records.add(time_unix_nano=1_774_267_200_000_000_000, severity_number=9)
    line.body.kvlist_value.values.add(key="a").value.bytes_value = b"\0\1"
    line.attributes.add(key="mfg.event.type").value.string_value = "order.released"
    return [trace.SerializeToString(), record.SerializeToString()]


def segments() -> list[bytes]:
    records = [Record("csv", f"a.csv:{n}", b'{"NO":"%d"}' % n, "application/json", n, "a.csv", '{"line":1}') for n in range(1, 30)]
    small, large = block_of(1, 1, encoded(records[:1])), block_of(2, 28, encoded(records[1:]))
    return [small, small + large, small + b"SLJ1" + large, small + large[:-3], large[:40]]


# -- formats, as messages
EACH_WAY: dict[str, Any] = {
    "event_type": [{"path": "type", "values": {"A": "order.released", "B": None}}, {"path": ["kind", "lines[0].kind"]}],
    "event_time": [
        {"path": "at"},
        {"path": "on", "format": "%d.%m.%Y %H:%M", "time_zone": "Europe/Berlin"},
        {"path": "ms", "format": "unix_ms"},
    ],
    "quantity": [{"path": "qty", "factor": 1.5}, {"path": "Q", "decimal": ","}],
    "value": {"path": "price", "factor": 1e-9},
    "item": {"template": "{plant}-{item}"},
    "system": {"path": "system"},
    "outcome": {"path": "rc", "values": {"0": "ok", "8": "error"}},
    "trace_id": {"path": "trace"},
    "objects": [
        {"type": {"value": "purchase_order"}, "id": {"path": "lines[].po", "split": ","}},
        {"type": {"path": "t"}, "id": {"path": "@topic"}},
    ],
}
DOCUMENT = {
    "type": "A", "kind": "order.released", "at": "2026-03-23T12:00:00Z", "on": "23.03.2026 12:00", "ms": 1774267200000, "qty": "1e3",
    "Q": "1.000,5", "price": 9.5, "plant": "1010", "item": "X", "rc": 8, "trace": TRACE, "lines": [{"po": "45,46", "kind": "k"}],
    "t": "order", "system": "erp",
}  # fmt: skip
FORMATS: dict[str, list[dict[str, Any]]] = {
    "json": [{"map": EACH_WAY}, {}, {"map": EACH_WAY, "options": {"each": "lines"}, "dead_letter_topics": "^dlq"}],
    "connect": [{"map": EACH_WAY}],
    "debezium": [{"map": EACH_WAY}, {"map": {"event_type": {"path": ".op"}}, "options": {"operations": ["c", "d"]}}],
    "otlp": [
        {},
        {
            "options": {"signal": "logs"},
            "map": {"item": {"attribute": "n"}, "objects": {"type": {"value": "order"}, "id": {"attribute": "a"}}},
        },
    ],
    "edi": [{"options": {"own_ids": ["ACME"], "time": "document", "time_zone": "Europe/Berlin"}}, {}],
    "idoc": [{"options": {"time_zone": "Europe/Berlin", "reached_by": "handed_over"}}],
    "cloudevents": [{}],
    "b2mml": [{"options": {"systems": {"SAP": "erp"}, "site": "ulm"}}],
}
OWN_WORDS = {
    "event_type": "order.released",
    "event_time": "2026-03-23T12:00:00Z",
    "objects": {"order": ["4", 5]},
    "quantity": 1,
    "outcome": "error",
}
DECIMAL = {"type": "bytes", "name": "org.apache.kafka.connect.data.Decimal", "parameters": {"scale": "2"}, "field": "qty"}
STAMP = {"type": "int64", "name": "io.debezium.time.MicroTimestamp", "field": "at"}
ENVELOPE = {
    "schema": {
        "type": "struct",
        "fields": [DECIMAL, STAMP, {"type": "array", "field": "lines", "items": {"type": "map", "values": STAMP}}],
    },
    "payload": {**DOCUMENT, "qty": "AP8=", "at": 1774267200000000, "lines": [{"po": 5}]},
}
CHANGE = {
    "op": "u", "before": {"type": "B"}, "after": DOCUMENT, "ts_ms": 1774267200000,
    "source": {"connector": "postgresql", "lsn": 5, "ts_ns": 1774267200000000000, "db": "d", "schema": "s", "table": "t"},
}  # fmt: skip
IDOC = (
    b'<?xml version="1.0"?><ORDERS05><IDOC BEGIN="1"><EDI_DC40 SEGMENT="1"><DOCNUM>0000000045</DOCNUM><STATUS>03</STATUS>'
    b"<MESTYP>ORDERS</MESTYP><IDOCTYP>ORDERS05</IDOCTYP><DIRECT>1</DIRECT><CREDAT>20260302</CREDAT><CRETIM>140000</CRETIM></EDI_DC40>"
    b"<EDI_DS40><STATUS>12</STATUS><LOGDAT>20260302</LOGDAT><LOGTIM>140001</LOGTIM><COUNTR>1</COUNTR></EDI_DS40>"
    b"<E1EDK01><BELNR>4500012345</BELNR></E1EDK01><E1EDP01><POSEX>10</POSEX><MENGE>5.000</MENGE></E1EDP01></IDOC></ORDERS05>"
)
B2MML = (
    b'<SyncMaterialInventory xmlns="http://www.mesa.org/xml/B2MML"><ApplicationArea><Sender><LogicalID>SAP</LogicalID></Sender>'
    b"<CreationDateTime>2026-03-23T12:00:00Z</CreationDateTime><BODID>1</BODID></ApplicationArea><DataArea><Sync/><MaterialInventory>"
    b"<MaterialLot><ID>L1</ID><Quantity><QuantityString>5</QuantityString></Quantity></MaterialLot></MaterialInventory></DataArea>"
    b"</SyncMaterialInventory>"
)
CLOUD_EVENT = {
    "specversion": "1.0", "type": "order.released", "source": "/erp", "id": "1", "time": "2026-03-23T12:00:00Z", "subject": "45",
    "data": DOCUMENT, "datacontenttype": "application/json", "traceparent": PARENT,
}  # fmt: skip
HEADS = [
    {"topic": "orders", "header": {"traceparent": PARENT}, "timestamp": "2026-03-23T12:00:00Z"},
    {"topic": "dlq.orders", "tombstone": False},
]


def _packed(*bodies: Any) -> list[bytes]:
    written = [body if isinstance(body, bytes) else orjson.dumps(body) for body in bodies]
    return [b"{}\n" + body for body in written] + [orjson.dumps(head) + b"\n" + written[0] for head in HEADS]


BODIES: dict[str, list[bytes]] = {
    "json": _packed(DOCUMENT, OWN_WORDS, [OWN_WORDS, 1]),
    "connect": _packed(ENVELOPE, {"schema": None, "payload": DOCUMENT}),
    "debezium": _packed(CHANGE, {"schema": None, "payload": {**CHANGE, "op": "d"}}, {"id": "1", "payload": '{"type":"A"}'}),
    "otlp": _packed(*otlp_json(), *protobuf()),
    "edi": _packed(x12("850", *ORDER), edifact("ORDERS", *ORDERS), x12("997", "AK1*PO*7", "AK9*R*1*1*0"), edifact("CONTRL", "UCI+7+A+B+4")),
    "idoc": _packed(IDOC),
    "b2mml": _packed(B2MML),
    "cloudevents": _packed(CLOUD_EVENT, [CLOUD_EVENT]),
}
# -- small languages
MAPPINGS = [orjson.dumps({"map": EACH_WAY, "document": DOCUMENT}), b'{"map":{"event_typ":{"path":"a["},"event_time":{"format":"%Q"}}}']
PATHS = [
    b'header.order.id\n{"header":{"order":{"id":1}}}',
    b'lines[].qty\n{"lines":[{"qty":1}]}',
    b"['a.b'][-1].c\n{}",
    b"@a",
    b"E1[Q=1]/@B\n",
]
TIMES = [
    b"2026-03-31T06:00:00.123456789+02:00",
    b"2016-12-31T23:59:60Z",
    b"/Date(1772438400000+0060)/ PT10H20M",
    b"1772438400.5",
    b"20260302",
]
DEATH = {"count": 3, "reason": "rejected", "queue": "q", "time": "2026-03-23T12:00:00Z"}
SERVICE_BUS = {"TimeOfFailure": "2026-04-29 22:10:59:647662 Z", "ExceptionInfo.Message": "no", "Retries": "3"}
SPRING = {"exception-cause-fqcn": "A", "exception-fqcn": "B", "exception-stacktrace": "Caused by: A: x\n"}
HEADERS = [
    orjson.dumps({"traceparent": PARENT, "tracestate": ["a=1,b@c=2", "d=3"]}),
    orjson.dumps({"x-death": [DEATH], "x-exception-message": "no"}),
    orjson.dumps({f"NServiceBus.{name}": value for name, value in SERVICE_BUS.items()}),
    orjson.dumps({f"kafka_dlt-{name}": value for name, value in SPRING.items()}),
]
MESSAGES = [orjson.dumps(HEADS[0]) + b"\n{}", b'{"key":"caf\\\\xe9"}\n\n\0']
