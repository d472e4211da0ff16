"""What records say: each understood by the source it came from, with the meaning of one configuration."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from collectors import own
from collectors.collector import Collector
from collectors.columns import Columns
from collectors.event import Record
from collectors.meaning import Meaning
from collectors.rows import Rows, excerpt_of
from collectors.segment import Frame
from collectors.sources import open_source
from collectors.sources.cloudevents import CloudEventsSource
from collectors.sources.otlp import Otlp

log = logging.getLogger(__name__)
READ = "application/vnd.syncline.read"  # content type of the record that a source was read to its end; it holds when the read began


class Understanding:
    """Understands records of `sources`, and of what comes by itself, whether the configuration names it or not."""

    def __init__(self, sources: Iterable[Collector], meaning: Meaning) -> None:
        self._sources = {source.name: source for source in sources}
        self._received: dict[str, Collector] = {
            Otlp.kind: Otlp(Otlp.kind, Path(), Otlp.Settings()),
            CloudEventsSource.kind: CloudEventsSource(CloudEventsSource.kind, Path(), CloudEventsSource.Settings()),
        }
        self._meaning = meaning

    def columns_of(self, frames: Iterable[Frame]) -> Columns:
        """What a batch says."""
        rows = Rows()
        for frame in frames:
            self.decode(frame.record, rows)
        return Columns(rows)

    def decode(self, record: Record, rows: Rows) -> None:
        """Adds what a record says to `rows`; what cannot be understood becomes a rejected row, whatever is wrong."""
        if record.content_type == READ:
            rows.reads.append((record.source, int(record.payload), record.recorded_ns))
            return
        if record.content_type == own.CONTENT_TYPE:
            own.decode(record, rows)
            return
        received = self._received.get(record.source, self._received[Otlp.kind]) if record.after is None else None
        source = self._sources.get(record.source) or received
        if source is None:
            rows.reject(
                record,
                record.position,
                "record",
                f"no source is called {record.source!r} in the configuration any more; put it back, and `syncline retry` reads this record",
                excerpt_of(record),
            )
            return
        try:
            source.decode(record, self._meaning, rows)
        except Exception:  # our mistake, told loudly in the log; one record must not keep all others out of the tables
            log.exception("reading the record %s of %s failed", record.position, record.source)
            rows.reject(
                record,
                record.position,
                "record",
                "a fault of Syncline kept this record from being read (see the log); `syncline retry` tries it again",
                excerpt_of(record),
            )


def understanding_of(entries: Sequence[dict[str, Any]], folder: Path, meaning: Meaning) -> Understanding:
    """The understanding that checked entries of the section `sources` make; in any process, since nothing of it is open."""
    return Understanding([open_source(entry, folder) for entry in entries], meaning)
