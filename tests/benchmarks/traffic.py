"""Order releases as OTLP requests, any number of them: four spans a transaction, some failed, some without an answer."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from itertools import islice
from random import Random
from typing import Any, NamedTuple

import orjson
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, Span

SECOND, MINUTE, DAY = 10**9, 60 * 10**9, 86_400 * 10**9
SPANS_PER_REQUEST = 512  # what the batch processor of an SDK sends at once
SITES = ("hamburg", "brno", "monterrey")
DAYS = 28
LONGEST = 15 * MINUTE  # from the first span of a transaction to its last


class Step(NamedTuple):
    system: str
    event: str | None
    kind: int
    after_seconds: int


STEPS = (
    Step("erp", "order.released", 2, 0),
    Step("middleware", None, 4, 1),
    Step("mes", "work_order.received", 5, 90),
    Step("mes", "work_order.scheduled", 1, 600),
)


def requests(transactions: int, end_ns: int, seed: int = 1, first: int = 0) -> Iterator[bytes]:
    """Requests of about 512 spans, protobuf, not compressed; transactions begin evenly over 28 days, and all is over by `end_ns`."""
    spans = _spans(range(first, first + transactions), end_ns - LONGEST, Random(seed))
    while batch := list(islice(spans, SPANS_PER_REQUEST)):
        yield _request(batch)


def released(number: int, at_ns: int) -> bytes:
    """One request with one event: order `number` was released at that moment."""
    random = Random(at_ns)
    span = _span(STEPS[0], number, random.randbytes(16), b"", at_ns, random, False)
    return _request([("erp", SITES[0], span)])


def refused(transactions: int, end_ns: int) -> Iterator[bytes]:
    """Requests in which every order is released and then refused by the MES, in the same words, within the last hour."""
    random, apart = Random(2), 3_000 * SECOND // transactions
    spans = (
        (step.system, SITES[number % len(SITES)], _span(step, number, random.randbytes(16), b"", at, random, step is STEPS[2]))
        for number in range(transactions)
        for step, at in ((STEPS[0], end_ns - 3_600 * SECOND + number * apart), (STEPS[2], end_ns - 3_500 * SECOND + number * apart))
    )
    while batch := list(islice(spans, SPANS_PER_REQUEST)):
        yield _request(batch)


def order_of(number: int) -> str:
    """The production order that transaction `number` is about."""
    return str(10_000_000 + number)


def as_json(request: bytes) -> bytes:
    """The same request as OTLP/JSON, as an SDK writes it."""
    return orjson.dumps({"resourceSpans": [_group(group) for group in ExportTraceServiceRequest.FromString(request).resource_spans]})


def compressed(request: bytes) -> bytes:
    return gzip.compress(request, 6)


def _spans(numbers: range, end_ns: int, random: Random) -> Iterator[tuple[str, str, Span]]:
    apart = DAYS * DAY // max(len(numbers), 1)
    for place, number in enumerate(numbers):
        yield from _transaction(number, end_ns - (len(numbers) - place) * apart, random)


def _transaction(number: int, start_ns: int, random: Random) -> Iterator[tuple[str, str, Span]]:
    trace, parent = random.randbytes(16), b""
    fate = random.random()
    for step in STEPS[: 2 if fate < 0.01 else 4]:  # of a hundred orders one never arrives, and one is refused
        at = start_ns + step.after_seconds * SECOND + random.randrange(30 * SECOND)
        is_refused = step.event == "work_order.received" and fate > 0.99
        span = _span(step, number, trace, parent, at, random, is_refused)
        yield step.system, SITES[number % len(SITES)], span
        parent = span.span_id
        if is_refused:
            return


def _span(step: Step, number: int, trace: bytes, parent: bytes, at: int, random: Random, is_refused: bool) -> Span:
    said: dict[str, Any] = {
        "messaging.system": "kafka",
        "messaging.destination.name": f"{step.system}.orders",
        "messaging.operation.type": "process",
        "messaging.message.id": f"{number}-{step.after_seconds}",
        "thread.name": f"worker-{number % 8}",
        "server.address": "bus-1.example",
    }
    if step.event:
        said |= {
            "mfg.event.type": step.event,
            "mfg.object.production_order": order_of(number),
            "mfg.object.sales_order": str(40_000_000 + number // 3),
            "mfg.quantity": 1 + number % 90,
            "mfg.idempotency_key": f"{step.event}:{number}",
        }
    span = Span(trace_id=trace, span_id=random.randbytes(8), parent_span_id=parent, name=step.event or "send", kind=step.kind)  # type: ignore[arg-type]
    span.start_time_unix_nano, span.end_time_unix_nano = at - 200_000_000, at
    span.attributes.extend(map(_attribute, said.items()))
    if is_refused:
        span.status.code, span.status.message = 2, "Material 4711 is not maintained in plant 1000"  # type: ignore[assignment]
    return span


def _request(batch: list[tuple[str, str, Span]]) -> bytes:
    """One group for each system and site, as an SDK in that system would send them."""
    request, groups = ExportTraceServiceRequest(), {}
    for system, site, span in batch:
        if (system, site) not in groups:
            group = request.resource_spans.add()
            said = {"service.name": f"{system}-bridge", "mfg.system": system, "mfg.site": site}
            group.resource.attributes.extend(map(_attribute, said.items()))
            groups[system, site] = group.scope_spans.add()
        groups[system, site].spans.append(span)
    return request.SerializeToString()


def _attribute(pair: tuple[str, Any]) -> KeyValue:
    attribute = KeyValue(key=pair[0])
    if isinstance(pair[1], int):
        attribute.value.int_value = pair[1]
    else:
        attribute.value.string_value = pair[1]
    return attribute


def _group(group: ResourceSpans) -> dict[str, Any]:
    scopes = [{"scope": {}, "spans": [_span_said(span) for span in scope.spans]} for scope in group.scope_spans]
    return {"resource": {"attributes": _said(group.resource.attributes)}, "scopeSpans": scopes}


def _span_said(span: Span) -> dict[str, Any]:
    parent = {"parentSpanId": span.parent_span_id.hex()} if span.parent_span_id else {}
    times = {"startTimeUnixNano": str(span.start_time_unix_nano), "endTimeUnixNano": str(span.end_time_unix_nano)}
    status = {"code": int(span.status.code), "message": span.status.message} if span.status.code else {}
    who = {"traceId": span.trace_id.hex(), "spanId": span.span_id.hex(), **parent, "name": span.name, "kind": int(span.kind)}
    return {**who, **times, "attributes": _said(span.attributes), "status": status}


def _said(attributes: Iterable[KeyValue]) -> list[dict[str, Any]]:
    return [{"key": each.key, "value": _value_said(each)} for each in attributes]


def _value_said(attribute: KeyValue) -> dict[str, str]:
    value = attribute.value
    return {"intValue": str(value.int_value)} if value.HasField("int_value") else {"stringValue": value.string_value}
