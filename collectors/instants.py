"""Times as people and machines write them, turned into whole nanoseconds since 1970 UTC. No float touches them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from collectors.event import Refused

RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d):(\d\d)(?:[.,](\d+))?(Z|z|[+-]\d\d:?\d\d)?", re.ASCII)
EPOCHS = {"unix_s": 10**9, "unix_ms": 10**6, "unix_us": 10**3, "unix_ns": 1}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_NS = (datetime(1900, 1, 1, tzinfo=UTC) - EPOCH) // timedelta(seconds=1) * 10**9
END_NS = (datetime(2200, 1, 1, tzinfo=UTC) - EPOCH) // timedelta(seconds=1) * 10**9
ALLOWED = "RFC 3339 with an offset, as in 2026-03-31T06:00:00Z, between 1900 and 2199"


def checked(ns: int, found: object) -> int:
    """`ns` itself, if it lies in 1900 to 2199. Raises Refused."""
    if FIRST_NS <= ns < END_NS:
        return ns
    raise Refused(f"{found!r} lies outside the years 1900 to 2199")


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
    """Nanoseconds of a text written as `pattern`: strptime's letters, or unix_s, unix_ms, unix_us, unix_ns. Raises Refused."""
    if pattern in EPOCHS:
        return _of_number(text, EPOCHS[pattern])
    try:
        when = datetime.strptime(text.strip(), pattern)  # noqa: DTZ007  the zone is put in below
    except ValueError as error:
        raise Refused(f"{text!r} is not written as {pattern!r}") from error
    if when.tzinfo is None and zone is None:
        raise Refused(f"{text!r} has no offset and the mapping no `time_zone`")
    return checked(_seconds(when, zone) * 10**9 + when.microsecond * 1000, text)


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
