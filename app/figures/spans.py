"""Which spans of a path's traces are shown, and in what order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

Span = dict[str, Any]
Trace = list[Span]


def traces_of(spans: Sequence[Span]) -> list[Trace]:
    """One list a trace, by its first span; in each, every span right after its parent, with its depth."""
    by_trace = [list(group) for _, group in groupby(sorted(spans, key=lambda s: s["trace_id"]), key=lambda s: s["trace_id"])]
    return sorted((nested(trace) for trace in by_trace), key=start_of)


def nested(trace: Trace) -> Trace:
    """Parents before children, by start; a span whose parent is unknown, or is its own ancestor, stands at the root."""
    ordered = sorted(trace, key=lambda s: (s["start_ns"], s["span_id"]))
    known, children = {span["span_id"] for span in trace}, _children(ordered)
    found: dict[str, Span] = {}
    # The roots first; whatever is left then hangs in a circle, and is entered where it starts.
    for root in [span for span in ordered if span["parent_id"] not in known] + ordered:
        waiting = [(root, 0)]
        while waiting:
            span, depth = waiting.pop()
            if span["span_id"] not in found:
                found[span["span_id"]] = {**span, "depth": depth}
                waiting += [(child, depth + 1) for child in reversed(children.get(span["span_id"], []))]
    return list(found.values())


def chosen(traces: Sequence[Trace], limit: int) -> set[str]:
    """The ids of at most `limit` spans: events and errors with all above them first, because they are why one looks; then the earliest."""
    spans = {span["span_id"]: span for trace in traces for span in trace}
    wanted = [span for span in spans.values() if span["is_error"] or span["is_event"]]
    ids: dict[str, None] = {}
    for span in wanted:
        family = [one for one in _upwards(span, spans) if one not in ids]
        if len(ids) + len(family) <= limit:
            ids.update(dict.fromkeys(family))
    rest = [span_id for span_id in spans if span_id not in ids]
    return {*ids, *rest[: limit - len(ids)]}


def start_of(trace: Trace) -> int:
    return min(span["start_ns"] for span in trace)


def end_of(trace: Trace) -> int:
    return max(span["end_ns"] for span in trace)


def _children(spans: Sequence[Span]) -> dict[str | None, list[Span]]:
    children: dict[str | None, list[Span]] = {}
    for span in spans:
        children.setdefault(span["parent_id"], []).append(span)
    return children


def _upwards(span: Span | None, spans: dict[str, Span]) -> Iterator[str]:
    """Its id and those of the known spans above it, each once."""
    seen: set[str] = set()
    while span and span["span_id"] not in seen:
        seen.add(span["span_id"])
        yield span["span_id"]
        span = spans.get(span["parent_id"] or "")
