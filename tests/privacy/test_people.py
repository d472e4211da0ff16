"""Erasing somebody who used Syncline: nowhere in the home any more, what they did stays under a pseudonym, the audit verifies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, LargeBinary, String, insert, inspect, select

from app import audit
from app.accounts import Accounts
from app.accounts.tables import create_tables, saved_views, users
from app.application import Application
from app.audit.redaction import Told
from app.privacy import people
from app.privacy.places import METADATA, NOBODY, PLACES, every_table
from app.privacy.words import Replaced, of_user
from app.recovery.run_tables import recoveries
from app.recovery.tables import group_notes
from app.reports.tables import files, published, receivers
from app.settings import load_settings

NAME = "frieda.lang"


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    accounts = Accounts(f"sqlite:///{tmp_path}/accounts.sqlite", lambda: 1000)
    for metadata in METADATA:
        create_tables(accounts.engine, metadata)
    audit.keep_head(accounts.engine, tmp_path / audit.HEAD_FILE)
    accounts.add_user(NAME, "correct horse battery", ["it"])
    accounts.add_user("ada", "correct horse battery", ["admin"])
    yield accounts
    accounts.close()


def did_much(engine: Engine) -> None:
    note = {"signature": "s", "number": 1, "at_ns": 1, "by": NAME, "text": f"{NAME} asked Frieda Lang, see mail."}
    recovery = {
        "id": "R-1", "path": "again", "path_json": "{}", "catalogue_version": 1, "plan_hash": "h", "selection": "{}", "excluded": "[]",
        "sites": "[]", "safety": "safe", "approval": "none", "state": "done", "requested_by": NAME, "requested_ns": 1, "reason": "so",
    }  # fmt: skip
    with engine.begin() as connection:
        connection.execute(insert(saved_views).values(user=NAME, name="mine", address="failures", created_ns=1))
        connection.execute(insert(group_notes).values(**note))
        connection.execute(insert(recoveries).values(**recovery))
        connection.execute(insert(receivers).values(who=f"user:{NAME}", kind="weekly", site="", made_by="ada", made_ns=1))
        for number in range(3):
            audit.append(connection, number, NAME, "requested", f"R-{number}", {"by": NAME, "names": [NAME, "ada"]}, f"for {NAME}")
        audit.append(connection, 9, "ada", "changed", f"user {NAME}", {"before": ["it"], "after": ["it", "exec"]})


def erase(engine: Engine, home: Path, change: Replaced) -> people.Found:
    pseudonym = change.names[NAME]
    return people.erase(engine, home, change, Told(2000, "ada", f"user {pseudonym}", {"pseudonym": pseudonym}))


def test_they_are_nowhere_in_the_home_and_what_they_did_is_still_there(accounts: Accounts, tmp_path: Path):
    did_much(accounts.engine)
    change = of_user(NAME, ("Frieda Lang",))
    pseudonym = change.names[NAME]
    assert people.find(accounts.engine, change).rows == {
        "audit": 4, "group_notes": 1, "recoveries": 1, "report_receivers": 1, "saved_views": 1, "users": 1
    }  # fmt: skip
    erase(accounts.engine, tmp_path, change)
    assert not people.find(accounts.engine, change)
    with accounts.engine.connect() as connection:
        assert audit.verify(connection, tmp_path / audit.HEAD_FILE) is None
        assert connection.execute(select(recoveries.c.requested_by)).scalar() == pseudonym
        assert connection.execute(select(group_notes.c.text)).scalar() == f"{pseudonym} asked {pseudonym}, see mail."
        assert connection.execute(select(users.c.name)).scalars().all() == ["ada"]
        assert audit.count(connection, audit.Filter(actor=pseudonym)) == 3
    accounts.close()
    held = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert NAME.encode() not in held
    assert b"Frieda" not in held


def test_who_is_the_last_administrator_stays(accounts: Accounts, tmp_path: Path):
    with pytest.raises(people.LastAdministrator):
        people.erase(accounts.engine, tmp_path, of_user("ada"), Told(1, "ada", "user x", {}))
    assert accounts.user("ada").name == "ada"


def test_what_was_published_stays_and_is_told(accounts: Accounts, tmp_path: Path):
    row = {"week": "2026-W13", "site": "", "revision": 1, "as_of_ns": 1, "known_ns": 1, "published_ns": 1, "published_by": NAME}
    more = {"fingerprint": "f", "definitions": "{}", "content": f"by {NAME}".encode(), "hash": "h", "changes": "[]", "reasons": "[]"}
    with accounts.engine.begin() as connection:
        connection.execute(insert(published).values(**row, **more))
        connection.execute(insert(files).values(report=1, form="html", bytes=b"<p>nobody</p>", hash="h"))
    change = of_user(NAME)
    assert erase(accounts.engine, tmp_path, change).sealed == {"published_reports": 1}
    with accounts.engine.connect() as connection:
        assert connection.execute(select(published.c.published_by, published.c.content)).one() == (
            change.names[NAME],
            f"by {NAME}".encode(),
        )


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("it", "X"),
        ("user it", "user X"),
        ('{"by":"it","why":"it is done"}', '{"by":"X","why":"it is done"}'),
        ("it is done", "it is done"),
    ],
)
def test_a_short_name_is_replaced_where_it_stands_alone_and_no_word_of_a_sentence_is(text: str, after: str):
    change = of_user("it")
    assert change(text) == after.replace("X", change.names["it"])


@pytest.mark.parametrize("text", ["frieda.langer", "x-frieda.lang", "frieda.lang@plant.example", "a.frieda.lang", "frieda.lang2"])
def test_another_name_that_begins_or_ends_so_is_nobody_we_erase(text: str):
    assert of_user(NAME)(f"ask {text} today") == f"ask {text} today"


def test_of_every_text_that_is_kept_somebody_has_decided_whether_people_stand_in_it():
    """A new column needs a line in app/privacy/places.py, or erasing would leave people in it."""
    texts = {
        (table.name, column.name) for table in every_table() for column in table.columns if isinstance(column.type, String | LargeBinary)
    }
    decided = {(table, column) for table, columns in PLACES.items() for column in columns}
    decided |= {(table, column) for table, columns in NOBODY.items() for column in columns}
    assert (texts - decided, decided - texts) == (set(), set())


def test_no_table_of_the_product_is_forgotten(tmp_path: Path):
    """The tables that a whole Syncline makes, reports and the rest of what serves included, are those that are looked through."""
    (tmp_path / "syncline.yaml").write_text("version: 1\n")
    with closing(Application(load_settings(tmp_path / "syncline.yaml", {}))) as application:
        assert application.reports.published
        found = set(inspect(application.accounts.engine).get_table_names())
    assert found - {table.name for table in every_table()} == set()
