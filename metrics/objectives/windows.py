"""Windows of time, rolling or by the calendar: from when to when, as of a moment. All begin and end at whole minutes."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from metrics.texts import _, _later

MINUTE_NS = 60 * 10**9
MINUTES = {"m": 1, "h": 60, "d": 1440, "w": 10_080}
MONTHS = {"M": 1, "Q": 3, "Y": 12}
USUAL_MINUTES = {"M": 30 * 1440, "Q": 91 * 1440, "Y": 365 * 1440}  # of what is not always equally long
DURATION = re.compile(r"([1-9][0-9]{0,6})([smhdwMQY])")
LONGEST_MINUTES = 3660 * 1440
UNITS = {"d": _later("{number} d"), "h": _later("{number} h"), "min": _later("{number} min")}
MOST_DAYS = 63  # that are told day by day
MIDNIGHT = time()


@dataclass(frozen=True, slots=True)
class Duration:
    """A duration as OpenSLO writes it: 5m, 28d, 1Q. `count` of `unit`."""

    count: int
    unit: str

    @property
    def is_calendar(self) -> bool:
        """Whether only a calendar says how long it is."""
        return self.unit in MONTHS

    @property
    def minutes(self) -> int:
        """Its length; of months, quarters and years the usual one."""
        return self.count * (MINUTES.get(self.unit) or USUAL_MINUTES[self.unit])

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"


@dataclass(frozen=True, slots=True)
class Window:
    """The time a promise is about. With `start` and `timezone` it follows a calendar, period after period; else it rolls."""

    duration: Duration
    start: datetime | None = None  # local time, without its zone
    timezone: str | None = None

    @property
    def is_rolling(self) -> bool:
        return self.start is None

    def span(self, as_of_ns: int) -> tuple[int, int, int]:
        """(from, to, end) in ns: what counts up to the last whole minute, and when the period ends (rolling: it ends there). Before the
        first period nothing is in it."""
        to_ns = whole_minute(as_of_ns)
        if self.start is None:
            return to_ns - self.duration.minutes * MINUTE_NS, to_ns, to_ns
        if to_ns < self._begin(0):
            return to_ns, to_ns, to_ns
        number = self._period(to_ns)
        return self._begin(number), to_ns, self._begin(number + 1)

    def _period(self, ns: int) -> int:
        """The number of the period that holds the moment."""
        guess = (ns - self._begin(0)) // (self.duration.minutes * MINUTE_NS)
        while self._begin(guess) > ns:
            guess -= 1
        while self._begin(guess + 1) <= ns:
            guess += 1
        return guess

    def _begin(self, number: int) -> int:
        assert self.start is not None
        assert self.timezone is not None
        zone, count = ZoneInfo(self.timezone), number * self.duration.count
        if self.duration.is_calendar:
            return _instant_ns(_months_later(self.start, count * MONTHS[self.duration.unit]), zone)
        if self.duration.unit in ("d", "w"):  # days of the wall clock, of 23 or 25 hours where clocks change
            return _instant_ns(self.start + timedelta(minutes=count * MINUTES[self.duration.unit]), zone)
        return _instant_ns(self.start, zone) + number * self.duration.minutes * MINUTE_NS

    def __str__(self) -> str:
        return f"{self.duration} {'rolling' if self.is_rolling else 'calendar'}"


def duration_of(text: str) -> Duration | None:
    """The duration that is written so; None when it is none, or no whole number of minutes."""
    found = DURATION.fullmatch(text)
    if not found:
        return None
    count, unit = int(found[1]), found[2]
    if unit == "s":
        count, unit = (count // 60, "m") if count % 60 == 0 else (0, "m")
    duration = Duration(count, unit)
    return duration if 0 < duration.minutes <= LONGEST_MINUTES else None


def of_minutes(minutes: int) -> str:
    """How a number of minutes is written: 5m, 56m, 22h24m, 2d19h12m."""
    return "".join(f"{count}{unit[0]}" for count, unit in _parts(minutes)) or "0m"


def told_minutes(minutes: int) -> str:
    """How it is told: 5 min, 22 h 24 min, 2 d 19 h 12 min."""
    return " ".join(_(UNITS[unit], number=count) for count, unit in _parts(minutes) or [(0, "min")])


def roughly(minutes: int) -> int:
    """Without what does not matter beside the rest: of more than two days whole hours."""
    return minutes // 60 * 60 if minutes > 2 * 1440 else minutes


def _parts(minutes: int) -> list[tuple[int, str]]:
    days, rest = divmod(minutes, 1440)
    hours, left = divmod(rest, 60)
    return [(count, unit) for count, unit in ((days, "d"), (hours, "h"), (left, "min")) if count]


def whole_minute(ns: int) -> int:
    """The last whole minute not after the moment."""
    return ns // MINUTE_NS * MINUTE_NS


def parts_of(from_ns: int, to_ns: int, timezone: str) -> list[int]:
    """The bounds of the stretch's local days, or of its weeks where it has more than two months of them."""
    zone = ZoneInfo(timezone)
    day = datetime.fromtimestamp(from_ns // 10**9, zone).date()
    days = 1 if to_ns - from_ns <= MOST_DAYS * 1440 * MINUTE_NS else 7
    if days == 7:
        day -= timedelta(days=day.weekday())
    cuts = [from_ns]
    while cuts[-1] < to_ns:
        day += timedelta(days=days)
        cuts.append(min(_instant_ns(datetime.combine(day, MIDNIGHT), zone), to_ns))
    return cuts


def _months_later(start: datetime, months: int) -> datetime:
    """The same day and time so many months later; the last day of a month that has no such day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return start.replace(year=year, month=month + 1, day=min(start.day, monthrange(year, month + 1)[1]))


def _instant_ns(local: datetime, zone: ZoneInfo) -> int:
    """When clocks show this; of two such moments the first, and where they skip it, as if they had not yet."""
    return int(local.replace(tzinfo=zone).timestamp()) * 10**9
