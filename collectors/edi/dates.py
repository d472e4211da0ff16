"""Dates and times of EDI as nanoseconds: of an interchange, of X12 elements, and of EDIFACT's DTM with its format code."""

from __future__ import annotations

from datetime import timedelta, tzinfo
from typing import Any

from collectors import instants
from collectors.event import Refused

FORMATS = {  # 2379 → strptime
    "101": "%y%m%d",
    "102": "%Y%m%d",
    "201": "%y%m%d%H%M",
    "202": "%y%m%d%H%M%S",
    "203": "%Y%m%d%H%M",
    "204": "%Y%m%d%H%M%S",
}
BY_LENGTH = {6: "%y%m%d", 8: "%Y%m%d", 10: "%y%m%d%H%M", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
DAY_NS = int(timedelta(days=1).total_seconds()) * 10**9


def stamp_ns(text: str, zone: tzinfo) -> int:
    """A moment written as digits alone; how many there are says how. Raises Refused."""
    return _moment(text, BY_LENGTH.get(len(text)), zone)


def by_ns(text: str, zone: tzinfo, code: str = "") -> int:
    """The last moment of what is written: a day lasts to its end, as a delivery on that day is in time. Raises Refused."""
    pattern = FORMATS.get(code) or BY_LENGTH.get(len(text))
    begin = _moment(text, pattern, zone)
    return begin if pattern and "%H" in pattern else begin + DAY_NS - 10**9


def _moment(text: str, pattern: Any, zone: tzinfo) -> int:
    if pattern is None or not (text.isascii() and text.isdigit()):
        raise Refused(f"{text[:40]!r} is no date of digits such as 20260331")
    return instants.of_format(text, pattern, zone)
