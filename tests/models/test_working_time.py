"""When a calendar works, as plain loops say it too: on random calendars, on the kit's, and centuries from now."""

from __future__ import annotations

import importlib.util
import random
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise, takewhile
from pathlib import Path
from types import ModuleType
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from metrics.calendars import Calendar, Closed, Extra, Holidays, Shift
from metrics.catalog import Metric
from metrics.read import Moment, open_reader
from metrics.stretches import stretches
from metrics.workflows import Definitions, Milestone, Site, Workflow
from tests import plants, working_time_oracle, written
from tests.models.agreement import agree, empty_store
from tests.models.test_random_plants import examples
from tests.models.told import FEEDS, events
from tests.oracle import World
from tests.working_time_oracle import SECOND

DAY_NS = plants.DAY
# Summer time of an hour and of half an hour, at midnight, for a month of fasting, none; and a zone that once left out a day.
ZONES = (
    *("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Asia/Beirut", "America/Santiago"),
    *("Africa/Casablanca", "Pacific/Apia"),
)
DATES = ("2026-03-07", "2026-03-27", "2026-10-02", "2026-10-24", "2011-12-29", "1945-05-22", "1905-03-01", "2150-06-01")
HOLIDAYS = (None, Holidays("GR"), Holidays("AT"), Holidays("TR", None, time(13)))
CLOCKS = st.builds(time, st.sampled_from([0, 1, 2, 3, 6, 13, 14, 22, 23]), st.sampled_from([0, 30]))
SOME_DAYS = st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days)))


@st.composite
def calendars(draw: st.DrawFn, first: date) -> Calendar:
    """With shifts, closed days and extra shifts that fall near the date, in any constellation."""
    near = st.integers(-3, 12).map(lambda days: first + timedelta(days=days))
    closed = st.builds(lambda day, days: Closed(day, day + timedelta(days=days)), near, st.integers(0, 5))
    return Calendar(
        "any",
        shifts=tuple(draw(st.lists(st.builds(Shift, SOME_DAYS, CLOCKS, CLOCKS), min_size=1, max_size=4))),
        holidays=draw(st.sampled_from(HOLIDAYS)) if first > date(2026, 3, 25) and first.year == 2026 else None,
        closed=tuple(draw(st.lists(closed, max_size=2))),
        extra=tuple(draw(st.lists(st.builds(Extra, near, CLOCKS, CLOCKS), max_size=3))),
    )


def joined(found: list[tuple[int, int]], start_ns: int, end_ns: int) -> list[tuple[int, int]]:
    """The same time between the two moments, without seams."""
    whole: list[tuple[int, int]] = []
    for opens, closes in ((max(opens, start_ns), min(closes, end_ns)) for opens, closes in found):
        if whole and opens <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(closes, whole[-1][1])
        elif opens < closes:
            whole.append((opens, closes))
    return whole


@examples(60)
@given(st.data(), st.sampled_from(DATES).map(date.fromisoformat), st.sampled_from(ZONES).map(ZoneInfo), CLOCKS)
def test_any_calendar_works_when_plain_loops_say_it_does(data: st.DataObject, first: date, zone: ZoneInfo, clock: time) -> None:
    calendar = data.draw(calendars(first))
    start_ns = int(datetime.combine(first, clock, UTC).timestamp()) * SECOND
    end_ns = start_ns + 10 * DAY_NS
    expected = takewhile(lambda stretch: stretch[0] < end_ns, working_time_oracle.working_hours(start_ns, zone, calendar))
    opens, closes = stretches(calendar, zone, first - timedelta(days=3), first + timedelta(days=14))
    found = list(zip(opens.tolist(), closes.tolist(), strict=True))
    assert joined(found, start_ns, end_ns) == joined(list(expected), start_ns, end_ns)
    assert all(one[1] <= other[0] for one, other in pairwise(found)), "nothing counts twice"


# -- the kit's own reading

WAITS = ("1h", "90m", "9h", "1d", "2d", "40h")
PLANTS = (Site("hamburg", "Europe/Berlin"), Site("greenville", "America/New_York"), Site("suzhou", "Asia/Shanghai"))


def waiting() -> Definitions:
    """A workflow and a metric for every wait."""
    steps = {wait: (Milestone("sent", f"sent.{wait}", "x"), Milestone("done", f"done.{wait}", "x", "sent")) for wait in WAITS}
    workflows = tuple(Workflow(f"w{wait}", wait, f"order{wait}", milestones) for wait, milestones in steps.items())
    metrics = tuple(
        Metric(f"m{wait}", "", "", "s", 0.9, "", target=wait, workflow=f"w{wait}", start="sent", end="done", working=True) for wait in WAITS
    )
    return Definitions(workflows, PLANTS, (Calendar("default"),), "UTC", FEEDS, metrics=metrics)


def sent_and_done(chance: random.Random, number: int) -> str:
    """Two lines of one transaction, at any second of two years, often near opening, closing and a change of clocks."""
    wait, site = chance.choice(WAITS), chance.choice(PLANTS).name
    hour = chance.choice(["2026-03-27 16:00", "2026-10-23 15:00", "2025-12-31 07:00", f"2026-{chance.randint(1, 12):02d}-09 12:00"])
    start = datetime.fromisoformat(hour) + timedelta(seconds=chance.choice([0, 3600, chance.randint(-200_000, 200_000)]))
    end = start + timedelta(seconds=chance.choice([1, 3600, 86_400, chance.randint(1, 2_000_000)]))
    return "\n".join(f"{at}  {name}.{wait}@x  order{wait} {number}  {site}" for at, name in ((start, "sent"), (end, "done")))


def judge_of(kit: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("kit_judge", kit / "judge.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_deadlines_and_working_durations_are_those_of_the_kit(kit: Path) -> None:
    judge, chance, definitions = judge_of(kit), random.Random(4), waiting()
    told = tuple(events("\n".join(["at  event  names  site", *(sent_and_done(chance, number) for number in range(600))])))
    with empty_store() as store:
        written.write(store, written.Batch(told, ()))
        written.refresh(store, definitions)
        with open_reader(store, Moment(plants.FAR, plants.FAR)) as reader:
            rows = reader._cursor.execute(
                "select metric[2:], site, from_ns, to_ns, due_ns, measured_ns from metric_cases where due_ns is not null"
            ).fetchall()
    zones = {site.name: ZoneInfo(site.timezone) for site in PLANTS}
    assert len(rows) == 600
    for wait, site, from_ns, to_ns, due_ns, measured_ns in rows:
        start, end = (datetime.fromtimestamp(ns // SECOND, UTC) for ns in (from_ns, to_ns))
        assert due_ns == int(judge.due(start, {"within": wait, "calendar": "working"}, zones[site]).timestamp()) * SECOND, (
            start,
            wait,
            site,
        )
        assert measured_ns == int(judge.working_seconds(start, end, zones[site])) * SECOND, (start, end, site)


# -- long ago and far ahead


def test_events_that_are_dated_centuries_apart_cost_a_year_each_and_are_judged_right() -> None:
    """One place works in three shifts, one round the clock: its time since 1900 is nearly what 64 bits of nanoseconds hold."""
    early, late, night = (
        Shift((0, 1, 2, 3, 4), time(6), time(14)),
        Shift((0, 1, 2, 3, 4), time(14), time(22)),
        Shift((6, 0, 1), time(22), time(6)),
    )
    calendars = Calendar("default", shifts=(early, late, night)), Calendar("always", (0, 1, 2, 3, 4, 5, 6), time(0), time(0))
    sites = Site("hamburg", "Europe/Berlin"), Site("greenville", "America/New_York", "always")
    within = Milestone("done", "done", "mes", "sent", within="2d", working=True)
    workflow = Workflow("orders", "Orders", "order", (Milestone("sent", "sent", "erp"), within))
    lag = Metric("lag", "", "", "s", 0.9, "", target="1d", workflow="orders", start="sent", end="done", working=True)
    definitions = Definitions((workflow,), sites, calendars, "UTC", FEEDS, metrics=(lag,))
    told = events(
        """
        at                event     names    site
        2026-03-23 08:00  sent@erp  order B  hamburg
        1900-01-03 08:00  sent@erp  order A  greenville
        2179-12-29 08:00  done@mes  order A  greenville
        2179-12-30 08:00  sent@erp  order C  hamburg
        """
    )
    with empty_store() as store:
        for number in range(1, len(told) + 1):
            written.write(store, written.Batch(tuple(told[number - 1 : number]), ()))
            written.refresh(store, definitions)
        agree(store, World(definitions, tuple(told)), (plants.utc("2179-12-31 00:00"), plants.FAR))
        with store.read() as cursor:
            counted, zones = (
                cursor.execute(f"select count(*) from {table}").fetchall()[0][0] for table in ("working_time", "zone_offsets")
            )
    years, keepers = 5, 3
    assert (counted < years * 366 * 3 * keepers, zones < years * 3 * keepers) == (True, True), (counted, zones)
