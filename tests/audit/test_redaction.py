"""Blacking a name out of the audit: it is nowhere any more, the chain verifies, and whoever changes more than was told is found."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, update

from app import audit
from app.audit import files
from app.audit.redaction import Told, black_out
from app.audit.tables import entries, redactions
from tests.audit.works import DAY_NS, home_with, tell, wrong


def erase(engine: Engine, folder: Path, name: str, other: str) -> int:
    with ExitStack() as after, engine.begin() as connection:
        told = Told(9 * DAY_NS, "ada", f"user {other}", {"pseudonym": other})
        return black_out(connection, folder / files.FOLDER, lambda text: text.replace(name, other), told, after)


def everything(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_a_name_is_gone_and_the_chain_verifies(tmp_path: Path):
    with home_with(tmp_path, "ada", "tom", "eva", "tom") as engine:
        tell(engine, 5 * DAY_NS, "eva", "user tom", {"note": "ask tom"}, "tom is on leave")
        assert erase(engine, tmp_path, "tom", "erased-1") == 3
        assert wrong(engine, tmp_path) is None
        with engine.connect() as connection:
            rows = [(row.number, row.actor, row.subject, row.reason) for row in audit.every(connection, audit.Filter())]
        assert rows[1:2] + rows[3:] == [
            (2, "erased-1", "R-1", None),
            (4, "erased-1", "R-3", None),
            (5, "eva", "user erased-1", "erased-1 is on leave"),
            (6, "ada", "user erased-1", None),
        ]
        with engine.connect() as connection:
            assert not any("tom" in str(row) for row in connection.execute(entries.select()))


def test_of_an_entry_that_names_two_both_are_erased_one_after_the_other(tmp_path: Path):
    with home_with(tmp_path, "ada") as engine:
        tell(engine, DAY_NS, "eva", "user tom", {})
        assert [erase(engine, tmp_path, "tom", "erased-1"), erase(engine, tmp_path, "eva", "erased-2")] == [1, 1]
        assert wrong(engine, tmp_path) is None


def test_what_was_moved_out_is_blacked_out_too(tmp_path: Path):
    with home_with(tmp_path, "tom", "tom", "eva", "tom") as engine:
        files.move_out(engine, tmp_path / "audit", 2 * DAY_NS, 9 * DAY_NS)
        assert erase(engine, tmp_path, "tom", "erased-1") == 3
        assert b'"tom"' not in b"".join(file.read_bytes() for file in (tmp_path / "audit").iterdir())
        assert wrong(engine, tmp_path) is None


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (update(entries).where(entries.c.number == 2).values(actor="eva"), "entry 2 was changed"),  # after it was blacked out
        (update(entries).where(entries.c.number == 2).values(hash="0" * 64), "entry 3 was changed"),
        (update(redactions).where(redactions.c.number == 2).values(digest="0" * 64), "entry 2 was changed"),
        (delete(redactions), "entry 2 was changed"),
        (update(redactions).values(by=3), "entry 4 was changed"),
    ],
)
def test_nothing_else_hides_behind_what_was_blacked_out(tmp_path: Path, change: object, found: str):
    with home_with(tmp_path, "ada", "tom", "eva") as engine:
        erase(engine, tmp_path, "tom", "erased-1")
        with engine.begin() as connection:
            connection.execute(change)  # type: ignore[call-overload]
        assert wrong(engine, tmp_path) == found


def test_a_change_that_says_it_was_blacked_out_is_found(tmp_path: Path):
    """Somebody changes an entry and writes the row of a redaction for it, which no entry tells of."""
    from app.audit.entry import Entry, digest_of

    with home_with(tmp_path, "ada", "tom", "eva") as engine:
        with engine.begin() as connection:
            row = connection.execute(entries.select().where(entries.c.number == 2)).one()
            forged = Entry(*row)._replace(actor="mallory")
            connection.execute(update(entries).where(entries.c.number == 2).values(actor="mallory"))
            connection.execute(redactions.insert().values(number=2, by=3, digest=digest_of(forged)))
        assert wrong(engine, tmp_path) == "entry 3 was changed"
