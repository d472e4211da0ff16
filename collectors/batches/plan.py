"""When a batch file is expected: on which days, from when and by when, and which day's run a file belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from collectors.instants import YEARS

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKING, DAILY = "working", "daily"
PIECE = re.compile(r"%.?|\*|\?|[^%*?]+")
FIELDS = {"%Y": r"(?P<year>\d{4})", "%m": r"(?P<month>\d\d)", "%d": r"(?P<day>\d\d)", "*": ".*", "?": "."}
LAST_LOOKED_FOR = 400  # days ahead in which a run is looked for: more than a year of holidays


class Run(NamedTuple):
    """One day's file: waited for from `opens_ns`, there by `due_ns`."""

    day: date
    opens_ns: int
    due_ns: int


class Plan:
    """The runs of one checked entry of `expects`; `source` holds what is said for all of them."""

    def __init__(self, entry: dict[str, Any], source: dict[str, Any]) -> None:
        self._zone = ZoneInfo(entry.get("time_zone", source["time_zone"]))
        self._by, self._opens = time.fromisoformat(entry["by"]), time.fromisoformat(entry.get("opens", "00:00"))
        self._days = days_of(entry.get("days", source["days"]))
        self._holidays = {date.fromisoformat(day) for day in source["holidays"]}
        self._file = pattern_of(entry["file"])

    def run(self, day: date) -> Run | None:
        """The run of a day; None when none is expected then."""
        if day.weekday() not in self._days or day in self._holidays:
            return None
        opens = day - timedelta(days=1) if self._opens > self._by else day
        return Run(day, self._ns(opens, self._opens), self._ns(day, self._by))

    def next_run(self, day: date) -> Run | None:
        """The first run on `day` or after it."""
        later = (self.run(day + timedelta(days=ahead)) for ahead in range(LAST_LOOKED_FOR))
        return next((run for run in later if run), None)

    def first_due(self, now_ns: int) -> Run | None:
        """The first run that is not due before now."""
        run = self.next_run(self._day(now_ns))
        return self.next_run(run.day + timedelta(days=1)) if run and run.due_ns < now_ns else run

    def opened(self, first: date, now_ns: int) -> Iterator[Run]:
        """The runs from `first` on that are waited for by now, one after the other."""
        run = self.next_run(first)
        while run and run.opens_ns <= now_ns:
            yield run
            run = self.next_run(run.day + timedelta(days=1))

    def open_at(self, now_ns: int) -> Run | None:
        """The newest run that was waited for at a moment: what comes then is for it, be it late."""
        tomorrow = self._day(now_ns) + timedelta(days=1)
        before = (self.run(tomorrow - timedelta(days=back)) for back in range(LAST_LOOKED_FOR))
        return next((run for run in before if run and run.opens_ns <= now_ns), None)

    def matches(self, name: str) -> bool:
        return self._file.fullmatch(name) is not None

    @property
    def is_dated(self) -> bool:
        return "day" in self._file.groupindex

    def day_in(self, name: str) -> date | None:
        """The day that the name of a file says; None when it says none, or one in a year that no event can have."""
        match = self._file.fullmatch(name)
        try:
            day = date(*(int(match[part]) for part in ("year", "month", "day"))) if match else None
        except ValueError:
            return None
        return day if day and day.year in YEARS else None

    def _ns(self, day: date, at: time) -> int:
        return int(datetime.combine(day, at, self._zone).timestamp()) * 10**9

    def _day(self, ns: int) -> date:
        return datetime.fromtimestamp(ns // 10**9, UTC).astimezone(self._zone).date()


def days_of(value: Any) -> tuple[int, ...]:
    if value in (WORKING, DAILY):
        return tuple(range(5 if value == WORKING else 7))
    return tuple(DAYS.index(day) for day in value)


def pattern_of(text: str) -> re.Pattern[str]:
    """What a `file` stands for: `*` and `?` as in paths, and %Y %m %d for the day. Raises ValueError with a sentence."""
    pieces = PIECE.findall(text)
    fields = [piece for piece in pieces if piece.startswith("%")]
    if any(piece not in FIELDS for piece in fields) or (fields and sorted(fields) != ["%Y", "%d", "%m"]):
        raise ValueError("may hold the day as %Y, %m and %d, each once, as in stock_%Y%m%d.csv")
    return re.compile("".join(FIELDS.get(piece) or re.escape(piece) for piece in pieces), re.DOTALL)
