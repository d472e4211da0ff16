"""Batch files are expected by the clock that is handed in, and arrive as real files."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from collectors.sources import check_source
from tests.sources.plant_floor import Plant, plant

BERLIN = ZoneInfo("Europe/Berlin")
STOCK = {"name": "stock", "file": "stock_*.csv", "by": "05:30", "site": "hamburg", "sender": "SAP-PRD", "at_least_rows": 3}
ENTRY: dict[str, Any] = {"name": "nights", "kind": "schedule", "path": "in/*", "time_zone": "Europe/Berlin", "expects": [STOCK]}
ROWS = "ID,QTY\n1,5\n2,5\n3,5\n"
SAID = (
    "select o.object_id, replace(e.event_type, 'batch_run.', '') from events e join event_objects o using (event_no) "
    "order by e.event_ns, e.event_no"
)


class Night:
    """A plant whose clock is set; files come when it says so, and have rested then."""

    def __init__(self, folder: Path, plant_: Plant) -> None:
        self.folder, self.plant = folder, plant_
        plant_.intake._clock = lambda: self.now_ns

    def at(self, text: str) -> Any:
        """What is new by then, as (run, what was said of it)."""
        before = len(self.plant.rows(SAID))
        self.now_ns = int(datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()) * 10**9
        self.report = self.plant.ingest()
        return self.plant.rows(SAID)[before:]

    def come(self, name: str, text: str = ROWS) -> Path:
        """A file as it comes now: its own time is long after the set clock, so it came when it is found."""
        (self.folder / name).write_text(text)
        return self.folder / name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


@pytest.fixture
def night(folder: Path) -> Iterator[Night]:
    with plant(folder.parent, ENTRY) as plant_:
        yield Night(folder, plant_)


def problems(**entry: Any) -> list[tuple[str, str]]:
    return check_source({**ENTRY, **entry})


def test_every_problem_of_an_expectation_is_told() -> None:
    assert problems() == []
    assert problems(expects=[{"name": "a", "file": "in/*.csv", "by": "5:30", "rows": 3}]) == [
        (
            "expects[0].rows",
            "no key is called 'rows'. Known: name, file, by, opens, days, time_zone, site, system, sender, at_least_rows, "
            "at_least_bytes, header_rows",
        ),
        ("expects[0].file", "must be the name of a file, without its folder; * and ? stand for anything (found 'in/*.csv')"),
        ("expects[0].by", 'must be a time of day from "00:00" to "23:59", written "HH:MM" in quotes (found \'5:30\')'),
    ]
    assert problems(expects=[STOCK, STOCK, "x"])[1:] == [("expects", "two are called 'stock'; their days could not be told apart")]
    (problem,) = problems(expects=[{**STOCK, "file": "stock_%Y%m.csv"}])
    assert problem[1].startswith("may hold the day as %Y, %m and %d, each once, as in stock_%Y%m%d.csv")
    assert problems(days=["mon", "sunday"])[0][0] == "days"
    assert problems(holidays=["2020-13-01"])[0][0] == "holidays"
    assert problems(time_zone="Berlin")[0][0] == "time_zone"


def test_a_file_is_waited_for_from_midnight_and_arrives(night: Night) -> None:
    assert night.at("2020-03-22T22:00") == []
    assert night.at("2020-03-23T00:00") == [("stock 2020-03-23", "expected")]
    assert night.at("2020-03-23T05:00") == []
    night.come("stock_a.csv")
    assert night.at("2020-03-23T05:20") == [("stock 2020-03-23", "arrived")]
    assert night.at("2020-03-23T05:21") == []
    assert night.plant.rows(
        "select event_type, system, site, partner, is_error, quantity::int, due_ns, payload_ref from events order by event_ns"
    ) == [
        ("batch_run.expected", "middleware", "hamburg", "SAP-PRD", False, None, 1_584_937_800 * 10**9, None),
        ("batch_run.arrived", "middleware", "hamburg", "SAP-PRD", False, 3, 1_584_937_800 * 10**9, "in/stock_a.csv"),
    ]


def test_a_file_that_does_not_come_is_looked_for_and_may_come_late(night: Night) -> None:
    night.at("2020-03-23T00:00")
    assert night.at("2020-03-23T05:34") == []
    assert night.at("2020-03-23T05:35") == [("stock 2020-03-23", "looked")]
    assert night.at("2020-03-23T05:39") == []
    assert night.at("2020-03-23T05:45") == [("stock 2020-03-23", "looked")]
    night.come("stock_a.csv")
    assert night.at("2020-03-23T06:10") == [("stock 2020-03-23", "arrived")]
    assert night.at("2020-03-23T12:00") == []


def test_nothing_is_missing_where_it_was_not_possible_to_look(night: Night) -> None:
    night.at("2020-03-23T00:00")
    night.folder.rename(night.folder.parent / "away")
    assert night.at("2020-03-23T06:00") == []
    assert night.plant.troubles[0].startswith(f"{night.folder}: there is no such folder.")
    (night.folder.parent / "away").rename(night.folder)
    assert night.at("2020-03-23T06:01") == [("stock 2020-03-23", "looked")]


def test_too_few_rows_are_an_error_of_the_contract_and_a_better_file_makes_it_good(night: Night) -> None:
    night.at("2020-03-23T00:00")
    night.come("stock_a.csv", "ID,QTY\n1,5\n2,5")
    assert night.at("2020-03-23T05:00") == [("stock 2020-03-23", "arrived")]
    assert night.plant.rows("select error_class, error_type, error_code, error_text from events where is_error") == [
        ("contract", "too_few_rows", "batch:too_few_rows", "malformed batch: 2 rows where at least 3 are expected")
    ]
    night.come("stock_a.csv")
    assert night.at("2020-03-23T05:10") == [("stock 2020-03-23", "arrived")]
    assert night.plant.column("select is_error from events where event_type = 'batch_run.arrived' order by event_ns") == [True, False]


def test_a_file_that_comes_twice_is_said_twice_under_one_key_and_another_under_another(night: Night) -> None:
    night.at("2020-03-23T00:00")
    night.come("stock_a.csv")
    night.at("2020-03-23T05:00")
    night.come("stock_b.csv")
    assert night.at("2020-03-23T05:01") == [("stock 2020-03-23", "arrived")]
    night.come("stock_c.csv", ROWS + "4,5\n")
    assert night.at("2020-03-23T05:02") == [("stock 2020-03-23", "arrived")]
    first, second, third = night.plant.column("select idempotency_key from events where event_type = 'batch_run.arrived' order by event_ns")
    assert first == second != third


def test_a_file_that_is_moved_or_stays_is_none_of_the_next_day(folder: Path) -> None:
    with plant(folder.parent, {**ENTRY, "path": "in/**/*"}) as plant_:
        night = Night(folder, plant_)
        night.at("2020-03-23T00:00")
        night.come("stock_a.csv")
        night.come("stock_b.csv", ROWS + "4,5\n")
        assert len(night.at("2020-03-23T05:00")) == 2
        (folder / "done").mkdir()
        (folder / "stock_a.csv").rename(folder / "done" / "stock_a.csv")
        (folder / "stock_b.csv").chmod(0o600)
        assert night.at("2020-03-24T04:00") == [("stock 2020-03-24", "expected")]
    with plant(folder.parent, {**ENTRY, "path": "in/**/*"}) as plant_:
        night = Night(folder, plant_)
        assert night.at("2020-03-24T05:00") == []
        (folder / "stock_b.csv").write_text(ROWS + "4,5\n")
        os.utime(folder / "stock_b.csv", (2_000_000_000, 2_000_000_000))
        assert night.at("2020-03-24T05:01") == [("stock 2020-03-24", "arrived")], "written anew, with the same in it"


def test_missed_days_are_said_after_a_downtime_and_once(folder: Path) -> None:
    with plant(folder.parent, {**ENTRY, "holidays": ["2020-03-26"]}) as plant_:
        assert Night(folder, plant_).at("2020-03-20T04:00") == [("stock 2020-03-20", "expected")]
    with plant(folder.parent, {**ENTRY, "holidays": ["2020-03-26"]}) as plant_:
        found = Night(folder, plant_).at("2020-03-27T04:00")
        assert [run for run, what in found if what == "expected"] == [f"stock 2020-03-{day}" for day in (23, 24, 25, 27)]
        assert sorted(run for run, what in found if what == "looked") == [f"stock 2020-03-{day}" for day in (20, 23, 24, 25)]
    with plant(folder.parent, {**ENTRY, "holidays": ["2020-03-26"]}) as plant_:
        assert Night(folder, plant_).at("2020-03-27T04:30") == []


def test_the_day_in_the_name_decides(folder: Path) -> None:
    with plant(folder.parent, {**ENTRY, "expects": [{**STOCK, "file": "stock_%Y%m%d*.csv"}]}) as plant_:
        night = Night(folder, plant_)
        night.at("2020-03-23T00:00")
        night.come("stock_20200324.csv")
        night.come("stock_20200323_2.csv", ROWS + "4,5\n")
        night.come("stock_20200321.csv", ROWS + "5,5\n")
        night.come("stock_20200328.csv", ROWS + "6,5\n")
        night.come("stock_20201399.csv", ROWS + "7,5\n")
        night.come("stock_30010102.csv", ROWS + "8,5\n")
        assert sorted(night.at("2020-03-23T04:00")) == [
            ("stock 2020-03-23", "arrived"),
            ("stock 2020-03-24", "arrived"),
            ("stock 2020-03-24", "expected"),
        ]
        assert plant_.column("select reason from rejected order by position") == [
            f"in/stock_{day}.csv: its name says no day on which stock is expected"
            for day in ("20200321", "20200328", "20201399", "30010102")
        ]
        assert night.at("2020-03-24T00:00") == [], "said already"


def test_a_window_may_open_the_evening_before_and_days_change_with_the_clocks(folder: Path) -> None:
    entry = {**STOCK, "opens": "22:00", "by": "02:30", "days": "daily"}
    with plant(folder.parent, {**ENTRY, "expects": [entry]}) as plant_:
        night = Night(folder, plant_)
        night.at("2020-03-27T23:00")
        night.come("stock_a.csv")
        assert night.at("2020-03-28T21:59") == [("stock 2020-03-28", "arrived")]
        assert night.at("2020-03-28T22:00") == [("stock 2020-03-29", "expected")]
        assert plant_.column("select due_ns // 1000000000 from events order by event_ns desc limit 1") == [1_585_445_400], (
            "02:30 does not exist"
        )


def test_a_file_still_being_written_has_not_come(night: Night) -> None:
    night.at("2020-03-23T00:00")
    file = night.come("stock_a.csv")
    now_ns = int(datetime(2020, 3, 23, 5, tzinfo=BERLIN).timestamp()) * 10**9
    os.utime(file, ns=(now_ns, now_ns))
    assert night.at("2020-03-23T05:00:01") == []
    assert night.at("2020-03-23T05:00:02") == [("stock 2020-03-23", "arrived")]


@pytest.mark.parametrize(("name", "rows"), [("stock_a.csv", 3), ("stock_a.csv.gz", 3), ("stock_a.txt", 4), ("stock_a.parquet", 3)])
def test_rows_are_counted_in_any_form(folder: Path, name: str, rows: int) -> None:
    import duckdb

    file = folder / name
    if name.endswith("parquet"):
        duckdb.sql(f"copy (select * from range(3)) to '{file}' (format parquet)")
    else:
        file.write_bytes(gzip.compress(ROWS.encode()) if name.endswith("gz") else ROWS.encode())
    with plant(folder.parent, {**ENTRY, "expects": [{**STOCK, "file": "stock_*." + name.partition(".")[2]}]}) as plant_:
        Night(folder, plant_).at("2020-03-23T05:00")
        assert plant_.column("select quantity::int from events where event_type = 'batch_run.arrived'") == [rows]


def test_what_came_before_the_first_day_is_none_of_ours(folder: Path) -> None:
    with plant(folder.parent, ENTRY) as plant_:
        night = Night(folder, plant_)
        night.come("stock_a.csv")
        assert night.at("2091-03-19T05:00") == [("stock 2091-03-19", "expected")], "the file lay there since we wrote it, long before"
        night.come("stock_a.csv", ROWS + "4,5\n")
        os.utime(night.folder / "stock_a.csv", ns=(night.now_ns - 60 * 10**9,) * 2)
        assert night.at("2091-03-19T05:01") == [("stock 2091-03-19", "arrived")]


def test_a_rebuild_says_the_same_and_judges_by_what_is_expected_now(night: Night) -> None:
    night.at("2020-03-23T00:00")
    night.come("stock_a.csv")
    night.at("2020-03-23T05:00")
    before = night.plant.rows(SAID)
    night.plant.intake.rebuild()
    assert night.plant.rows(SAID) == before
    night.plant.close()
    with plant(night.folder.parent, {**ENTRY, "expects": [{**STOCK, "at_least_rows": 100}]}) as plant_:
        plant_.intake.rebuild()
        assert plant_.column("select is_error from events order by event_ns") == [False, True]
