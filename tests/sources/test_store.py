"""The store writes to its file as seldom as is told, and as often as is needed; it is made whole, and read through views of its own."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from sql import migrate, models, store
from sql.store import Store
from tests import empty_store


def test_while_many_are_written_a_checkpoint_is_made_seldom_and_then_as_ever(tmp_path: Path) -> None:
    store, log = Store(tmp_path / "syncline.duckdb"), tmp_path / "syncline.duckdb.wal"
    with store.read() as cursor:
        cursor.execute("create table written (value text)")
    with store.many_writes():
        _write(store, rows=100_000)
        assert log.stat().st_size > 16 << 20
    _write(store, rows=1)
    assert not log.exists() or log.stat().st_size < 1 << 20
    with store.read() as cursor:
        assert cursor.execute("select count(*), count(distinct value) from written").fetchall() == [(100_001, 100_000)]
    store.close()


def test_checkpoints_are_made_as_ever_after_a_failure(tmp_path: Path) -> None:
    store = Store(tmp_path / "syncline.duckdb")
    with store.read() as cursor:
        before = _threshold(cursor)
        with store.many_writes():
            assert _threshold(cursor) != before
        assert _threshold(cursor) == before
        with pytest.raises(ZeroDivisionError), store.many_writes():
            raise ZeroDivisionError
        assert _threshold(cursor) == before
    store.close()


def test_a_store_that_is_new_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_connect", empty_store.connect)
    with closing(Store(tmp_path / "syncline.duckdb")) as made, made.read() as cursor:
        assert cursor.execute("select count(*) from migrations").fetchall() == [(len(list((models.FOLDER / "migrations").glob("*.sql"))),)]
        assert {name for (name,) in cursor.execute("select view_name from duckdb_views() where not internal").fetchall()} >= {
            "transactions"
        }
        assert cursor.execute("select * from transactions").fetchall() == []


def test_views_of_another_syncline_are_made_anew_and_ones_own_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = models.text

    def earlier(name: str) -> str:
        return "create or replace macro utc(ns) as 'as it was';" if name == "macros" else "" if name.startswith("views/") else ours(name)

    monkeypatch.setattr(models, "text", earlier)
    assert _told_time(tmp_path) == "as it was"
    monkeypatch.setattr(models, "text", ours)
    assert _told_time(tmp_path) == "1970-01-01T00:00:00.000Z"
    run: list[str] = []
    monkeypatch.setattr(models, "run", lambda cursor, name: run.append(name))
    assert _told_time(tmp_path) == "1970-01-01T00:00:00.000Z"
    assert run == []


def test_views_are_made_anew_where_a_table_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Store(tmp_path / "syncline.duckdb")) as opened, opened.write() as cursor:
        cursor.execute("delete from migrations where number = (select max(number) from migrations)")
    run: list[str] = []
    monkeypatch.setattr(models, "run", lambda cursor, name: run.append(name))
    monkeypatch.setattr(migrate, "migrate", lambda connection: None)
    Store(tmp_path / "syncline.duckdb").close()
    assert "views/transactions" in run


def test_views_that_cannot_be_made_leave_those_that_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = models.text
    Store(tmp_path / "syncline.duckdb").close()
    wrong = "create or replace macro utc(ns) as 'half'; select wrong;"
    monkeypatch.setattr(models, "text", lambda name: wrong if name == "macros" else ours(name))
    with pytest.raises(duckdb.BinderException):
        Store(tmp_path / "syncline.duckdb")
    monkeypatch.setattr(models, "text", ours)
    assert _told_time(tmp_path) == "1970-01-01T00:00:00.000Z"


def _told_time(folder: Path) -> str:
    with closing(Store(folder / "syncline.duckdb")) as opened, opened.read() as cursor:
        return cursor.execute("select utc(0)").fetchall()[0][0]


def _write(store: Store, rows: int) -> None:
    with store.write() as cursor:
        cursor.execute("insert into written select repeat(md5(range::text), 6) from range(?)", [rows])


def _threshold(cursor: duckdb.DuckDBPyConnection) -> list[tuple[str]]:
    return cursor.execute("select current_setting('checkpoint_threshold')").fetchall()
