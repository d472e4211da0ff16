"""The sections `calendars`, `partners` and `exclusions`: when plants and suppliers work, and what is agreed not to count."""

from __future__ import annotations

import re
from datetime import date, time
from itertools import pairwise
from typing import Any

from metrics.calendars import WEEK, Calendar, Closed, Exclusion, Extra, Holidays, Shift, day_seconds, public_holidays
from metrics.keys import Key, Place, Problem, Read, duration, list_of, name, nearest, record_of, seconds, shown, text

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKING_WEEK = (0, 1, 2, 3, 4)
LONGEST_DAY = 86_400
LONGEST_CLOSED = 731  # days
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2179, 12, 31)  # as of events
HALF = "half_day"


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
    found = _date(value)
    if found is None or not FIRST_DAY <= found <= LAST_DAY:
        problems.append(Problem(place, f"must be a date from 1900 to 2179, written YYYY-MM-DD (found {shown(value)})."))
        return None
    return found


def working_day(value: Any, place: Place, problems: list[Problem]) -> int | None:
    """The length of a working day, at most 24 hours, in seconds."""
    written = duration(value, place, problems)
    if written and not 0 < seconds(written) <= LONGEST_DAY:
        problems.append(Problem(place, f"must be longer than nothing and at most 24h (found {shown(value)})."))
        return None
    return seconds(written) if written else None


def holidays(value: Any, place: Place, problems: list[Problem]) -> Holidays | None:
    """A country and a part of it whose public holidays are known."""
    found = record_of(HOLIDAYS, Holidays)(value, place, problems)
    if not found:
        return None
    from holidays import country_holidays, list_supported_countries

    known = list_supported_countries()
    if found.country not in known:
        text = f"no country is called {shown(found.country)}; its ISO 3166 code is meant, such as DE or US."
        problems.append(Problem((*place, "country"), text))
        return None
    parts = known[found.country]
    if found.subdivision is not None and found.subdivision not in parts:
        near = f" Did you mean '{close[0]}'?" if (close := nearest(found.subdivision, {part.lower(): part for part in parts})) else ""
        text = f"{found.country} has no part called {shown(found.subdivision)}.{near} Known: {', '.join(parts) or 'none'}."
        problems.append(Problem((*place, "subdivision"), text))
        return None
    if found.half_days_end and HALF not in country_holidays(found.country).supported_categories:
        text = f"no half holidays of {found.country} are known. Write such days under `closed`, and their hours under `open`."
        problems.append(Problem((*place, "half_days_end"), text))
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
    if (last - found["from"]).days >= LONGEST_CLOSED:
        problems.append(Problem((*place, "to"), "must be within two years of `from`; what never opens again has no working time."))
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


def _date(value: Any) -> date | None:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


HOLIDAYS = (
    Key("country", text, "code", "ISO 3166 code, such as DE.", required=True),
    Key("subdivision", text, "code", "The code of a part of it that has holidays of its own, such as HH."),
    Key("half_days_end", clock, "HH:MM", "When work ends on half holidays, where the country has such. Absent: they are working days."),
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


def sentence(calendar: Calendar, year: int) -> str:
    """The calendar as it is understood, with how many holidays it has in that year: `Mon to Fri 08:00–17:00; a working day is 9 h`."""
    days: dict[tuple[int, ...], list[Shift]] = {}
    for shift in sorted(calendar.usual, key=lambda shift: shift.opens):
        days.setdefault(shift.days, []).append(shift)
    parts = [", ".join(f"{_day_words(numbers)} {_hours(shifts)}" for numbers, shifts in days.items())]
    if calendar.holidays:
        parts.append(_free(calendar.holidays, year))
    parts += [f"closed {_dates(closed)}{_because(closed.reason)}" for closed in calendar.closed]
    parts += [f"open {extra.on} {_hours([extra.shift])}{_because(extra.reason)}" for extra in calendar.extra]
    return "; ".join([*parts, f"a working day is {day_seconds(calendar) / 3600:g} h"])


def _hours(shifts: list[Shift]) -> str:
    """Shifts that follow upon each other are one stretch."""
    if len(shifts) > 1 and all(one.closes == next_one.opens for one, next_one in pairwise(shifts)):
        return f"{shifts[0].opens:%H:%M}–{shifts[-1].closes:%H:%M} in {len(shifts)} shifts"
    return " and ".join(f"{shift.opens:%H:%M}–{shift.closes:%H:%M}" for shift in shifts)


def _free(holidays: Holidays, year: int) -> str:
    where = "-".join(filter(None, (holidays.country, holidays.subdivision)))
    days = len(public_holidays(holidays, year))
    half = f", half holidays until {holidays.half_days_end:%H:%M}" if holidays.half_days_end else ""
    return f"{days} holiday{'' if days == 1 else 's'} in {year} ({where}){half}"


def _dates(closed: Closed) -> str:
    return f"{closed.first}" if closed.first == closed.last else f"{closed.first} to {closed.last}"


def _because(reason: str | None) -> str:
    return f" ({reason})" if reason else ""


def _day_words(numbers: tuple[int, ...]) -> str:
    """Mon to Fri; Sun to Thu; Mon, Wed."""
    words = [day.capitalize() for day in DAYS]
    begins = [number for number in numbers if (number - 1) % WEEK not in numbers]
    if not begins:
        return "every day"
    if len(begins) == 1 and len(numbers) > 2:
        return f"{words[begins[0]]} to {words[(begins[0] + len(numbers) - 1) % WEEK]}"
    return ", ".join(words[number] for number in numbers)
