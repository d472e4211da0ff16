"""When a plant or a supplier works: shifts of a week, holidays, shutdowns and extra shifts; and what is agreed not to count."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, time
from functools import cache

SECOND_NS = 1_000_000_000
DAY_SECONDS = 86_400
WEEK = 7


@dataclass(frozen=True, slots=True)
class Shift:
    """Working hours of some days of the week in local time; 0 is Monday. One that does not end later than it begins ends the next day."""

    days: tuple[int, ...]
    opens: time
    closes: time

    @property
    def seconds(self) -> int:
        """Its length by the clock on the wall."""
        seconds = seconds_of(self.closes) - seconds_of(self.opens)
        return seconds if seconds > 0 else seconds + DAY_SECONDS


@dataclass(frozen=True, slots=True)
class Holidays:
    """The public holidays of a country, or of a part of it, by ISO 3166 codes. `half_days_end`: when work ends on half holidays; None: they
    are working days."""

    country: str
    subdivision: str | None = None
    half_days_end: time | None = None


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

    @property
    def shift(self) -> Shift:
        """Its hours."""
        return Shift((self.on.weekday(),), self.opens, self.closes)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working hours of a week in local time, one shift or several, and the days that differ. `day_seconds`: the length of one working day
    where it is agreed; None: the most usual one."""

    name: str
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    opens: time = time(8)
    closes: time = time(17)
    shifts: tuple[Shift, ...] = ()  # instead of days, opens and closes
    holidays: Holidays | None = None
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
    lengths = Counter(_seconds_worked([shift for shift in calendar.usual if day in shift.days]) for day in range(WEEK))
    del lengths[0]
    return max(lengths, key=lambda seconds: (lengths[seconds], seconds))


def _seconds_worked(shifts: list[Shift]) -> int:
    """What shifts share counts once."""
    worked = until = 0
    for shift in sorted(shifts, key=lambda shift: shift.opens):
        opens = seconds_of(shift.opens)
        worked += max(opens + shift.seconds - max(opens, until), 0)
        until = max(opens + shift.seconds, until)
    return worked


def seconds_of(clock: time) -> int:
    """Since midnight, by the clock on the wall."""
    return clock.hour * 3600 + clock.minute * 60 + clock.second


def public_holidays(of: Holidays, year: int) -> frozenset[date]:
    """The days off of a year."""
    return _holidays(of.country, of.subdivision, year, "public")


def half_holidays(of: Holidays, year: int) -> frozenset[date]:
    """The days of a year on which work ends early. Raises ValueError where the country has none that are known."""
    return _holidays(of.country, of.subdivision, year, "half_day")


@cache
def _holidays(country: str, subdivision: str | None, year: int, category: str) -> frozenset[date]:
    import holidays  # costs half a second, which only calendars with holidays pay

    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year, categories=(category,)))
