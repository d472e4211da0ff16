"""Who is on shift, and who is told of an alert when, counted from what is written, apart from how the product does it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.duty.roster import Roster

UTC = ZoneInfo("UTC")
SECOND = 10**9


def begins(roster: Roster, first: datetime, last: datetime) -> list[tuple[datetime, datetime, tuple[str, ...]]]:
    """Each shift that begins on a day from `first` to `last`: the first minute in UTC at which the clocks there show its begin or, where
    they never do, the minute that would be it by the offset before; and its end the same way."""
    found, day = [], first.date()
    while day <= last.date():
        for shift in roster.shifts:
            if day.weekday() in shift.days:
                end_day = day + timedelta(days=1 if shift.ends <= shift.begins else 0)
                found.append((_utc(roster.zone, day, shift.begins), _utc(roster.zone, end_day, shift.ends), shift.people))
        day += timedelta(days=1)
    return found


def _utc(zone: str, day: date, clock: time) -> datetime:
    wall = datetime.combine(day, clock)
    start = datetime.combine(day, clock, UTC) - timedelta(hours=16)
    for minute in range(32 * 60):
        here = (start + timedelta(minutes=minute)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        if here == wall:
            return start + timedelta(minutes=minute)
    before = (start + timedelta(hours=12)).astimezone(ZoneInfo(zone)).utcoffset()  # it is skipped: clocks go forward in the night
    assert before is not None
    return (wall - before).replace(tzinfo=UTC)


def on_shift(roster: Roster, at_ns: int) -> set[str]:
    at = datetime.fromtimestamp(at_ns // SECOND, UTC)
    shifts = begins(roster, at - timedelta(days=3), at + timedelta(days=2))
    return {name for begin, end, people in shifts if begin <= at < end for name in people}


@dataclass(frozen=True)
class Away:
    """From when until before when, in ns, and who stands in."""

    from_ns: int
    to_ns: int
    deputy: str | None


def stands_in(name: str, away: dict[str, Away], at_ns: int) -> str | None:
    """Who is told in the place of somebody; they themselves where they are there."""
    for _ in range(len(away) + 1):
        absence = away.get(name)
        if absence is None or not absence.from_ns <= at_ns < absence.to_ns:
            return name
        if absence.deputy is None:
            return None
        name = absence.deputy
    return None  # each is away, and stands in for the next


def told(roster: Roster, severity: str, away: dict[str, Away], looks: list[int], taken_ns: int) -> list[tuple[int, tuple[str, ...]]]:
    """When somebody is told, and who, where the clock is looked at at these moments and nobody looks after it before `taken_ns`."""
    found: list[tuple[int, tuple[str, ...]]] = []
    levels: list[tuple[str, ...] | None] = [None, *(level.people for level in roster.then)]  # None: the shift
    waiting, had, due = list(levels), set[str](), looks[0]
    for at_ns in (look for look in looks if look < taken_ns):
        if at_ns < due:
            continue
        people: list[str] = []
        while waiting and not people:
            if len(waiting) == len(levels):
                had = set()
            named = waiting.pop(0)
            names = _in_order(roster, at_ns) if named is None else named
            there = (stands_in(name, away, at_ns) for name in names)
            people = [name for name in dict.fromkeys(there) if name is not None and name not in had]
        due = at_ns + (roster.after[severity] * SECOND if people else 0)
        had |= set(people)
        if people:
            found.append((at_ns, tuple(people)))
        if not waiting:
            waiting = list(levels)
            days = begins(roster, datetime.fromtimestamp(due // SECOND, UTC), datetime.fromtimestamp(due // SECOND + 9 * 86_400, UTC))
            later = [int(begin.timestamp()) * SECOND for begin, _, names in days if names]
            due = min((begin for begin in later if begin >= max(due, at_ns + 1)), default=2**63)
    return found


def _in_order(roster: Roster, at_ns: int) -> list[str]:
    """As the shifts begin and name them."""
    at = datetime.fromtimestamp(at_ns // SECOND, UTC)
    shifts = begins(roster, at - timedelta(days=3), at + timedelta(days=2))
    return [name for begin, end, people in shifts if begin <= at < end for name in people]
