"""A moment as a person says it, by the clocks of the enterprise's zone: the last such moment, and a sentence where there is none."""

from __future__ import annotations

import pytest

from app.figures.said_times import instant_of
from app.instants import instant_ns, instant_text

ZONE = "Europe/Berlin"
NOW = instant_ns("2026-11-26T12:00:00+01:00")  # a Thursday


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("11:30", "2026-11-26T11:30:00+01:00"),
        ("14:00", "2026-11-25T14:00:00+01:00"),  # today it has not been yet
        ("today 14:00", "2026-11-26T14:00:00+01:00"),
        ("Yesterday 14:00", "2026-11-25T14:00:00+01:00"),
        ("yesterday at 14.05", "2026-11-25T14:05:00+01:00"),
        ("Tue 14:00", "2026-11-24T14:00:00+01:00"),
        ("tuesday, 14:00:30", "2026-11-24T14:00:30+01:00"),
        ("thu 11:00", "2026-11-26T11:00:00+01:00"),
        ("Thursday 13:00", "2026-11-19T13:00:00+01:00"),
        ("24 Nov 14:00", "2026-11-24T14:00:00+01:00"),
        ("24. November 2025 14:00", "2025-11-24T14:00:00+01:00"),
        ("24 Dec 9:00", "2025-12-24T09:00:00+01:00"),  # this year's is to come
        ("2026-07-01 09:00", "2026-07-01T09:00:00+02:00"),
        ("2 hours ago", "2026-11-26T10:00:00+01:00"),
        ("90 min", "2026-11-26T10:30:00+01:00"),
        ("1 week ago", "2026-11-19T12:00:00+01:00"),
        ("2026-11-24T13:00:00Z", "2026-11-24T13:00:00Z"),
        ("2026-10-25 02:30", "2026-10-25T02:30:00+02:00"),  # shown twice: the first
    ],
)
def test_a_moment_is_understood(said: str, meant: str) -> None:
    assert instant_text(instant_of(said, ZONE, NOW)) == instant_text(instant_ns(meant))


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("", "Say it as 14:00"),
        ("soon", "Say it as 14:00"),
        ("someday 14:00", "Say it as 14:00"),
        ("25:00", "no such time of day"),
        ("31 Feb 10:00", "no such day"),
        ("2026-13-01 10:00", "no such day"),
        ("2026-03-29 02:30", "put forward"),
        ("2026-11-24T13:00:00", "Say it as 14:00"),
        ("tuesda 14:00", "Say it as 14:00"),
        ("9999999 hours ago", "Say it as 14:00"),
        ("9999 weeks ago", "outside the years 1900 to 2179"),
        ("0001-01-01 00:00", "outside the years 1900 to 2179"),
        ("9999-12-31 23:59", "outside the years 1900 to 2179"),
    ],
)
def test_what_is_no_moment_is_said(said: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        instant_of(said, ZONE, NOW)
