"""Machines that share a lake in a test, each with a home of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import duckdb
from sqlalchemy import make_url

from collectors.event import Record
from collectors.journal import Journal
from collectors.shared import Duty, SharedJournal
from collectors.spool import Spool
from sql.lake import Lake, Place, make
from tests.servers.postgres import Postgres


def record(text: str, after: str | None = None, source: str = "otlp") -> Record:
    return Record(source, "", text.encode(), "text/plain", 1_000, "logs", after)


class Machine:
    """A spool, a journal that follows, and the duty to read."""

    def __init__(self, name: str, folder: Path, lake: Lake, begun: int, *, waits: bool) -> None:
        self._begun = begun
        self.duty = Duty(lake, "read", name)
        self.spool = Spool(folder / "spool", lake, name, waits=waits)
        self.journal = SharedJournal(folder / "journal", lake, lake, self._hold)

    def receive(self, *texts: str) -> None:
        self.spool.append([record(text) for text in texts])

    def texts(self) -> list[tuple[int, str]]:
        """Each record with its number, of those that came since the test began."""
        return [(number - self._begun, text) for number, text in texts(self.journal) if number > self._begun]

    def _hold(self, cursor: duckdb.DuckDBPyConnection, _source: str) -> None:
        self.duty.hold(cursor)

    def close(self) -> None:
        self.spool.close()
        self.journal.close()


class Machines:
    """They share a lake; each has a home."""

    def __init__(self, place: Place, folder: Path, opened: ExitStack, begun: int = 0) -> None:
        self.place, self.folder, self.begun, self._opened = place, folder, begun, opened

    def lake(self) -> Lake:
        return self._opened.enter_context(closing(Lake(self.place)))

    def machine(self, name: str, *, waits: bool = False) -> Machine:
        return self._opened.enter_context(closing(Machine(name, self.folder / name, self.lake(), self.begun, waits=waits)))


@contextmanager
def sharing(server: Postgres, folder: Path, data: str | None = None, keys: Mapping[str, str | bool] | None = None) -> Iterator[Machines]:
    with server.database() as address, ExitStack() as opened:
        url = make_url(address)
        where = data or f"{opened.enter_context(tempfile.TemporaryDirectory())}/"
        place = Place(url.host or "", url.port or 0, url.database or "", url.username or "", "", where, "sslmode=prefer", keys)
        assert make(place)
        yield Machines(place, folder, opened)


def texts(journal: SharedJournal | Journal) -> list[tuple[int, str]]:
    return [(frame.number, frame.record.payload.decode()) for frame in journal.read(0)]
