"""Silent feeds: after how much working time without news, in whatever order things come, as of any moment."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from collectors.event import Event
from metrics.read import Moment, open_reader
from metrics.refresh import Refresher
from metrics.workflows import Definitions, Feed
from sql.store import Store
from tests import plants, written
from tests.models.agreement import empty_store
from tests.models.test_random_plants import examples
from tests.oracle import World
from tests.silence_oracle import FEWEST, silent_feeds
from tests.working_time_oracle import SECOND

HOUR = 3600 * SECOND
START = plants.utc("2026-03-16 00:00")
FEEDS = (Feed("traces"), Feed("rows", is_complete=True), Feed("logs", allowed_lateness_seconds=60, silent_after_seconds=7200))
PLACES = (
    ("traces", "mes", "north"),
    ("traces", "wms", "south"),
    ("traces", "supplier", None),
    ("rows", "erp", "east"),
    ("logs", "mes", "north"),
)


def definitions(feeds: tuple[Feed, ...] = FEEDS) -> Definitions:
    return Definitions((), plants.SITES, plants.CALENDARS, "Europe/Berlin", feeds)


def event(number: int, source: str, system: str | None, site: str | None, event_ns: int, recorded_ns: int = 0) -> Event:
    name = f"{source}:{number}"
    return Event(name, name, written.id_hash(name), source, str(number), recorded_ns or event_ns, event_ns, "seen", system, site=site)


def busy(dice: random.Random, weeks: int) -> list[Event]:
    """Feeds that say something every so often: some by day and night, some seldom; some of it late."""
    events: list[Event] = []
    for (source, system, site), mean_hours in zip(PLACES, (2.0, 1.0, 6.0, 3.0, 2.0), strict=True):
        at = START
        while (at := at + int(dice.expovariate(1 / mean_hours) * HOUR)) < START + weeks * 168 * HOUR:
            events.append(event(len(events), source, system, site, at, at + dice.choice((0, 0, 9 * HOUR))))
    return events


def told(store: Store, moment: tuple[int, int]) -> dict[tuple[str, str | None, str | None], tuple[float | None, bool]]:
    with open_reader(store, Moment(*moment)) as reader:
        rows = [row for row in reader.export("sources") if row["events"]]
    return {(row["source"], row["system"], row["site"]): (row["silent_after_seconds"], row["is_silent"]) for row in rows}


@examples(2)
@given(st.integers(0, 2**32), st.integers(2, 6))
def test_in_any_order_and_as_of_any_moment_the_same_feeds_are_silent(seed: int, weeks: int) -> None:
    dice = random.Random(seed)
    events = busy(dice, weeks)
    dice.shuffle(events)
    cuts = sorted(dice.sample(range(len(events)), 2))
    parts = events[: cuts[0]], events[cuts[0] : cuts[1]], events[cuts[1] :]
    newest = max(e.event_ns for e in events)
    later = [(newest + hours * HOUR, plants.FAR) for hours in (1, 200)]
    earlier = [(dice.randint(START, newest), dice.choice((plants.FAR, dice.randint(START, newest)))) for _ in range(2)]
    come: list[Event] = []
    with empty_store() as store:
        refresher = Refresher(store, definitions())
        for part in parts:
            written.write(store, written.Batch(tuple(part)))
            refresher.refresh()
            come += part
            assert told(store, later[0]) == silent_feeds(World(definitions(), tuple(come)), *later[0])
        world = World(definitions(), tuple(events))
        for moment in [*later, *earlier]:
            assert told(store, moment) == silent_feeds(world, *moment), moment
        kept = told(store, later[1])
        refresher.rebuild()
        assert told(store, later[1]) == kept


@examples(1)
@given(plants.worlds(), st.data())
def test_random_plants_are_silent_alike(world: World, data: st.DataObject) -> None:
    feeds = tuple(Feed(f.source, f.is_complete, f.allowed_lateness_seconds, 1800) for f in world.definitions.feeds)
    here = World(definitions(feeds), world.events)
    moment = data.draw(plants.moments(world))
    with empty_store() as store:
        written.write(store, written.Batch(world.events))
        written.refresh(store, here.definitions)
        assert told(store, moment) == silent_feeds(here, *moment)


def test_a_feed_is_silent_after_the_longest_of_its_usual_gaps_and_its_lateness() -> None:
    # From Monday 23 March 2026 on, 08:00 in Berlin: one event every half hour of ten working days, 18 a day.
    first = plants.utc("2026-03-23 07:00")
    times = [first + day * 24 * HOUR + n * HOUR // 2 for day in (0, 1, 2, 3, 4) for n in range(18)]
    times += [first - HOUR + day * 24 * HOUR + n * HOUR // 2 for day in (7, 8, 9, 10, 11) for n in range(18)]  # summer time
    events = tuple(event(n, "traces", "mes", "north", at) for n, at in enumerate(times))
    newest = times[-1]  # Friday 16:30
    with empty_store() as store:
        written.write(store, written.Batch(events))
        written.refresh(store, definitions())
        # 35 minutes from one event to the end of the next one's five minutes, and five of lateness: until 17:00 and from 08:00 on Monday.
        assert len(times) > FEWEST
        for after, is_silent in ((HOUR // 2, False), (60 * HOUR, False), (63 * HOUR + HOUR // 2 + 15 * 60 * SECOND, True)):
            assert told(store, (newest + after, plants.FAR)) == {("traces", "mes", "north"): (2400.0, is_silent)}


def test_too_few_gaps_say_nothing() -> None:
    events = tuple(event(n, "traces", "mes", "north", START + n * HOUR) for n in range(30))
    with empty_store() as store:
        written.write(store, written.Batch(events))
        written.refresh(store, definitions())
        assert told(store, (START + 1000 * HOUR, plants.FAR)) == {("traces", "mes", "north"): (None, False)}


def test_a_silence_that_is_configured_needs_no_gaps() -> None:
    monday = plants.utc("2026-03-23 10:00")  # 11:00 in Berlin
    with empty_store() as store:
        written.write(store, written.Batch((event(1, "logs", "mes", "north", monday),)))
        written.refresh(store, definitions())
        assert told(store, (monday + HOUR, plants.FAR)) == {("logs", "mes", "north"): (7200.0, False)}
        assert told(store, (monday + 2 * HOUR, plants.FAR)) == {("logs", "mes", "north"): (7200.0, True)}


def test_a_source_that_was_read_to_its_end_is_not_silent_though_nothing_happened() -> None:
    monday = plants.utc("2026-03-23 10:00")
    with empty_store() as store:
        written.write(store, written.Batch((event(1, "logs", "mes", "north", monday),)))
        written.refresh(store, definitions())
        written.write_reads(store, [("logs", monday + 2 * HOUR)])
        assert told(store, (monday + 2 * HOUR, plants.FAR)) == {("logs", "mes", "north"): (7200.0, False)}
