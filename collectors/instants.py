"""Times as people and machines write them, turned into whole nanoseconds since 1970 UTC. No float touches them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from collectors.event import Refused

RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d):(\d\d)(?:[.,](\d+))?(Z|z|[+-]\d\d:?\d\d)?", re.ASCII)
EPOCHS = {"unix_s": 10**9, "unix_ms": 10**6, "unix_us": 10**3, "unix_ns": 1}
ODATA = "odata"  # as OData writes times, of version 2 too: see of_odata
NAMED = (*EPOCHS, ODATA)
ODATA_TIME = re.compile(
    r"(?:/Date\((-?\d{1,17})([+-]\d{1,4})?\)/|(\d{4}-\d\d-\d\d))(?: *(PT\w*(?:\.\d+S)?|\d\d:\d\d:\d\d(?:\.\d+)?))?", re.ASCII
)
TIME_OF_DAY = re.compile(r"PT(?:(\d{1,2})H)?(?:(\d{1,2})M)?(?:(\d{1,2})(?:\.(\d+))?S)?|(\d\d):(\d\d):(\d\d)(?:\.(\d+))?", re.ASCII)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
YEARS = range(1900, 2180)
FIRST_NS, END_NS = ((datetime(year, 1, 1, tzinfo=UTC) - EPOCH) // timedelta(seconds=1) * 10**9 for year in (YEARS.start, YEARS.stop))
ALLOWED = "RFC 3339 with an offset, as in 2026-03-31T06:00:00Z, between 1900 and 2179"


class Outside(Refused):
    """A time, but of a year that is not kept."""


def checked(ns: int, found: object) -> int:
    """`ns` itself, if it lies in 1900 to 2179. Raises Outside."""
    if FIRST_NS <= ns < END_NS:
        return ns
    raise Outside(f"{found!r} lies outside the years 1900 to 2179")


def of_text(text: str, zone: tzinfo | None = None) -> int:
    """Nanoseconds of an RFC 3339 text; one without offset is local time in `zone`. Raises Refused."""
    match = RFC3339.fullmatch(text.strip())
    if not match:
        raise Refused(f"{text!r} is no time; allowed: {ALLOWED}")
    day, minute, second, fraction, offset = match.groups()
    if offset is None and zone is None:
        raise Refused(f"{text!r} has no offset, so it could be any zone's time; allowed: {ALLOWED} (or set `time_zone` in the mapping)")
    leap = second == "60"  # a leap second is the first moment of the next minute
    try:
        when = datetime.fromisoformat(f"{day}T{minute}:{'59' if leap else second}{_offset(offset)}")
        seconds = _seconds(when, zone) + leap
    except (ValueError, OverflowError) as error:
        raise Refused(f"{text!r} is no time: {error}; allowed: {ALLOWED}") from error
    return checked(seconds * 10**9 + int(((fraction or "") + "000000000")[:9]), text)


def of_format(text: str, pattern: str, zone: tzinfo | None) -> int:
    """Nanoseconds of a text written as `pattern`: strptime's letters, or unix_s, unix_ms, unix_us, unix_ns, odata. Raises Refused."""
    if pattern in EPOCHS:
        return _of_number(text, EPOCHS[pattern])
    if pattern == ODATA:
        return of_odata(text, zone)
    try:
        when = datetime.strptime(text.strip(), pattern)  # noqa: DTZ007  the zone is put in below
    except ValueError as error:
        raise Refused(f"{text!r} is not written as {pattern!r}") from error
    if when.tzinfo is None and zone is None:
        raise Refused(f"{text!r} has no offset and the mapping no `time_zone`")
    return checked(_seconds(when, zone) * 10**9 + when.microsecond * 1000, text)


def of_odata(text: str, zone: tzinfo | None) -> int:
    """Nanoseconds of a time as OData writes it. Raises Refused.

    `/Date(1772438400000+0000)/` is an instant; without `+0000` it is what clocks show, in `zone` where there is one, else in UTC. A date
    may have a time of day behind it, as in `/Date(1772409600000)/ PT10H20M` or `2026-03-02 10:20:00`; anything else is RFC 3339.
    """
    match = ODATA_TIME.fullmatch(text.strip())
    if not match:
        return of_text(text, zone)
    milliseconds, offset, day, clock = match.groups()
    if milliseconds and not clock and (offset or zone is None):
        return checked(int(milliseconds) * 10**6, text)
    if zone is None:
        raise Refused(f"{text!r} has no offset and the mapping no `time_zone`")
    try:
        start = EPOCH + timedelta(milliseconds=int(milliseconds)) if milliseconds else datetime.fromisoformat(day)
        since_midnight = _time_of_day(clock) if clock else 0
        when = start.replace(tzinfo=None) + timedelta(microseconds=since_midnight // 1000)
        return checked(_seconds(when, zone) * 10**9 + when.microsecond * 1000 + since_midnight % 1000, text)
    except (ValueError, OverflowError) as error:
        raise Refused(f"{text!r} is no time: {error}") from error


def _time_of_day(text: str) -> int:
    """Nanoseconds since midnight. Raises ValueError."""
    match = TIME_OF_DAY.fullmatch(text)
    if not match:
        raise ValueError(f"{text} is no time of day")
    parts = match.groups()[:4] if text.startswith("P") else match.groups()[4:]
    hours, minutes, seconds = (int(part or 0) for part in parts[:3])
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError(f"{text} is no time of day")
    return (hours * 3600 + minutes * 60 + seconds) * 10**9 + int(((parts[3] or "") + "000000000")[:9])


def of_value(value: Any, name: str) -> int:
    """Nanoseconds of an attribute: RFC 3339 text or whole unix nanoseconds. Raises Refused that names `name`."""
    try:
        if value.__class__ is str:
            return of_text(value)
        if value.__class__ is int:
            return checked(value, value)
    except Refused as error:
        raise Refused(f"{name}: {error}") from error
    raise Refused(f"{name}: {value!r} is no time; allowed: {ALLOWED}, or whole unix nanoseconds")


def _seconds(when: datetime, zone: tzinfo | None) -> int:
    if when.tzinfo is None:
        when = when.replace(tzinfo=zone)
    return (when - EPOCH) // timedelta(seconds=1)


def _offset(text: str | None) -> str:
    if text is not None and text not in "Zz" and (int(text[1:3]) > 23 or int(text[-2:]) > 59):
        raise ValueError(f"{text} is no offset; they go to 23:59")
    return "" if text is None else "+00:00" if text in "Zz" else text


def _of_number(text: str, unit: int) -> int:
    whole, _, fraction = text.strip().partition(".")
    if not re.fullmatch(r"-?\d{1,20}", whole, re.ASCII) or not re.fullmatch(r"\d*", fraction, re.ASCII):
        raise Refused(f"{text!r} is no unix time")
    part = int((fraction + "000000000")[:9]) * unit // 10**9
    return checked(int(whole) * unit + (-part if whole.startswith("-") else part), text)
