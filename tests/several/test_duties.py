"""Who does what of several: one at a time, shared fairly, taken over from who ended, and given up by who lost the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.accounts.tables import open_engine
from app.instants import SECOND_NS
from app.several.duties import ACTING, SECONDS, Duties
from collectors.shared import DutyLost
from sql.lake import Lake
from tests.servers.postgres import Postgres, postgres
from tests.several.lakes import Machines, sharing

__all__ = ["postgres"]
SOURCES = ("a", "b", "c", "d")


class Clock:
    """One that only a test moves: that of the wall, and that of the machine itself."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def now_ns(self) -> int:
        return int(self.seconds * SECOND_NS)


class Process:
    """Its duties, and what it was told of them."""

    def __init__(self, name: str, engine: Engine, lake: Lake, clock: Clock) -> None:
        self.told: list[str] = []
        self.duties = Duties(
            engine, lake, name, SOURCES, clock.now_ns, lambda what: self.told.append(f"+{what}"), lambda what: self.told.append(f"-{what}")
        )

    @property
    def reads(self) -> list[str]:
        return [source for source in SOURCES if self.duties.may_read(source)]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("app.several.duties.time.monotonic", lambda: made.seconds)
    return made


@pytest.fixture(scope="module")
def lake(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    with sharing(postgres, tmp_path_factory.mktemp("lake")) as shared:
        yield shared


@pytest.fixture
def two(lake: Machines, clock: Clock, tmp_path: Path) -> Iterator[tuple[Process, Process]]:
    engine = open_engine(f"sqlite:///{tmp_path}/state.sqlite")  # leases are one update each, whatever the database
    with closing(Lake(lake.place)) as shared:
        yield Process("one", engine, shared, clock), Process("two", engine, shared, clock)
    engine.dispose()


def test_sources_are_shared_by_those_that_are_there_and_one_acts(two: tuple[Process, Process]) -> None:
    one, other = two
    one.duties.look(workers=1)
    assert one.reads == list(SOURCES)
    assert one.duties.may(ACTING)
    other.duties.look(workers=2)
    assert other.reads == []
    one.duties.look(workers=2)
    other.duties.look(workers=2)
    assert len(one.reads) == len(other.reads) == 2
    assert {*one.reads, *other.reads} == {*SOURCES}
    assert not other.duties.may(ACTING)
    assert other.duties.holder(ACTING) == "one"


def test_who_ends_without_a_word_is_followed_when_its_lease_is_over(two: tuple[Process, Process], clock: Clock) -> None:
    one, other = two
    one.duties.look(workers=1)
    clock.seconds += SECONDS - 1
    other.duties.look(workers=1)
    assert other.reads == []
    clock.seconds += 2
    assert one.reads == [], "it does not know that it may, and does not"
    other.duties.look(workers=1)
    assert other.reads == list(SOURCES)
    assert other.duties.may(ACTING)
    one.duties.look(workers=1)
    assert one.told[-1].startswith("-")
    assert one.reads == []


def test_who_goes_gives_back_at_once(two: tuple[Process, Process]) -> None:
    one, other = two
    one.duties.look(workers=1)
    one.duties.give_back()
    assert one.reads == []
    other.duties.look(workers=1)
    assert other.reads == list(SOURCES)


def test_what_somebody_else_does_by_now_is_not_committed(two: tuple[Process, Process], clock: Clock, lake: Machines) -> None:
    one, other = two
    one.duties.look(workers=1)
    clock.seconds += SECONDS + 1
    other.duties.look(workers=1)
    clock.seconds -= SECONDS + 1  # one's clock stood still: it believes that it may
    assert one.reads == list(SOURCES)
    with closing(Lake(lake.place)) as shared, pytest.raises(DutyLost):
        shared.write(lambda cursor: one.duties.hold(cursor, "a"))
