"""Several machines on one lake: every record once, in one order for all, and nothing of a machine that lost its duty."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import duckdb
import pytest

from collectors.journal import JournalUnavailable, segments
from collectors.shared import DutyLost, NotThisLake
from sql.lake import Lake, LakeUnavailable, NoLake, make
from tests.servers.postgres import Postgres, postgres, running
from tests.servers.s3 import BUCKET, running_s3
from tests.several.lakes import Machines, record, sharing

__all__ = ["postgres"]


@pytest.fixture(scope="module")
def lake(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    """One for all tests: making it takes longer than most of them."""
    with sharing(postgres, tmp_path_factory.mktemp("lake")) as shared:
        yield shared


@pytest.fixture
def machines(lake: Machines, tmp_path: Path) -> Iterator[Machines]:
    with ExitStack() as opened:
        with closing(Lake(lake.place)) as asked, asked.read() as cursor:
            ((begun,),) = cursor.execute("select count(*) from records").fetchall()
        yield Machines(lake.place, tmp_path, opened, begun)


def test_all_machines_have_all_records_in_one_order(machines: Machines) -> None:
    one, two, three = (machines.machine(name) for name in ("one", "two", "three"))
    assert {machine.journal.follow() for machine in (one, two, three)} == {machines.begun}
    for number in range(150):  # more than lie in the catalogue
        one.receive(f"one {number}")
    two.receive("two 0")
    assert (two.spool.forward(), one.spool.forward(), one.spool.forward()) == (1, 150, 0)
    two.receive("two 1")
    assert two.spool.forward() == 1
    assert [machine.journal.follow() for machine in (one, two)] == [152, 152]
    machines.lake().keep_in_order(datetime(2100, 1, 1))  # nothing of before can be asked for any more
    two.receive("two 2")
    assert two.spool.forward() == 1
    assert [machine.journal.follow() for machine in (one, two, three)] == [1, 1, 153]
    said = one.texts()
    assert said == two.texts() == three.texts()
    assert [number for number, _ in said] == list(range(1, 154))
    assert [text for _, text in said] == ["two 0", *(f"one {number}" for number in range(150)), "two 1", "two 2"]
    named = {frame.number: frame.record.position for frame in three.journal.read(machines.begun)}
    assert all(position == str(number) for number, position in named.items()), "two machines would name two records alike"
    assert one.journal.follow() == 0


def test_a_machine_that_ended_forwards_the_rest_and_nothing_twice(machines: Machines) -> None:
    one = machines.machine("one")
    one.receive("a", "b")
    one.spool.forward()
    one.spool.append([record("c", after="7")])
    one.close()
    again = machines.machine("one")
    assert again.spool.forward() == 1
    again.journal.follow()
    assert [text for _, text in again.texts()] == ["a", "b", "c"]
    assert [frame.record.after for frame in again.journal.read(machines.begun + 1)] == [None, "7"]


def test_a_machine_that_lost_its_disk_forwards_what_comes_after(machines: Machines) -> None:
    one = machines.machine("one")
    one.receive("a", "b")
    one.spool.forward()
    one.close()
    shutil.rmtree(machines.folder / "one")
    again = machines.machine("one")
    again.receive("c")  # it is the first of this spool, as `a` was of the one before
    assert again.spool.forward() == 1
    again.journal.follow()
    assert [text for _, text in again.texts()] == ["a", "b", "c"]


def test_a_spool_that_lost_its_newest_records_forwards_what_comes_after(machines: Machines) -> None:
    one = machines.machine("one")
    one.receive("a")
    kept = (machines.folder / "one" / "spool" / f"{1:020d}.journal").read_bytes()
    one.receive("b")
    one.spool.forward()
    one.close()
    (machines.folder / "one" / "spool" / f"{1:020d}.journal").write_bytes(kept)
    again = machines.machine("one")
    again.receive("c")  # with the number that `b` had
    again.spool.forward()
    again.journal.follow()
    assert "c" in [text for _, text in again.texts()]
    assert again.spool.problems


def test_what_is_forwarded_leaves_the_disk_of_the_machine(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collectors.journal.Journal.__init__.__defaults__", (1, 32 << 20))  # bytes of a segment
    one = machines.machine("one")
    for text in "abcd":
        one.receive(text)
    one.spool.forward()
    assert [first for first, _ in segments(one.spool.folder)] == [4]
    one.receive("e")
    assert one.spool.forward() == 1


def test_a_machine_that_sleeps_while_another_takes_over_commits_nothing(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = machines.machine("one"), machines.machine("two")
    with pytest.raises(DutyLost):
        one.journal.append([record("nobody said that it may")])
    one.duty.take()
    one.journal.append([record("first")])
    hold, slept = one.duty.hold, []

    def sleep_in_between(cursor: object) -> None:
        hold(cursor)  # type: ignore[arg-type]
        if not slept:
            slept.append(True)
            two.duty.take()
            two.journal.append([record("second")])

    monkeypatch.setattr(one.duty, "hold", sleep_in_between)
    for _ in range(2):
        with pytest.raises(DutyLost):
            one.journal.append([record("of the one that slept")])
    two.journal.append([record("third")])
    two.journal.follow()
    assert [text for _, text in two.texts()] == ["first", "second", "third"]


def test_while_the_catalogue_or_the_bucket_is_away_what_is_received_waits_on_the_disk(tmp_path: Path) -> None:
    with running() as server, running_s3() as bucket:
        data = f"s3://{BUCKET}/{uuid4().hex}"
        with sharing(server, tmp_path, data, bucket.keys) as machines:
            one, sure = machines.machine("one"), machines.machine("two", waits=True)
            one.receive("before")
            one.spool.forward()

            def cut_off(cursor: duckdb.DuckDBPyConnection) -> None:
                cursor.execute("from records").fetchall()
                server.stop()
                cursor.execute("from records").fetchall()

            with pytest.raises(LakeUnavailable):
                machines.lake().write(cut_off)  # whose end DuckDB would end the process over
            one.receive("while there is no catalogue")
            with pytest.raises(JournalUnavailable, match="not in the lake yet"):
                sure.spool.append([record("sure")], 0.01)
            for action in (one.spool.forward, one.journal.follow):
                with pytest.raises(LakeUnavailable):
                    action()
            server.start()
            assert one.spool.forward() == 1
            bucket.stop()
            one.receive(*(f"while there is no bucket {number}" for number in range(120)))  # so many go into a file
            with pytest.raises(LakeUnavailable):
                one.spool.forward()
            bucket.start()
            assert one.spool.forward() == 120
            one.journal.follow()
            told = [text for _, text in one.texts()]
            assert told == ["before", "while there is no catalogue", *(f"while there is no bucket {number}" for number in range(120))]


def test_another_lake_and_an_older_state_of_it_are_refused(machines: Machines, postgres: Postgres, tmp_path: Path) -> None:
    one = machines.machine("one")
    one.receive("a", "b")
    one.spool.forward()
    one.journal.follow()
    one.close()
    with sharing(postgres, tmp_path) as others:
        with pytest.raises(NotThisLake, match="this is the lake"):
            others.machine("one").journal.follow()
        two = others.machine("two")
        two.receive("a", "b")
        two.spool.forward()
        two.journal.follow()
        two.close()
        with closing(Lake(others.place)) as older, older.read() as cursor:
            cursor.execute("delete from records where number = 2")
        with pytest.raises(NotThisLake, match="older state"):
            others.machine("two").journal.follow()


def test_a_copy_that_is_damaged_is_taken_from_the_lake_again(machines: Machines) -> None:
    one = machines.machine("one")
    one.receive("a", "b")
    one.spool.forward()
    one.journal.follow()
    (path,) = (path for _, path in segments(one.journal.folder))
    path.write_bytes(b"x" * path.stat().st_size)
    one.journal.begin_anew()
    assert one.texts() == [(1, "a"), (2, "b")]


def test_a_lake_is_made_once_and_never_by_the_way(machines: Machines, postgres: Postgres, tmp_path: Path) -> None:
    assert not make(machines.place)
    with postgres.database() as address:
        nowhere = Lake(type(machines.place)(**{**_fields(machines), "database": address.rpartition("/")[2]}))
        with pytest.raises(NoLake), nowhere.read():
            pass


def _fields(machines: Machines) -> dict[str, object]:
    return {name: getattr(machines.place, name) for name in machines.place.__slots__}
