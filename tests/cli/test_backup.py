"""A backup is whole or not there; what comes back from it is what was there, and nothing is sent before somebody has looked."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.application import Application, opened
from app.backup import making
from app.exports import EXPORTS
from app.recovery.runs import AUTOMATIC, SENDING
from app.settings import load_settings
from tests.cli.commands import Run, serving
from tests.cli.configurations import ORDERS, ORDERS_SETTINGS, PACK
from tests.soak.feeds import OverHttp
from tests.soak.kills import sending
from tests.waiting import until

LATER = "2100-01-01T00:00:00Z"
OF_PEOPLE = {"audit", "recoveries", "annotations", "alerts"}  # what restoring itself is written into


@pytest.fixture
def folder(run: Run, tmp_path: Path) -> Path:
    """Three events and a person, and beside it `again/` with the same configuration and no home yet."""
    (tmp_path / "again").mkdir()
    for place in (tmp_path, tmp_path / "again"):
        (place / "syncline.yaml").write_text(ORDERS_SETTINGS)
        (place / "pack.yaml").write_text(PACK)
        (place / "orders.csv").write_text(ORDERS)
    assert run("ingest").code == 0
    with opened(load_settings(tmp_path / "syncline.yaml", {})) as application:
        application.accounts.add_user("tom", "correct horse battery", ["it"])
    return tmp_path


def restored(run: Run, folder: Path, backup: str = "backup") -> Path:
    done = run("backup", "restore", folder / backup, "--config", folder / "again" / "syncline.yaml")
    assert (done.code, done.said) == (0, "")
    return folder / "again" / "syncline.yaml"


def test_everything_comes_back(run: Run, folder: Path) -> None:
    made = run("backup", "make", "backup")
    assert made.code == 0, made.said
    assert made.out.startswith(f"{folder}/backup holds ")
    assert "records up to number 3. Everything that was recorded until 20" in made.out
    assert run("backup", "check", "backup").out.startswith("backup is as it was written on 20")
    there = restored(run, folder)
    for name in EXPORTS.keys() - OF_PEOPLE:
        words = ("export", name, "--as-of", LATER) if "as_of" not in name else ("export", name)
        assert run(*words, "--config", there).out == run(*words).out, name
    assert run("user", "list", "--config", there).out == run("user", "list").out
    assert run("audit", "verify", "--config", there).code == 0
    assert run("doctor", "--config", there).code in (0, 3)
    assert run("rebuild", "--config", there).out.startswith("3 events and 2 transactions made anew")


def test_only_its_owner_may_read_it(run: Run, folder: Path) -> None:
    assert run("backup", "make", "backup").code == 0
    open_to_others = [path for path in [folder / "backup", *(folder / "backup").rglob("*")] if path.stat().st_mode & 0o077]
    assert open_to_others == []


def test_nothing_is_sent_by_itself_before_somebody_has_looked(run: Run, folder: Path) -> None:
    assert run("backup", "make", "backup").code == 0
    with opened(load_settings(restored(run, folder), {})) as application:
        assert application.desk.runs.is_stopped(SENDING)
        assert application.desk.runs.is_stopped(AUTOMATIC)
    with opened(load_settings(folder / "syncline.yaml", {})) as application:
        assert not application.desk.runs.is_stopped(SENDING)


def test_records_beyond_the_numbers_of_the_backup_are_computed_when_it_comes_back(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the numbers are copied, more records come and are durable."""
    copy = making.copy_store

    def slowly(store: object, path: Path) -> None:
        copy(store, path)
        with (folder / "orders.csv").open("a") as file:
            file.write("4,order.created,2026-03-23T10:00:00Z,SO-4\n")
        application.poll()

    monkeypatch.setattr(making, "copy_store", slowly)
    with opened(load_settings(folder / "syncline.yaml", {})) as application:
        assert making.make(application, folder / "backup").record == 4
    shutil.copy(folder / "orders.csv", folder / "again")
    done = run("backup", "restore", "backup", "--config", folder / "again" / "syncline.yaml")
    assert "; 1 of them were newer than its numbers and are computed now." in done.out
    events = run("export", "events", "--config", folder / "again" / "syncline.yaml").out
    assert [json.loads(line)["event_id"] for line in events.splitlines()] == [f"orders:{number}" for number in range(1, 5)]


@pytest.mark.parametrize("name", ["syncline.duckdb", "accounts.sqlite", "session.key", "journal/00000000000000000001.journal"])
def test_one_byte_that_is_another_is_told_and_nothing_comes_back(run: Run, folder: Path, name: str) -> None:
    if name == "session.key":
        (folder / "home" / name).write_bytes(b"0" * 32)
    assert run("backup", "make", "backup").code == 0
    file = folder / "backup" / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    size = f"{len(content):,} bytes"
    said = f"syncline: the backup backup is damaged.\n  {name} is not as it was written: {size} of {size[:-6]}, and another checksum.\n"
    checked = run("backup", "check", "backup")
    assert (checked.code, checked.said) == (2, said)
    refused = run("backup", "restore", "backup", "--config", "again/syncline.yaml")
    assert (refused.code, refused.said) == (2, said)
    assert not (folder / "again" / "home").exists()


def test_what_is_in_the_way_is_left_as_it_is(run: Run, folder: Path) -> None:
    (folder / "taken").mkdir()
    (folder / "taken" / "a.txt").write_text("mine")
    taken = run("backup", "make", "taken")
    assert (taken.code, taken.said) == (
        2,
        f"syncline: {folder}/taken is there already and is left as it is. Name a folder that is not there yet.\n",
    )
    inside = run("backup", "make", "home/backup")
    assert (inside.code, "lies in the home itself" in inside.said) == (2, True)
    assert run("backup", "make", "orders.csv/backup").code == 4
    assert run("backup", "make", "backup").code == 0
    over = run("backup", "restore", "backup")
    assert (over.code, over.said) == (
        2,
        f"syncline: {folder}/home is not empty and is left as it is. Move it away, or set another `home`.\n",
    )
    assert run("backup", "check", "taken").said == "syncline: taken is no backup of Syncline: it has no backup.json that can be read.\n"
    told = json.loads((folder / "backup" / "backup.json").read_text())
    (folder / "backup" / "backup.json").write_text(json.dumps({**told, "form": 2, "syncline": "9.1"}))
    assert "was made by Syncline 9.1, which writes backups in another way." in run("backup", "check", "backup").said
    assert sorted(path.name for path in folder.iterdir()) == [
        "again",
        "backup",
        "home",
        "orders.csv",
        "pack.yaml",
        "syncline.yaml",
        "taken",
    ]


def test_what_is_interrupted_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    before = sorted(folder.iterdir())
    with opened(load_settings(folder / "syncline.yaml", {})) as application:
        with monkeypatch.context() as patched:
            patched.setattr(making, "copy_store", interrupted)
            with pytest.raises(KeyboardInterrupt):
                making.make(application, folder / "backup")
        assert sorted(folder.iterdir()) == before
        making.make(application, folder / "backup")


def test_of_two_at_once_into_one_folder_one_is_made(run: Run, folder: Path) -> None:
    ends: list[str] = []

    def make(application: Application) -> None:
        try:
            making.make(application, folder / "backup")
            ends.append("made")
        except Exception as error:  # noqa: BLE001  told below
            ends.append(str(error))

    with opened(load_settings(folder / "syncline.yaml", {})) as application:
        both = [threading.Thread(target=make, args=(application,)) for _ in range(2)]
        for each in both:
            each.start()
        for each in both:
            each.join()
    assert ends.count("made") == 1
    assert run("backup", "check", "backup").code == 0
    assert not list(folder.glob(".backup*"))


def test_one_made_under_load_holds_all_that_was_promised_before_it(run: Run, folder: Path, real_server: Callable[..., Any]) -> None:
    with (folder / "syncline.yaml").open("a") as file:
        file.write("web: {port: 0}\notlp: {http_port: 0, grpc_port: 0}\n")
    with serving(folder, real_server) as server:
        feeds = [OverHttp(f"http{number}", 1, urlsplit(server["otlp"]).port or 0) for number in (1, 2)]
        with sending(list(feeds)):
            until(lambda: min(len(feed.promised) for feed in feeds) > 50)
            promised = set[str]().union(*(feed.promised for feed in feeds))
            made = run("backup", "make", "backup")
        assert made.code == 0, made.said
        known = made.out.rpartition("until ")[2].partition(" is in it")[0]
        run("refresh")
        words = ("export", "events", "--as-of", LATER, "--known-at", known)
        before = run(*words)
        assert (before.code, before.out.count("\n") > 50) == (0, True)
    there = restored(run, folder)
    assert run(*words, "--config", there).out == before.out
    rows = map(json.loads, run("export", "events", "--as-of", LATER, "--config", there).out.splitlines())
    found = {f"{order} {row['event_type']}" for row in rows for order in row["objects"].get("production_order", ())}
    assert promised - found == set()
