"""State in a real PostgreSQL: made by many at once, away and back again, and its password in no sentence."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import OperationalError

from app import audit, health
from app.accounts.tables import open_engine
from app.application import Application, opened
from app.doctor import examine
from app.machines.gate import admission
from app.machines.wanted import Wanted
from app.privacy.places import create
from app.server import create_app
from app.settings import Settings, load_settings
from app.storage import patient
from app.trouble import Mistake, Unreachable
from collectors.receivers.reception import Unavailable
from tests.pages.served import PASSWORD, Client
from tests.servers.postgres import Postgres, running

CONFIGURATION = """
version: 1
storage: {{state: "{url}"}}
sites: [{{name: brno, timezone: Europe/Prague}}]
"""
AWAY = "The database that people and their work are kept in does not answer"

SAFE = "What was done until now is safe, and data are received as before. Try again in a moment."


def settings_for(folder: Path, url: str) -> Settings:
    file = folder / "syncline.yaml"
    file.write_text(CONFIGURATION.format(url=url))
    return load_settings(file, {})


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    with postgres.database() as url:
        yield url


@pytest.fixture
def own() -> Iterator[Postgres]:
    """A server that a test may stop."""
    with running() as server:
        yield server


def test_many_may_begin_on_an_empty_database_at_once(database: str) -> None:
    def begin(_: int) -> int:
        engine = open_engine(database)
        create(engine)
        with engine.begin() as connection:
            number = audit.append(connection, 1, "ada", "began", "syncline", {})
        engine.dispose()
        return number

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(begin, range(8))) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_pages_and_senders_are_told_while_the_database_is_away_and_all_goes_on_when_it_is_back(tmp_path: Path, own: Postgres) -> None:
    with own.database() as url, opened(settings_for(tmp_path, url)) as application:
        application.accounts.add_user("ada", PASSWORD, ["admin"])
        secret = application.machines.add(Wanted("line-7", "ingest"))
        admit, browser, stranger = admission(application.machines), *(Client(create_app(application)) for _ in range(2))
        assert browser.sign_in("ada").status_code == 302
        own.stop()
        page, call, asked = browser.get("failures"), browser.post("_dash-update-component", json={}), browser.get("api/v1/transactions")
        assert (page.status_code, call.status_code, asked.status_code) == (503, 503, 503)
        assert AWAY in page.text
        assert (
            call.json["error"]
            == asked.json["error"]
            == f"{AWAY}. What was done until now is safe, and data are received as before. Try again in a moment."
        )
        assert stranger.get("healthz").status_code == 200
        assert "syncline_state_up 0" in stranger.get("metrics").text
        assert place_is_told(application, url)
        with pytest.raises(Unavailable, match="send again later"):
            admit(secret, "otlp", "")
        application.seen.tell("ada", "opened", "/path")
        application.seen.write()
        own.start()
        assert browser.get("failures").status_code == 200, "the session goes on"
        assert admit(secret, "otlp", "") is None
        assert not place_is_told(application, url)
        application.seen.write()
        with application.accounts.engine.connect() as connection:
            told = list(audit.entries(connection, audit.Filter(subject="/path")))
        assert len(told) == 1, "what was seen meanwhile was not lost"


def place_is_told(application: Application, url: str) -> bool:
    at = make_url(url)
    place = f"The database {at.database} at {at.host}:{at.port} cannot be used: "
    return any(each.startswith(place) for each in health.readiness(application, is_whole=True)["problems"])


def test_a_server_that_stands_still_holds_up_nobody(tmp_path: Path, own: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patient, "PATIENCE_SECONDS", 1.0)
    with own.database() as url, opened(settings_for(tmp_path, url)) as application:
        engine = application.accounts.engine
        with engine.connect() as connection:
            pid = connection.execute(text("select pg_backend_pid()")).scalar_one()
        os.kill(pid, signal.SIGSTOP)
        try:
            assert application.accounts.list_users() == [], "by another connection"
            with engine.connect() as connection:
                pid, before = connection.execute(text("select pg_backend_pid()")).scalar_one(), pid
                os.kill(pid, signal.SIGSTOP)
                try:
                    with pytest.raises(OperationalError, match="no answer came within 1 s"):
                        connection.execute(text("select 1"))
                finally:
                    os.kill(pid, signal.SIGCONT)
            assert lost_while_writing(engine) == "no answer came within 1 s, so the connection was given up"
            with engine.begin() as connection:
                audit.append(connection, 2, "ada", "said again", "syncline", {})
                assert audit.verify(connection, tmp_path / "home" / audit.HEAD_FILE) is None
            assert pid != before
        finally:
            os.kill(before, signal.SIGCONT)
        assert application.accounts.list_users() == []


def lost_while_writing(engine: Engine) -> str:
    """What somebody is told whose connection is lost in the middle of what they change."""
    pids = []
    try:
        with engine.begin() as connection:
            audit.append(connection, 1, "ada", "said", "syncline", {})
            pids.append(connection.execute(text("select pg_backend_pid()")).scalar_one())
            os.kill(pids[0], signal.SIGSTOP)
            connection.execute(text("select 1"))
    except OperationalError as error:
        return str(error.orig)
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    return ""


def test_no_sentence_holds_the_password(tmp_path: Path, own: Postgres) -> None:
    url = f"postgresql://nobody:s3cret%21@127.0.0.1:{own.port}/none"
    settings = settings_for(tmp_path, url)
    with pytest.raises(Unreachable) as refused, opened(settings):
        pass
    said = [str(refused.value), *map(str, examine(settings)), repr(settings)]
    assert "the database none at 127.0.0.1" in said[0]
    assert not [each for each in said if "s3cret" in each]
    own.stop()
    with pytest.raises(Unreachable, match=r"the database none at 127.0.0.1:[0-9]+ cannot be used: connection"), opened(settings):
        pass
    own.start()


def test_a_database_of_something_else_is_left_as_it_is(tmp_path: Path, database: str) -> None:
    with closing(psycopg.connect(database.replace("+psycopg", ""))) as other:
        other.execute("create table users (id int primary key, mail text)")
        other.commit()
        with pytest.raises(Mistake, match="has tables of something else, such as users"), opened(settings_for(tmp_path, database)):
            pass
        columns = other.execute("select column_name from information_schema.columns where table_name = 'users'")
        assert [name for (name,) in columns] == ["id", "mail"]
