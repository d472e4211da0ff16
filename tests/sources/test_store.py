"""The store writes to its file as seldom as is told, and as often as is needed."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from sql.store import Store


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


def _write(store: Store, rows: int) -> None:
    with store.write() as cursor:
        cursor.execute("insert into written select repeat(md5(range::text), 6) from range(?)", [rows])


def _threshold(cursor: duckdb.DuckDBPyConnection) -> list[tuple[str]]:
    return cursor.execute("select current_setting('checkpoint_threshold')").fetchall()
