"""An instant as a person says it: 14:00, yesterday 14:00, Tue 14:00, 24 Nov 14:00, 2026-11-24 14:00, 2 hours ago."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.figures.times import local
from app.instants import instant_ns
from collectors.event import Refused
from collectors.instants import YEARS, checked
from metrics.texts import _, _later

EXAMPLES = _later("14:00, yesterday 14:00, Tue 14:00, 24 Nov 14:00, 2026-11-24 14:00 or 2 hours ago")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
UNITS = {"minute": 60, "min": 60, "hour": 3_600, "h": 3_600, "day": 86_400, "week": 7 * 86_400}
SECOND_NS = 1_000_000_000
AGO = re.compile(rf"(\d{{1,4}})\s*({'|'.join(UNITS)})s?(?:\s+ago)?", re.ASCII)
CLOCK = re.compile(r"(?:(.*?)[\s,]+)?(?:at\s+)?(\d{1,2})[:.](\d\d)(?:[:.](\d\d))?", re.ASCII)
DATED = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
NAMED = re.compile(r"(\d{1,2})\.?\s+([a-z]{3})[a-z]*\.?(?:\s+(\d{4}))?", re.ASCII)


def instant_of(text: str, zone: str, now_ns: int) -> int:
    """What `text` says, by the clocks of that zone; of several such moments the last before `now_ns`. Raises ValueError with a sentence."""
    try:
        return checked(_instant(text, zone, now_ns), text)
    except (Refused, OverflowError):
        raise ValueError(
            _("'{text}' lies outside the years {first} to {last}.", text=text, first=str(YEARS.start), last=str(YEARS.stop - 1))
        ) from None


def _instant(text: str, zone: str, now_ns: int) -> int:
    said = " ".join(text.split()).lower()
    if ago := AGO.fullmatch(said):
        return now_ns - int(ago[1]) * UNITS[ago[2]] * SECOND_NS
    found = CLOCK.fullmatch(said)
    if found is None:
        return _written(text)
    hour, minute, second = int(found[2]), int(found[3]), int(found[4] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(_("There is no such time of day as '{text}'.", text=text))
    day = _day(found[1] or "", (hour, minute, second), local(now_ns, zone), text)
    return _on_clock(datetime(day.year, day.month, day.day, hour, minute, second), zone, text)  # noqa: DTZ001  the zone is put in below


def _written(text: str) -> int:
    try:
        return instant_ns(text.strip())
    except ValueError:
        raise ValueError(_("'{text}' is no time that is understood here. Say it as {examples}.", text=text, examples=_(EXAMPLES))) from None


def _day(word: str, clock: tuple[int, int, int], now: datetime, text: str) -> date:
    """The day that is meant by the words before the time of day."""
    today = now.date()
    ahead = clock > (now.hour, now.minute, now.second)
    if word in ("", "today"):
        return today - timedelta(days=1) if ahead and not word else today
    if word == "yesterday":
        return today - timedelta(days=1)
    if word[:3] in DAYS and word in _full(word[:3]):
        back = (today.weekday() - DAYS.index(word[:3])) % 7
        return today - timedelta(days=back or (7 if ahead else 0))
    try:
        if dated := DATED.fullmatch(word):
            return date(*(int(part) for part in dated.groups()))
        if (named := NAMED.fullmatch(word)) and named[2] in MONTHS:
            month, day = MONTHS.index(named[2]) + 1, int(named[1])
            this = date(int(named[3] or today.year), month, day)
            return this if named[3] or this <= today else date(today.year - 1, month, day)
    except ValueError:
        raise ValueError(_("There is no such day as '{word}'.", word=word)) from None
    raise ValueError(_("'{text}' is no time that is understood here. Say it as {examples}.", text=text, examples=_(EXAMPLES)))


def _full(short: str) -> tuple[str, ...]:
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return (short, names[DAYS.index(short)])


def _on_clock(wall: datetime, zone: str, text: str) -> int:
    """The instant at which clocks there show it; where they show it twice, the first. Raises ValueError where they never do."""
    moment = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != wall:
        raise ValueError(_("Clocks in {zone} were put forward then: there was no '{text}'.", zone=zone, text=text))
    return int(moment.timestamp()) * SECOND_NS
