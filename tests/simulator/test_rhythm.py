"""When the simulated company works."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from app.simulator.company import PLANT, PLANTS
from app.simulator.rhythm import local, to_ns, working_later
from app.simulator.timeline import Arrivals, history

END = datetime(2026, 11, 18, 13, 30, tzinfo=UTC)  # a Wednesday


@pytest.mark.parametrize(("start", "hours", "end"), [
    ("2026-11-18T09:00+01:00", 3, "2026-11-18T12:00+01:00"),
    ("2026-11-18T15:00+01:00", 4, "2026-11-19T10:00+01:00"),
    ("2026-11-20T16:30+01:00", 1, "2026-11-23T08:30+01:00"),  # over the weekend
    ("2026-11-21T12:00+01:00", 2, "2026-11-23T10:00+01:00"),
    ("2026-11-18T03:00+01:00", 18, "2026-11-20T08:00+01:00"),  # two whole days: the second ends where the third begins
])  # fmt: skip
def test_opening_hours_are_counted(start: str, hours: float, end: str) -> None:
    found = working_later(PLANT["augsburg"], to_ns(datetime.fromisoformat(start)), hours)
    assert local(PLANT["augsburg"], found) == datetime.fromisoformat(end)


def test_augsburg_is_quiet_at_night_and_kulim_is_not() -> None:
    hours = Counter((episode.plant.name, local(episode.plant, episode.start_ns).hour) for episode in episodes(7))
    night = {name: sum(hours[name, hour] for hour in (23, 0, 1, 2, 3, 4)) for name in PLANT}
    day = {name: sum(hours[name, hour] for hour in range(8, 14)) for name in PLANT}
    assert night["augsburg"] / day["augsburg"] < 0.05
    assert night["kulim"] / day["kulim"] > 0.15


def test_sundays_are_slow() -> None:
    days = Counter(local(episode.plant, episode.start_ns).date() for episode in episodes(6))
    assert days[date(2026, 11, 15)] < days[date(2026, 11, 16)] / 3


def test_the_last_day_is_told_in_full_and_older_days_in_part() -> None:
    days = Counter(local(episode.plant, episode.start_ns).date() for episode in episodes(7))
    assert days[date(2026, 11, 18)] > days[date(2026, 11, 12)] > 50


def test_history_comes_newest_first() -> None:
    starts = [episode.start_ns for episode in episodes(5)]
    assert starts == sorted(starts, reverse=True)


def test_documents_have_numbers_of_their_own() -> None:
    names = Counter((walk.workflow, walk.transaction) for episode in episodes(7) for walk in episode.walks)
    assert names.most_common(1)[0][1] == 1


def test_nothing_happens_before_its_cause() -> None:
    for episode in episodes(3):
        sent = {id(message): act.time_ns for act in episode.acts for message in act.sends}
        for act in episode.acts:
            if act.receives and id(act.receives) in sent:
                assert act.time_ns > sent[id(act.receives)], f"{act.event} of {episode.flow}"


def test_live_traffic_begins_where_history_ends_and_uses_other_numbers() -> None:
    end_ns = to_ns(END)
    live = list(Arrivals(1, end_ns, 1.0, 1.0).until(end_ns + to_ns(END + timedelta(hours=1)) - end_ns))
    assert 60 < len(live) < 400
    assert all(end_ns < episode.start_ns for episode in live)
    assert {episode.plant for episode in live} == set(PLANTS)
    told = {walk.transaction for episode in episodes(1) for walk in episode.walks}
    assert not told & {walk.transaction for episode in live for walk in episode.walks}


def episodes(days: int) -> list:
    return list(history(1, to_ns(END - timedelta(days=days)), to_ns(END), 1.0))
