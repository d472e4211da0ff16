"""Deadlines and working time as plain loops over days and shifts: section 6 of the vocabulary, told a second time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from metrics.calendars import Calendar
from metrics.workflows import Milestone

SECOND = 1_000_000_000
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Public holidays as the calendars of 2026 have them, from 23 March to November; and days on which work ends at noon or soon after.
HOLIDAYS = {
    "GR": ["2026-03-25", "2026-04-10", "2026-04-13", "2026-05-01", "2026-06-01", "2026-08-15", "2026-10-28"],
    "AT": ["2026-04-06", "2026-05-01", "2026-05-14", "2026-05-25", "2026-06-04", "2026-08-15", "2026-10-26", "2026-11-01"],
    "TR": ["2026-04-23", "2026-05-01", "2026-05-19", "2026-07-15", "2026-08-30", "2026-10-29"],
}
HALF_HOLIDAYS = {"TR": ["2026-10-28"]}


def deadline(start_ns: int, milestone: Milestone, zone: ZoneInfo, calendar: Calendar) -> int:
    amount, unit = int(milestone.within[:-1]), milestone.within[-1]
    if not milestone.working:
        return start_ns + amount * SECONDS[unit] * SECOND
    left = amount * (working_day_ns(calendar) if unit == "d" else SECONDS[unit] * SECOND)
    for opens_ns, closes_ns in working_hours(start_ns, zone, calendar):
        if closes_ns - opens_ns >= left:
            return opens_ns + left
        left -= closes_ns - opens_ns
    raise AssertionError("working time never ends")


@cache
def working_day_ns(calendar: Calendar) -> int:
    """One working day's length by the clock on the wall, whatever a change to summer time makes of a particular day: what was agreed, else
    the length that most working days of a week have, of several such the longest."""
    if calendar.agreed_day_seconds:
        return calendar.agreed_day_seconds * SECOND
    lengths = []
    for weekday in range(7):
        spans = [shift_ends(datetime(2000, 1, 1), s.opens, s.closes) for s in calendar.usual if weekday in s.days]
        minutes = {opens + timedelta(minutes=n) for opens, closes in spans for n in range((closes - opens) // timedelta(minutes=1))}
        lengths += [timedelta(minutes=len(minutes))] if spans else []
    most = max(lengths.count(length) for length in lengths)
    return max(length for length in lengths if lengths.count(length) == most) // timedelta(seconds=1) * SECOND


def working_hours(start_ns: int, zone: ZoneInfo, calendar: Calendar) -> Iterator[tuple[int, int]]:
    """Working intervals from `start_ns` on, as instants: on a day of 23 hours they may be an hour shorter. What two shifts
    share counts once."""
    day = (EPOCH + timedelta(seconds=start_ns // SECOND)).astimezone(zone).date() - timedelta(days=1)  # a night shift began yesterday
    done_ns = start_ns
    while True:
        shifts = [(s.opens, s.closes) for s in calendar.usual if day.weekday() in s.days]
        if any(c.first <= day <= c.last for c in calendar.closed) or is_holiday(calendar, day, HOLIDAYS):
            shifts = []
        if is_holiday(calendar, day, HALF_HOLIDAYS) and calendar.holidays.half_days_end:
            shifts = [
                until(opens, closes, calendar.holidays.half_days_end) for opens, closes in shifts if opens < calendar.holidays.half_days_end
            ]
        shifts += [(e.opens, e.closes) for e in calendar.extra if e.on == day]
        wall = [shift_ends(datetime.combine(day, time(0)), opens, closes) for opens, closes in shifts]
        for opens_ns, closes_ns in sorted((instant(o.replace(tzinfo=zone)), instant(c.replace(tzinfo=zone))) for o, c in wall):
            if closes_ns > max(opens_ns, done_ns):
                yield max(opens_ns, done_ns), closes_ns
                done_ns = closes_ns
        day += timedelta(days=1)


def is_holiday(calendar: Calendar, day: date, known: dict[str, list[str]]) -> bool:
    return calendar.holidays is not None and day.isoformat() in known.get(calendar.holidays.country, [])


def until(opens: time, closes: time, end: time) -> tuple[time, time]:
    """A shift that is over when work ends early; one that goes on until the next day is as well."""
    return opens, end if closes <= opens else min(closes, end)


def shift_ends(day: datetime, opens: time, closes: time) -> tuple[datetime, datetime]:
    """On the wall's clock; a shift that does not end later than it begins ends on the day after."""
    begins, ends = datetime.combine(day, opens), datetime.combine(day, closes)
    return begins, ends if ends > begins else ends + timedelta(days=1)


def instant(when: datetime) -> int:
    return (when - EPOCH) // timedelta(microseconds=1) * 1000
