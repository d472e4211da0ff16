"""What lay in a file of SQLite is brought into a real PostgreSQL: all of it, or nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from app import audit
from app.application import Application, opened
from app.machines.wanted import Wanted
from app.recovery.runs import SENDING
from app.storage.settings import Storage
from app.telling.subscription import Wanted as Asked
from metrics.scope import Scope
from tests.accounts.test_on_postgres import settings_for
from tests.cli.commands import Run, here
from tests.pages.served import PASSWORD
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.of_the_file


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    return here(capfd)


def fill(application: Application, name: str) -> int:
    """Somebody with all that somebody has; the number of what they asked to be told."""
    sites = frozenset(f"site-{number}" for number in range(900))
    application.accounts.add_user(name, PASSWORD, ["supply"], Scope(sites))
    application.views.keep(name, "what is late", "transactions?status=late")
    application.machines.add(Wanted(f"line-{name}", "ingest"))
    application.subscriptions.add(name, "What fails", Asked(kinds=("failed",)), [])
    return max(each.number for each in application.subscriptions.every())


def test_what_lay_in_the_file_lies_in_the_database_and_goes_on_there(tmp_path: Path, postgres: Postgres, run: Run) -> None:
    file, aside = (tmp_path / "home" / name for name in ("accounts.sqlite", "accounts.sqlite.moved"))
    with postgres.database() as url:
        settings = settings_for(tmp_path, url)
        with opened(replace(settings, storage=Storage())) as application:
            before = fill(application, "maria")
        moved = run("state", "move")
        assert moved.code == 0, moved.said
        assert "saved_views                  1\n" in moved.out
        assert "as many of each kind as before. The audit is as it was written; its newest entry is" in moved.out
        assert [file.exists(), aside.exists()] == [False, True]
        with opened(settings) as application:
            assert application.accounts.verify("maria", PASSWORD)
            assert len(application.accounts.user("maria").sees.sites or ()) == 900
            assert fill(application, "bernd") > before, "numbers go on behind those that came along"
            with application.accounts.engine.connect() as connection:
                assert audit.verify(connection, tmp_path / "home" / audit.HEAD_FILE) is None
        again = run("state", "move")
        assert (again.code, again.said) == (2, f"syncline: there is no {file}: nothing is to be moved.\n")
        aside.rename(file)
        again = run("state", "move")
        assert again.code == 2
        assert again.said.startswith("syncline: the database ")
        assert again.said.endswith(
            " is not empty: it holds audit, saved_views, subscriptions, tokens, users. Nothing was moved; name an empty one.\n"
        )
        assert file.exists()


def test_an_audit_that_was_changed_is_not_moved(tmp_path: Path, postgres: Postgres, run: Run) -> None:
    file = tmp_path / "home" / "accounts.sqlite"
    with postgres.database() as url:
        settings = settings_for(tmp_path, url)
        with opened(replace(settings, storage=Storage())) as application:
            fill(application, "maria")
        with closing(sqlite3.connect(file)) as raw:
            raw.execute("update audit set actor = 'eva' where number = 1")
            raw.commit()
        moved = run("state", "move")
        said = "the audit is not what was written: entry 1 was changed. Nothing was moved; `syncline doctor` says more."
        assert (moved.code, moved.said) == (2, f"syncline: {said}\n")
        assert file.exists()
        with opened(settings) as application:
            assert application.accounts.list_users() == []


def test_nothing_is_moved_where_no_database_is_named(tmp_path: Path, run: Run) -> None:
    (tmp_path / "syncline.yaml").write_text("version: 1\n")
    moved = run("state", "move")
    assert moved.code == 2
    assert moved.said.startswith("syncline: the configuration names no database to move to.")


def test_a_backup_says_what_is_not_in_it_and_comes_back_only_beside_it(tmp_path: Path, postgres: Postgres, run: Run) -> None:
    (tmp_path / "file.yaml").write_text("version: 1\nhome: again\n")
    with postgres.database() as url:
        settings = settings_for(tmp_path, url)
        with opened(settings) as application:
            application.accounts.add_user("maria", PASSWORD, ["supply"])
        made = run("backup", "make", "backup")
        assert made.code == 0, made.said
        assert f"People, the audit and recoveries are not: they lie in {settings.state.place}, of which a copy must be older" in made.out
        assert not (tmp_path / "backup" / "accounts.sqlite").exists()
        refused = run("backup", "restore", "backup", "--config", "file.yaml")
        assert refused.code == 2
        assert f"people and their work are not in this backup: they were in {settings.state.place}." in refused.said
        (tmp_path / "home").rename(tmp_path / "lost")
        back = run("backup", "restore", "backup")
        assert back.code == 0, back.said
        with opened(settings) as application:
            assert application.desk.runs.is_stopped(SENDING)
        assert run("doctor").code == 0
