"""One span or log record out of the request it came in, as a document that people read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.instants import instant_text
from collectors import otlp
from collectors.otlp import Group, Log, Span, Undecodable

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")


def item_in(body: bytes, signal: str, event_id: str, number: int | None) -> dict[str, Any] | None:
    """The span with that id, else the log record with that number; None: it is not in there."""
    for groups in _groups(body, signal):
        for group in groups:
            for item in group.items:
                if isinstance(item, Span) and item.span_id == event_id:
                    return _document(group, "span", _span(item))
                if isinstance(item, Log) and item.number == number:
                    return _document(group, "log_record", _log(item))
    return None


def _groups(body: bytes, signal: str) -> Iterator[list[Group]]:
    """Of JSON whatever is in it; of protobuf, which does not say what it is, the signal first."""
    if body.removeprefix(BYTE_ORDER_MARK).lstrip()[:1] == b"{":
        try:
            yield from (decoded.groups for decoded in otlp.decode_line(body))
        except Undecodable:
            return
        return
    for each in sorted(otlp.SIGNALS, key=lambda name: name != signal):
        try:
            yield otlp.decode(each, otlp.PROTOBUF, body)
        except Undecodable:
            continue


def _document(group: Group, name: str, item: dict[str, Any]) -> dict[str, Any]:
    scope = {"scope": group.scope} if group.scope else {}
    return {name: {key: value for key, value in item.items() if value not in (None, "", [], {})}, **scope, "resource": group.resource}


def _span(span: Span) -> dict[str, Any]:
    events = [{"name": name, "time": instant_text(time_ns), "attributes": said} for name, time_ns, said in span.events]
    return {
        "name": span.name,
        "kind": KINDS[span.kind] if span.kind < len(KINDS) else span.kind,
        "trace_id": span.trace_id,
        "span_id": span.span_id[32:],
        "parent_span_id": span.parent_id[32:] if span.parent_id else None,
        "start_time": instant_text(span.start_ns),
        "end_time": instant_text(span.end_ns),
        "status": "error" if span.is_error else "ok or unset",
        "status_message": span.status_message,
        "attributes": span.attributes,
        "events": events,
        "links": [{"trace_id": link[:32], "span_id": link[32:]} for link in span.links],
    }


def _log(log: Log) -> dict[str, Any]:
    return {
        "event_name": log.event_name,
        "time": instant_text(log.time_ns) if log.time_ns else None,
        "observed_time": instant_text(log.observed_ns) if log.observed_ns else None,
        "severity_number": log.severity,
        "body": log.body,
        "trace_id": log.trace_id,
        "span_id": log.span_id[32:] if log.span_id else None,
        "attributes": log.attributes,
    }
