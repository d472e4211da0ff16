"""Who is on shift when: by the clocks of the site, over midnight, on the days that clocks change, and the same as a slow oracle says."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.duty.roster import Roster, Shift, roster_for, uncovered
from tests.duty import oracle

EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
THREE = (
    Shift(EVERY_DAY, time(6), time(14), ("maria",)),
    Shift(EVERY_DAY, time(14), time(22), ("jonas",)),
    Shift(EVERY_DAY, time(22), time(6), ("lena",)),
)


def ns(said: str, zone: str = "Europe/Berlin") -> int:
    return int(datetime.fromisoformat(said).replace(tzinfo=ZoneInfo(zone)).timestamp()) * 10**9


def of(*shifts: Shift, zone: str = "Europe/Berlin") -> Roster:
    return Roster("r", "plant-it", None, zone, shifts)


@pytest.mark.parametrize(
    ("said", "people"),
    [
        ("2026-03-24T05:59:59", ("lena",)),
        ("2026-03-24T06:00:00", ("maria",)),
        ("2026-03-24T14:00:00", ("jonas",)),
        ("2026-03-24T23:30:00", ("lena",)),
        ("2026-03-29T01:30:00", ("lena",)),  # the night in which clocks are put forward
        ("2026-03-29T06:00:00", ("maria",)),
        ("2026-10-25T05:59:00", ("lena",)),  # and that in which they are put back
        ("2026-10-25T06:00:00", ("maria",)),
    ],
)
def test_who_is_on_shift(said: str, people: tuple[str, ...]) -> None:
    assert of(*THREE).on_shift(ns(said)) == people


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_shifts_that_follow_upon_each_other_leave_nobody_out_where_clocks_change(day: str) -> None:
    night = of(Shift(EVERY_DAY, time(22), time(2, 30), ("lena",)), Shift(EVERY_DAY, time(2, 30), time(22), ("maria",)))
    begin = ns(f"{day}T00:00:00")
    people = [night.on_shift(begin + minute * 60 * 10**9) for minute in range(8 * 60)]
    changes = [one for one, other in zip(people, [None, *people], strict=False) if one != other]
    assert changes == [("lena",), ("maria",)]


def test_the_next_shift_is_found_over_a_weekend() -> None:
    early = of(Shift((0, 1, 2, 3, 4), time(6), time(14), ("maria",)))
    assert early.next_begin(ns("2026-03-27T06:00:00")) == ns("2026-03-27T06:00:00")
    assert early.next_begin(ns("2026-03-27T06:00:01")) == ns("2026-03-30T06:00:00")  # clocks were put forward in between
    assert of().next_begin(0) is None


def test_times_without_anybody_are_found() -> None:
    week = of(Shift((0, 1, 2, 3, 4), time(6), time(22), ("maria",)), Shift((6,), time(22), time(6), ("lena",)))
    day = 24 * 60
    assert uncovered(week) == [(n * day + 22 * 60, (n + 1) * day + 6 * 60) for n in range(4)] + [(4 * day + 22 * 60, 6 * day + 22 * 60)]
    assert uncovered(of(*THREE)) == []
    assert uncovered(of(Shift(EVERY_DAY, time(0), time(0), ()))) == [(0, 7 * day)]


def test_an_alert_is_told_by_the_roster_of_its_site_else_by_that_of_no_site() -> None:
    north, rest = Roster("north", "it", "hamburg", "UTC", ()), Roster("rest", "it", None, "UTC", ())
    other, nobodys = Roster("other", "scm", None, "UTC", ()), Roster("nobodys", None, None, "UTC", ())
    every = (north, rest, other, nobodys)
    assert [each.name for each in roster_for(every, "it", ["hamburg"])] == ["north"]
    assert [each.name for each in roster_for(every, "it", ["brno", "hamburg", "kulim"])] == ["rest", "north"]
    assert [each.name for each in roster_for(every, "it", [])] == ["rest"]
    assert [each.name for each in roster_for(every, None, ["brno"])] == ["nobodys"]
    assert roster_for((north,), "it", ["brno"]) == []


clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
people = st.lists(st.sampled_from(["maria", "jonas", "lena"]), max_size=2).map(tuple)
shifts = st.builds(Shift, st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))), clocks, clocks, people)
zones = st.sampled_from(["Europe/Berlin", "America/Monterrey", "America/New_York", "Asia/Kolkata", "UTC", "Australia/Adelaide"])
moments = st.sampled_from(["2026-03-08", "2026-03-29", "2026-10-25", "2026-11-01", "2026-04-05", "2026-10-04", "2026-06-17"])


@settings(max_examples=60, deadline=None)
@given(st.lists(shifts, max_size=4), zones, moments, st.integers(0, 36 * 60))
def test_it_is_what_the_oracle_says(written: list[Shift], zone: str, day: str, minute: int) -> None:
    roster, at_ns = of(*written, zone=zone), ns(f"{day}T00:00:00", "UTC") + minute * 60 * 10**9
    assert set(roster.on_shift(at_ns)) == oracle.on_shift(roster, at_ns)
    following = roster.next_begin(at_ns)
    if following is None:
        assert not any(shift.people for shift in written)
    else:
        assert following >= at_ns
        assert not any(
            at_ns <= int(begin.timestamp()) * 10**9 < following
            for begin, _, names in oracle.begins(
                roster, datetime.fromtimestamp(at_ns // 10**9 - 172_800, oracle.UTC), datetime.fromtimestamp(following // 10**9, oracle.UTC)
            )
            if names
        )
