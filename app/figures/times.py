"""Instants in the words of a place: the site's own clock with its zone, and UTC beside it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from metrics.texts import _, language

HALF_A_YEAR = 180  # days


def local(ns: int, zone: str) -> datetime:
    """The instant on the clocks of that zone, to the microsecond."""
    return datetime.fromtimestamp(ns // 1_000_000_000, UTC).replace(microsecond=ns % 1_000_000_000 // 1000).astimezone(ZoneInfo(zone))


def day_of(ns: int, zone: str) -> date:
    return local(ns, zone).date()


def clock(ns: int, zone: str) -> str:
    """14:05:12"""
    return f"{local(ns, zone):%H:%M:%S}"


def day(ns: int, zone: str) -> str:
    """Mon 23 Mar"""
    return language().date(local(ns, zone))


def short(ns: int, zone: str, today_ns: int) -> str:
    """14:05 when it is the same day as `today_ns`, else Mon 23 Mar 14:05, with the year when that differs."""
    moment, today = local(ns, zone), local(today_ns, zone)
    if moment.date() == today.date():
        return f"{moment:%H:%M}"
    return _("{date} {time}", date=language().date(moment, year=moment.year != today.year), time=f"{moment:%H:%M}")


def brief(ns: int, zone: str, today_ns: int) -> str:
    """14:05 CET on the same day, else 23 Mar 14:05 CET: for lists whose rows have zones of their own. With the year where the day and
    the month could also be those of another one: from half a year on."""
    moment, today = local(ns, zone), local(today_ns, zone)
    time = f"{moment:%H:%M} {_zone(moment)}"
    if moment.date() == today.date():
        return time
    has_year = abs((moment.date() - today.date()).days) > HALF_A_YEAR
    return _("{date} {time}", date=language().date(moment, weekday=False, year=has_year), time=time)


def said(ns: int, zone: str) -> str:
    """2026-03-23 14:05, as somebody may type it again; with seconds where there are some."""
    moment = local(ns, zone)
    return f"{moment:%Y-%m-%d %H:%M}" + (f":{moment:%S}" if moment.second else "")


def full(ns: int, zone: str) -> str:
    """Mon 23 Mar 2026, 14:05:12 CET"""
    moment = local(ns, zone)
    return _("{date}, {time}", date=language().date(moment, year=True), time=f"{moment:%H:%M:%S} {_zone(moment)}")


def stamp(ns: int, zone: str) -> str:
    """Mon 23 Mar 2026, 14:05:12, for tables whose heading names the zone."""
    moment = local(ns, zone)
    return _("{date}, {time}", date=language().date(moment, year=True), time=f"{moment:%H:%M:%S}")


def utc(ns: int) -> str:
    """2026-03-23T13:05:12.123Z"""
    return f"{local(ns, 'UTC'):%Y-%m-%dT%H:%M:%S}.{ns % 1_000_000_000 // 1_000_000:03d}Z"


def zone_word(ns: int, zone: str) -> str:
    """CET"""
    return _zone(local(ns, zone))


def _zone(moment: datetime) -> str:
    """CET where the zone has a name; UTC+08 where the time zone database has only digits."""
    name = moment.tzname() or "UTC"
    return f"UTC{name}" if name[0] in "+-" else name
