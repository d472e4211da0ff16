"""The audit: one changed byte, a row taken out or a tail cut off is noticed, whoever wrote at the same time and was killed meanwhile."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, update

from app import audit
from app.accounts.tables import open_engine
from app.audit import Filter
from app.audit.place import came_from
from app.audit.tables import entries
from app.audit.upkeep import tell_anchor
from app.examination.audit import look_at_audit
from app.storage.state import State
from tests.repository import ROOT
from tests.servers.postgres import Postgres

OLD_HASH = "42cecb51d8b5b6cdb128e42d1208e9c558deeb6e607d4e32cfddf0a626e90d56"
WRITER = """
import sys
from pathlib import Path
from app.accounts.tables import open_engine
from app import audit

home, name, many = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
engine = open_engine(f"sqlite:///{home}/accounts.sqlite")
audit.create(engine)
audit.keep_head(engine, home / audit.HEAD_FILE)
for number in range(many):
    with engine.begin() as connection:
        audit.append(connection, number, name, "requested", f"R-{number}", {"number": number}, None)
    print(number, flush=True)
"""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = made(f"sqlite:///{tmp_path}/accounts.sqlite")
    audit.keep_head(engine, tmp_path / audit.HEAD_FILE)
    yield engine
    engine.dispose()


def made(url: str) -> Engine:
    engine = open_engine(url)
    audit.create(engine)
    return engine


def tell(engine: Engine, *actors: str) -> None:
    """An entry by each of them, in a transaction of its own."""
    came_from.set("10.1.2.3")
    for number, actor in enumerate(actors):
        with engine.begin() as connection:
            audit.append(connection, 1000 + number, actor, "requested", f"R-{number}", {"cases": number, "path": "again"}, "because")


def first_wrong(engine: Engine, folder: Path | None = None) -> int | None:
    with engine.connect() as connection:
        wrong = audit.verify(connection, folder / audit.HEAD_FILE if folder else None)
    return wrong.number if wrong else None


def test_what_was_written_is_there_as_it_was(engine: Engine, tmp_path: Path):
    tell(engine, "ada", "tom", "ada")
    assert first_wrong(engine, tmp_path) is None
    with engine.connect() as connection:
        assert [(row.number, row.actor, row.detail) for row in audit.entries(connection, Filter(actor="ada"))] == [
            (3, "ada", '{"cases":2,"path":"again"}'),
            (1, "ada", '{"cases":0,"path":"again"}'),
        ]
        assert audit.count(connection, Filter(subject="R-1", from_ns=1001, to_ns=1002)) == 1
        assert audit.by_action(connection, Filter(own="tom")) == [("requested", 1)]


@pytest.mark.of_the_file
@pytest.mark.parametrize("column", [column.name for column in entries.columns])
def test_one_changed_byte_breaks_the_chain_whichever_column_it_is_in(engine: Engine, tmp_path: Path, column: str):
    tell(engine, "ada", "tom", "eva", "ada")
    with sqlite3.connect(tmp_path / "accounts.sqlite") as raw:
        (value,) = raw.execute(f"select {column} from audit where number = 3").fetchone()
        changed: Any = value + 7 if isinstance(value, int) else value[:-1] + chr(ord(value[-1]) ^ 1)
        raw.execute(f"update audit set {column} = ? where number = 3", [changed])
    assert first_wrong(engine) == 3


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (delete(entries).where(entries.c.number == 2), 2),
        (delete(entries).where(entries.c.number == 1), 1),
        (update(entries).where(entries.c.number == 2).values(reason=None), 2),
        (delete(entries).where(entries.c.number > 2), 3),
        (delete(entries), 1),
    ],
)
def test_what_is_taken_out_or_cut_off_is_noticed(engine: Engine, tmp_path: Path, change: Any, broken: int):
    tell(engine, "ada", "tom", "eva", "ada")
    with engine.begin() as connection:
        connection.execute(change)
    assert first_wrong(engine, tmp_path) == broken


def test_a_tail_that_was_cut_off_stays_noticed_when_others_are_written_in_its_place(engine: Engine, tmp_path: Path):
    tell(engine, "ada", "tom", "eva", "ada")
    with engine.begin() as connection:
        connection.execute(delete(entries).where(entries.c.number > 2))
    tell(engine, "mallory", "mallory", "mallory")
    assert (first_wrong(engine), first_wrong(engine, tmp_path)) == (None, 4)


def test_what_is_rolled_back_was_never_written(engine: Engine, tmp_path: Path):
    tell(engine, "ada")
    with engine.connect() as connection:
        audit.append(connection, 5, "tom", "approved", "R-1", {}, None)
        connection.rollback()
    with engine.connect() as connection:
        audit.append(connection, 5, "tom", "approved", "R-1", {}, None)  # never committed
    assert first_wrong(engine, tmp_path) is None
    tell(engine, "eva")
    with engine.connect() as connection:
        assert [row.actor for row in audit.entries(connection, Filter())] == ["eva", "ada"]
    assert first_wrong(engine, tmp_path) is None


def test_no_text_of_anybody_can_break_it(engine: Engine, tmp_path: Path):
    with engine.begin() as connection:
        audit.append(connection, 5, "ada", "requested", "R-1", {"text": 'a"\n\t'}, "half a letter \ud800, and nothing \0")
    assert first_wrong(engine, tmp_path) is None


@pytest.mark.of_the_file
def test_two_processes_write_one_chain_and_one_of_them_may_be_killed(tmp_path: Path):
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), name, "60"], stdout=subprocess.PIPE, text=True, cwd=ROOT)
        for name in ("one", "two")
    ]
    out = writers[0].stdout
    assert out is not None
    for line in out:
        if line.strip() == "10":
            break
    writers[0].kill()
    told = [11 + len(writers[0].communicate()[0].split()), len(writers[1].communicate()[0].split())]
    assert writers[1].returncode == 0
    engine = made(f"sqlite:///{tmp_path}/accounts.sqlite")
    with engine.connect() as connection:
        # Of the one that was killed one more may be there than it came to say.
        assert audit.count(connection, Filter(actor="one")) - told[0] in (0, 1)
        assert (audit.count(connection, Filter(actor="two")), told[1]) == (60, 60)
    assert first_wrong(engine, tmp_path) is None
    head = audit.head_of(tmp_path / audit.HEAD_FILE)
    assert head is not None
    assert head.number > 11
    engine.dispose()


def test_postgresql_keeps_one_chain_too(postgres: Postgres):
    with postgres.database() as url:
        engine = made(url)
        at_once([lambda name=name: tell(engine, *[name] * 15) for name in ("one", "two", "three")])
        with engine.connect() as connection:
            assert audit.count(connection, Filter()) == 45
        assert first_wrong(engine) is None
        with engine.begin() as connection:
            connection.execute(update(entries).where(entries.c.number == 30).values(actor="four"))
        assert first_wrong(engine) == 30
        engine.dispose()


def at_once(works: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]


@pytest.mark.of_the_file
def test_the_doctor_names_the_first_entry_that_is_wrong(engine: Engine, tmp_path: Path):
    tell(engine, "ada", "tom", "eva")
    assert [finding.text for finding in look_at_audit(State(tmp_path))] == ["The audit holds 3 entries, none changed since it was written."]
    with sqlite3.connect(tmp_path / "accounts.sqlite") as raw:
        raw.execute("update audit set actor = 'adb' where number = 1")
    (finding,) = look_at_audit(State(tmp_path))
    assert (finding.grade, finding.text) == ("fail", "The audit is not what was written: entry 1 was changed.")
    (tmp_path / audit.HEAD_FILE).write_text("{")
    (finding,) = look_at_audit(State(tmp_path))
    assert re.fullmatch(r".*audit\.head is not the head of an audit\.", finding.text)


@pytest.mark.of_the_file
def test_the_doctor_misses_an_audit_that_is_gone(engine: Engine, tmp_path: Path):
    tell(engine, "ada")
    engine.dispose()
    for file in tmp_path.glob("accounts.sqlite*"):
        file.unlink()
    (finding,) = look_at_audit(State(tmp_path))
    assert finding.grade == "fail"
    made(f"sqlite:///{tmp_path}/accounts.sqlite").dispose()
    (finding,) = look_at_audit(State(tmp_path))
    assert finding.text == "The audit is not what was written: entry 1 was cut off with all behind it."


@pytest.mark.of_the_file
def test_an_audit_of_before_goes_on_and_its_old_entries_are_still_looked_at(tmp_path: Path):
    """The table and two entries as they were written before there were addresses and salts."""
    with sqlite3.connect(tmp_path / "accounts.sqlite") as raw:
        raw.execute(
            "create table audit (number bigint primary key, at_ns bigint not null, actor varchar(64) not null, "
            "action varchar(64) not null, subject varchar(512) not null, detail text not null, reason text, hash varchar(64) not null)"
        )
        first = "a92b1c0d6ea5a8a8bc6a9b24a1c7fbde6c5f9e28e4a2f5b1cbe4f0b2a3d4c5e6"
        raw.execute("insert into audit values (1, 5, 'ada', 'requested', 'R-1', '{}', null, ?)", [first])
    engine = made(f"sqlite:///{tmp_path}/accounts.sqlite")
    assert first_wrong(engine) == 1  # that hash was made up
    with engine.begin() as connection:
        connection.execute(update(entries).values(hash=OLD_HASH))
    tell(engine, "tom")
    assert first_wrong(engine) is None
    with engine.begin() as connection:
        connection.execute(update(entries).where(entries.c.number == 1).values(actor="eve"))
    assert first_wrong(engine) == 1
    engine.dispose()


def test_the_log_gets_the_head_as_an_anchor(engine: Engine, caplog: pytest.LogCaptureFixture):
    with caplog.at_level("INFO", "syncline.audit"):
        tell_anchor(engine)
        tell(engine, "ada")
        tell_anchor(engine)
    assert re.fullmatch(r"The audit stands at 1:[0-9a-f]{64} .*", caplog.messages[0])
    assert len(caplog.messages) == 1
