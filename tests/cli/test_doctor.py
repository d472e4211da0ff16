"""`syncline doctor` finds what is wrong, says what to do about it, and changes nothing."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from app.serve import running
from app.settings import load_settings
from app.trouble import Unreachable
from tests.cli.commands import Run
from tests.cli.configurations import ORDERS, ORDERS_SETTINGS, PACK

HOLD = "import duckdb, sys, time; open = duckdb.connect(sys.argv[1]); print('held', flush=True); time.sleep(60)"
FREE_PORTS = "web: {port: 0}\notlp: {http_port: 0, grpc_port: 0}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration with one table of three events."""
    (tmp_path / "syncline.yaml").write_text(ORDERS_SETTINGS + FREE_PORTS)
    (tmp_path / "pack.yaml").write_text(PACK)
    (tmp_path / "orders.csv").write_text(ORDERS)
    return tmp_path


@pytest.fixture
def home(folder: Path, run: Run) -> Path:
    """The home of that configuration, with what came of it."""
    assert run("ingest").code == 0
    assert run("user", "add", "tom", "--role", "admin", "--generate").code == 0
    return folder / "home"


def findings(run: Run, grade: str) -> tuple[int, list[str]]:
    """The exit code, and the findings of a grade."""
    result = run("doctor")
    assert result.said == ""
    return result.code, [line[6:] for line in result.out.splitlines() if line.startswith(grade)]


def state_of(folder: Path) -> dict[Path, tuple[int, int]]:
    return {path: (path.lstat().st_size, path.lstat().st_mtime_ns) for path in [folder, *folder.rglob("*")]}


def test_one_changed_byte_of_the_audit_fails(run: Run, folder: Path) -> None:
    path = "{name: look, title: Look at it, action: runbook, steps: [Call the plant.]}"
    (folder / "syncline.yaml").write_text(f"{ORDERS_SETTINGS}{FREE_PORTS}recovery: {{paths: [{path}]}}\n")
    assert run("ingest").code == 0
    (row,) = [json.loads(line) for line in run("export", "audit").out.splitlines()]
    assert (row["number"], row["actor"], row["action"], row["subject"]) == (1, "syncline", "catalogue changed", "version 1")
    assert "The audit holds 2 entries, none changed since it was written." in findings(run, "ok")[1]
    with sqlite3.connect(folder / "home" / "accounts.sqlite") as accounts:
        accounts.execute("update audit set at_ns = at_ns + 1")
    accounts.close()
    code, said = findings(run, "fail")
    assert code == 4
    assert [line.partition(" Find")[0] for line in said] == ["The audit is not what was written: entry 1 was changed."]


def test_a_sound_installation_has_nothing_to_fail_and_stays_as_it_is(run: Run, home: Path) -> None:
    before = state_of(home.parent)
    code, said = findings(run, "ok")
    assert code == 0
    assert {"The journal holds 3 records.", "1 user can sign in."} <= set(said)
    assert re.search(r"The store can be read and has the newest schema, \d+\.", "\n".join(said))
    assert state_of(home.parent) == before


def test_a_role_that_there_is_no_more_is_told_to_whoever_checks(run: Run, folder: Path, home: Path) -> None:
    with (folder / "syncline.yaml").open("a") as file:
        file.write("access: {roles: {lab: {title: Laboratory}, spare: {}}}\n")
    assert run("user", "add", "lena", "--role", "lab", "--role", "spare", "--role", "it", "--generate").code == 0
    assert run("token", "add", "again", "--scope", "recover", "--role", "lab").code == 0
    assert "lab       Laboratory" in run("user", "roles").out
    assert not [said for said in findings(run, "warn")[1] if "lab" in said]
    (folder / "syncline.yaml").write_text(ORDERS_SETTINGS + FREE_PORTS)
    told = [
        "The user lena has the roles lab, spare, which the configuration does not know: they grant nothing. "
        "Add it under `access.roles`, or give another: syncline user change lena --role ROLE",
        "The token again has the role lab, which the configuration does not know: it grants nothing. "
        "Add it under `access.roles`, or give another: syncline token revoke again",
    ]
    assert [said for said in findings(run, "warn")[1] if "lab" in said] == told
    assert run("check").said.splitlines() == [f"syncline: {each}" for each in told]
    assert "lena  it, lab (no such role), spare (no such role)  all" in run("user", "list").out
    assert home.is_dir()


def test_a_catalogue_that_cannot_be_used_is_a_warning(run: Run, folder: Path) -> None:
    (folder / "catalogues").mkdir()
    (folder / "catalogues" / "de.po").write_text("this is no catalogue\n")
    (folder / "syncline.yaml").write_text(f"{ORDERS_SETTINGS}{FREE_PORTS}texts: {{folder: catalogues}}\n")
    said = findings(run, "warn")[1]
    assert [line for line in said if line.startswith(f"{folder}/catalogues/de.po cannot be read, English is shown instead: ")]


def test_a_home_that_is_not_there_is_not_made(run: Run, folder: Path) -> None:
    before = state_of(folder)
    code, said = findings(run, "warn")
    assert (code, said[-1]) == (
        0,
        f"The home {folder}/home does not exist yet. It is made by the first `syncline ingest` or `syncline serve`.",
    )
    assert state_of(folder) == before


def with_home(folder: Path, home: str) -> None:
    (folder / "syncline.yaml").write_text(f"version: 1\nhome: {home}\n{FREE_PORTS}")


def test_a_home_that_is_a_file_or_lies_below_one_fails(run: Run, folder: Path) -> None:
    with_home(folder, "orders.csv")
    said = f"The home {folder}/orders.csv cannot be used: {folder}/orders.csv is no folder. Move it away, or set another `home`."
    assert findings(run, "fail") == (4, [said])
    with_home(folder, "orders.csv/a/b")
    said = f"The home {folder}/orders.csv/a/b cannot be used: {folder}/orders.csv is no folder. Move it away, or set another `home`."
    assert findings(run, "fail") == (4, [said])


@pytest.mark.parametrize("target", ["nowhere", "link"])
def test_a_home_that_is_a_link_to_nowhere_fails(run: Run, folder: Path, target: str) -> None:
    (folder / "link").symlink_to(target)
    with_home(folder, "link")
    said = f"The home {folder}/link cannot be used: {folder}/link is a link that leads nowhere. Move it away, or set another `home`."
    assert findings(run, "fail") == (4, [said])


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="There is no /proc on this system.")
def test_a_home_on_no_disk_fails(run: Run, folder: Path) -> None:
    with_home(folder, "/proc/syncline")
    assert findings(run, "fail") == (4, ["The home /proc/syncline cannot be used: /proc is on no disk. Set another `home`."])


def test_a_home_that_cannot_be_written_fails(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)  # root may write whatever the permissions say
    advice = "Give it to the user that runs Syncline; its disk must be mounted for writing."
    assert findings(run, "fail") == (4, [f"The home {home} cannot be used: it cannot be written. {advice}"])
    result = run("user", "list")
    assert (result.code, result.said) == (4, f"syncline: the home {home} cannot be written. {advice}\n")


def test_a_name_that_no_folder_can_have_fails(run: Run, folder: Path) -> None:
    with_home(folder, "x" * 300)
    code, said = findings(run, "fail")
    assert (code, len(said)) == (4, 1)
    assert said[0].endswith("xxx cannot be used: File name too long. Correct `home` in the configuration.")


@pytest.mark.parametrize("damage", [b"not a database" * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_damaged_accounts_fail_and_are_a_sentence_for_who_needs_them(run: Run, home: Path, damage: bytes) -> None:
    (home / "accounts.sqlite").write_bytes(damage)
    code, said = findings(run, "fail")
    assert (code, len(said)) == (4, 1)
    assert said[0].startswith(f"{home}/accounts.sqlite cannot be read: ")
    assert said[0].endswith(". Bring it back from a backup, or move it away and add the people anew.")
    for words in (["user", "list"], ["token", "list"]):
        result = run(*words)
        assert result.code == 4
        assert result.said.startswith(f"syncline: {home}/accounts.sqlite cannot be used: ")
        assert result.said.endswith(". Bring it back from a backup, or move it away and add the people anew.\n")


def test_accounts_damaged_in_the_middle_fail(run: Run, home: Path) -> None:
    file = home / "accounts.sqlite"
    whole = bytearray(file.read_bytes())
    whole[4096:] = b"\xff" * (len(whole) - 4096)
    file.write_bytes(whole)
    code, said = findings(run, "fail")
    assert (code, len(said)) == (4, 1)
    assert run("user", "list").code == 4


def test_accounts_that_are_a_folder_fail(run: Run, home: Path) -> None:
    (home / "accounts.sqlite").unlink()
    (home / "accounts.sqlite").mkdir()
    said = f"{home}/accounts.sqlite cannot be read: unable to open database file. "
    assert findings(run, "fail") == (4, [f"{said}Bring it back from a backup, or move it away and add the people anew."])
    assert run("user", "list").code == 4


def test_accounts_that_somebody_has_open_are_read(run: Run, home: Path) -> None:
    connection = sqlite3.connect(home / "accounts.sqlite")
    connection.execute("update users set disabled = true")
    connection.commit()
    assert "Nobody can sign in yet. Add a user: syncline user add NAME --role admin" in findings(run, "warn")[1]
    connection.close()


def test_a_damaged_block_in_the_middle_of_the_store_fails(run: Run, home: Path) -> None:
    file = home / "syncline.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("insert into meta select 'key' || range, repeat(md5(range::varchar), 20) from range(20000)")
    whole = bytearray(file.read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + 1000] = b"\xff" * 1000
    file.write_bytes(whole)
    code, said = findings(run, "fail")
    assert (code, len(said)) == (4, 1)
    assert said[0].startswith(f"The store {file} cannot be read: ")
    assert said[0].endswith("Move it away and run `syncline rebuild`: the journal holds everything.")


def test_a_store_that_somebody_writes_is_not_called_damaged(run: Run, home: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, home / "syncline.duckdb"], stdout=subprocess.PIPE)
    assert holder.stdout
    assert holder.stdout.readline() == b"held\n"
    try:
        code, said = findings(run, "warn")
    finally:
        holder.kill()
        holder.communicate()
    assert code == 0
    assert said[0].startswith("The store is in use, so neither it nor the journal is looked at: ")


def test_a_journal_that_ends_too_early_fails(run: Run, home: Path) -> None:
    (segment,) = (home / "journal").glob("*.journal")
    segment.write_bytes(b"")
    lost = f"The journal {home}/journal ends with record 0, the tables know 3: what lies between is lost."
    assert findings(run, "fail") == (4, [f"{lost} Bring the journal's files back from a backup before the next rebuild."])
    assert segment.stat().st_size == 0


def test_a_journal_that_holds_less_than_the_tables_fails(run: Run, home: Path) -> None:
    with (home.parent / "orders.csv").open("a") as file:
        file.write("4,order.created,2026-03-23T10:00:00Z,SO-3\n")
    (segment,) = (home / "journal").glob("*.journal")
    damaged = bytearray(segment.read_bytes())
    assert run("ingest").code == 0
    damaged[40:60] = b"\0" * 20
    segment.write_bytes(bytes(damaged) + segment.read_bytes()[len(damaged) :])
    lost = f"The journal {home}/journal holds 1 records, the tables were made from 4: a rebuild would lose the difference."
    assert findings(run, "fail") == (4, [f"{lost} Bring the journal's files back from a backup before the next rebuild."])


def test_damage_put_aside_is_told(run: Run, home: Path) -> None:
    (home / "journal" / "damaged").mkdir()
    (home / "journal" / "damaged" / "00000000000000000001-300.part").write_bytes(b"?")
    code, said = findings(run, "warn")
    aside = "keeps what was no whole block: 00000000000000000001-300.part. Leave it for whoever looks into it."
    assert (code, said) == (0, [f"{home}/journal/damaged {aside}"])


ADDRESSES = {
    "not.a.host.invalid": "not.a.host.invalid:18051: no address is called not.a.host.invalid. Correct the host; 127.0.0.1 is this machine "
    "only, 0.0.0.0 all networks.",
    "'::zz'": "[::zz]:18051: no address is called ::zz. Correct the host; 127.0.0.1 is this machine only, 0.0.0.0 all networks.",
    "192.0.2.1": "192.0.2.1:18051: Cannot assign requested address. Set a host that this machine has; 0.0.0.0 means all of its addresses.",
}


@pytest.mark.parametrize("host", ADDRESSES)
def test_an_address_that_cannot_be_had_fails_and_serving_says_so(run: Run, folder: Path, host: str) -> None:
    for ports in (
        f"web: {{host: {host}, port: 18051}}\notlp: {{http_port: 0, grpc_port: 0}}\n",
        f"web: {{port: 0}}\notlp: {{http_host: {host}, http_port: 18051, grpc_port: 0}}\n",
        f"web: {{port: 0}}\notlp: {{http_port: 0, grpc_host: {host}, grpc_port: 18051}}\n",
    ):
        (folder / "syncline.yaml").write_text(f"version: 1\n{ports}")
        with pytest.raises(Unreachable) as refusal, running(load_settings(folder / "syncline.yaml", {})):
            pass
        assert str(refusal.value) == f"cannot listen on {ADDRESSES[host]}"
        code, said = findings(run, "fail")
        assert (code, [sentence.partition(" cannot listen on ")[2] for sentence in said]) == (4, [ADDRESSES[host]])
