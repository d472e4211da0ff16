"""What psycopg refuses to read, as text: times that Python cannot hold, and JSON, whose numbers it would bend to floats."""

from __future__ import annotations

from typing import Any

from psycopg import Connection, DataError
from psycopg.adapt import Loader
from psycopg.types import datetime as times

TOLERANT = {
    "date": times.DateLoader,
    "timestamp": times.TimestampLoader,
    "timestamptz": times.TimestamptzLoader,
    "time": times.TimeLoader,
    "timetz": times.TimetzLoader,
    "interval": times.IntervalLoader,
}


class AsText(Loader):
    def load(self, data: Any) -> str:
        return bytes(data).decode()


def read_everything(connection: Connection[Any]) -> None:
    """One row with the time `infinity` must not keep all others from being read."""
    for name, loader in TOLERANT.items():
        connection.adapters.register_loader(name, _tolerant(loader))
    for name in ("json", "jsonb"):
        connection.adapters.register_loader(name, AsText)


def _tolerant(loader: type[Any]) -> type[Any]:
    class Tolerant(loader):
        def load(self, data: Any) -> Any:
            try:
                return super().load(data)
            except (DataError, RuntimeError):  # the latter for a DateStyle other than ISO
                return bytes(data).decode()

    return Tolerant
