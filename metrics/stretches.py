"""The stretches of time in which a calendar works, by the clocks of its zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from metrics.calendars import DAY_SECONDS, SECOND_NS, WEEK, Calendar, Holidays, Shift, half_holidays, public_holidays, seconds_of
from metrics.clocks import changes

Instants = NDArray[np.int64]
Days = NDArray[np.datetime64]

THURSDAY = 3  # the weekday of 1970-01-01
LONGEST = WEEK * DAY_SECONDS  # no shift ends, and no clock is wrong, by more


def stretches(calendar: Calendar, zone: ZoneInfo, first: date, until: date) -> tuple[Instants, Instants]:
    """(opens, closes) in ns since 1970 UTC of the shifts that begin from `first` until before `until`; DST moves them with the wall clock.

    Where shifts overlap, also those of two days, their common time counts once. Whole centuries are some arrays: a single event that is
    dated 1900 costs milliseconds."""
    walls = [_usual(calendar, shift, _days(first, until)) for shift in calendar.usual]
    walls += [_on(extra.shift, np.array([extra.on], "datetime64[D]")) for extra in calendar.extra if first <= extra.on < until]
    clock = _utc(zone, first, until)
    opens, closes = (clock(np.concatenate(ends)) for ends in zip(*walls, strict=True))
    order = np.argsort(opens, kind="stable")
    opens, closes = opens[order], closes[order]
    until_then = np.maximum.accumulate(closes)
    opens[1:] = np.maximum(opens[1:], until_then[:-1])
    is_longer = opens < closes  # where the clocks jump over a shift it is none
    return opens[is_longer] * SECOND_NS, closes[is_longer] * SECOND_NS


def _usual(calendar: Calendar, shift: Shift, days: Days) -> tuple[Instants, Instants]:
    """The shift of every day that has it, on the wall's clock; on half holidays as much of it as there is."""
    weekdays = (days.astype(np.int64) + THURSDAY) % WEEK
    is_free = np.zeros(len(days), bool)
    for closed in calendar.closed:
        is_free |= (days >= np.datetime64(closed.first)) & (days <= np.datetime64(closed.last))
    if calendar.holidays:
        is_free |= _among(days, calendar.holidays, public_holidays)
    worked = days[~is_free & np.isin(weekdays, shift.days)]
    opens, closes = _on(shift, worked)
    if calendar.holidays and calendar.holidays.half_days_end:
        ends = worked.astype(np.int64) * DAY_SECONDS + seconds_of(calendar.holidays.half_days_end)
        is_half = _among(worked, calendar.holidays, half_holidays)
        closes = np.where(is_half, np.maximum(np.minimum(closes, ends), opens), closes)
    return opens, closes


def _on(shift: Shift, days: Days) -> tuple[Instants, Instants]:
    opens = days.astype(np.int64) * DAY_SECONDS + seconds_of(shift.opens)
    return opens, opens + shift.seconds


def _among(days: Days, holidays: Holidays, of_year: Callable[[Holidays, int], frozenset[date]]) -> NDArray[np.bool_]:
    years = np.unique(days.astype("datetime64[Y]").astype(np.int64)) + 1970
    return np.isin(days, np.array([day for year in years for day in of_year(holidays, int(year))], "datetime64[D]"))


def _days(first: date, until: date) -> Days:
    return np.arange(np.datetime64(first, "D"), np.datetime64(until, "D"))


def _utc(zone: ZoneInfo, first: date, until: date) -> Callable[[Instants], Instants]:
    """From what the wall's clock shows to seconds since 1970 UTC. What it shows twice is the first time; what it skips is as if it had not
    been moved."""
    begins, ends = (int(np.datetime64(day).astype(np.int64)) * DAY_SECONDS for day in (first, until))
    at, offsets = (np.array(column, np.int64) for column in zip(*changes(zone, begins - LONGEST, ends + LONGEST), strict=True))
    shown_at = at[1:] + np.maximum(offsets[:-1], offsets[1:])
    return lambda shown: shown - offsets[np.searchsorted(shown_at, shown, side="right")]
