"""OTLP in one form, whichever encoding it came in: groups of spans or log records under their resource and scope.

What is wrong with a single span or record stands in its place as Invalid; what is wrong with the whole raises Undecodable.
"""

from __future__ import annotations

from typing import NamedTuple

from collectors.otlp import json as otlp_json
from collectors.otlp import protobuf as otlp_protobuf
from collectors.otlp.forms import Group, Invalid, Log, Span, Undecodable

JSON = "application/json"
PROTOBUF = "application/x-protobuf"
SIGNALS = ("traces", "logs")

__all__ = ["JSON", "PROTOBUF", "SIGNALS", "Group", "Invalid", "Log", "Span", "Undecodable", "decode", "decode_line", "refused"]


class Decoded(NamedTuple):
    """`signal` (traces or logs) and what was in it."""

    signal: str
    groups: list[Group]


def decode(signal: str, content_type: str, body: bytes) -> list[Group]:
    """The groups of one export request. Raises Undecodable with a sentence."""
    encoding = otlp_json if content_type == JSON else otlp_protobuf
    return encoding.traces(body) if signal == "traces" else encoding.logs(body)


def decode_line(line: bytes) -> list[Decoded]:
    """The groups of one line of a file by the OpenTelemetry file exporter. Raises Undecodable with a sentence."""
    return [Decoded(signal, groups) for signal, groups in otlp_json.line(line)]


def refused(signal: str, content_type: str, body: bytes) -> tuple[int, list[Invalid]]:
    """How many items an export request holds, and those a receiver must count as rejected. Raises Undecodable with a sentence."""
    if content_type == PROTOBUF:
        return otlp_protobuf.refused_spans(body) if signal == "traces" else otlp_protobuf.refused_logs(body)
    items = [item for group in decode(signal, content_type, body) for item in group.items]
    return len(items), [item for item in items if isinstance(item, Invalid)]
