"""CRC-32 of any stretches of a file, however many and however they overlap, for little more than reading the file once.

CRC-32 is linear: what a stretch adds follows from the checksums up to its two ends. The algebra is that of zlib's crc32_combine.
"""

from __future__ import annotations

import os
import zlib
from functools import cache
from itertools import pairwise
from typing import BinaryIO

STEP = 1 << 10  # between two checksums that are remembered: 4 bytes of each thousand
BLOCK = 1 << 20
Table = list[list[int]]


class Checksums:
    """Of the bytes of `file` from `start` on, as far as they are asked for."""

    def __init__(self, file: BinaryIO, start: int) -> None:
        self._fd, self._start = file.fileno(), start
        self._known = [0]  # up to each STEP behind the start

    def is_of(self, checksum: int, begin: int, end: int, before: int) -> bool:
        """Whether `checksum` is that of the bytes from `begin` to `end` behind something whose checksum is `before`."""
        return self._up_to(end) ^ behind_zeros(self._up_to(begin) ^ before, end - begin) == checksum

    def _up_to(self, offset: int) -> int:
        steps, rest = divmod(offset - self._start, STEP)
        while len(self._known) <= steps:
            self._know_more()
        return zlib.crc32(os.pread(self._fd, rest, self._start + steps * STEP), self._known[steps])

    def _know_more(self) -> None:
        """Reads on; only as far as whole steps go, since the file may end within one."""
        data = memoryview(os.pread(self._fd, BLOCK, self._start + (len(self._known) - 1) * STEP))
        crc = self._known[-1]
        for begin, end in pairwise(range(0, len(data) + 1, STEP)):
            crc = zlib.crc32(data[begin:end], crc)
            self._known.append(crc)


def behind_zeros(checksum: int, count: int) -> int:
    """What is left of a checksum once `count` bytes have gone over it, their own part taken away."""
    power = 0
    while count:
        if count & 1:
            checksum = _through(_table(power), checksum)
        count >>= 1
        power += 1
    return checksum


@cache
def _table(power: int) -> Table:
    """What 2 ** `power` bytes leave of each byte of a checksum."""
    if power == 0:
        none = zlib.crc32(b"\0", 0)
        return [[zlib.crc32(b"\0", byte << shift) ^ none for byte in range(256)] for shift in (0, 8, 16, 24)]
    half = _table(power - 1)
    return [[_through(half, found) for found in row] for row in half]


def _through(table: Table, checksum: int) -> int:
    first, second, third, fourth = table
    return first[checksum & 255] ^ second[checksum >> 8 & 255] ^ third[checksum >> 16 & 255] ^ fourth[checksum >> 24]
