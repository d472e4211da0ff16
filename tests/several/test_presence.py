"""Who is there of several: what each says of itself all know, what differs is told, and what must be alike is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.accounts.tables import open_engine
from app.examination.lake import LATE_RECORDS, look_at_instances
from app.instants import SECOND_NS
from app.several.presence import FORGOTTEN_SECONDS, GONE_SECONDS, Presence, Said, Self, alike, id_of, known
from app.source_state import SourceState


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_engine(f"sqlite:///{tmp_path}/state.sqlite")
    yield made
    made.dispose()


class Clock:
    def __init__(self) -> None:
        self.ns = 1_000 * SECOND_NS

    def now_ns(self) -> int:
        return self.ns


def of(name: str, role: str = "worker", definitions: str = "one") -> Self:
    return Self(name, name, role, "0.1.0", definitions)


def test_all_know_what_each_says_of_itself(engine: Engine) -> None:
    clock = Clock()
    one, two, web = (Presence(engine, each, clock.now_ns) for each in (of("one"), of("two"), of("three", "web")))
    state = SourceState(read_ns=7, troubles=("it is down",), is_down=True, since_ns=5, tries=2, next_ns=9)
    one.look(Said(followed=10, loaded=8, waiting=1, sources={"log": state}))
    two.look(Said())
    web.look(Said())
    assert [(each.machine, each.role, each.said.loaded) for each in web.all] == [
        ("one", "worker", 8),
        ("three", "web", 0),
        ("two", "worker", 0),
    ]
    assert web.states() == {"log": state}
    assert (two.workers(), web.workers()) == (2, 2)
    clock.ns += GONE_SECONDS * SECOND_NS
    two.look(Said())
    assert [each.machine for each in two.there()] == ["two"]
    assert two.workers() == 1
    assert two.states() == {}
    two.leave()
    assert "two" not in {each.machine for each in known(engine)}


def test_who_was_not_seen_for_a_day_is_forgotten(engine: Engine) -> None:
    clock = Clock()
    Presence(engine, of("one"), clock.now_ns).look(Said())
    clock.ns += FORGOTTEN_SECONDS * SECOND_NS + 1
    two = Presence(engine, of("two"), clock.now_ns)
    two.look(Said())
    assert [each.machine for each in two.all] == ["two"]


def test_what_all_must_have_alike_is_that_of_who_came_first(engine: Engine) -> None:
    assert [alike(engine, "key", "mine"), alike(engine, "key", "yours"), alike(engine, "other", "yours")] == ["mine", "mine", "yours"]


def test_a_home_keeps_its_name(tmp_path: Path) -> None:
    assert id_of(tmp_path) == id_of(tmp_path)
    assert len(id_of(tmp_path)) == 32


def test_the_doctor_says_who_differs_is_behind_or_in_trouble(engine: Engine) -> None:
    clock = Clock()
    for me, said in (
        (of("one"), Said(followed=LATE_RECORDS + 10, loaded=9)),
        (of("two", "web", "other"), Said(followed=LATE_RECORDS + 10, loaded=LATE_RECORDS + 10, trouble="The lake is away.")),
    ):
        Presence(engine, me, clock.now_ns).look(said)
    told = list(map(str, look_at_instances(known(engine), "one")))
    assert told == [
        "ok    2 processes serve together: one (worker), two (web).",
        "warn  one (worker) is 10,001 records behind. It catches up by itself, or its log says why not.",
        "warn  two (web) has other definitions than this configuration. Give all the same files, or they say different things.",
        "warn  two (web): The lake is away.",
    ]
    web = [replace(each, role="web") for each in known(engine)]
    assert any("No worker is there" in str(finding) for finding in look_at_instances(web, "one"))
