"""ISO weeks by the clocks of a place: how one is written, and from when to when it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.instants import SECOND_NS

WRITTEN = re.compile(r"(\d{4})-W(\d{2})")
EXAMPLE = "2026-W13"


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """The ISO week that begins on this Monday. Where clocks change it has 167 or 169 hours, and some years have 53 of them."""

    monday: date

    def __str__(self) -> str:
        year, number, _ = self.monday.isocalendar()
        return f"{year}-W{number:02d}"

    @property
    def number(self) -> int:
        return self.monday.isocalendar().week

    def back(self, weeks: int) -> Week:
        """So many weeks before."""
        return Week(self.monday - timedelta(weeks=weeks))

    def bounds(self, zone: str) -> tuple[int, int]:
        """From when until before when it is, in ns."""
        return _midnight_ns(self.monday, zone), _midnight_ns(self.back(-1).monday, zone)

    @property
    def days(self) -> str:
        """16 to 22 March 2026; with what differs of month and year."""
        first, last = self.monday, self.monday + timedelta(days=6)
        begin = f"{first.day}" if first.month == last.month else f"{first.day} {first:%B}"
        begin += f" {first.year}" if first.year != last.year else ""
        return f"{begin} to {last.day} {last:%B} {last.year}"


def week_of(text: str) -> Week:
    """The week that is written so. Raises ValueError with a sentence."""
    found = WRITTEN.fullmatch(text)
    try:
        if not found:
            raise ValueError
        return Week(date.fromisocalendar(int(found[1]), int(found[2]), 1))
    except ValueError:
        raise ValueError(_refusal(text, found)) from None


def week_at(ns: int, zone: str) -> Week:
    """The week that a moment is in, by the clocks of the zone."""
    day = datetime.fromtimestamp(ns // SECOND_NS, ZoneInfo(zone)).date()
    return Week(day - timedelta(days=day.weekday()))


def last_whole(now_ns: int, zone: str) -> Week:
    """The newest week that is over."""
    return week_at(now_ns, zone).back(1)


def _refusal(text: str, found: re.Match[str] | None) -> str:
    if found and found[2] == "53":
        return f"{found[1]} has no week 53: its last one is {found[1]}-W52."
    return f"'{text}' is no week. Write the year and the number of the ISO week, such as {EXAMPLE}."


def _midnight_ns(day: date, zone: str) -> int:
    return int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp()) * SECOND_NS
