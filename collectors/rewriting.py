"""Records of a journal whose bodies are written anew: the one time that what was kept is changed, when a person has to go out of it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson

from collectors.event import Record
from collectors.journal import DAMAGED, lock, segments, sync_folder
from collectors.segment import FRAME, Block, block_of, frames_of, scan

Change = Callable[[Record], bytes]


def records(folder: Path) -> Iterator[Record]:
    """Every record that can be read, whoever has the journal open."""
    for _, path in segments(folder):
        with path.open("rb") as file:
            for block in scan(file):
                if not block.is_damaged:
                    for frame in frames_of(block, -1):
                        yield frame.record


def rewrite(folder: Path, change: Change, change_bytes: Callable[[bytes], bytes]) -> Counter[str]:
    """Gives every record the body that `change` makes of it; how many are others now, by source. `change_bytes`: for what is damaged.

    Each segment is there as it was or as it is to be, whenever we are killed; doing it again does the rest. Raises JournalBusy."""
    changed: Counter[str] = Counter()
    with lock(folder / "lock"):
        for _, path in segments(folder):
            changed += _rewrite_segment(path, change, change_bytes)
        for path in sorted((folder / DAMAGED).glob("*")):
            content = path.read_bytes()
            if (made := change_bytes(content)) != content:
                _replace(path, [made])
                changed[DAMAGED] += 1
    return changed


def _rewrite_segment(path: Path, change: Change, change_bytes: Callable[[bytes], bytes]) -> Counter[str]:
    """Read twice where anything is to be changed, so that a segment without the person is not written."""
    changed: Counter[str] = Counter()
    with path.open("rb") as file:
        for block in scan(file):
            _block(path, block, change, change_bytes, changed)
        if not changed:
            return changed
        file.seek(0)
        _replace(path, (_block(path, block, change, change_bytes, Counter()) for block in scan(file)))
    return changed


def _block(path: Path, block: Block, change: Change, change_bytes: Callable[[bytes], bytes], changed: Counter[str]) -> bytes:
    if block.is_damaged:
        with path.open("rb") as file:
            raw = os.pread(file.fileno(), block.end - block.offset, block.offset)
        made = change_bytes(raw)
        changed[DAMAGED] += made != raw
        return made
    return block_of(block.first, block.frames, b"".join(_frames(block, change, changed)))


def _frames(block: Block, change: Change, changed: Counter[str]) -> Iterator[bytes]:
    """The heads stay byte for byte: they say how far a source has been read."""
    offset = 0
    for frame in frames_of(block, -1):
        head_size, body_size = FRAME.unpack_from(block.payload, offset)
        begin = offset + FRAME.size
        body = change(frame.record)
        changed[frame.record.source] += body != frame.record.payload
        yield FRAME.pack(head_size, len(body)) + block.payload[begin : begin + head_size] + body
        offset = begin + head_size + body_size


def _replace(path: Path, parts: Iterator[bytes] | list[bytes]) -> None:
    draft = path.with_suffix(".rewriting")
    with draft.open("wb") as file:
        file.writelines(parts)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def head_texts(record: Record) -> str:
    """What stands in the head of a record, as one text."""
    return orjson.dumps([record.source, record.position, record.stream, record.after]).decode()
