"""Who is on shift when, of one owner and site: weekly shifts by the clocks of the place, and who is told next where nobody answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from app.instants import SECOND_NS

WEEK_DAYS = 7
DAY_MINUTES = 24 * 60
WEEK_MINUTES = WEEK_DAYS * DAY_MINUTES
AFTER: Mapping[str, int] = MappingProxyType({"critical": 15 * 60, "important": 60 * 60, "routine": 4 * 3600})


@dataclass(frozen=True, slots=True)
class Shift:
    """Some days of the week, 0 is Monday, in local time. One that does not end later than it begins ends on the next day."""

    days: tuple[int, ...]
    begins: time
    ends: time
    people: tuple[str, ...]

    @property
    def is_over_midnight(self) -> bool:
        return self.ends <= self.begins


@dataclass(frozen=True, slots=True)
class Level:
    """Who is told where the ones before did not answer: people by name, or everybody who has a role."""

    people: tuple[str, ...] = ()
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Roster:
    """`owner` None: of what is nobody's. `site` None: wherever no other roster of the owner is for the site. `after`: by severity, how many
    seconds somebody has before the next is told."""

    name: str
    owner: str | None
    site: str | None
    zone: str
    shifts: tuple[Shift, ...]
    then: tuple[Level, ...] = ()
    after: Mapping[str, int] = field(default_factory=lambda: AFTER)

    @property
    def last_level(self) -> int:
        """The shift is level 0."""
        return len(self.then)

    def after_ns(self, severity: str) -> int:
        return self.after.get(severity, AFTER["routine"]) * SECOND_NS

    def on_shift(self, now_ns: int) -> tuple[str, ...]:
        """Whose shift it is, each once."""
        found = (name for begin, end, shift in self._around(now_ns) if begin <= now_ns < end for name in shift.people)
        return tuple(dict.fromkeys(found))

    def next_begin(self, from_ns: int) -> int | None:
        """When the first shift of anybody begins from that moment on; None: none ever does."""
        return min((begin for begin, _, shift in self._around(from_ns) if begin >= from_ns and shift.people), default=None)

    def _around(self, now_ns: int) -> Iterator[tuple[int, int, Shift]]:
        """The shifts from the day before yesterday until a week from now: from when until before when, and which."""
        today = datetime.fromtimestamp(now_ns // SECOND_NS, ZoneInfo(self.zone)).date()
        for ahead in range(-2, WEEK_DAYS + 2):
            day = today + timedelta(days=ahead)
            for shift in self.shifts:
                if day.weekday() in shift.days:
                    last = day + timedelta(days=1) if shift.is_over_midnight else day
                    yield instant(day, shift.begins, self.zone), instant(last, shift.ends, self.zone), shift


def instant(day: date, clock: time, zone: str) -> int:
    """When clocks there show it. What they show twice is the first time; what they never show is as long after midnight as it would be: so
    shifts that follow upon each other still do on the days that clocks change."""
    return int(datetime.combine(day, clock, ZoneInfo(zone)).timestamp()) * SECOND_NS


def roster_for(rosters: Iterable[Roster], owner: str | None, sites: Iterable[str]) -> list[Roster]:
    """Those an alert of that owner is told by: of each of its sites the roster that names it, else the one that names no site."""
    mine = [roster for roster in rosters if roster.owner == owner]
    by_site = {roster.site: roster for roster in mine}
    found = [by_site.get(site, by_site.get(None)) for site in (*sites,)] or [by_site.get(None)]
    return list({roster.name: roster for roster in found if roster is not None}.values())


def uncovered(roster: Roster) -> list[tuple[int, int]]:
    """When nobody is on shift, in minutes since Monday 00:00; over the end of the week where it goes on there."""
    covered = bytearray(WEEK_MINUTES)
    for shift in roster.shifts:
        begin, end = _minutes(shift.begins), _minutes(shift.ends)
        length = end - begin if end > begin else end - begin + DAY_MINUTES
        for day in shift.days if shift.people else ():
            for minute in range(length):
                covered[(day * DAY_MINUTES + begin + minute) % WEEK_MINUTES] = 1
    edges = [minute for minute in range(WEEK_MINUTES) if not covered[minute] and covered[minute - 1]]
    if not edges:
        return [] if covered[0] else [(0, WEEK_MINUTES)]
    return [(begin, next(m for m in range(begin, begin + WEEK_MINUTES) if covered[m % WEEK_MINUTES])) for begin in edges]


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute
