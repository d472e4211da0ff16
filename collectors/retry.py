"""Tries again what was rejected: reads the records behind it anew from the journal, as a rebuild would, and leaves all others alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from collectors.columns import Columns, frame_of
from collectors.event import Record
from collectors.rows import INT, TEXT, UINT, Rows
from collectors.segment import Frame
from sql import models
from sql.store import Store

Key = tuple[str, int]  # source and the moment a record was told: what its rows carry, whatever position a mapping gave them
Frames = Callable[[], Iterator[Frame]]
Batches = Callable[[Iterator[Frame]], Iterable[list[Frame]]]
Decode = Callable[[Record, Rows], None]


@dataclass(slots=True)
class RetryReport:
    """Records read again, things of them that are no longer rejected, events that gave, and how many things still are."""

    records: int = 0
    understood: int = 0
    events: int = 0
    rejected: int = 0


def retry(store: Store, frames: Frames, batches: Batches, decode: Decode, sources: Collection[str]) -> RetryReport:
    """All that was rejected (of the named sources, if any), tried once more. All of that is stored, or nothing."""
    report = RetryReport()
    changed = _changed(_rejected(store, sources), frames(), decode, report)
    with store.write() as cursor:
        events, refused = _count(cursor, "events"), _count(cursor, "rejected", sources)
        if changed:
            _store(cursor, changed, batches(_chosen(frames(), changed)), decode)
        report.events = max(0, _count(cursor, "events") - events)
        report.rejected = _count(cursor, "rejected", sources)
        report.understood = max(0, refused - report.rejected)
    return report


def _rejected(store: Store, sources: Collection[str]) -> dict[Key, set[int]]:
    """What was rejected, by the record it came from; each thing by a number, since there may be millions."""
    found: dict[Key, set[int]] = {}
    with store.read() as cursor:
        cursor.execute("select source, recorded_ns, position, part, reason from rejected")
        while rows := cursor.fetchmany(10_000):
            for source, recorded_ns, *thing in rows:
                if not sources or source in sources:
                    found.setdefault((source, recorded_ns), set()).add(hash(tuple(thing)))
    return found


def _changed(known: dict[Key, set[int]], frames: Iterator[Frame], decode: Decode, report: RetryReport) -> set[Key]:
    """The records of which something is no longer rejected, or for another reason. What the journal has lost stays as it is."""
    there: set[Key] = set()
    for frame in _chosen(frames, known):
        rows, key = Rows(), _key(frame)
        decode(frame.record, rows)
        refused = [*rows.rejected, *(row for _, row in (*rows.span_rejected, *rows.log_rejected))]
        known[key] -= {hash(row[1:4]) for row in refused}
        there.add(key)
        report.records += 1
    return {key for key in there if known[key]}


def _store(cursor: duckdb.DuckDBPyConnection, changed: set[Key], batches: Iterable[list[Frame]], decode: Decode) -> None:
    """Puts what the changed records say in the place of what they said.

    Only events that came on top are computed like new ones. Where rows went, everything is computed anew from the events.
    """
    cursor.register("retried_keys", frame_of({"source": TEXT, "recorded_ns": INT}, list(zip(*changed, strict=True))))
    cursor.execute("create or replace temp table retried as from retried_keys")
    cursor.unregister("retried_keys")
    models.run(cursor, "retry/forget")
    for frames in batches:
        rows = Rows()
        for frame in frames:
            decode(frame.record, rows)
        _displace(cursor, rows)
        Columns(rows).store(cursor)
    if cursor.execute("select sum(row_count) from forgotten").fetchall()[0][0]:
        cursor.execute("delete from meta where key = 'definitions'")


def _displace(cursor: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    identities = [(span[1], span[0], span[-1]) for span in rows.spans]
    identities += [(log[2], log[1], log[-1]) for log in rows.logs]
    identities += [(event.id_hash, event.identity, event.recorded_ns) for event in rows.events]
    stock = [row[-3:] for row in rows.stock]
    kinds = {"id_hash": UINT, "identity": TEXT, "recorded_ns": INT}
    cursor.register("understood", frame_of(kinds, _columns(identities)))
    cursor.register("understood_stock", frame_of({"source": TEXT, "position": TEXT, "recorded_ns": INT}, _columns(stock)))
    models.run(cursor, "retry/displace")
    cursor.unregister("understood")
    cursor.unregister("understood_stock")


def _columns(rows: list[Any]) -> list[Any]:
    return list(zip(*rows, strict=True)) or [(), (), ()]


def _chosen(frames: Iterator[Frame], keys: Collection[Key]) -> Iterator[Frame]:
    return (frame for frame in frames if _key(frame) in keys)


def _key(frame: Frame) -> Key:
    return frame.record.source, frame.record.recorded_ns


def _count(cursor: duckdb.DuckDBPyConnection, table: str, sources: Collection[str] = ()) -> int:
    only = "where list_contains($1, source)" if sources else ""
    return int(cursor.execute(f"select count(*) from {table} {only}", [list(sources)] if sources else None).fetchall()[0][0])
