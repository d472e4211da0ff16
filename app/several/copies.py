"""A machine's tables in the lake, from which one begins that has none: it makes only those numbers itself that came after."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pandas as pd

from app.configuration.model import Settings
from app.several.place import check, lake_of
from app.storage.state import make_home
from sql import migrate, models
from sql.copying import copy_store
from sql.lake import Lake, LakeUnavailable
from sql.store import insert

if TYPE_CHECKING:
    from app.application import Application

log = logging.getLogger("syncline.several")
PIECE_BYTES = 8 << 20
STORE = "syncline.duckdb"


def put(application: Application, lake: Lake, name: str) -> int:
    """The tables as they are now, in the place of the copy before; how many bytes."""
    with tempfile.TemporaryDirectory(prefix="copy-", dir=application.settings.home) as folder:
        path = Path(folder) / STORE
        records = application.intake.loaded()  # before it is copied: it may hold more than that, never less
        copy_store(application.store, path)
        pieces = list(_pieces(path))

        def replace(cursor: duckdb.DuckDBPyConnection) -> None:
            cursor.execute("delete from copies")
            for number, data in enumerate(pieces):
                row = {"copy": [name], "schema": [schema()], "records": [records], "piece": [number], "data": [data]}
                insert(cursor, "copies", pd.DataFrame(row))

        lake.write(replace)
        return sum(map(len, pieces))


def fetch(lake: Lake, home: Path) -> int | None:
    """Up to which record the tables go that `home` begins with; None where there is no copy that this Syncline can read."""
    with lake.read() as cursor:
        found = cursor.execute(models.text("lake/copies"), {"schema": schema()}).fetchall()
        if not found:
            return None
        name, records, pieces = found[0]
        draft = home / f".{STORE}.new"
        with draft.open("wb") as file:
            for piece in range(pieces):
                (data,) = cursor.execute(models.text("lake/piece"), {"copy": name, "piece": piece}).fetchall()[0]
                file.write(data)
            file.flush()
            os.fsync(file.fileno())
    draft.rename(home / STORE)
    return int(records)


def begin(settings: Settings) -> None:
    """A home without tables begins with the copy; where there is none, or it cannot be had, with the records alone: that takes longer."""
    check(settings.storage)
    make_home(settings.home)
    if (settings.home / STORE).exists():
        return
    with closing(lake_of(settings.storage)) as lake:
        try:
            records = fetch(lake, settings.home)
        except LakeUnavailable as error:
            log.warning("There are no tables here, and the lake cannot be asked for a copy: %s", error)
            return
    if records is not None:
        log.info("The tables begin with a copy from the lake, made of %s records.", f"{records:,}")


def schema() -> int:
    """The newest migration of this Syncline's tables."""
    return max(int(path.name[:4]) for path in migrate.FOLDER.glob("*.sql"))


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while data := file.read(PIECE_BYTES):
            yield data
