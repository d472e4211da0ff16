"""The spool of a machine that receives: what it was sent is on its disk first, and acknowledged then; from there it goes to the lake."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from uuid import uuid4

import pandas as pd

from collectors.event import Record
from collectors.journal import Journal, JournalUnavailable, sync_folder
from collectors.segment import Frame
from sql import models
from sql.lake import Lake
from sql.store import insert

AT_ONCE = 2_000  # records of one commit
FIELDS = ("source", "position", "payload", "content_type", "recorded_ns", "stream", "after")
NOT_YET = "what was sent is kept by {machine}, and is not in the lake yet. Send it again: it is counted once."


class Spool:
    """In the place of a Journal for receivers. With `waits` something is acknowledged only when the lake has it."""

    def __init__(self, folder: Path, lake: Lake, machine: str, *, waits: bool = False) -> None:
        self._journal = Journal(folder)
        self._lake, self._machine, self._waits = lake, machine, waits
        self._name_file = folder / "name"
        self.name = self._name_file.read_text() if self._name_file.exists() else self._named_anew()
        self.folder, self.problems = folder, self._journal.problems
        self._begun_with = self._journal.last
        self._forwarded: int | None = None  # None: the lake knows
        self._known = 0  # the newest that was known to be forwarded
        self._moved, self._forwarding = threading.Condition(), threading.Lock()

    @property
    def last(self) -> int:
        return self._journal.last

    @property
    def waiting(self) -> int:
        """How many records were received and are not known to be in the lake."""
        return self._journal.last - self._known

    def append(self, records: Sequence[Record], patience_seconds: float | None = None) -> None:
        """On this machine's disk when it returns; with `waits`, in the lake. Raises JournalUnavailable."""
        begun = time.monotonic()
        numbers = self._journal.append(records, patience_seconds)
        if not self._waits or not numbers:
            return
        left = None if patience_seconds is None else max(0.0, patience_seconds - (time.monotonic() - begun))
        with self._moved:
            if not self._moved.wait_for(lambda: self._known >= numbers[-1], left):
                raise JournalUnavailable(NOT_YET.format(machine=self._machine))

    def forward(self) -> int:
        """Brings what was received to the lake; how many records. Whether a commit that failed was made after all is looked up there.
        Raises LakeUnavailable."""
        with self._forwarding:
            return self._forward()

    def _forward(self) -> int:
        if self._forwarded is None:
            self._forwarded = self._looked_up()
            self._tell(self._forwarded)
        begun = self._forwarded
        while frames := list(islice(self._journal.read(self._forwarded), AT_ONCE)):
            rows = rows_of([(self.name, frame.number, _as_received(frame)) for frame in frames])
            self._forwarded, newest = None, frames[-1].number
            self._lake.write(lambda cursor, rows=rows: insert(cursor, "records", rows))  # type: ignore[misc]
            self._forwarded = newest
            self._tell(newest)
        self._journal.let_go(self._forwarded)
        return self._forwarded - begun

    def close(self) -> None:
        self._journal.close()

    def _looked_up(self) -> int:
        """Where a disk lost records that the lake has, their numbers were given to others since: these all go there under another name.
        What was there already is known by what it is."""
        with self._lake.read() as cursor:
            found = int(cursor.execute(models.text("lake/forwarded"), {"spool": self.name}).fetchall()[0][0])
        if found <= max(self._begun_with, self._known):
            return found
        self.name, self._known = self._named_anew(), 0
        self._journal.problems.append(f"{self.folder} began with record {self._begun_with:,}, the lake has {found:,} of it: it lost some.")
        return 0

    def _named_anew(self) -> str:
        name = f"{self._machine}/{uuid4().hex}"
        draft = self._name_file.with_suffix(".new")
        draft.write_text(name)
        draft.rename(self._name_file)
        sync_folder(self._name_file.parent)
        return name

    def _tell(self, forwarded: int) -> None:
        with self._moved:
            self._known = forwarded
            self._moved.notify_all()


def rows_of(told: Sequence[tuple[str | None, int | None, Record]]) -> pd.DataFrame:
    """As the lake's table of records takes them."""
    columns: dict[str, pd.Series] = {
        "spool": pd.Series([spool for spool, _, _ in told], dtype=object),
        "number": pd.Series([number for _, number, _ in told], dtype="Int64"),
    }
    columns |= {name: pd.Series([getattr(record, name) for _, _, record in told], dtype=object) for name in FIELDS}
    return pd.DataFrame(columns)


def _as_received(frame: Frame) -> Record:
    """Without the place that the spool gave it: what two machines received first would have one place. All machines' number will be it."""
    return replace(frame.record, position="") if frame.record.position == str(frame.number) else frame.record
