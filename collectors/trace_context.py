"""The W3C trace context that travels in headers of any carrier: which trace and span a message belongs to.

Level 2 of the recommendation. What is wrong with `traceparent` makes it as if it were not there; what is wrong with `tracestate` makes
only that one so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

PARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})", re.ASCII)
PARENT_LENGTH = 55
INVALID_VERSION = "ff"
SAMPLED, RANDOM = 1, 2  # bits of the flags; the others mean nothing yet
MEMBER = re.compile(r"([a-z0-9][a-z0-9_\-*/@]{0,255})=([\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e])", re.ASCII)
MOST_MEMBERS = 32


class TraceContext(NamedTuple):
    """Lower hex ids of the trace and of the span that sent the message; `state` is what vendors added, newest first."""

    trace_id: str
    span_id: str
    is_sampled: bool = False
    is_random: bool = False
    state: tuple[tuple[str, str], ...] = ()


def trace_context(headers: Mapping[str, Any]) -> TraceContext | None:
    """The context in headers whose names are in lower case; a header that came several times is a list."""
    parent = headers.get("traceparent")
    found = _parent(parent) if parent.__class__ is str else None
    return found._replace(state=_state(headers.get("tracestate"))) if found else None


def ids_in(headers: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Trace id, and trace id + span id, as an event has them."""
    found = trace_context(headers)
    return (found.trace_id, found.trace_id + found.span_id) if found else (None, None)


def _parent(text: str) -> TraceContext | None:
    match = PARENT.fullmatch(text[:PARENT_LENGTH])
    if not match:
        return None
    version, trace_id, span_id, flags = match.groups()
    rest = text[PARENT_LENGTH:]
    if version == INVALID_VERSION or (rest and (version == "00" or not rest.startswith("-"))):
        return None
    if not trace_id.strip("0") or not span_id.strip("0"):
        return None
    bits = int(flags, 16)
    return TraceContext(trace_id, span_id, bool(bits & SAMPLED), bool(bits & RANDOM))


def _state(value: Any) -> tuple[tuple[str, str], ...]:
    """The members of a `tracestate`; none of them where one cannot be read, a key comes twice or there are too many."""
    texts = value if value.__class__ is list else [value]
    if not all(text.__class__ is str for text in texts):
        return ()
    members = [member for text in texts for each in text.split(",") if (member := each.strip(" \t"))]
    matches = [MEMBER.fullmatch(member) for member in members]
    found = tuple((match[1], match[2]) for match in matches if match)
    is_whole = len(found) == len(members) <= MOST_MEMBERS and len({key for key, _ in found}) == len(found)
    return found if is_whole else ()
