"""When a plant or a supplier works: shifts of a week, holidays, shutdowns and extra shifts; and what is agreed not to count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import count
from zoneinfo import ZoneInfo

SECOND_NS = 1_000_000_000
DAY_SECONDS = 86_400
WEEK = 7
MOST_HOLIDAYS = 21  # days in a row that holidays and weekends can make


@dataclass(frozen=True, slots=True)
class Shift:
    """Working hours of some days of the week in local time; 0 is Monday. One that does not end later than it begins ends the next day."""

    days: tuple[int, ...]
    opens: time
    closes: time

    @property
    def seconds(self) -> int:
        """Its length by the clock on the wall."""
        opens, closes = (t.hour * 3600 + t.minute * 60 + t.second for t in (self.opens, self.closes))
        return closes - opens if closes > opens else closes - opens + DAY_SECONDS


@dataclass(frozen=True, slots=True)
class Closed:
    """No shift begins from the first to the last of these days, both included."""

    first: date
    last: date
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Extra:
    """A shift beside the usual ones, on one date, whatever else that date is."""

    on: date
    opens: time
    closes: time
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working hours of a week in local time, one shift or several, and the days that differ. `day_seconds`: the length of one working day
    where it is agreed; None: the most usual one."""

    name: str
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    opens: time = time(8)
    closes: time = time(17)
    shifts: tuple[Shift, ...] = ()  # instead of days, opens and closes
    holidays: tuple[str, str | None] | None = None  # country and subdivision, by their ISO 3166 codes
    closed: tuple[Closed, ...] = ()
    extra: tuple[Extra, ...] = ()
    agreed_day_seconds: int | None = None

    @property
    def usual(self) -> tuple[Shift, ...]:
        """The shifts of a week."""
        return self.shifts or (Shift(self.days, self.opens, self.closes),)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Agreed: what counts from `from_ns` until before `to_ns` leaves the adjusted figures. Empty: of all sites, workflows, …"""

    from_ns: int
    to_ns: int
    reason: str
    author: str
    agreed: date | None = None
    sites: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()


def day_seconds(calendar: Calendar) -> int:
    """The length of one working day: nine hours for 08:00-17:00. Of days that differ the most usual length; of two as usual the longer."""
    if calendar.agreed_day_seconds is not None:
        return calendar.agreed_day_seconds
    lengths = Counter(sum(shift.seconds for shift in calendar.usual if day in shift.days) for day in range(WEEK))
    del lengths[0]
    return max(lengths, key=lambda seconds: (lengths[seconds], seconds))


def look_back(calendar: Calendar) -> timedelta:
    """No moment is further from the stretch before it."""
    return timedelta(days=WEEK + 2 + MOST_HOLIDAYS + sum((closed.last - closed.first).days + 1 for closed in calendar.closed))


def stretches(calendar: Calendar, zone: ZoneInfo, first: date) -> Iterator[tuple[int, int]]:
    """(opens, closes) in ns since 1970 UTC of the working time from `first` on, without end; DST moves shifts with the wall clock. Where
    shifts overlap, also those of two days, their common time counts once."""
    worked_until = None
    for day in (first + timedelta(days=n) for n in count()):
        for opens, closes in sorted(_shifts(calendar, zone, day)):
            begins = opens if worked_until is None else max(opens, worked_until)
            if begins < closes:
                yield begins, closes
                worked_until = closes


def is_holiday(calendar: Calendar, day: date) -> bool:
    """Whether the calendar's country, or its subdivision, has a public holiday then."""
    return calendar.holidays is not None and day in _holidays(*calendar.holidays, day.year)


def _shifts(calendar: Calendar, zone: ZoneInfo, day: date) -> Iterator[tuple[int, int]]:
    """The shifts that begin on this day; where the clocks jump over one it is none."""
    extra = [(shift.opens, shift.closes) for shift in calendar.extra if shift.on == day]
    is_free = any(closed.first <= day <= closed.last for closed in calendar.closed) or is_holiday(calendar, day)
    usual = [] if is_free else [(shift.opens, shift.closes) for shift in calendar.usual if day.weekday() in shift.days]
    for opens, closes in usual + extra:
        end = day if closes > opens else day + timedelta(days=1)
        stretch = _ns(datetime.combine(day, opens, zone)), _ns(datetime.combine(end, closes, zone))
        if stretch[0] < stretch[1]:
            yield stretch


@cache
def _holidays(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    import holidays  # costs half a second, which only calendars with holidays pay

    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))


def _ns(when: datetime) -> int:
    return int(when.timestamp()) * SECOND_NS
