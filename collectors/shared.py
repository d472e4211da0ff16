"""The journal that several machines have in common: records are in the lake, and every machine keeps a copy of all in its own journal.

What was read from a source goes to the lake at once, by whoever holds the duty to read it. The number of a record's row in the lake,
plus one, is its number in every machine's own journal: all that is made of a journal is made as on a machine that is alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import duckdb

from collectors.event import Record
from collectors.journal import Journal, segments, sync_folder
from collectors.segment import Frame
from collectors.spool import AT_ONCE, rows_of
from sql import models
from sql.lake import Lake
from sql.store import insert


class DutyLost(Exception):
    """Another machine does by now what this one did; nothing of what was to be done was done."""


class NotThisLake(Exception):
    """The lake's records do not follow on those of this machine: it is another lake, or one from a backup."""


Hold = Callable[[duckdb.DuckDBPyConnection, str], None]


class Duty:
    """What only one machine may do. Whoever takes it over ends all that was begun under it before."""

    def __init__(self, lake: Lake, what: str, holder: str) -> None:
        self._lake, self._what, self._holder = lake, what, holder
        self._term = 0

    def take(self) -> None:
        """It is this machine's from now on: what another one has begun under it is refused when it commits."""

        def take_over(cursor: duckdb.DuckDBPyConnection) -> None:
            self._write(cursor, self._newest(cursor) + 1)

        self._lake.write(take_over)

    def hold(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Writes the term anew, in the transaction of what is done under it: two that write it at once cannot both commit."""
        if not self._term or self._newest(cursor) != self._term:
            raise DutyLost(f"{self._what} is another machine's by now")
        self._write(cursor, self._term)

    def _newest(self, cursor: duckdb.DuckDBPyConnection) -> int:
        return int(cursor.execute(models.text("lake/term"), {"what": self._what}).fetchall()[0][0])

    def _write(self, cursor: duckdb.DuckDBPyConnection, term: int) -> None:
        cursor.execute("delete from terms where what = $1", [self._what])
        cursor.execute("insert into terms values ($1, $2, $3)", [self._what, term, self._holder])
        self._term = term


class SharedJournal:
    """In the place of a Journal. `hold` is asked, in the transaction of what is appended, whether its source is still this machine's."""

    def __init__(self, folder: Path, following: Lake, writing: Lake, hold: Hold) -> None:
        self._following, self._writing, self._hold = following, writing, hold
        self._copy = Journal(folder)
        self._turn = threading.Lock()
        self._id_file = folder / "lake"
        self._is_known = False  # that it is this machine's lake
        self._snapshot = -1  # of the lake, to which it was followed
        self.folder, self.problems = folder, self._copy.problems

    @property
    def last(self) -> int:
        return self._copy.last

    def read(self, after: int) -> Iterator[Frame]:
        return self._copy.read(after)

    def durable(self) -> list[tuple[Path, int | None]]:
        return self._copy.durable()

    def continue_after(self, number: int) -> None:
        """What the copy lost, or a machine that began with another one's tables never had, comes from the lake."""

    def close(self) -> None:
        with self._turn:
            self._copy.close()

    def append(self, records: Sequence[Record], patience_seconds: float | None = None) -> None:
        """What was read from a source, in the lake when this returns. Raises DutyLost, LakeUnavailable."""
        if not records:
            return
        frame, source = rows_of([(None, None, record) for record in records]), records[0].source

        def add(cursor: duckdb.DuckDBPyConnection) -> None:
            self._hold(cursor, source)
            insert(cursor, "records", frame)

        self._writing.write(add)

    def follow(self) -> int:
        """Copies what is new in the lake into this machine's journal; how many records. Raises NotThisLake, LakeUnavailable."""
        with self._turn:
            begun = self.last
            with self._following.read() as cursor:
                self._check_lake(cursor)
                snapshot = int(cursor.execute("from ducklake_current_snapshot('lake')").fetchall()[0][0])
                if snapshot != self._snapshot:
                    self._take(self._newer(cursor, begun, snapshot))
                    self._snapshot = snapshot
            return self.last - begun

    def _newer(self, cursor: duckdb.DuckDBPyConnection, begun: int, snapshot: int) -> duckdb.DuckDBPyConnection:
        """Of the snapshots since the last look only, unless they are forgotten by now: a look costs the same however much there is."""
        if self._snapshot >= 0:
            try:
                between = {"first": self._snapshot + 1, "last": snapshot, "from": begun}
                return cursor.execute(models.text("lake/inserted"), between)
            except duckdb.InvalidInputException:
                pass
        return cursor.execute(models.text("lake/newer"), {"from": begun})

    def _take(self, rows: duckdb.DuckDBPyConnection) -> None:
        while found := rows.fetchmany(AT_ONCE):
            if found[0][0] != self.last or found[-1][0] != self.last + len(found) - 1:
                self._snapshot = -1
                raise NotThisLake(f"the lake goes on with record {found[0][0] + 1:,}, {self.folder} ends with {self.last:,}")
            self._copy.append([Record(*fields) for _, *fields in found])

    def _check_lake(self, cursor: duckdb.DuckDBPyConnection) -> None:
        if self._is_known:
            return
        found = str(cursor.execute(models.text("lake/id")).fetchall()[0][0])
        known = self._id_file.read_text() if self._id_file.exists() else ""
        if (known or found) != found or (not known and self.last):
            raise NotThisLake(f"{self.folder} has the records of {f'the lake {known}' if known else 'no lake'}, this is the lake {found}")
        if self.last > int(cursor.execute("select count(*) from records").fetchall()[0][0]):
            raise NotThisLake(f"{self.folder} has {self.last:,} records, more than the lake {found}: that is an older state of it")
        if not known:
            self._id_file.write_text(found)
            sync_folder(self.folder)
        self._is_known = True

    def begin_anew(self) -> None:
        """Forgets the copy and takes it from the lake again: the way out where it is damaged."""
        with self._turn:
            self._copy.close()
            for _, path in segments(self.folder):
                path.unlink()
            sync_folder(self.folder)
            self._copy, self._snapshot = Journal(self.folder), -1
            self.problems = self._copy.problems
        self.follow()
