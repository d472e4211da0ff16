"""The journal: what it acknowledged is there after any crash, once and in order; damage is put aside and told."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.event import Record
from collectors.journal import Journal, JournalBusy, JournalUnavailable
from tests.repository import ROOT


def record(number: int, payload: bytes = b"") -> Record:
    return Record("csv", f"a.csv:{number}", payload or b'{"a":"%d"}' % number, "application/json", number, "a.csv", f'{{"line":{number}}}')


def positions(journal: Journal, after: int = 0) -> list[str]:
    return [frame.record.position for frame in journal.read(after)]


def written(folder: Path, *batches: int) -> Path:
    """A closed journal with so many records in each block; the newest segment."""
    journal, number = Journal(folder), 0
    for size in batches:
        journal.append([record(number + i + 1) for i in range(size)])
        number += size
    journal.close()
    return max(folder.glob("*.journal"))


def test_records_come_back_as_they_were_said(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    said = [record(1), Record("otlp", "", b"\x00\xff" * 5000, "application/x-protobuf", 7, "traces", None)]
    assert journal.append(said) == [1, 2]
    frames = list(journal.read(0))
    journal.close()
    assert frames[0].record == said[0]
    assert frames[1].record == Record("otlp", "2", b"\x00\xff" * 5000, "application/x-protobuf", 7, "traces", None)


def test_numbers_go_on_after_opening_again(tmp_path: Path) -> None:
    written(tmp_path, 2)
    journal = Journal(tmp_path)
    assert journal.append([record(3)]) == [3]
    assert positions(journal) == ["a.csv:1", "a.csv:2", "a.csv:3"]
    assert positions(journal, after=2) == ["a.csv:3"]
    assert positions(journal, after=3) == []
    journal.close()


def test_segments_follow_each_other(tmp_path: Path) -> None:
    journal = Journal(tmp_path, segment_bytes=100)
    for number in range(1, 30):
        journal.append([record(number, os.urandom(90))])
    assert len(list(tmp_path.glob("*.journal"))) > 5
    assert positions(journal, after=17) == [f"a.csv:{n}" for n in range(18, 30)]
    journal.close()
    journal = Journal(tmp_path)
    assert positions(journal) == [f"a.csv:{n}" for n in range(1, 30)]
    journal.close()


def test_a_reader_sees_what_was_durable_when_it_asked(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append([record(1)])
    frames = journal.read(0)
    first = next(frames)
    journal.append([record(2)])
    assert [first.number, *(f.number for f in frames)] == [1]
    journal.close()


def test_repeating_records_are_compressed_and_random_ones_are_not(tmp_path: Path) -> None:
    segment = written(tmp_path, 1000)
    assert segment.stat().st_size < 15_000
    journal = Journal(tmp_path / "random")
    journal.append([record(1, os.urandom(10_000))])
    journal.close()
    assert max((tmp_path / "random").glob("*.journal")).stat().st_size < 10_200


@pytest.mark.parametrize("cut", [1, 3, 20, 28, 29, 40])
def test_a_torn_end_is_put_aside_and_the_rest_is_served(tmp_path: Path, cut: int) -> None:
    segment = written(tmp_path, 2, 1)
    size = segment.stat().st_size
    os.truncate(segment, size - cut)
    journal = Journal(tmp_path)
    assert positions(journal) == ["a.csv:1", "a.csv:2"]
    (problem,) = journal.problems
    (aside,) = (tmp_path / "damaged").iterdir()
    assert problem == (
        f"{segment}: {aside.stat().st_size} bytes from byte {aside.stem.split('-')[1]} on are no whole block (torn by a crash, or "
        f"damaged on the disk). They are kept in {aside}; all else is read."
    )
    assert journal.append([record(4)]) == [3]
    journal.close()
    journal = Journal(tmp_path)
    assert (positions(journal), journal.problems) == (["a.csv:1", "a.csv:2", "a.csv:4"], [])
    journal.close()


def test_what_tears_at_one_place_again_and_again_is_all_put_aside(tmp_path: Path) -> None:
    segment = written(tmp_path, 2)
    torn = [b"SLJ1 a block that was never written to its end", b"another one", b"another one"]
    for garbage in torn:
        with segment.open("ab") as file:
            file.write(garbage)
        journal = Journal(tmp_path)
        assert len(journal.problems) == 1
        journal.close()
    assert sorted(path.read_bytes() for path in (tmp_path / "damaged").iterdir()) == sorted(set(torn))
    assert segment.stat().st_size == int(next((tmp_path / "damaged").iterdir()).stem.split("-")[1])


def test_damage_in_the_middle_costs_its_block_only(tmp_path: Path) -> None:
    segment = written(tmp_path, 1, 2, 1)
    data = bytearray(segment.read_bytes())
    data[data.find(b"SLJ1", 10) + 40] ^= 0xFF
    segment.write_bytes(data)
    journal = Journal(tmp_path)
    assert positions(journal) == ["a.csv:1", "a.csv:4"]
    assert len(journal.problems) == 1
    assert journal.append([record(5)]) == [5]
    assert positions(journal, after=3) == ["a.csv:4", "a.csv:5"]
    journal.close()


def test_damage_in_an_older_segment_is_found_when_it_is_read(tmp_path: Path) -> None:
    journal = Journal(tmp_path, segment_bytes=10)
    for number in (1, 2, 3):
        journal.append([record(number)])
    journal.close()
    first = min(tmp_path.glob("*.journal"))
    first.write_bytes(first.read_bytes()[:-5])
    journal = Journal(tmp_path)
    assert (positions(journal), len(journal.problems)) == (["a.csv:2", "a.csv:3"], 1)
    journal.close()


def test_a_segment_of_nothing_but_rubbish_is_put_aside(tmp_path: Path) -> None:
    written(tmp_path, 1)
    (tmp_path / f"{2:020d}.journal").write_bytes(os.urandom(100))
    journal = Journal(tmp_path)
    assert (positions(journal), len(journal.problems), journal.append([record(2)])) == (["a.csv:1"], 1, [2])
    journal.close()


@given(st.data())
def test_any_damage_leaves_whole_blocks_in_order(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("journal")
    segment = written(folder, 1, 3, 1, 2)
    content = bytearray(segment.read_bytes())
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=3)):
        content[at] = data.draw(st.integers(0, 255))
    segment.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    journal = Journal(folder)
    found = positions(journal)
    blocks = [["a.csv:1"], ["a.csv:2", "a.csv:3", "a.csv:4"], ["a.csv:5"], ["a.csv:6", "a.csv:7"]]
    kept = [block for block in blocks if block[0] in found]
    assert found == [position for block in kept for position in block]
    (number,) = journal.append([record(8)])
    assert positions(journal) == [*found, "a.csv:8"]
    assert number > len(found) - 1
    journal.close()


def test_lost_numbers_are_never_given_again(tmp_path: Path) -> None:
    written(tmp_path, 2)
    journal = Journal(tmp_path)
    journal.continue_after(10)
    assert journal.append([record(3)]) == [11]
    assert positions(journal, after=2) == ["a.csv:3"]
    journal.close()
    journal = Journal(tmp_path)
    assert (positions(journal), journal.last) == (["a.csv:1", "a.csv:2", "a.csv:3"], 11)
    journal.close()


def test_many_threads_share_syncs_and_each_gets_its_own_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, syncs, numbers = Journal(tmp_path), [], {}
    sync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (syncs.append(fd), threading.Event().wait(0.005), sync(fd)))

    def write(thread: int) -> None:
        for turn in range(20):
            (number,) = journal.append([record(thread * 100 + turn)])
            numbers[number] = f"a.csv:{thread * 100 + turn}"

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 161))
    assert {frame.number: frame.record.position for frame in journal.read(0)} == numbers
    assert len(syncs) < 100  # 160 appends
    journal.close()


def test_a_fault_in_a_write_is_raised_where_it_happened_and_told_to_all_who_waited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, syncing, queued, told = Journal(tmp_path), threading.Event(), threading.Event(), []
    write = journal._write

    def faulty(batch: list[object]) -> str:
        syncing.set()
        queued.wait(20)
        if len(batch) == 1:
            return write(batch)  # type: ignore[arg-type]
        raise ZeroDivisionError

    def append(number: int) -> None:
        try:
            journal.append([record(number)])
        except (ZeroDivisionError, JournalUnavailable) as error:
            told.append(type(error).__name__)

    monkeypatch.setattr(journal, "_write", faulty)
    threads = [threading.Thread(target=append, args=(n,)) for n in (1, 2, 3)]
    threads[0].start()
    syncing.wait(20)
    for thread in threads[1:]:
        thread.start()
    while len(journal._waiting) < 2:
        threading.Event().wait(0.001)
    queued.set()
    for thread in threads:
        thread.join()
    monkeypatch.undo()
    journal.append([record(4)])
    assert (sorted(told), positions(journal)) == (["JournalUnavailable", "ZeroDivisionError"], ["a.csv:1", "a.csv:4"])
    journal.close()


def test_a_record_that_cannot_be_written_down_harms_only_its_own_append(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    with pytest.raises(TypeError):
        journal.append([Record("csv", "\udce9.csv:1", b"", "", 0)])
    assert journal.append([record(1)]) == [1]
    journal.close()


def test_one_process_has_the_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    with pytest.raises(JournalBusy) as busy:
        Journal(tmp_path)
    assert str(busy.value) == f"{tmp_path} is in use by process {os.getpid()}; only one process may write a journal."
    journal.close()
    Journal(tmp_path).close()


def test_a_closed_journal_refuses(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.close()
    with pytest.raises(JournalUnavailable, match="is closed"):
        journal.append([record(1)])


def test_a_disk_nearly_full_is_refused_before_it_tears(tmp_path: Path) -> None:
    journal = Journal(tmp_path, reserve_bytes=1 << 60)
    with pytest.raises(JournalUnavailable, match=r"cannot be written: less than \d+ MiB free on the disk. Nothing was accepted"):
        journal.append([record(1)])
    assert positions(journal) == []
    journal.close()


FULL_DISK = """
import resource, sys
from pathlib import Path
from collectors.event import Record
from collectors.journal import Journal, JournalUnavailable
journal = Journal(Path(sys.argv[1]))
record = lambda n: Record("csv", str(n), bytes(str(n), "ascii") * 400, "", 0)
limit = resource.getrlimit(resource.RLIMIT_FSIZE)
journal.append([record(1)])
resource.setrlimit(resource.RLIMIT_FSIZE, (300, limit[1]))
try:
    journal.append([record(n) for n in range(100)])
except JournalUnavailable as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, limit)
print(journal.append([record(2)]))
print([frame.record.position for frame in journal.read(0)])
"""


def test_a_write_that_fails_half_way_leaves_nothing_and_the_next_one_works(tmp_path: Path) -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)
    done = subprocess.run([sys.executable, "-c", FULL_DISK, str(tmp_path)], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines() == [
        f"the journal {tmp_path} cannot be written: File too large. Nothing was accepted; it goes on by itself once there is room.",
        "[2]",
        "['1', '2']",
    ]


def test_a_slow_disk_is_given_up_on_in_time_and_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, go_on, syncing, sync = Journal(tmp_path), threading.Event(), threading.Event(), os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (syncing.set(), go_on.wait(20), sync(fd)))
    slow = threading.Thread(target=journal.append, args=([record(1)],))
    slow.start()
    syncing.wait(20)
    with pytest.raises(JournalUnavailable, match="is slower than its writers; nothing of this was kept"):
        journal.append([record(2)], 0.05)
    go_on.set()
    slow.join()
    journal.append([record(3)])
    assert positions(journal) == ["a.csv:1", "a.csv:3"]
    journal.close()


WRITER = """
import os, sys
from pathlib import Path
from collectors.event import Record
from collectors.journal import Journal
journal, number = Journal(Path(sys.argv[1])), 0
while True:
    number += 1
    journal.append([Record("csv", f"{number}.{i}", os.urandom(200) + b"x" * 300, "", 0) for i in range(number % 7 + 1)])
    os.write(1, b"%d\\n" % number)
"""


def test_what_was_acknowledged_survives_a_kill_whole(tmp_path: Path) -> None:
    for acknowledged in (1, 30, 200):
        folder = tmp_path / str(acknowledged)
        with subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, cwd=ROOT) as writer:
            assert writer.stdout
            for _ in range(acknowledged):
                writer.stdout.readline()
            writer.kill()
            rest = writer.stdout.read().count(b"\n")
        journal = Journal(folder)
        found = positions(journal)
        whole = int(found[-1].split(".")[0])
        assert whole >= acknowledged + rest
        assert found == [f"{n}.{i}" for n in range(1, whole + 1) for i in range(n % 7 + 1)]
        journal.close()
