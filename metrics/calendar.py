"""Working time as stretches that SQL can count: when each working day opens and closes, and how much came before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pandas as pd

from metrics.keys import seconds
from metrics.workflows import Calendar, Definitions

SECOND_NS = 1_000_000_000
LOOK_BACK = timedelta(days=9)  # every calendar works on some day of the week, so the stretch before any moment is not further away


def day_seconds(calendar: Calendar) -> int:
    """The length of one working day: nine hours for 08:00-17:00."""
    opens, closes = (t.hour * 3600 + t.minute * 60 + t.second for t in (calendar.opens, calendar.closes))
    return closes - opens


def keepers(definitions: Definitions) -> list[tuple[str, str, Calendar]]:
    """Whose working time there is: (keeper, time zone, calendar) of the enterprise (''), of each site and of each partner with its own."""
    calendars = {c.name: c for c in definitions.calendars}
    return [
        ("", definitions.timezone, calendars["default"]),
        *((f"site {s.name}", s.timezone, calendars[s.calendar]) for s in definitions.sites),
        *((f"partner {p.name}", p.timezone, calendars[p.calendar]) for p in definitions.partners),
    ]


def working_time(definitions: Definitions, first_ns: int, last_ns: int) -> pd.DataFrame:
    """Rows of `working_time` for every keeper: enough to say when any deadline is due that opens from first_ns to last_ns, however sparse
    the calendar."""
    first = _day(first_ns) - LOOK_BACK
    rows = []
    for keeper, timezone, calendar in keepers(definitions):
        before, left = 0, longest_seconds(definitions, calendar) * SECOND_NS
        for opens, closes in stretches(calendar, ZoneInfo(timezone), first):
            rows.append((keeper, opens, closes, before))
            before += closes - opens
            left -= closes - opens if opens > last_ns else 0
            if opens > last_ns and left <= 0:
                break
    return pd.DataFrame(rows, columns=["keeper", "opens_ns", "closes_ns", "before_ns"])


def longest_seconds(definitions: Definitions, calendar: Calendar) -> int:
    """The longest deadline in working time of this calendar."""
    waits = [m.within for w in definitions.workflows for m in w.milestones if m.working and m.within]
    waits += [m.target for m in definitions.metrics if m.working and m.target]
    return max((int(w[:-1]) * day_seconds(calendar) if w.endswith("d") else seconds(w) for w in waits), default=0)


def stretches(calendar: Calendar, zone: ZoneInfo, first: date) -> Iterator[tuple[int, int]]:
    """(opens, closes) in ns since 1970 UTC of every working day from `first` on, without end; DST moves them with the wall clock."""
    for day in (first + timedelta(days=n) for n in count()):
        if day.weekday() in calendar.days:
            yield _ns(datetime.combine(day, calendar.opens, zone)), _ns(datetime.combine(day, calendar.closes, zone))


def _day(ns: int) -> date:
    return datetime.fromtimestamp(ns // SECOND_NS, UTC).date()


def _ns(when: datetime) -> int:
    return int(when.timestamp()) * SECOND_NS
