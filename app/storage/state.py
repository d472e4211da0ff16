"""Where state lies: the one way to its database, for serving, the commands and the doctor."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, text

from app.storage.engine import engine_of, open_unchanged
from collectors.relational.link import place_of, words_of

FILE = "accounts.sqlite"
READ_ONLY = text("set transaction read only")


@dataclass(frozen=True, slots=True)
class State:
    """That of a home; `shared`: the PostgreSQL database it lies in instead of a file there."""

    home: Path
    shared: URL | None = None

    @property
    def file(self) -> Path:
        """Of SQLite; nothing lies there where the state is shared."""
        return self.home / FILE

    @property
    def place(self) -> str:
        """As a person knows it, without user and password."""
        return str(self.file) if self.shared is None else f"the database {place_of(self.shared)}"

    @property
    def is_there(self) -> bool:
        """Whether anything can have been kept. Of a database elsewhere nobody knows before asking it."""
        return self.shared is not None or self.file.exists()

    def url(self) -> URL:
        """Where to open it; a file is made where it is not there. Of parts: in the text of an address a `?` in the path would end it."""
        make_home(self.home)
        if self.shared is not None:
            return self.shared
        if not self.file.exists():  # SQLite would let everybody read it who can look into the folder; its further files get the same mode
            os.close(os.open(self.file, os.O_WRONLY | os.O_CREAT, 0o600))
        return URL.create("sqlite", database=str(self.file))

    @contextmanager
    def looked_at(self) -> Iterator[Connection]:
        """A connection that only reads, and makes nothing. Raises sqlalchemy.exc.DatabaseError when it is damaged or away."""
        engine = open_unchanged(self.file) if self.shared is None else engine_of(self.shared)
        try:
            with engine.connect() as connection:
                if self.shared is not None:
                    connection.execute(READ_ONLY)
                yield connection
        finally:
            engine.dispose()

    def words(self, error: Exception) -> str:
        """What the database said, without a password."""
        if self.shared is not None:
            return words_of(self.shared, error)
        return str(getattr(error, "orig", None) or error).rstrip(".")


def make_home(home: Path) -> None:
    """The folder, for its owner only: it holds business data, password hashes and keys."""
    home.parent.mkdir(parents=True, exist_ok=True)
    home.mkdir(mode=0o700, exist_ok=True)
