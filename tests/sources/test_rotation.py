"""Logs that are rotated, copied away, packed and moved while they are written: every line is read, and none twice."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.servers.brokers import program, without_package
from tests.sources.plant_floor import Plant, plant

MAP = {"event_type": {"column": "KIND"}, "event_time": {"value": "2026-03-23T12:00:00Z"}, "item": {"column": "ITEM"}}
BOTH = {"name": "log", "kind": "csv", "path": "app.log*", "map": MAP}
ONE = {**BOTH, "path": "app.log"}
HEADER = "KIND,ITEM,TEXT\n"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "app.log"


def rows(first: int, last: int) -> str:
    return "".join(f"stock.moved,{number},{'x' * 100}\n" for number in range(first, last + 1))


def write(log: Path, first: int, last: int) -> None:
    """More lines; a new file begins with its header."""
    with log.open("a") as file:
        file.write(("" if log.stat().st_size else HEADER) + rows(first, last))


def create(log: Path) -> None:
    """As logrotate does: renamed, and a new file under the old name."""
    log.rename(f"{log}.1")
    log.touch()


def copytruncate(log: Path) -> None:
    shutil.copy(log, f"{log}.1")
    os.truncate(log, 0)


def pack(log: Path) -> None:
    """Renamed and packed at once, as without `delaycompress`."""
    create(log)
    packed(Path(f"{log}.1"))


def packed(file: Path) -> None:
    Path(f"{file}.gz").write_bytes(gzip.compress(file.read_bytes()))
    file.unlink()


def moved(log: Path) -> None:
    """By the day, and by a name that does not begin with that of the log."""
    log.rename(log.with_name("app-2026-03-23.log"))
    log.touch()


ROTATIONS = [create, copytruncate, pack]
rotations = pytest.mark.parametrize("rotate", ROTATIONS, ids=lambda rotate: rotate.__name__)
patterns = pytest.mark.parametrize("entry", [BOTH, ONE], ids=["the pattern matches the rotated file", "it does not"])


def read(plant_: Plant) -> list[int]:
    """The items of all events, sorted; none twice in the journal either."""
    report = plant_.ingest()
    assert (report.repeats, report.rejected, plant_.troubles) == (0, 0, [])
    return [int(item) for item in plant_.column("select item from events order by item::int")]


@rotations
@patterns
def test_what_was_written_before_a_rotation_and_after_it_is_read_once(
    log: Path, entry: dict[str, Any], rotate: Callable[..., None]
) -> None:
    log.touch()
    with plant(log.parent, entry) as plant_:
        write(log, 1, 5)
        assert read(plant_) == [1, 2, 3, 4, 5]
        write(log, 6, 7)
        rotate(log)
        write(log, 8, 8)
        assert read(plant_) == [1, 2, 3, 4, 5, 6, 7, 8]
        write(log, 9, 9)
        assert read(plant_) == list(range(1, 10))


@rotations
@patterns
def test_a_rotation_while_nobody_reads_loses_nothing(log: Path, entry: dict[str, Any], rotate: Callable[..., None]) -> None:
    log.touch()
    write(log, 1, 5)
    with plant(log.parent, entry) as plant_:
        assert read(plant_) == [1, 2, 3, 4, 5]
    write(log, 6, 7)
    rotate(log)
    with plant(log.parent, entry) as plant_:
        assert read(plant_) == [1, 2, 3, 4, 5, 6, 7]
        write(log, 8, 8)
        assert read(plant_) == [1, 2, 3, 4, 5, 6, 7, 8]


@patterns
def test_a_log_may_be_renamed_by_the_day(log: Path, entry: dict[str, Any]) -> None:
    log.touch()
    path = "app*.log" if entry is BOTH else "app.log"
    with plant(log.parent, {**entry, "path": path}) as plant_:
        write(log, 1, 2)
        assert read(plant_) == [1, 2]
        write(log, 3, 3)
        moved(log)
        write(log, 4, 4)
        assert read(plant_) == [1, 2, 3, 4]


@patterns
def test_a_writer_that_goes_on_in_the_renamed_file_is_read(log: Path, entry: dict[str, Any]) -> None:
    log.touch()
    with plant(log.parent, entry) as plant_:
        write(log, 1, 2)
        assert read(plant_) == [1, 2]
        create(log)
        write(log, 10, 11)
        assert read(plant_) == [1, 2, 10, 11]
        write(Path(f"{log}.1"), 3, 3)
        assert read(plant_) == [1, 2, 3, 10, 11]
    write(Path(f"{log}.1"), 4, 4)
    with plant(log.parent, entry) as plant_:
        assert read(plant_) == [1, 2, 3, 4, 10, 11]


def test_a_renamed_file_that_nobody_asked_for_is_looked_at_for_ten_minutes(log: Path) -> None:
    log.touch()
    with plant(log.parent, ONE) as plant_:
        write(log, 1, 2)
        now = plant_.intake._clock()
        plant_.intake._clock = lambda: now
        read(plant_)
        create(log)
        write(log, 10, 10)
        read(plant_)
        now += 601 * 10**9
        read(plant_)
        write(Path(f"{log}.1"), 3, 3)
        assert read(plant_) == [1, 2, 10]


def test_many_rotations_one_after_the_other_are_one_log(log: Path) -> None:
    log.touch()
    with plant(log.parent, BOTH) as plant_:
        for turn in range(6):
            write(log, turn * 10, turn * 10 + 4)
            read(plant_)
            write(log, turn * 10 + 5, turn * 10 + 9)
            for number in (3, 2):
                if Path(f"{log}.{number}.gz").exists():
                    Path(f"{log}.{number}.gz").rename(f"{log}.{number + 1}.gz")
            if Path(f"{log}.1").exists():
                Path(f"{log}.1").rename(f"{log}.2")
                packed(Path(f"{log}.2"))
            create(log)
        assert read(plant_) == list(range(60))
    with plant(log.parent, BOTH) as plant_:
        assert read(plant_) == list(range(60))
        assert plant_.column("select stream from source_positions order by 1") == ["app.log", *(f"app.log#{n}" for n in range(2, 7))]


def test_a_copy_under_way_is_none_of_its_own(log: Path) -> None:
    """The copy of copytruncate is found half done; then with fewer lines than were read, and the log truncated."""
    log.touch()
    copy = Path(f"{log}.1")
    with plant(log.parent, BOTH) as plant_:
        write(log, 1, 50)
        assert read(plant_) == list(range(1, 51))
        copy.write_bytes(log.read_bytes()[:2000])
        assert read(plant_) == list(range(1, 51))
        copy.write_bytes(log.read_bytes())
        write(log, 51, 52)
        assert read(plant_) == list(range(1, 53))
        os.truncate(log, 0)
        write(log, 53, 53)
        assert read(plant_) == list(range(1, 54))
    with plant(log.parent, BOTH) as plant_:
        assert read(plant_) == list(range(1, 54))


def test_a_copy_of_a_log_that_grows_on_stays_a_copy(log: Path) -> None:
    log.touch()
    write(log, 1, 20)
    shutil.copy(log, f"{log}.kept")
    with plant(log.parent, BOTH) as plant_:
        assert read(plant_) == list(range(1, 21))
        write(log, 21, 30)
        assert read(plant_) == list(range(1, 31))
    with plant(log.parent, BOTH) as plant_:
        write(log, 31, 31)
        assert read(plant_) == list(range(1, 32))


def test_a_file_that_begins_as_another_and_goes_on_differently_is_another(log: Path) -> None:
    log.write_text(HEADER + rows(1, 40))
    Path(f"{log}.1").write_text(HEADER + rows(1, 30) + rows(100, 130))
    Path(f"{log}.2").write_text(HEADER + rows(1, 20) + rows(200, 200))
    with plant(log.parent, BOTH) as plant_:
        assert len(read(plant_)) == 40 + 61 + 21


def test_a_log_that_grew_past_where_it_was_left_after_its_truncation_is_another(log: Path) -> None:
    """Its beginning is the same: a header longer than what is compared of it."""
    wide = HEADER.rstrip() + "," + ",".join(f"COLUMN_{number}" for number in range(200)) + "\n"
    line = "stock.moved,{},x" + "," * 200 + "\n"
    log.write_text(wide + line.format(1) + line.format(2))
    with plant(log.parent, ONE) as plant_:
        assert read(plant_) == [1, 2]
        log.write_text(wide + line.format(33) + line.format(44) + line.format(55))
        assert read(plant_) == [1, 2, 33, 44, 55]


def test_a_mark_from_before_files_were_known_by_their_content_goes_on(log: Path) -> None:
    """As an existing home has it: kept under the name alone, without checksums, for the third file of this name."""
    log.touch()
    write(log, 1, 2)
    with plant(log.parent, BOTH) as plant_:
        read(plant_)
        mark = orjson.loads(plant_.intake._after["log"]["app.log"])
        old = {key: mark[key] for key in ("offset", "line", "head", "open", "form")} | {"file": 3}
        plant_.intake._after["log"] = {"app.log": orjson.dumps(old).decode()}
        write(log, 3, 3)
        assert read(plant_) == [1, 2, 3]
        assert plant_.column("select position from events where item = '3'") == ["app.log#3:4"]
        create(log)
        write(log, 4, 4)
        assert read(plant_) == [1, 2, 3, 4]
        assert plant_.column("select position from events where item = '4'") == ["app.log#4:2"]


@pytest.mark.parametrize("how", ["create", "copytruncate\n  compress", "create\n  dateext"])
@patterns
def test_logrotate_itself_loses_nothing_and_doubles_nothing(log: Path, entry: dict[str, Any], how: str) -> None:
    log.touch()
    with plant(log.parent, entry) as plant_:
        for turn in range(3 if "dateext" not in how else 1):
            write(log, turn * 10, turn * 10 + 4)
            read(plant_)
            write(log, turn * 10 + 5, turn * 10 + 9)
            logrotate(log, how)
        write(log, 90, 91)
        found = read(plant_)
        assert found == [*range(len(found) - 2), 90, 91]
        assert len(found) in (12, 32)


def logrotate(log: Path, how: str) -> None:
    settings = log.with_name("rotate.conf")
    user = "su root root" if os.geteuid() == 0 else ""  # it refuses folders that others may write to, unless it is told who it is
    settings.write_text(f"{log} {{\n  rotate 9\n  {user}\n  {how}\n}}\n")
    rotate = program("logrotate") or without_package("logrotate")
    subprocess.run([rotate, "--force", "--state", log.with_name("rotate.state"), settings], check=True)
