"""The watermark of a table: the column by which its rows are read in order, and how far back a poll begins.

A row is written before it can be seen: its transaction may be open for long, its number handed out early. So every poll begins
`look_back` before the newest watermark the last one saw, and nothing committed within that is missed. A watermark in the future holds
nothing up: what is kept is never later than the present moment.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any

import orjson

from collectors.instants import RFC3339
from collectors.relational.cells import text_of

SECONDS, NUMBERS = 300, 1000  # how far back where the configuration does not say
NUMBER, BYTES, TIME, LOCAL, DATE, TEXT = "number", "bytes", "time", "local", "date", "text"
FLOAT = "float"  # a number that is written down as such
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Unordered(ValueError):
    """A watermark that cannot be gone by; the text says why."""


def kind_of(value: Any) -> str | None:
    """What a watermark is; None for what cannot be one."""
    if isinstance(value, datetime):
        return LOCAL if value.tzinfo is None else TIME
    if isinstance(value, date):
        return DATE
    if isinstance(value, int | float | Decimal):
        return NUMBER if math.isfinite(value) and not isinstance(value, bool) else None
    if isinstance(value, bytes):
        return BYTES if value else None
    return TEXT if isinstance(value, str) and _is_time(value) else None


@dataclass(frozen=True, slots=True)
class LookBack:
    """How far behind the newest watermark a poll begins. `seconds` is for times, `numbers` for numbers; None: the default of its kind."""

    seconds: int | None
    numbers: int | None
    zone: tzinfo | None

    def check(self, value: Any) -> str:
        """The kind of `value`. Raises Unordered where it cannot be gone by, or not with these settings."""
        kind = kind_of(value)
        if kind is None:
            raise Unordered(f"{str(value)[:80]!r} is neither a number nor a time")
        if kind in (NUMBER, BYTES) and self.seconds is not None:
            raise Unordered("it is a number: write `look_back` as one, such as 1000")
        if kind in (TIME, LOCAL, DATE, TEXT) and self.numbers is not None:
            raise Unordered("it is a time: write `look_back` as a duration, such as 5m")
        if self.zone is None and (kind == LOCAL or (kind == TEXT and _offset_of(value) is None)):
            raise Unordered(f"{text_of(value)!r} has no offset: say with `time_zone` which zone's time it is, such as UTC or Europe/Berlin")
        return kind

    def start(self, newest: Any) -> Any:
        """The watermark a poll begins with, when `newest` was seen before."""
        kind, back = kind_of(newest), timedelta(seconds=SECONDS if self.seconds is None else self.seconds)
        numbers = NUMBERS if self.numbers is None else self.numbers
        try:
            if kind == NUMBER:
                return newest - numbers
            if kind == BYTES:
                return max(0, int.from_bytes(newest) - numbers).to_bytes(len(newest))
            if kind == TIME:
                return newest - back
            if kind == DATE:
                return newest - timedelta(days=-(-back // timedelta(days=1)))
            if kind == LOCAL:
                return _wall_clock_before(newest, back, self.zone)
            return self._text_start(newest, back)
        except OverflowError:  # before the year 1
            return newest

    def capped(self, value: Any, now_ns: int) -> Any:
        """`value`, or what the column would say at this moment if that is earlier."""
        now = EPOCH + timedelta(microseconds=now_ns // 1000)
        kind = kind_of(value)
        if kind == TIME:
            return min(value, now)
        if kind == LOCAL:
            return min(value, now.astimezone(self.zone).replace(tzinfo=None))
        if kind == DATE:
            return min(value, (now + timedelta(days=1)).date())
        if kind == TEXT:
            offset = _offset_of(value)
            return min(value, _as_text(now.astimezone(offset or self.zone).replace(tzinfo=None), value) + (_match(value)[5] or ""))
        return value

    def _text_start(self, newest: str, back: timedelta) -> str:
        """Without its fraction and offset, a text sorts before all of its second."""
        local, offset = _local_of(newest), _offset_of(newest)
        if offset is None:
            return _as_text(_wall_clock_before(local, back, self.zone), newest)
        shift = timedelta(hours=1) if offset.utcoffset(None) else timedelta()  # an offset may be a summer's; texts sort by the wall clock
        return _as_text(local - back - shift, newest)


def written(column: str, value: Any) -> str:
    """What a source needs to go on behind `value`."""
    kind = FLOAT if isinstance(value, float) else kind_of(value)
    return orjson.dumps({"column": column, "kind": kind, "value": text_of(value)}).decode()


def read_back(column: str, after: str | None) -> Any:
    """The value in what was `written`; None where there is none, or that of another column."""
    found = orjson.loads(after) if after else {}
    if found.get("column") != column:
        return None
    text, kind = found["value"], found["kind"]
    if kind == FLOAT:
        return float(text)
    if kind == NUMBER:
        return int(text) if text.removeprefix("-").isdecimal() else Decimal(text)
    if kind == BYTES:
        return bytes.fromhex(text)
    if kind == DATE:
        return date.fromisoformat(text)
    return datetime.fromisoformat(text) if kind in (TIME, LOCAL) else text


def is_ahead(value: Any, other: Any) -> bool:
    """Whether `value` lies behind `other` in the order of the table. Only for two of one kind."""
    return bool(value > other)


def _wall_clock_before(local: datetime, back: timedelta, zone: tzinfo | None) -> datetime:
    """What clocks showed `back` before they showed `local`; in the hour that comes twice an hour less, since it may come again."""
    there = local.replace(tzinfo=zone)
    first, second = there.replace(fold=0).utcoffset(), there.replace(fold=1).utcoffset()
    overlap = max(first - second, timedelta()) if first is not None and second is not None else timedelta()
    return local - back - overlap


def _match(text: str) -> re.Match[str]:
    match = RFC3339.fullmatch(text.strip())
    assert match, text  # kind_of has seen to it
    return match


def _is_time(text: str) -> bool:
    try:
        return bool(RFC3339.fullmatch(text.strip()) and _local_of(text) and (_offset_of(text) or True))
    except ValueError:
        return False


def _local_of(text: str) -> datetime:
    day, minute, second, *_ = _match(text).groups()
    return datetime.fromisoformat(f"{day}T{minute}:{second}")


def _offset_of(text: str) -> tzinfo | None:
    offset = _match(text)[5]
    return datetime.fromisoformat(f"2000-01-01T00:00:00{'+00:00' if offset in 'Zz' else offset}").tzinfo if offset else None


def _as_text(local: datetime, like: str) -> str:
    return local.replace(microsecond=0).isoformat(like.strip()[10])
