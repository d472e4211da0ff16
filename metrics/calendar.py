"""Working time as stretches that SQL can count: when each working day opens and closes, and how much came before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from metrics.workflows import Calendar, Definitions

SECOND_NS = 1_000_000_000
UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds(duration: str) -> int:
    """`90s`, `5m`, `4h`, `2d` in seconds."""
    return int(duration[:-1]) * UNIT_SECONDS[duration[-1]]


def day_seconds(calendar: Calendar) -> int:
    """The length of one working day: nine hours for 08:00-17:00."""
    opens, closes = (t.hour * 3600 + t.minute * 60 + t.second for t in (calendar.opens, calendar.closes))
    return closes - opens


def stretches(calendar: Calendar, zone: ZoneInfo, first: date, last: date) -> Iterator[tuple[int, int]]:
    """(opens, closes) in ns since 1970 UTC of every working day from `first` to `last`; a DST change moves them with the wall clock."""
    day = first
    while day <= last:
        if day.weekday() in calendar.days:
            yield tuple(_ns(datetime.combine(day, t, zone)) for t in (calendar.opens, calendar.closes))  # type: ignore[misc]
        day += timedelta(days=1)


def working_time(definitions: Definitions, first_ns: int, last_ns: int) -> pd.DataFrame:
    """Rows of `working_time` for every site, and for the enterprise under the empty name, covering first_ns … last_ns."""
    calendars = {c.name: c for c in definitions.calendars}
    first, last = (datetime.fromtimestamp(ns // SECOND_NS, UTC).date() for ns in (first_ns, last_ns))
    rows = []
    for site, timezone, name in [("", definitions.timezone, "default"), *((s.name, s.timezone, s.calendar) for s in definitions.sites)]:
        before = 0
        for opens, closes in stretches(calendars[name], ZoneInfo(timezone), first, last):
            rows.append((site, opens, closes, before))
            before += closes - opens
    return pd.DataFrame(rows, columns=["site", "opens_ns", "closes_ns", "before_ns"])


def _ns(when: datetime) -> int:
    return int(when.timestamp()) * SECOND_NS
