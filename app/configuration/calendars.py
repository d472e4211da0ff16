"""The sections `calendars`, `partners` and `exclusions`: when plants and suppliers work, and what is agreed not to count."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Any

from metrics.calendars import Calendar, Closed, Exclusion, Extra, Shift
from metrics.keys import Key, Place, Problem, Read, duration, list_of, name, nearest, record_of, seconds, shown, text

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKING_WEEK = (0, 1, 2, 3, 4)
LONGEST_DAY = 86_400


def clock(value: Any, place: Place, problems: list[Problem]) -> time | None:
    """A time of day, HH:MM."""
    if isinstance(value, str) and re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        return time.fromisoformat(value)
    problems.append(Problem(place, f"must be a time of day from 00:00 to 23:59, written HH:MM (found {shown(value)})."))
    return None


def days(value: Any, place: Place, problems: list[Problem]) -> tuple[int, ...] | None:
    """Days of the week; 0 is Monday."""
    if isinstance(value, list) and value and all(day in DAYS for day in value):
        return tuple(sorted({DAYS.index(day) for day in value}))
    problems.append(Problem(place, f"must be a list of days out of {', '.join(DAYS)} (found {_stranger(value)})."))
    return None


def day(value: Any, place: Place, problems: list[Problem]) -> date | None:
    """A date, YYYY-MM-DD."""
    try:
        return (
            date.fromisoformat(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) else _no_day(value)
        )
    except ValueError:
        problems.append(Problem(place, f"must be a date, written YYYY-MM-DD (found {shown(value)})."))
        return None


def working_day(value: Any, place: Place, problems: list[Problem]) -> int | None:
    """The length of a working day, at most 24 hours, in seconds."""
    written = duration(value, place, problems)
    if written and not 0 < seconds(written) <= LONGEST_DAY:
        problems.append(Problem(place, f"must be longer than nothing and at most 24h (found {shown(value)})."))
        return None
    return seconds(written) if written else None


def holidays(value: Any, place: Place, problems: list[Problem]) -> tuple[str, str | None] | None:
    """A country and a part of it whose public holidays are known."""
    found = record_of(HOLIDAYS, lambda country, subdivision: (country, subdivision))(value, place, problems)
    if not found:
        return None
    from holidays import list_supported_countries

    known, (country, subdivision) = list_supported_countries(), found
    if country not in known:
        problems.append(
            Problem((*place, "country"), f"no country is called {shown(country)}; its ISO 3166 code is meant, such as DE or US.")
        )
        return None
    if subdivision is not None and subdivision not in known[country]:
        near = f" Did you mean '{close[0]}'?" if (close := nearest(subdivision, {part.lower(): part for part in known[country]})) else ""
        parts = ", ".join(known[country]) or "none"
        problems.append(Problem((*place, "subdivision"), f"{country} has no part called {shown(subdivision)}.{near} Known: {parts}."))
        return None
    return found


def instant_with(instant: Read) -> tuple[Key, ...]:
    """The keys of an exclusion; `instant` reads a moment as ns."""
    names = list_of(name, "names")
    return (
        Key("from", instant, "moment", "From when on, RFC 3339 with its offset, such as 2026-03-23T08:00:00+01:00.", required=True),
        Key("to", instant, "moment", "Until before when.", required=True),
        Key("reason", text, "sentence", "Why it does not count.", required=True),
        Key("author", text, "name", "Who agreed.", required=True),
        Key("agreed", day, "date", "When it was agreed."),
        Key("sites", names, "list of sites", "Only there.", default=()),
        Key("workflows", names, "list of workflows", "Only these.", default=()),
        Key("metrics", names, "list of metrics", "Only these.", default=()),
        Key("partners", list_of(text, "partners"), "list of partners", "Only with these.", default=()),
    )


def exclusion_with(instant: Read) -> Read:
    """Reads one entry of `exclusions`."""
    read_keys = record_of(instant_with(instant), dict)

    def read(value: Any, place: Place, problems: list[Problem]) -> Exclusion | None:
        found = read_keys(value, place, problems)
        if found and found["from"] >= found["to"]:
            problems.append(Problem((*place, "to"), "must be later than `from`."))
            return None
        return found and Exclusion(found.pop("from"), found.pop("to"), **found)

    return read


def calendar(value: Any, place: Place, problems: list[Problem]) -> dict[str, Any] | None:
    """A calendar without its name."""
    found = record_of(CALENDAR, dict)(value, place, problems)
    if not found:
        return None
    if found["shifts"] is not None and (beside := [key for key in ("days", "from", "to") if key in value]):
        problems.append(Problem((*place, beside[0]), "contradicts `shifts`: write the hours in one of them."))
        return None
    if found["shifts"] == ():
        problems.append(Problem((*place, "shifts"), "is empty; a calendar that is never open would make nothing ever due."))
        return None
    return {
        "days": found["days"],
        "opens": found["from"],
        "closes": found["to"],
        "shifts": found["shifts"] or (),
        "holidays": found["holidays"],
        "closed": found["closed"],
        "extra": found["open"],
        "agreed_day_seconds": found["day"],
    }


def _closed(value: Any, place: Place, problems: list[Problem]) -> Closed | None:
    found = record_of(CLOSED, dict)(value, place, problems)
    if not found:
        return None
    last = found["to"] or found["from"]
    if last < found["from"]:
        problems.append(Problem((*place, "to"), "must not be before `from`; both days are free."))
        return None
    return Closed(found["from"], last, found["reason"])


def _extra(value: Any, place: Place, problems: list[Problem]) -> Extra | None:
    found = record_of(OPEN, dict)(value, place, problems)
    return found and Extra(found["on"], found["from"], found["to"], found["reason"])


def _shift(value: Any, place: Place, problems: list[Problem]) -> Shift | None:
    found = record_of(SHIFT, dict)(value, place, problems)
    return found and Shift(found["days"], found["from"], found["to"])


def _stranger(value: Any) -> str:
    wrong = [each for each in value if each not in DAYS] if isinstance(value, list) else []
    return shown(wrong[0]) if wrong else shown(value)


def _no_day(value: Any) -> date:
    raise ValueError(value)


HOLIDAYS = (
    Key("country", text, "code", "ISO 3166 code, such as DE.", required=True),
    Key("subdivision", text, "code", "The code of a part of it that has holidays of its own, such as HH."),
)
SHIFT = (
    Key("days", days, "list of days", "The days on which it begins.", default=WORKING_WEEK),
    Key("from", clock, "HH:MM", "When it begins, local time.", required=True),
    Key("to", clock, "HH:MM", "When it ends; not later than `from`: on the next day.", required=True),
)
CLOSED = (
    Key("from", day, "date", "The first free day.", required=True),
    Key("to", day, "date", "The last free day; absent: only one."),
    Key("reason", text, "text", "Such as plant shutdown."),
)
OPEN = (
    Key("on", day, "date", "The day on which the shift begins, whatever day it is.", required=True),
    Key("from", clock, "HH:MM", "When it begins.", required=True),
    Key("to", clock, "HH:MM", "When it ends.", required=True),
    Key("reason", text, "text", "Such as stocktaking."),
)
CALENDAR = (
    Key("days", days, "list of days", "The working days: mon tue wed thu fri sat sun.", default=WORKING_WEEK),
    Key("from", clock, "HH:MM", "When work begins, local time of the site.", default=time(8)),
    Key("to", clock, "HH:MM", "When work ends; not later than `from`: on the next day.", default=time(17)),
    Key("shifts", list_of(_shift, "shifts"), "list", "Instead of days, from and to: any number of shifts."),
    Key("holidays", holidays, "mapping", "Public holidays are free: country, and subdivision where it has its own."),
    Key("closed", list_of(_closed, "mappings with from and to"), "list", "Days without work, such as a plant shutdown.", default=()),
    Key("open", list_of(_extra, "mappings with on, from and to"), "list", "Shifts beside the usual ones.", default=()),
    Key("day", working_day, "duration", "What `1d` of working time is. Absent: the most usual length of its working days."),
)


def sentence(calendar: Calendar) -> str:
    """The calendar as it is understood: `Mon to Fri 08:00–17:00; a working day is 9 h`."""
    from metrics.calendars import day_seconds

    hours = "; ".join(f"{_day_words(shift.days)} {shift.opens:%H:%M}–{shift.closes:%H:%M}" for shift in calendar.usual)
    parts = [hours]
    if calendar.holidays:
        parts.append(f"free on the public holidays of {'-'.join(filter(None, calendar.holidays))}")
    parts += [f"closed {closed.first} to {closed.last}" for closed in calendar.closed]
    parts += [f"open on {extra.on} {extra.opens:%H:%M}–{extra.closes:%H:%M}" for extra in calendar.extra]
    return f"{', '.join(parts)}; a working day is {day_seconds(calendar) / 3600:g} h"


def _day_words(numbers: tuple[int, ...]) -> str:
    words = [DAYS[number].capitalize() for number in numbers]
    is_run = len(words) > 2 and numbers == tuple(range(numbers[0], numbers[-1] + 1))
    return f"{words[0]} to {words[-1]}" if is_run else ", ".join(words)
