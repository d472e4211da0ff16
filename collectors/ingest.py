"""The intake: polls sources into the journal, and loads what the journal holds into the tables."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import islice, takewhile
from typing import Any

import duckdb
import pandas as pd

from collectors.classify import ErrorRules
from collectors.collector import Clock, Collector, Keep, Trouble
from collectors.columns import Columns, frame_of
from collectors.event import Record
from collectors.identifiers import Identifiers
from collectors.journal import examine
from collectors.meaning import Meaning
from collectors.record_store import RecordStore
from collectors.retry import RetryReport, retry
from collectors.rows import INT, TEXT
from collectors.segment import Frame
from collectors.understanding import READ, Understanding
from collectors.workers import Make, understood
from sql.store import Store, insert

log = logging.getLogger(__name__)
APPEND_BYTES, APPEND_RECORDS = 4 << 20, 5_000  # one sync of a poll: syncing costs nothing then, and progress is seen
LOAD_BYTES, LOAD_FRAMES = 16 << 20, 50_000  # one transaction of the loader
FILLED = (
    "spans",
    "span_links",
    "span_objects",
    "log_rows",
    "events",
    "event_objects",
    "stock_snapshots",
    "rejected",
    "source_positions",
    "unmapped_records",
    "unmapped_newest",
    "source_reads",
)
READ_NS = 60 * 10**9  # such a record is written once a minute, however often a source is read
Progress = Callable[[str, int], None]  # source, records so far


class RecordsLost(Exception):
    """The journal holds less than the tables were made from; the text says how much."""


@dataclass(slots=True)
class IntakeReport:
    """What a poll found: records by source, every trouble as (source, sentence), and which sources could not be read at all."""

    records: dict[str, int] = field(default_factory=dict)
    troubles: list[tuple[str, str]] = field(default_factory=list)
    down: set[str] = field(default_factory=set)


@dataclass(slots=True)
class LoadReport:
    """What a load added. `repeats` were known already; `last` is the newest frame in the tables."""

    frames: int = 0
    spans: int = 0
    logs: int = 0
    events: int = 0
    snapshots: int = 0
    rejected: int = 0
    repeats: int = 0
    last: int = 0

    def add(self, stored: dict[str, int]) -> None:
        for name, count in stored.items():
            setattr(self, name, getattr(self, name) + count)


class Intake:
    """The way from `sources` over `journal` into the tables of `store`. `clock` tells when a record was told to us.

    `make` makes in another process what understands the records of `sources`; without it everything is understood in this one.
    """

    def __init__(
        self,
        store: Store,
        journal: RecordStore,
        sources: Sequence[Collector],
        identifiers: Identifiers,
        rules: ErrorRules,
        clock: Clock,
        make: Make | None = None,
    ) -> None:
        self._store, self._journal, self._clock = store, journal, clock
        self._sources = {source.name: source for source in sources}
        self._understanding, self._make = Understanding(sources, Meaning(identifiers, rules)), make
        self._polling = {name: threading.Lock() for name in self._sources}  # a slow source keeps nobody else waiting
        self._read_ns: dict[str, int] = {}  # source → the read that was kept last
        self._loading = threading.Lock()
        journal.continue_after(self.loaded())
        self._after = self._positions()

    # -- sources → journal
    def poll(self, names: Iterable[str] | None = None, on_progress: Progress | None = None) -> IntakeReport:
        """Reads all (or the named) sources to their end into the journal. A source in trouble never keeps another from being read."""
        report = IntakeReport()
        for name in self._sources if names is None else names:
            with self._polling[name]:
                report.records[name], begun_ns, troubles = 0, self._clock(), len(report.troubles)
                for batch in _batches(self._read(name, report)):
                    self._journal.append(batch)
                    self._after[name].update((record.stream, record.after) for record in batch if record.after)
                    self._sources[name].kept(batch)
                    report.records[name] += len(batch)
                    if on_progress:
                        on_progress(name, report.records[name])
                if self._sources[name].shows_all and len(report.troubles) == troubles:
                    self._mark_read(name, begun_ns)
        return report

    def _mark_read(self, name: str, begun_ns: int) -> None:
        """Keeps that the source is known up to `begun_ns`: a read that found nothing tells something too."""
        if begun_ns - self._read_ns.get(name, 0) >= READ_NS:
            self._journal.append([Record(name, f"read:{begun_ns}", str(begun_ns).encode(), READ, self._clock())])
            self._read_ns[name] = begun_ns

    def reread(self, name: str) -> None:
        """Where a source was left is what the journal says: another machine has read it meanwhile, or it is not known what was kept."""
        with self._polling[name]:
            self._after[name] = self._positions()[name]

    def let_go(self, name: str) -> None:
        """Another machine reads this source from now on: what this one keeps open of it, or has taken and not kept, goes back."""
        with self._polling[name]:
            self._sources[name].close()

    def close(self) -> None:
        """Lets the sources go of what they kept open between two polls."""
        for name, source in self._sources.items():
            with self._polling[name]:
                source.close()

    def _read(self, name: str, report: IntakeReport) -> Iterator[Record | Keep]:
        after = dict(self._after[name])
        try:
            for found in self._sources[name].read(after, self._clock):
                if isinstance(found, Trouble):
                    report.troubles.append((name, found.sentence))
                    report.down |= set() if found.stream else {name}
                else:
                    yield found
        except Exception:  # our mistake, told loudly in the log; one source must not keep all others from being read
            log.exception("reading the source %s failed", name)
            report.down.add(name)
            report.troubles.append((name, "a fault of Syncline kept this source from being read to its end (see the log)."))

    def _positions(self) -> dict[str, dict[str, str]]:
        """Where each stream of each source was left. The journal is the authority: what it holds beyond the tables counts."""
        with self._store.read() as cursor:
            known = cursor.execute("select source, stream, position from source_positions").fetchall()
        found: dict[str, dict[str, str]] = {name: {} for name in self._sources}
        for source, stream, position in known:
            found.setdefault(source, {})[stream] = position
        for frame in self._journal.read(self.loaded()):
            if frame.record.after:
                found.setdefault(frame.record.source, {})[frame.record.stream] = frame.record.after
        return found

    # -- journal → tables
    def loaded(self) -> int:
        """The number of the newest frame that is in the tables."""
        return self._mark("journal_loaded")

    def _mark(self, key: str) -> int:
        with self._store.read() as cursor:
            found = cursor.execute("select value from meta where key = ?", [key]).fetchall()
        return int(found[0][0]) if found else 0

    def load(self, on_progress: Progress | None = None) -> LoadReport:
        """Moves every frame that is not in the tables yet into them, in transactions of LOAD_BYTES."""
        report = LoadReport()
        with self._loading, self._store.many_writes(), _no_garbage_search():
            report.last = self.loaded()
            batches = _frame_batches(self._journal.read(report.last))
            with closing(understood(batches, self._journal.last, self._understanding, self._make)) as all_understood:
                for frames, columns in all_understood:
                    report.add(self._store_frames(frames, columns))
                    report.frames += len(frames)
                    report.last = frames[-1].number
                    del frames, columns  # before the next are made
                    gc.collect(0)
                    if on_progress:
                        on_progress("journal", report.frames)
        return report

    def rebuild(self, on_progress: Progress | None = None, anyway: bool = False) -> LoadReport:
        """Empties the tables and loads them anew from the journal. Raises RecordsLost when that would lose rows, unless `anyway`."""
        with self._loading:
            if not anyway:
                self._check_whole()
            with self._store.write() as cursor:
                for table in FILLED:
                    cursor.execute(f"delete from {table}")
                cursor.execute("delete from meta where key in ('journal_loaded', 'journal_records')")
        return self.load(on_progress)

    def retry(self, names: Collection[str] = ()) -> RetryReport:
        """Reads anew what was rejected (of all or the named sources); what is understood now is in the tables, as after a rebuild."""
        with self._loading:
            return retry(self._store, self._loaded_frames, _frame_batches, self._understanding.decode, names)

    def rejecting(self) -> set[str]:
        """The sources of which something is rejected, among them those the configuration no longer names."""
        with self._store.read() as cursor:
            return {name for (name,) in cursor.execute("select distinct source from rejected").fetchall()}

    def _loaded_frames(self) -> Iterator[Frame]:
        loaded = self.loaded()
        return takewhile(lambda frame: frame.number <= loaded, self._journal.read(0))

    def _check_whole(self) -> None:
        known, there = self._mark("journal_records"), examine(self._journal.folder).records
        if there < known:
            raise RecordsLost(
                f"the journal {self._journal.folder} holds {there:,} records, the tables were made from {known:,}: a rebuild would lose "
                "what only the tables still have. Bring the journal's files back from a backup, or rebuild with --anyway to go on without."
            )

    def _store_frames(self, frames: list[Frame], columns: Columns) -> dict[str, int]:
        """All of a batch, in one transaction."""
        with self._store.write() as cursor:
            stored = columns.store(cursor)
            _move_positions(cursor, frames)
            _move_marks(cursor, journal_loaded=frames[-1].number, journal_records=self._mark("journal_records") + len(frames))
        return stored


@contextmanager
def _no_garbage_search() -> Iterator[None]:
    """Python's search for garbage cycles, off: a batch makes a million small objects that all live to its end, and looking through
    them again and again took a fifth of the time (20,500 spans/s instead of 25,700, from the journal to tables on disk). Two loads
    at once are impossible, so nobody else switches it on meanwhile."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _batches(records: Iterator[Record | Keep]) -> Iterator[list[Record]]:
    batch: list[Record] = []
    size = 0
    for record in records:
        if not isinstance(record, Keep):
            batch.append(record)
            size += len(record.payload)
        if batch and (isinstance(record, Keep) or size >= APPEND_BYTES or len(batch) >= APPEND_RECORDS):
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _frame_batches(frames: Iterator[Frame]) -> Iterator[list[Frame]]:
    while batch := list(islice(frames, 1)):
        size = len(batch[0].record.payload)
        for frame in islice(frames, LOAD_FRAMES):
            batch.append(frame)
            size += len(frame.record.payload)
            if size >= LOAD_BYTES:
                break
        yield batch


def _move_marks(cursor: duckdb.DuckDBPyConnection, **marks: int) -> None:
    """The newest frame in the tables, and how many frames they were made from: fewer than its number where some were lost before."""
    cursor.execute("delete from meta where key in ('journal_loaded', 'journal_records')")
    cursor.executemany("insert into meta values (?, ?)", [[key, str(number)] for key, number in marks.items()])


def _move_positions(cursor: duckdb.DuckDBPyConnection, frames: list[Frame]) -> None:
    """Each stream's newest position and how many records it gave so far."""
    streams: dict[tuple[str, str], list[Any]] = {}
    for _, record in frames:
        if record.after:
            counted = streams.get((record.source, record.stream), [None, 0, None])[1]
            streams[record.source, record.stream] = [record.after, counted + 1, record.recorded_ns]
    if not streams:
        return
    columns = [list(c) for c in zip(*((s, t, *state) for (s, t), state in streams.items()), strict=True)]
    moved: pd.DataFrame = frame_of({"source": TEXT, "stream": TEXT, "position": TEXT, "records": INT, "read_ns": INT}, columns)
    cursor.register("moved", moved)
    before = cursor.execute("select m.source, m.stream, p.records from moved m join source_positions p using (source, stream)").fetchall()
    cursor.execute("delete from source_positions where (source, stream) in (select (source, stream) from moved)")
    cursor.unregister("moved")
    counts = {(source, stream): records for source, stream, records in before}
    moved["records"] += [counts.get(key, 0) for key in zip(moved["source"], moved["stream"], strict=True)]
    insert(cursor, "source_positions", moved)
