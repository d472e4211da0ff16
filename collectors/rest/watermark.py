"""The watermark of a web API: by what its items are read in order, how far back a round begins, and how `{since}` is written."""

from __future__ import annotations

from datetime import timedelta, tzinfo
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from collectors import instants
from collectors.event import Refused
from collectors.instants import EPOCH, EPOCHS

SINCE_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
START_NS = 946_684_800 * 10**9  # 2000: some systems do not know earlier times
LOOK_BACK_SECONDS, LOOK_BACK_NUMBERS = 300, 1000  # where the configuration does not say
LARGEST = 2**63


class Mark(NamedTuple):
    """A watermark: nanoseconds since 1970 UTC where it is a time, else the number itself."""

    value: int
    is_time: bool


class Watermark:
    """How a watermark is read and written."""

    def __init__(
        self,
        read_format: str | None,
        since_format: str | None,
        zone: str | None,
        look_back: int,
        look_back_numbers: int,
        start: str | int | None,
    ) -> None:
        self._format, self._since_format = read_format, since_format or SINCE_FORMAT
        self._zone: tzinfo | None = ZoneInfo(zone) if zone else None
        self._back_ns, self._back = look_back * 10**9, look_back_numbers
        self._start = Mark(start, False) if isinstance(start, int) else Mark(instants.of_text(start) if start else START_NS, True)

    def of(self, value: Any) -> Mark:
        """The watermark that an item says. Raises Refused for what is neither a time nor a number."""
        if self._format:
            return Mark(instants.of_format(str(value), self._format, self._zone), True)
        if value.__class__ is int or (value.__class__ is str and value.isascii() and value.isdigit()):
            return Mark(_small(int(value), value), False)
        if value.__class__ is str:
            return Mark(instants.of_odata(value, self._zone), True)
        raise Refused(f"{str(value)[:80]!r} is neither a time nor a whole number")

    def beginning(self, high: Mark | None) -> Mark:
        """Where a round begins that was read up to `high`."""
        if high is None:
            return self._start
        begin = high._replace(value=high.value - (self._back_ns if high.is_time else self._back))
        return max(begin, self._start) if begin.is_time == self._start.is_time else begin

    def text(self, mark: Mark) -> str:
        """As it goes into a request: never later than it is."""
        if not mark.is_time:
            return str(mark.value)
        if self._since_format in EPOCHS:
            return str(mark.value // EPOCHS[self._since_format])
        moment = EPOCH + timedelta(microseconds=mark.value // 1000)
        return (moment.astimezone(self._zone) if self._zone else moment).strftime(self._since_format)


def _small(number: int, found: Any) -> int:
    if number < LARGEST:
        return number
    raise Refused(f"{str(found)[:80]!r} is no number that can be a watermark")
