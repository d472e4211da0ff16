"""The journal: every record of every source on disk, fsynced, before anything else happens to it.

A segment file is a row of blocks; one block is what one sync made durable, so it is there whole or not at all:

    b"SLJ1" · payload length · CRC-32 · number of the first frame · frames in it · flags      big-endian, 28 bytes
    payload: per frame  header length · body length · header JSON · body

Numbers run on over segments, whose files are named after their first frame. Blocks are compressed, not bodies: a row of a table
is 200 bytes and compresses by a tenth, a thousand of them to a seventh.
"""

from __future__ import annotations

import fcntl
import os
import threading
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from struct import Struct
from typing import BinaryIO, NamedTuple, TextIO

import orjson

from collectors.event import Record

MAGIC = b"SLJ1"
BLOCK = Struct(">4sIIQII")
CHECKED = Struct(">QII")
FRAME = Struct(">II")
COMPRESSED = 1
SMALLEST_TO_COMPRESS = 256
SEGMENT_BYTES = 64 << 20
COMMIT_BYTES = 32 << 20  # one sync takes at most this much (or one append, if that is larger)
RESERVE_BYTES = 32 << 20  # so much stays free on the disk: DuckDB needs room as well, and a full disk must refuse, not tear


class JournalBusy(Exception):
    """Another process has the journal open; the text says which."""


class JournalUnavailable(Exception):
    """Nothing can be made durable at the moment; nothing of the append was kept. The text says why."""


class Frame(NamedTuple):
    number: int
    record: Record


class Block(NamedTuple):
    offset: int
    end: int
    first: int
    frames: int
    payload: bytes
    is_damaged: bool = False


class Journal:
    """Opens `folder` for this process alone. Damage found is put aside and told in `problems`; the rest is served."""

    def __init__(self, folder: Path, segment_bytes: int = SEGMENT_BYTES, reserve_bytes: int = RESERVE_BYTES) -> None:
        self.folder = folder
        self.problems: list[str] = []
        self._segment_bytes, self._reserve_bytes = segment_bytes, reserve_bytes
        folder.mkdir(parents=True, exist_ok=True)
        self._lock_file = _lock(folder / "lock")
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
                    yield from _frames(block, after)

    def continue_after(self, number: int) -> None:
        """Numbers given from now on lie above `number`: what was lost with a damaged tail never lends its number to another."""
        with self._turn:
            self._turn.wait_for(lambda: not self._is_syncing)
            if number > self.last:
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
        data = _block(first, number - first, b"".join(append.data for append in batch))
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
        _sync_folder(self.folder)
        if self._fd >= 0:
            os.close(self._fd)
        self._fd, self._path, self._end = fd, path, os.fstat(fd).st_size
        self._starts[path] = []

    # -- reading
    def _segments(self) -> list[tuple[int, Path]]:
        return sorted((int(path.stem), path) for path in self.folder.glob("*.journal"))

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
                    self._end, self.last = block.end, block.first + block.frames - 1
                    starts.append((block.first, block.offset))
        self._starts[self._path] = starts
        if os.fstat(self._fd).st_size > self._end:
            os.ftruncate(self._fd, self._end)
            os.fsync(self._fd)

    def _tell_damage(self, path: Path, start: int, end: int) -> None:
        aside = self.folder / "damaged" / f"{path.stem}-{start}.part"
        if not aside.exists():
            aside.parent.mkdir(exist_ok=True)
            with path.open("rb") as file:
                file.seek(start)
                aside.write_bytes(file.read(end - start))
        sentence = (
            f"{path}: {end - start} bytes from byte {start} on are no whole block (torn by a crash, or damaged on the disk). "
            f"They are kept in {aside}; all else is read."
        )
        if sentence not in self.problems:
            self.problems.append(sentence)


class _Append:
    """One caller's records on their way to the disk, put into bytes in the caller's own thread."""

    __slots__ = ("count", "data", "failure", "first", "is_settled")

    def __init__(self, records: Sequence[Record]) -> None:
        self.data, self.count = _encoded(records), len(records)
        self.first, self.is_settled, self.failure = 0, False, ""


def scan(file: BinaryIO, offset: int = 0, after: int = -1) -> Iterator[Block]:
    """The blocks of an open segment from `offset` on. Damage is one block without payload; bodies wholly up to `after` are skipped."""
    size = os.fstat(file.fileno()).st_size
    while offset < size:
        block = _block_at(file, offset, size, after)
        if block is None:
            end = _next_sound(file, offset + 1, size)
            yield Block(offset, end, 0, 0, b"", True)
            offset = end
        else:
            offset = block.end
            if block.first + block.frames - 1 > after:
                yield block


def _block_at(file: BinaryIO, offset: int, size: int, after: int) -> Block | None:
    file.seek(offset)
    head = file.read(BLOCK.size)
    if len(head) < BLOCK.size:
        return None
    magic, length, crc, first, count, flags = BLOCK.unpack(head)
    end = offset + BLOCK.size + length
    if magic != MAGIC or end > size:
        return None
    if first + count - 1 <= after:
        return Block(offset, end, first, count, b"")
    payload = file.read(length)
    if zlib.crc32(payload, zlib.crc32(CHECKED.pack(first, count, flags))) != crc:
        return None
    return Block(offset, end, first, count, zlib.decompress(payload) if flags & COMPRESSED else payload)


def _next_sound(file: BinaryIO, offset: int, size: int) -> int:
    """Where the next whole block begins, or the end."""
    while offset < size:
        file.seek(offset)
        chunk = file.read(1 << 20)
        found = chunk.find(MAGIC)
        if found < 0:
            offset += max(1, len(chunk) - len(MAGIC) + 1)
        elif _block_at(file, offset + found, size, -1):
            return offset + found
        else:
            offset += found + 1
    return size


def _encoded(records: Sequence[Record]) -> bytes:
    parts: list[bytes] = []
    for record in records:
        head = orjson.dumps([record.source, record.position, record.content_type, record.recorded_ns, record.stream, record.after])
        parts += (FRAME.pack(len(head), len(record.payload)), head, record.payload)
    return b"".join(parts)


def _block(first: int, frames: int, payload: bytes) -> bytes:
    flags = 0
    if len(payload) >= SMALLEST_TO_COMPRESS:
        smaller = zlib.compress(payload, 1)
        if len(smaller) < 0.9 * len(payload):
            payload, flags = smaller, COMPRESSED
    crc = zlib.crc32(payload, zlib.crc32(CHECKED.pack(first, frames, flags)))
    return BLOCK.pack(MAGIC, len(payload), crc, first, frames, flags) + payload


def _frames(block: Block, after: int) -> Iterator[Frame]:
    payload, offset = block.payload, 0
    for number in range(block.first, block.first + block.frames):
        head_size, body_size = FRAME.unpack_from(payload, offset)
        body = offset + FRAME.size + head_size
        if number > after:
            source, position, content_type, recorded_ns, stream, resume = orjson.loads(payload[offset + FRAME.size : body])
            said = payload[body : body + body_size]
            yield Frame(number, Record(source, position or str(number), said, content_type, recorded_ns, stream, resume))
        offset = body + body_size


def _write_all(fd: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(fd, view, offset)
        view, offset = view[written:], offset + written


def _lock(path: Path) -> TextIO:
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


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
