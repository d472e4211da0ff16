"""When work is done: shifts, weekends and opening hours of each plant, in its own time."""

from __future__ import annotations

import bisect
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

from app.simulator.company import Plant

MILLISECOND = 10**6
SECOND = 10**9
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
OPENS, CLOSES = time(8), time(17)  # of offices and suppliers, Monday to Friday


def to_ns(moment: datetime) -> int:
    return int(moment.timestamp()) * SECOND + moment.microsecond * 1000


def local(plant: Plant, moment_ns: int) -> datetime:
    return datetime.fromtimestamp(moment_ns // SECOND, ZoneInfo(plant.zone))


@cache
def midnight_ns(plant: Plant, day: date) -> int:
    """When the plant's local day begins."""
    return to_ns(datetime.combine(day, time(), ZoneInfo(plant.zone)))


def activity(plant: Plant, kind: str, moment_ns: int) -> float:
    """How busy a plant is at a moment: 1.0 on a weekday's early shift."""
    now = local(plant, moment_ns)
    return _weekday_factor(plant, kind, now.date()) * _hours(plant, kind)[now.hour]


def starts_per_day(plant: Plant, kind: str, day: date, per_day: float) -> float:
    """How many begin on this day when a weekday has `per_day` in all plants together."""
    return per_day * plant.share * _weekday_factor(plant, kind, day)


def start_time(plant: Plant, kind: str, day: date, random: Random) -> int:
    """A moment of the plant's local day, likelier when more is going on."""
    edges = list(accumulate(_hours(plant, kind)))
    hour = bisect.bisect(edges, random.random() * edges[-1])
    return midnight_ns(plant, day) + min(hour, 23) * HOUR + random.randrange(3_600_000) * 1_000_000


def working_later(plant: Plant, moment_ns: int, hours: float) -> int:
    """The moment after so many hours of opening time."""
    left, now = timedelta(hours=hours), local(plant, moment_ns)
    day = now.date()
    while True:
        opens, closes = (datetime.combine(day, at, now.tzinfo) for at in (OPENS, CLOSES))
        begins = max(now, opens)
        if day.weekday() < 5 and begins + left < closes:
            return max(to_ns(begins + left), moment_ns) // 1_000_000 * 1_000_000
        if day.weekday() < 5 and begins < closes:
            left -= closes - begins
        day += timedelta(days=1)


def _weekday_factor(plant: Plant, kind: str, day: date) -> float:
    weekend = {5: plant.saturday, 6: plant.sunday}
    factor = weekend.get(day.weekday(), 1.0)
    return factor if kind == "shop" or day.weekday() < 5 else factor * 0.4


@cache
def _hours(plant: Plant, kind: str) -> tuple[float, ...]:
    """Weights of the 24 local hours: early shift 6-14, late shift 14-22, night; offices and docks open by day."""
    if kind == "office":
        return tuple(1.0 if 8 <= hour < 17 else 0.4 if hour in (7, 17, 18) else 0.06 for hour in range(24))
    late = 0.75 if kind == "shop" else 0.6
    return tuple(1.0 if 6 <= hour < 14 else late if 14 <= hour < 22 else plant.night for hour in range(24))
