"""From when to when a promise counts: rolling, and by the calendar of a place."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.instants import instant_ns, instant_text
from metrics.objectives.windows import Duration, Window, duration_of, of_minutes, parts_of

BERLIN = "Europe/Berlin"


def span(window: Window, as_of: str) -> list[str]:
    return [instant_text(ns) for ns in window.span(instant_ns(as_of))]


def calendar(written: str, start: str, timezone: str = BERLIN) -> Window:
    duration = duration_of(written)
    assert duration
    return Window(duration, datetime.fromisoformat(start), timezone)


def test_a_rolling_window_ends_with_the_last_whole_minute():
    assert span(Window(Duration(1, "d")), "2026-03-29T12:00:59.999Z") == [
        "2026-03-28T12:00:00.000Z",
        "2026-03-29T12:00:00.000Z",
        "2026-03-29T12:00:00.000Z",
    ]


@pytest.mark.parametrize(
    ("written", "start", "as_of", "begins", "ends"),
    [
        ("1d", "2026-03-01T00:00", "2026-03-29T12:00:00Z", "2026-03-28T23:00", "2026-03-29T22:00"),  # 23 hours
        ("1d", "2026-03-01T00:00", "2026-10-25T12:00:00Z", "2026-10-24T22:00", "2026-10-25T23:00"),  # 25 hours
        ("1d", "2026-03-01T00:00", "2026-03-28T22:59:59.999Z", "2026-03-27T23:00", "2026-03-28T23:00"),
        ("1d", "2026-03-01T00:00", "2026-03-28T23:00:00Z", "2026-03-28T23:00", "2026-03-29T22:00"),
        ("1w", "2026-01-05T06:00", "2026-04-01T00:00:00Z", "2026-03-30T04:00", "2026-04-06T04:00"),  # Mondays at six, also in summer
        ("1M", "2026-01-01T00:00", "2026-03-31T21:59:00Z", "2026-02-28T23:00", "2026-03-31T22:00"),
        ("1M", "2023-01-31T00:00", "2024-02-29T12:00:00Z", "2024-02-28T23:00", "2024-03-30T23:00"),  # the 31st, in February the 29th
        ("1M", "2023-01-31T00:00", "2023-03-01T12:00:00Z", "2023-02-27T23:00", "2023-03-30T22:00"),  # and without a leap day the 28th
        ("1Q", "2026-01-01T00:00", "2026-05-10T00:00:00Z", "2026-03-31T22:00", "2026-06-30T22:00"),
        ("1Y", "2024-02-29T00:00", "2026-02-28T12:00:00Z", "2026-02-27T23:00", "2027-02-27T23:00"),
        ("6h", "2026-03-28T20:00", "2026-03-29T03:00:00Z", "2026-03-29T01:00", "2026-03-29T07:00"),  # hours pass as they do
        ("1d", "2026-03-01T02:30", "2026-03-29T12:00:00Z", "2026-03-29T01:30", "2026-03-30T00:30"),  # a time that clocks skip that night
    ],
)
def test_a_period_of_the_calendar_begins_and_ends_by_local_clocks(written: str, start: str, as_of: str, begins: str, ends: str):
    found = span(calendar(written, start), as_of)
    assert (found[0], found[2]) == (f"{begins}:00.000Z", f"{ends}:00.000Z")


def test_before_the_first_period_nothing_counts():
    found = span(calendar("1M", "2026-05-01T00:00"), "2026-03-29T12:00:00Z")
    assert found == ["2026-03-29T12:00:00.000Z"] * 3


def parts(from_time: str, to_time: str) -> list[str]:
    return [instant_text(ns)[:16] for ns in parts_of(instant_ns(from_time), instant_ns(to_time), BERLIN)]


def test_a_stretch_is_cut_at_local_midnights():
    cut = parts("2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z")
    assert cut == ["2026-03-28T12:00", "2026-03-28T23:00", "2026-03-29T22:00", "2026-03-30T12:00"]


def test_a_long_one_is_cut_at_mondays():
    cut = parts("2026-01-01T12:00:00Z", "2026-04-01T12:00:00Z")
    assert cut[:3] == ["2026-01-01T12:00", "2026-01-04T23:00", "2026-01-11T23:00"]
    assert cut[-2:] == ["2026-03-29T22:00", "2026-04-01T12:00"]


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("5m", 5), ("28d", 40_320), ("4w", 40_320), ("120s", 2), ("90s", None), ("0d", None), ("1.5h", None), ("5 m", None)],
)
def test_durations_are_read_as_written(written: str, minutes: int | None):
    found = duration_of(written)
    assert (found and found.minutes) == minutes


@pytest.mark.parametrize(("minutes", "words"), [(5, "5m"), (56, "56m"), (336, "5h36m"), (4032, "2d19h12m"), (1440, "1d")])
def test_minutes_are_written_as_durations(minutes: int, words: str):
    assert of_minutes(minutes) == words
