"""Which rows inside the look-back window are in the journal already, so that the next poll does not write them there again."""

from __future__ import annotations

from collections import deque
from hashlib import blake2b
from itertools import islice
from typing import Any

from collectors.relational.watermark import is_ahead

MOST = 500_000  # about 75 MB; rows beyond are written again with every poll, and count once all the same
SLACK = 20_000  # rows between two looks for what has left the window


class KnownRows:
    """Rows by what they say: one that was changed in place is not known. 64 bits of a hash: among 500,000 rows, one in 3 × 10¹³ new
    ones would be taken for known."""

    def __init__(self) -> None:
        self._watermarks: dict[int, Any] = {}
        self._waiting: deque[int] = deque()  # given out, not yet in the journal
        self._pruned = 0  # how many there were after the last look

    def add(self, position: str, payload: bytes, watermark: Any) -> bool:
        """True the first time."""
        found = int.from_bytes(blake2b(position.encode() + b"\n" + payload, digest_size=8).digest())
        if found in self._watermarks:
            return False
        self._watermarks[found] = watermark
        self._waiting.append(found)
        return True

    def kept(self, count: int) -> None:
        """The next `count` rows given out are in the journal."""
        for _ in range(count):
            self._waiting.popleft()

    def forget_waiting(self) -> None:
        """What was given out and did not get into the journal is given out again."""
        while self._waiting:
            self._watermarks.pop(self._waiting.popleft(), None)

    def clear(self) -> None:
        self.__init__()  # type: ignore[misc]

    def leave_behind(self, start: Any) -> bool:
        """Forgets rows before `start`, now and then. False when so many are left that some had to be forgotten inside the window."""
        if len(self._watermarks) < self._pruned + SLACK:
            return True
        waiting = set(self._waiting)
        self._watermarks = {row: at for row, at in self._watermarks.items() if row in waiting or not is_ahead(start, at)}
        too_many = len(self._watermarks) - MOST
        for row in list(islice(self._watermarks, max(0, too_many))):
            del self._watermarks[row]
        self._pruned = len(self._watermarks)
        return too_many <= 0
