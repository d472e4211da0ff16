"""The forms both OTLP decoders fill, and what they have in common."""

from __future__ import annotations

from math import isfinite, isnan
from typing import Any, NamedTuple

DEEPEST = 48  # nesting of attribute values in JSON; upb gives up on a request a little earlier (47 arrays, 31 lists of key and value)
LAST_NS = (1 << 63) - 1
NO_TRACE, NO_SPAN = "0" * 32, "0" * 16
EXCERPT = 400  # characters of what was found, kept with the reason


class Undecodable(ValueError):
    """The whole request or line is no OTLP; the text is a sentence."""


class Unusable(ValueError):
    """One span or log record cannot be kept; the text is a sentence."""


class Span(NamedTuple):
    number: int  # in the order of the request, from 0
    trace_id: str  # 32 lower-case hex digits
    span_id: str  # trace id + span id, 48 lower-case hex digits
    parent_id: str | None
    name: str
    kind: int
    start_ns: int
    end_ns: int
    is_error: bool
    status_message: str
    attributes: dict[str, Any]
    events: list[tuple[str, int, dict[str, Any]]]  # name, time_ns, attributes
    links: list[str]


class Log(NamedTuple):
    number: int  # in the order of the request, from 0
    time_ns: int
    observed_ns: int
    severity: int
    event_name: str
    body: Any
    trace_id: str | None
    span_id: str | None  # trace id + span id
    attributes: dict[str, Any]


class Invalid(NamedTuple):
    number: int  # in the order of the request, from 0
    reason: str
    excerpt: str


class Group(NamedTuple):
    resource: dict[str, Any]
    scope: str | None
    items: list[Span | Log | Invalid]


def plain(number: float) -> float | str:
    """A double as JSON can hold it: NaN and the infinities become their proto3 JSON names."""
    if isfinite(number):
        return number
    return "NaN" if isnan(number) else "Infinity" if number > 0 else "-Infinity"
