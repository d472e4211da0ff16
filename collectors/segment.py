"""A segment file of the journal: a row of blocks, each there whole or not at all.

    b"SLJ1" · payload length · CRC-32 · number of the first frame · frames in it · flags      big-endian, 28 bytes
    payload: per frame  header length · body length · header JSON · body

Blocks are compressed, not bodies: a row of a table is 200 bytes and compresses by a tenth, a thousand of them to a seventh.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from struct import Struct
from typing import BinaryIO, NamedTuple

import orjson

from collectors.checksums import Checksums
from collectors.event import Record

MAGIC = b"SLJ1"
BLOCK = Struct(">4sIIQII")
CHECKED = Struct(">QII")
FRAME = Struct(">II")
COMPRESSED = 1
SMALLEST_TO_COMPRESS = 256
CHUNK = 1 << 20
PEEKED = 4096  # bytes of a block that are looked at to tell when it begins


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

    @property
    def last(self) -> int:
        return self.first + self.frames - 1


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
            if block.last > after:
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
    try:
        return Block(offset, end, first, count, zlib.decompress(payload) if flags & COMPRESSED else payload)
    except zlib.error:  # no block of ours: somebody's bytes that look like one
        return None


def begin_at(file: BinaryIO, offset: int) -> tuple[int, int] | None:
    """Where the block at `offset` ends, and when its first record was recorded, read from its first bytes; None where that cannot be told.
    Nothing of it is checked: it is a hint to what is worth reading."""
    data = os.pread(file.fileno(), BLOCK.size + PEEKED, offset)
    if len(data) < BLOCK.size:
        return None
    magic, length, _, _, _, flags = BLOCK.unpack_from(data)
    payload = data[BLOCK.size : BLOCK.size + length]
    try:
        if flags & COMPRESSED:
            payload = zlib.decompressobj().decompress(payload, PEEKED)
        head_size, _ = FRAME.unpack_from(payload)
        recorded_ns = orjson.loads(payload[FRAME.size : FRAME.size + head_size])[3]
    except (zlib.error, struct.error, orjson.JSONDecodeError, LookupError, TypeError):
        return None
    return (offset + BLOCK.size + length, recorded_ns) if magic == MAGIC and recorded_ns.__class__ is int else None


def _next_sound(file: BinaryIO, offset: int, size: int) -> int:
    """Where the next whole block begins, or the end.

    What is damaged may be full of heads that promise long blocks. Each of them checked by itself, 1 MiB took 8 s and 64 MiB hours.
    """
    checksums = Checksums(file, offset)
    for found in _heads(file, offset, size):
        _, length, crc, first, count, flags = BLOCK.unpack(os.pread(file.fileno(), BLOCK.size, found))
        begin = found + BLOCK.size
        before = zlib.crc32(CHECKED.pack(first, count, flags))
        if begin + length <= size and checksums.is_of(crc, begin, begin + length, before) and _block_at(file, found, size, -1):
            return found
    return size


def _heads(file: BinaryIO, offset: int, size: int) -> Iterator[int]:
    """Where a block may begin."""
    while offset + BLOCK.size <= size:
        chunk, found = os.pread(file.fileno(), CHUNK, offset), -1
        while (found := chunk.find(MAGIC, found + 1)) >= 0 and offset + found + BLOCK.size <= size:
            yield offset + found
        offset += max(1, len(chunk) - len(MAGIC) + 1)


def encoded(records: Sequence[Record]) -> bytes:
    """Records as frames, without the block around them."""
    parts: list[bytes] = []
    for record in records:
        head = orjson.dumps([record.source, record.position, record.content_type, record.recorded_ns, record.stream, record.after])
        parts += (FRAME.pack(len(head), len(record.payload)), head, record.payload)
    return b"".join(parts)


def block_of(first: int, frames: int, payload: bytes) -> bytes:
    """A block of so many frames, numbered from `first` on."""
    flags = 0
    if len(payload) >= SMALLEST_TO_COMPRESS:
        smaller = zlib.compress(payload, 1)
        if len(smaller) < 0.9 * len(payload):
            payload, flags = smaller, COMPRESSED
    crc = zlib.crc32(payload, zlib.crc32(CHECKED.pack(first, frames, flags)))
    return BLOCK.pack(MAGIC, len(payload), crc, first, frames, flags) + payload


def frames_of(block: Block, after: int) -> Iterator[Frame]:
    """The frames of a sound block behind number `after`."""
    payload, offset = block.payload, 0
    for number in range(block.first, block.first + block.frames):
        head_size, body_size = FRAME.unpack_from(payload, offset)
        body = offset + FRAME.size + head_size
        if number > after:
            source, position, content_type, recorded_ns, stream, resume = orjson.loads(payload[offset + FRAME.size : body])
            said = payload[body : body + body_size]
            yield Frame(number, Record(source, position or str(number), said, content_type, recorded_ns, stream, resume))
        offset = body + body_size
