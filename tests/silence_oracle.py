"""The second implementation of silent feeds: section 6 of the vocabulary as plain loops over lists."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from metrics.calendars import Calendar
from metrics.workflows import Definitions, Feed
from tests import metric_oracle
from tests.oracle import World
from tests.working_time_oracle import SECOND

PULSE = 300 * SECOND
FOUR_WEEKS = 8064
FEWEST = 100


def silent_feeds(world: World, as_of_ns: int, known_ns: int) -> dict[tuple[str, str | None, str | None], tuple[float | None, bool]]:
    """Per (source, system, site) that something has come from: after how many seconds of working time it is silent, and whether it is."""
    found: dict[tuple[str, str | None, str | None], tuple[float | None, bool]] = {}
    events = [e for e in world.events if e.event_ns <= as_of_ns and e.recorded_ns <= known_ns]
    for feed in world.definitions.feeds:
        mine = [e for e in events if e.source == feed.source]
        for system, site in {(e.system, e.site) for e in mine}:
            times = [e.event_ns for e in mine if (e.system, e.site) == (system, site)]
            after_ns = _silent_after(feed, times, site, world.definitions)
            newest_ns = max([*times, *(ns for source, ns in world.reads if source == feed.source and ns <= known_ns)])
            mark_ns = as_of_ns if feed.is_complete else min(newest_ns - feed.allowed_lateness_seconds * SECOND, as_of_ns)
            age_ns = worked_ns(mark_ns, as_of_ns, *_working_week(site, world.definitions))
            found[feed.source, system, site] = (None, False) if after_ns is None else (after_ns / SECOND, age_ns > after_ns)
    return found


worked_ns = cache(metric_oracle.worked_ns)  # the same gaps are asked about as of many moments


def _silent_after(feed: Feed, times: list[int], site: str | None, definitions: Definitions) -> int | None:
    if feed.silent_after_seconds is not None:
        return feed.silent_after_seconds * SECOND
    pulses = sorted({ns // PULSE for ns in times})
    gaps = []
    for one, next_one in pairwise(pulses):
        length_ns = worked_ns(one * PULSE, (next_one + 1) * PULSE, *_working_week(site, definitions))
        if one >= pulses[-1] - FOUR_WEEKS and length_ns > 0:
            gaps.append(length_ns)
    if len(gaps) < FEWEST:
        return None
    # Ninety-nine in a hundred are not longer: the shortest of which that is true.
    usual_ns = next(ns for ns in sorted(gaps) if 100 * sum(gap <= ns for gap in gaps) >= 99 * len(gaps))
    return usual_ns + feed.allowed_lateness_seconds * SECOND


def _working_week(site: str | None, definitions: Definitions) -> tuple[ZoneInfo, Calendar]:
    calendars = {c.name: c for c in definitions.calendars}
    for mine in definitions.sites:
        if mine.name == site:
            return ZoneInfo(mine.timezone), calendars[mine.calendar]
    return ZoneInfo(definitions.timezone), calendars["default"]
