"""Entries that leave the database as files: the chain goes on from them, and they verify with it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import update

from app import audit
from app.audit import files
from app.audit.tables import entries
from tests.audit.works import DAY_NS, head, home_with, tell, wrong


def test_what_is_old_leaves_as_a_file_that_verifies_with_what_stays(tmp_path: Path):
    with home_with(tmp_path, "ada", "tom", "eva", "ada") as engine:
        before = head(engine)
        assert files.move_out(engine, tmp_path / "audit", 2 * DAY_NS, 9 * DAY_NS) == 2
        assert [entry.actor for entry in files.moved_out(tmp_path / "audit")] == ["ada", "tom"]
        with engine.connect() as connection:
            assert [(row.number, row.actor, row.action) for row in audit.every(connection, audit.Filter())] == [
                (3, "eva", "requested"),
                (4, "ada", "requested"),
                (5, "syncline", "audit moved out"),
            ]
        assert wrong(engine, tmp_path, before) is None
        assert wrong(engine, tmp_path, before, with_files=False) is None


def test_it_leaves_several_times_and_the_files_follow_each_other(tmp_path: Path):
    with home_with(tmp_path, "ada", "tom", "eva", "ada") as engine:
        folder = tmp_path / "audit"
        assert [files.move_out(engine, folder, day * DAY_NS, 9 * DAY_NS) for day in (1, 1, 3, 10)] == [1, 0, 2, 3]
        assert [file.name for file in sorted(folder.iterdir())] == [
            "audit-from-000000000001.jsonl",
            "audit-from-000000000002.jsonl",
            "audit-from-000000000004.jsonl",
        ]
        tell(engine, 11 * DAY_NS, "tom", "R-9", {})
        assert (wrong(engine, tmp_path), wrong(engine, tmp_path, with_files=False)) == (None, None)


def test_a_changed_line_of_a_file_is_named_by_its_number(tmp_path: Path):
    with home_with(tmp_path, "ada", "tom", "eva", "ada") as engine:
        files.move_out(engine, tmp_path / "audit", 3 * DAY_NS, 9 * DAY_NS)
        (file,) = (tmp_path / "audit").iterdir()
        file.write_text(file.read_text().replace('"actor":"tom"', '"actor":"tim"'))
        assert wrong(engine, tmp_path) == "entry 2 was changed"
        lines = file.read_text().splitlines(keepends=True)
        file.write_text("".join([lines[0], lines[2]]))
        assert wrong(engine, tmp_path) == "entry 2 is missing"
        file.write_text(lines[0])
        assert wrong(engine, tmp_path) == "entry 2 is missing"


def test_a_beginning_that_nobody_moved_out_is_missed(tmp_path: Path):
    with home_with(tmp_path, "ada", "tom", "eva", "ada") as engine:
        files.move_out(engine, tmp_path / "audit", DAY_NS, 9 * DAY_NS)
        with engine.begin() as connection:
            connection.execute(entries.delete().where(entries.c.number == 2))
        assert wrong(engine, tmp_path, with_files=False) == "entry 1 is missing"


def test_an_anchor_shows_that_the_end_was_cut_off_and_written_anew(tmp_path: Path):
    with home_with(tmp_path, "ada", "tom", "eva") as engine:
        anchor = head(engine)
        with engine.begin() as connection:
            connection.execute(entries.delete().where(entries.c.number == 3))
        (tmp_path / audit.HEAD_FILE).unlink()
        assert wrong(engine, tmp_path) is None
        assert wrong(engine, tmp_path, anchor) == "entry 3 was cut off with all behind it"
        tell(engine, 5 * DAY_NS, "mallory", "R-2", {})
        assert wrong(engine, tmp_path, anchor) == "entry 3 was changed"


def test_entries_that_changed_places_are_noticed(tmp_path: Path):
    with home_with(tmp_path, "ada", "tom", "eva", "ada") as engine:
        with engine.begin() as connection:
            for was, is_now in ((2, -1), (3, 2), (-1, 3)):
                connection.execute(update(entries).where(entries.c.number == was).values(number=is_now))
        assert wrong(engine, tmp_path) == "entry 2 was changed"
