"""What the tests of the source `database` build with: a log table, its source, and what a plant read of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine

from tests.sources.plant_floor import Plant

MAP = {
    "event_type": {"column": "ACTION"},
    "event_time": {"column": "AT", "time_zone": "UTC"},
    "system": {"value": "wms"},
    "objects": {"type": {"value": "delivery"}, "id": {"column": "REF"}},
}
NOON = "2026-03-23 12:00:00"


def entry(url: str, **settings: Any) -> dict[str, Any]:
    return {"name": "wms-log", "kind": "database", "url": url, "table": "log", "key": "id", "map": MAP, **settings}


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    engine = create_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def run(url: str, *statements: str) -> None:
    with opened(url) as engine, engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def insert(connection: Connection, *ids: int, at: str = NOON) -> None:
    for number in ids:
        connection.exec_driver_sql(f"insert into log values ({number}, 'stock.moved', '{at}', 'D{number}')")


def positions(plant: Plant) -> list[str]:
    return plant.column("select position from events order by event_no")


def journal(plant: Plant) -> int:
    """How many rows the journal holds."""
    return sum(frame.record.content_type == "application/json" for frame in plant.journal.read(0))
