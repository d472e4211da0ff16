"""Sources are read side by side, again and again: one that hangs keeps nobody waiting, one that is down is told and asked less often."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from app.application import Application, opened
from app.health import exposition, readiness
from app.jobs import FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS, Jobs, pause_seconds
from app.machines.wanted import Wanted
from app.settings import load_settings
from collectors.collector import Clock, Trouble
from collectors.event import Record
from metrics.scope import Scope
from tests.pages.served import PASSWORD, Client, make_server, signed_in
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
    assert readiness(application, is_whole=True)["troubled_sources"] == {"away": [state.troubles[0]]}
    numbers = exposition(application, is_whole=True)
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


def test_names_of_sources_are_told_to_who_reads_everything_and_to_nobody_else(application: Application, jobs: Jobs) -> None:
    jobs.start()
    until(lambda: jobs.states["away"].tries > 0 and jobs.states["good"].read_ns is not None)
    server, kept = make_server(application), application.machines
    whole = Scope()
    secrets = {"all": kept.add(Wanted("all", "read")), "some": kept.add(Wanted("some", "read", Scope(suppliers=frozenset({"20017"}))))}
    secrets |= {"sends": kept.add(Wanted("sends", "ingest"))}
    for name, roles, sees in (("tom", ["it"], whole), ("bruno", ["it"], Scope(frozenset({"brno"})))):
        application.accounts.add_user(name, PASSWORD, roles, sees)
    asking = {name: {"Authorization": f"Bearer {secret}"} for name, secret in secrets.items()}
    for path, count in (("readyz", '"sources_in_trouble":1'), ("metrics", "syncline_sources_in_trouble 1\n")):
        stranger = Client(server)
        answers = {"stranger": stranger.get(path), "odd": stranger.get(path, headers={"Authorization": "Basic YTpi"})}
        answers |= {name: stranger.get(path, headers=headers) for name, headers in asking.items()}
        answers |= {name: signed_in(server, name).get(path) for name in ("tom", "bruno")}
        assert {name for name, answer in answers.items() if "away" in answer.text} == {"all", "tom"}
        assert {name for name, answer in answers.items() if str(application.settings.folder) in answer.text} <= {"all", "tom"}
        assert {name for name, answer in answers.items() if count in answer.text} == answers.keys() - {"sends"}
        assert answers["sends"].status_code == 403
        assert stranger.get(path, headers={"Authorization": "Bearer syn_gone"}).status_code == 401
