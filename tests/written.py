"""Events and spans as tests make them, written into a store as the loader would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from collectors.event import Event
from metrics.refresh import Refresher
from metrics.workflows import Definitions
from sql import store as ground
from tests.belonging_oracle import Span
from tests.working_time_oracle import SECOND


@dataclass(frozen=True, slots=True)
class Batch:
    """What arrives together."""

    events: tuple[Event, ...] = ()
    spans: tuple[Span, ...] = ()

    def _repr_pretty_(self, printer, cycle: bool) -> None:
        printer.text(f"Batch({[e.event_id for e in self.events]}, {[s.span_id for s in self.spans]})")


def write(store: ground.Store, batch: Batch) -> None:
    """Appends the batch to the tables as the loader would: numbered onwards, what is there already (same identity) left out."""
    with store.write() as cursor:
        here = {r[0] for r in cursor.execute("select identity from events").fetchall()}
        spanned = {r[0] for r in cursor.execute("select span_id from spans").fetchall()}
        events = [e for e in batch.events if e.identity not in here]
        spans = [s for s in batch.spans if s.span_id not in spanned]
        first_event = cursor.execute("select coalesce(max(event_no), 0) + 1 from events").fetchall()[0][0]
        first_span = cursor.execute("select coalesce(max(span_no), 0) + 1 from spans").fetchall()[0][0]
        for table, rows in [*event_rows(events, first_event), *span_rows(spans, first_span)]:
            ground.insert(cursor, table, pd.DataFrame(rows, dtype=object).dropna(axis="columns", how="all"))


def write_reads(store: ground.Store, reads: Sequence[tuple[str, int]]) -> None:
    with store.write() as cursor:
        for source, read_ns in reads:
            cursor.execute("insert into source_reads values (?, ?, ?)", [source, read_ns, read_ns])


def event_rows(events: Sequence[Event], first: int) -> list[tuple[str, list[dict]]]:
    numbered = list(enumerate(events, first))
    rows = [{"event_no": no, **{name: value for name, value in e._asdict().items() if name != "objects"}} for no, e in numbered]
    objects = [{"event_no": no, "object_type": kind, "object_id": i} for no, e in numbered for kind, i in e.objects]
    return [("events", rows), ("event_objects", objects)]


def span_rows(spans: Sequence[Span], first: int) -> list[tuple[str, list[dict]]]:
    numbered = list(enumerate(spans, first))
    rows = [
        {
            "span_no": no,
            "span_id": s.span_id,
            "id_hash": id_hash(s.span_id),
            "trace_id": s.span_id[:32],
            "parent_id": s.parent_id,
            "name": "process",
            "kind": 5,
            "start_ns": s.end_ns - SECOND,
            "end_ns": s.end_ns,
            "is_error": s.is_error,
            "message_id": s.message_id,
            "conversation_id": s.conversation_id,
            "is_event": s.is_event,
            "attributes": "{}",
            "resource": "{}",
            "span_events": "[]",
            "source": "traces",
            "position": f"t:{no}",
            "recorded_ns": s.recorded_ns,
        }
        for no, s in numbered
    ]
    links = [{"span_no": no, "span_id": s.span_id, "linked_span_id": linked} for no, s in numbered for linked in s.links]
    objects = [{"span_no": no, "span_id": s.span_id, "object_type": kind, "object_id": i} for no, s in numbered for kind, i in s.objects]
    return [("spans", rows), ("span_links", links), ("span_objects", objects)]


def id_hash(identity: str) -> int:
    """As the loader numbers identities: a span id's own 64 bits; here anything stable will do for the others."""
    return int(identity[32:], 16) if len(identity) == 48 else sum(n * ord(c) for n, c in enumerate(identity, 1))


def refresh(store: ground.Store, definitions: Definitions) -> None:
    Refresher(store, definitions).refresh()
