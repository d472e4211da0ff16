"""An audit in a file of its own, and entries in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from app import audit
from app.accounts.tables import open_engine
from app.audit import files
from app.audit.place import came_from

DAY_NS = 24 * 3600 * 10**9


@contextmanager
def home_with(folder: Path, *actors: str) -> Iterator[Engine]:
    """Entries by these, one a day."""
    engine = open_engine(f"sqlite:///{folder}/accounts.sqlite")
    audit.create(engine)
    audit.keep_head(engine, folder / audit.HEAD_FILE)
    came_from.set("10.1.2.3")
    for day, actor in enumerate(actors):
        tell(engine, day * DAY_NS, actor, f"R-{day}", {"by": actor})
    yield engine
    engine.dispose()


def tell(engine: Engine, at_ns: int, actor: str, subject: str, detail: dict[str, Any], reason: str | None = None) -> None:
    with engine.begin() as connection:
        audit.append(connection, at_ns, actor, "requested", subject, detail, reason)


def wrong(engine: Engine, folder: Path, *anchors: audit.Head, with_files: bool = True) -> str | None:
    """What is wrong with it, in words."""
    with engine.connect() as connection:
        moved = files.moved_out(folder / files.FOLDER) if with_files else ()
        found = audit.verify(connection, folder / audit.HEAD_FILE, anchors, moved)
    return str(found) if found else None


def head(engine: Engine) -> audit.Head:
    with engine.connect() as connection:
        found = audit.newest(connection)
    assert found
    return found
