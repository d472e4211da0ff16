"""The journal: every record of every source on disk, fsynced, before anything else happens to it.

A segment file is a row of blocks (collectors/segment.py); one block is what one sync made durable. Frame numbers run on over segments,
whose files are named after their first frame.
"""

from __future__ import annotations

import fcntl
import os
import threading
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, count, pairwise
from pathlib import Path
from typing import NamedTuple, TextIO

from collectors.event import Record
from collectors.segment import Block, Frame, block_of, encoded, frames_of, scan

DAMAGED = "damaged"  # the folder for what is no whole block
SEGMENT_BYTES = 64 << 20
COMMIT_BYTES = 32 << 20  # one sync takes at most this much (or one append, if that is larger)
RESERVE_BYTES = 32 << 20  # so much stays free on the disk: DuckDB needs room as well, and a full disk must refuse, not tear


class JournalBusy(Exception):
    """Another process has the journal open; the text says which."""


class JournalUnavailable(Exception):
    """Nothing can be made durable at the moment; nothing of the append was kept. The text says why."""


class Examination(NamedTuple):
    """What a journal holds: how many records, the number of the newest, and a sentence for each damage."""

    records: int
    newest: int
    problems: list[str]


class Journal:
    """Opens `folder` for this process alone. Damage found is put aside and told in `problems`; the rest is served."""

    def __init__(self, folder: Path, segment_bytes: int = SEGMENT_BYTES, reserve_bytes: int = RESERVE_BYTES) -> None:
        self.folder = folder
        self.problems: list[str] = []
        self._segment_bytes, self._reserve_bytes = segment_bytes, reserve_bytes
        folder.mkdir(parents=True, exist_ok=True)
        self._lock_file = lock(folder / "lock")
        self._waiting: list[_Append] = []
        self._turn, self._is_syncing = threading.Condition(), False
        self._fd, self._end, self._broken = -1, 0, ""
        self._starts: dict[Path, list[tuple[int, int]]] = {}  # segments written or checked by us: (first frame, offset) of each block
        self.last = 0
        self._open_newest()

    def append(self, records: Sequence[Record], patience_seconds: float | None = None) -> list[int]:
        """The frame numbers of `records`, once they are on disk. Raises JournalUnavailable when they are not (within that time, if given).

        Whoever finds no sync under way does the next one and takes along all that waits, so a sync starts as soon as the last has
        ended. A fixed window of 50 ms gave 1,560 spans/s over 4 connections; this gives as many syncs as the disk can do.
        """
        if not records:
            return []
        mine = _Append(records)
        with self._turn:
            self._waiting.append(mine)
        while batch := self._claim(mine, patience_seconds):
            failure = "the journal failed"
            try:
                failure = self._write(batch)
            finally:
                self._settle(batch, failure)
        if mine.failure:
            raise JournalUnavailable(mine.failure)
        return list(range(mine.first, mine.first + len(records)))

    def read(self, after: int) -> Iterator[Frame]:
        """The frames behind number `after` that were durable when this was called, in order."""
        last = self.last
        segments = self._segments()
        behind = bisect_right([first for first, _ in segments], after + 1)
        for first, path in segments[max(0, behind - 1) :]:
            if first <= last:
                for block in self._blocks(path, after, last):
                    yield from frames_of(block, after)

    def durable(self) -> list[tuple[Path, int | None]]:
        """Every file of it, and how many of its bytes are on disk at this moment (None: it does not grow any more): what a copy takes."""
        with self._turn:
            self._turn.wait_for(lambda: not self._is_syncing)
            closed = [path for _, path in self._segments() if path != self._path]
            return [*((path, None) for path in (*closed, *sorted((self.folder / DAMAGED).glob("*.part")))), (self._path, self._end)]

    def let_go(self, number: int) -> None:
        """Removes the files that hold nothing behind `number`; not the newest one, which knows how numbers go on."""
        with self._turn:
            found = self._segments()
            for (_, path), (first_of_next, _) in pairwise(found):
                if first_of_next - 1 <= number:
                    path.unlink()
                    self._starts.pop(path, None)

    def continue_after(self, number: int) -> None:
        """Numbers given from now on lie above `number`: what was lost with a damaged tail never lends its number to another."""
        with self._turn:
            self._turn.wait_for(lambda: not self._is_syncing)
            if number > self.last:
                self.problems.append(
                    f"{self.folder} ends with record {self.last:,}, the tables know {number:,}: what lies between is lost. "
                    "Bring the files back from a backup before the next rebuild."
                )
                self.last = number
                self._new_segment()

    def close(self) -> None:
        with self._turn:
            self._turn.wait_for(lambda: not self._is_syncing)
            self._broken = f"the journal {self.folder} is closed"
            if self._fd >= 0:
                os.close(self._fd)
                self._fd = -1
        self._lock_file.close()

    # -- writing
    def _claim(self, mine: _Append, patience_seconds: float | None) -> list[_Append]:
        """What this thread has to sync now: at least the oldest append, more up to COMMIT_BYTES; nothing once its own is settled."""
        with self._turn:
            in_time = self._turn.wait_for(lambda: mine.is_settled or not self._is_syncing, patience_seconds)
            if not in_time and mine in self._waiting:
                self._waiting.remove(mine)
                raise JournalUnavailable(f"the journal {self.folder} is slower than its writers; nothing of this was kept")
            self._turn.wait_for(lambda: mine.is_settled or not self._is_syncing)  # on its way to the disk: the answer is near
            if mine.is_settled:
                return []
            self._is_syncing = True
            sizes = accumulate(len(append.data) for append in self._waiting)
            count = max(1, sum(1 for size in sizes if size <= COMMIT_BYTES))
            batch, self._waiting = self._waiting[:count], self._waiting[count:]
            return batch

    def _settle(self, batch: list[_Append], failure: str) -> None:
        with self._turn:
            for append in batch:
                append.failure, append.is_settled = failure, True
                if not failure:
                    self.last = append.first + append.count - 1
            self._is_syncing = False
            self._turn.notify_all()

    def _write(self, batch: list[_Append]) -> str:
        """Empty when durable, else the sentence that says why it is not."""
        if self._broken:
            return self._broken
        first = number = self.last + 1
        for append in batch:
            append.first, number = number, number + append.count
        data = block_of(first, number - first, b"".join(append.data for append in batch))
        try:
            self._check_room(len(data))
            if self._end > self._segment_bytes:
                self._new_segment()
            _write_all(self._fd, data, self._end)
            os.fsync(self._fd)
        except OSError as error:
            self._undo()
            return (
                f"the journal {self.folder} cannot be written: {error.strerror or error}. "
                "Nothing was accepted; it goes on by itself once there is room."
            )
        self._starts[self._path].append((first, self._end))
        self._end += len(data)
        return ""

    def _check_room(self, needed: int) -> None:
        disk = os.fstatvfs(self._fd)
        if disk.f_bavail * disk.f_frsize < needed + self._reserve_bytes:
            raise OSError(28, f"less than {self._reserve_bytes >> 20} MiB free on the disk")

    def _undo(self) -> None:
        """Back to the last durable end. Where not even that works, only opening the journal anew may decide what is there."""
        try:
            os.ftruncate(self._fd, self._end)
        except OSError as error:
            self._broken = (
                f"the journal {self.folder} can neither be written nor repaired ({error.strerror}); restart Syncline once the disk works."
            )

    def _new_segment(self) -> None:
        path = self.folder / f"{self.last + 1:020d}.journal"
        fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        sync_folder(self.folder)
        if self._fd >= 0:
            os.close(self._fd)
        self._fd, self._path, self._end = fd, path, os.fstat(fd).st_size
        self._starts[path] = []

    # -- reading
    def _segments(self) -> list[tuple[int, Path]]:
        return segments(self.folder)

    def _blocks(self, path: Path, after: int, last: int) -> Iterator[Block]:
        """The sound blocks of one segment that hold frames behind `after` and not above `last`."""
        starts = self._starts.get(path, [])
        known = max(0, bisect_right(starts, (after + 1, 1 << 62)) - 1)
        with path.open("rb") as file:
            for block in scan(file, starts[known][1] if starts else 0, after):
                if block.first > last:
                    return
                if block.is_damaged:
                    self._tell_damage(path, block.offset, block.end)
                else:
                    yield block

    def _open_newest(self) -> None:
        """Checks the newest segment whole (older ones were synced and closed; they are checked when read) and cuts a torn end off."""
        segments = self._segments()
        if not segments:
            self._new_segment()
            return
        first, self._path = segments[-1]
        self._fd = os.open(self._path, os.O_RDWR)
        self.last, starts = first - 1, []
        with self._path.open("rb") as file:
            for block in scan(file):
                if block.is_damaged:
                    self._tell_damage(self._path, block.offset, block.end)
                else:
                    self._end, self.last = block.end, block.last
                    starts.append((block.first, block.offset))
        self._starts[self._path] = starts
        if os.fstat(self._fd).st_size > self._end:
            os.ftruncate(self._fd, self._end)
            os.fsync(self._fd)

    def _tell_damage(self, path: Path, start: int, end: int) -> None:
        with path.open("rb") as file:
            file.seek(start)
            aside = _put_aside(self.folder / DAMAGED, f"{path.stem}-{start}", file.read(end - start))
        sentence = f"{_damage(path, start, end)} They are kept in {aside}; all else is read."
        if sentence not in self.problems:
            self.problems.append(sentence)


def examine(folder: Path) -> Examination:
    """Reads every block of the journal in `folder`, whoever has it open, and changes nothing."""
    records, newest, problems = 0, 0, []
    for _, path in segments(folder):
        with path.open("rb") as file:
            for block in scan(file):
                if block.is_damaged:
                    problems.append(_damage(path, block.offset, block.end))
                else:
                    records, newest = records + block.frames, max(newest, block.last)
    return Examination(records, newest, problems)


def segments(folder: Path) -> list[tuple[int, Path]]:
    """(number of its first frame, path) of every segment, in order. Files of other names are not ours."""
    return sorted((int(path.stem), path) for path in folder.glob("*.journal") if path.stem.isdecimal())


def _damage(path: Path, start: int, end: int) -> str:
    return f"{path}: {end - start} bytes from byte {start} on are no whole block (torn by a crash, or damaged on the disk)."


def _put_aside(folder: Path, name: str, content: bytes) -> Path:
    """The file that holds `content` from now on, whole and for good. One place may be damaged again and again, each time by other bytes."""
    folder.mkdir(exist_ok=True)
    for again in count(1):
        aside = folder / (f"{name}.part" if again == 1 else f"{name}-{again}.part")
        if not aside.exists():
            break
        if aside.read_bytes() == content:
            return aside
    unfinished = aside.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(aside)
    sync_folder(folder)
    return aside


class _Append:
    """One caller's records on their way to the disk, put into bytes in the caller's own thread."""

    __slots__ = ("count", "data", "failure", "first", "is_settled")

    def __init__(self, records: Sequence[Record]) -> None:
        self.data, self.count = encoded(records), len(records)
        self.first, self.is_settled, self.failure = 0, False, ""


def _write_all(fd: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(fd, view, offset)
        view, offset = view[written:], offset + written


def lock(path: Path) -> TextIO:
    """Holds the file until it is closed. Raises JournalBusy."""
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.seek(0)
        owner = file.read().strip() or "unknown"
        file.close()
        raise JournalBusy(f"{path.parent} is in use by process {owner}; only one process may write a journal.") from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def sync_folder(folder: Path) -> None:
    """What was renamed or removed in it stays so after a power cut."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
