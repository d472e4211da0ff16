"""What is lost or damaged under a home is told, never passed over, and nothing more is lost by going on."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import threading
from pathlib import Path

import pytest

from tests.cli.commands import QUIET, Run, command
from tests.cli.configurations import ORDERS, ORDERS_SETTINGS, PACK


@pytest.fixture
def folder(run: Run, tmp_path: Path) -> Path:
    """Three events, ingested from a file that is gone by now."""
    (tmp_path / "syncline.yaml").write_text(ORDERS_SETTINGS)
    (tmp_path / "pack.yaml").write_text(PACK)
    (tmp_path / "orders.csv").write_text(ORDERS)
    assert run("ingest").code == 0
    (tmp_path / "orders.csv").write_text("NO,WHAT,AT,ORDER\n")
    return tmp_path


def events(run: Run) -> list[str]:
    return [json.loads(line)["event_id"] for line in run("export", "events").out.splitlines()]


def test_a_rebuild_that_would_lose_rows_is_refused_until_it_is_wanted(run: Run, folder: Path) -> None:
    for path in (folder / "home" / "journal").glob("*.journal"):
        path.unlink()
    refused = run("rebuild")
    assert refused.code == 4
    assert refused.said == (
        f"syncline: the journal {folder}/home/journal holds 0 records, the tables were made from 3: a rebuild would lose what only the "
        "tables still have. Bring the journal's files back from a backup, or rebuild with --anyway to go on without.\n"
    )
    assert events(run) == ["orders:1", "orders:2", "orders:3"]
    assert run("rebuild", "--anyway").out.startswith("0 events and 0 transactions made anew")
    assert run("rebuild").code == 0


def test_a_journal_that_lost_its_end_is_told_by_whoever_finds_it(run: Run, folder: Path) -> None:
    (segment,) = (folder / "home" / "journal").glob("*.journal")
    os.truncate(segment, segment.stat().st_size // 2)
    found = run("refresh")
    assert found.code == 4
    assert "bytes from byte 0 on are no whole block (torn by a crash, or damaged on the disk)." in found.said
    assert (
        f"journal: {folder}/home/journal ends with record 0, the tables know 3: what lies between is lost. "
        "Bring the files back from a backup before the next rebuild." in found.said
    )
    assert run("refresh").code == 0, "it is told once"
    with (folder / "orders.csv").open("a") as file:
        file.write("4,order.created,2026-03-23T10:00:00Z,SO-4\n")
    assert run("ingest").out.startswith("1 record read, 1 new event")
    assert events(run) == ["orders:1", "orders:2", "orders:3", "orders:4"]


def test_files_of_others_in_the_journal_are_left_alone(run: Run, folder: Path) -> None:
    (folder / "home" / "journal" / "notes.journal").write_text("not ours")
    assert run("rebuild").out.startswith("3 events and 2 transactions made anew")


def test_accounts_that_are_damaged_are_a_sentence(run: Run, folder: Path) -> None:
    (folder / "home" / "accounts.sqlite").write_bytes(b"no database, but as long as a page of one" * 200)
    result = run("ingest")
    assert result.code == 4
    assert result.said == (
        f"syncline: {folder}/home/accounts.sqlite cannot be used: file is not a database. Bring it back from a backup, or move it away "
        "and add the people anew.\n"
    )


def test_a_damaged_block_of_the_store_is_not_taken_for_a_lock(run: Run, folder: Path) -> None:
    store = folder / "home" / "syncline.duckdb"
    with store.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (store.stat().st_size - 8192))
    result = run("refresh")
    assert result.code == 4
    assert result.said.startswith(f"syncline: the store of {folder}/home cannot be opened: ")
    assert result.said.endswith("Move syncline.duckdb away and run `syncline rebuild`: the journal holds everything.\n")
    assert "in use by" not in result.said


def test_a_full_disk_is_a_sentence_and_nothing_taken_is_lost(run: Run, folder: Path) -> None:
    with (folder / "orders.csv").open("a") as file:
        file.writelines(f"{number},order.created,2026-03-23T10:00:00Z,SO-{os.urandom(40).hex()}\n" for number in range(4, 30_000))

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

    done = subprocess.run(command("ingest"), cwd=folder, env=QUIET, capture_output=True, text=True, preexec_fn=limit, check=False)
    assert done.returncode == 4
    assert done.stderr == (
        f"syncline: the journal {folder}/home/journal cannot be written: File too large. Nothing was accepted; it goes on by itself once "
        "there is room.\n"
    )
    assert run("ingest").code == 0
    assert len(events(run)) == 29_999


def test_an_export_into_a_pipe_leaves_the_pipe_and_into_a_link_leaves_the_link(run: Run, folder: Path) -> None:
    pipe, link, real = folder / "pipe", folder / "link.jsonl", folder / "real.jsonl"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    assert run("export", "events", "--out", pipe).code == 0
    reader.join()
    assert (len(read[0].splitlines()), pipe.is_fifo()) == (3, True)
    real.touch()
    link.symlink_to(real)
    assert run("export", "events", "--out", link).code == 0
    assert (link.is_symlink(), len(real.read_text().splitlines())) == (True, 3)
