"""State in a real PostgreSQL where a test says SQLite: what is marked `on_postgres` runs on both, and all where the environment says so."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url

from app.storage import engine, state
from tests.servers.postgres import Postgres

MARK, FILE, BOTH, ONLY = "on_postgres", "of_the_file", ("sqlite", "postgresql"), "SYNCLINE_TESTS_STATE"


@contextmanager
def instead_of_sqlite(server: Postgres) -> Iterator[None]:
    """Each file of SQLite that is opened with state in it, and each that lies in memory, is a database of its own there."""
    known: dict[str, URL] = {}
    with ExitStack() as databases, pytest.MonkeyPatch.context() as patch:

        def place(url: str | URL) -> URL:
            url = make_url(url)
            if url.get_backend_name() != "sqlite":
                return url
            if not url.database:
                return make_url(databases.enter_context(server.database()))
            if url.database not in known:
                known[url.database] = make_url(databases.enter_context(server.database()))
                Path(url.database).touch(0o600)  # whoever looks whether there is anything looks for the file
            return known[url.database]

        patch.setattr(engine, "make_url", place)
        patch.setattr(state, "open_unchanged", lambda file: engine.engine_of(f"sqlite:///{file}"))
        yield


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{MARK}: runs with state in SQLite and with state in PostgreSQL")
    config.addinivalue_line("markers", f"{FILE}: is about the file of SQLite, so there is nothing to see with state in PostgreSQL")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    here = metafunc.definition
    if here.get_closest_marker(MARK) and not here.get_closest_marker(FILE) and ONLY not in os.environ:
        metafunc.parametrize("state_database", BOTH, indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The server is there before a test that needs it begins."""
    if os.environ.get(ONLY) == BOTH[1] and (left := [item for item in items if item.get_closest_marker(FILE)]):
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not item.get_closest_marker(FILE)]
    for item in items:
        found = getattr(item, "callspec", None)
        if isinstance(item, pytest.Function) and found and found.params.get("state_database") == BOTH[1]:
            item.fixturenames.insert(0, "postgres")


@pytest.fixture(scope="session", autouse=True)
def _all_state_in_postgres(request: pytest.FixtureRequest) -> Iterator[None]:
    if os.environ.get(ONLY) != BOTH[1]:
        yield
        return
    with instead_of_sqlite(request.getfixturevalue("postgres")):
        yield


@pytest.fixture(autouse=True)
def state_database(request: pytest.FixtureRequest) -> Iterator[None]:
    if getattr(request, "param", BOTH[0]) == BOTH[0]:
        yield
        return
    with instead_of_sqlite(request.getfixturevalue("postgres")):
        yield
