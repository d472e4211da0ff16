"""Sources are read side by side, again and again: one that hangs keeps nobody waiting, one that is down is told and asked less often."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from app.application import Application, opened
from app.health import exposition, readiness
from app.jobs import FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS, Jobs, pause_seconds
from app.settings import load_settings
from collectors.collector import Clock, Trouble
from collectors.event import Record
from tests.waiting import until

CONFIGURATION = """
version: 1
sources:
  - {name: good, kind: csv, path: "good/*.csv", every: 1s, map: &map {event_type: {column: T}, event_time: {column: AT}}}
  - {name: away, kind: csv, path: "away/*.csv", every: 1s, map: *map}
"""
ROW = "T,AT\nstock.moved,2026-03-23T12:00:00Z\n"


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "a.csv").write_text(ROW)
    (tmp_path / "syncline.yaml").write_text(CONFIGURATION)
    with opened(load_settings(tmp_path / "syncline.yaml", {})) as application:
        yield application


@pytest.fixture
def jobs(application: Application) -> Iterator[Jobs]:
    application.jobs = Jobs(application)
    yield application.jobs
    application.jobs.stop()


def test_a_source_that_is_down_is_told_since_when_and_what_to_do_until_it_is_read(application: Application, jobs: Jobs) -> None:
    jobs.start()
    until(lambda: jobs.states["away"].tries > 0 and jobs.states["good"].read_ns is not None)
    state = application.source_states()["away"]
    assert state.is_down
    assert state.since_ns is not None
    assert state.next_ns is not None
    assert state.next_ns - state.since_ns > FIRST_RETRY_SECONDS * 0.8 * 1e9
    assert "there is no such folder" in state.troubles[0]
    assert readiness(application)["troubled_sources"] == {"away": [state.troubles[0]]}
    numbers = exposition(application)
    assert 'syncline_source_up{source="away"} 0' in numbers
    assert 'syncline_source_up{source="good"} 1' in numbers
    (application.settings.folder / "away").mkdir()
    until(lambda: not application.source_states()["away"].troubles)
    assert application.source_states()["away"].tries == 0


def test_a_source_that_hangs_keeps_no_other_waiting(application: Application, jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def hang(_after: Mapping[str, str], _clock: Clock) -> Iterator[Record | Trouble]:
        released.wait(30)
        return iter(())

    monkeypatch.setattr(application.intake._sources["away"], "read", hang)
    jobs.start()
    try:
        until(lambda: jobs.states["good"].read_ns is not None)
        first = jobs.states["good"].read_ns
        until(lambda: jobs.states["good"].read_ns != first)
    finally:
        released.set()


def test_a_fault_of_a_source_is_trouble_of_that_source(application: Application, jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_after: Mapping[str, str], _clock: Clock) -> Iterator[Record | Trouble]:
        raise RuntimeError("no")

    monkeypatch.setattr(application.intake._sources["away"], "read", fail)
    jobs.start()
    until(lambda: jobs.states["away"].tries > 0)
    assert jobs.states["away"].is_down
    assert "a fault of Syncline" in jobs.states["away"].troubles[0]


def test_pauses_grow_to_a_minute_and_differ() -> None:
    pauses = [pause_seconds(tries) for tries in range(1, 60)]
    assert all(0.8 * FIRST_RETRY_SECONDS <= pause <= 1.2 * LAST_RETRY_SECONDS for pause in pauses)
    assert min(pauses[10:]) >= 0.8 * LAST_RETRY_SECONDS
    assert len(set(pauses)) > 50
