"""What records that say no event look like, so that somebody can map them: counted by their fields, with an example."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import duckdb
import orjson
import pandas as pd

from collectors.event import Record
from sql import models
from sql.store import insert

PLAIN = re.compile(r"[^.@\[\]][^.\[\]]*")
LONGEST_PATH = 200  # characters
FIELDS_SHOWN, DEEPEST, VALUE_SHOWN = 40, 4, 80
LARGEST_READ = 64 << 10  # bytes; what is larger is counted without its fields
EXCERPT = 500  # characters
MOST_LISTED = 500  # records of a shape; heartbeats come by the million
MOST_IN_BATCH, MOST_OF_SOURCE = 50, 100  # shapes; keys that are ids themselves make as many as there are records
Key = tuple[str, str]  # source, shape


@dataclass(slots=True)
class Shape:
    records: int
    first_ns: int
    newest_ns: int
    example: str
    position: str
    newest: deque[tuple[str, int, bytes]] = field(default_factory=lambda: deque(maxlen=MOST_LISTED))  # position, recorded_ns, body


class Unmapped:
    """Filled while a batch of records is decoded."""

    def __init__(self) -> None:
        self._shapes: dict[Key, Shape] = {}

    def add(self, record: Record, position: str, body: bytes) -> None:
        """`body`: what the record holds, without what its carrier wrote around it."""
        fields = fields_of(body)
        key = record.source, orjson.dumps(list(fields)).decode()
        if key not in self._shapes and sum(source == record.source for source, _ in self._shapes) >= MOST_IN_BATCH:
            key, fields = (record.source, "[]"), {}
        shape = self._shapes.setdefault(key, Shape(0, record.recorded_ns, record.recorded_ns, "{}", position))
        shape.records += 1
        shape.newest.append((position, record.recorded_ns, body[: 4 * EXCERPT]))
        shape.first_ns = min(shape.first_ns, record.recorded_ns)
        if record.recorded_ns >= shape.newest_ns:
            shape.newest_ns, shape.example, shape.position = record.recorded_ns, orjson.dumps(fields).decode(), position

    def store(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Adds to what was counted before; of a source only its newest shapes stay."""
        for (source, shape), found in self._shapes.items():
            values = [found.records, found.first_ns, found.newest_ns, found.example, found.position, source, shape]
            known = cursor.execute(
                "update unmapped_records set records = records + $1, first_recorded_ns = least(first_recorded_ns, $2), "
                "newest_recorded_ns = greatest(newest_recorded_ns, $3), example = $4, example_position = $5 "
                "where source = $6 and shape = $7",
                values,
            ).fetchall()
            if not known[0][0]:
                cursor.execute("insert into unmapped_records values (?, ?, ?, ?, ?, ?, ?)", [source, shape, *values[:5]])
        if self._shapes:
            insert(cursor, "unmapped_newest", self._listed())
            cursor.execute(
                "delete from unmapped_records where (source, shape) in ("
                "select (source, shape) from unmapped_records "
                "qualify row_number() over ("
                f"partition by source order by shape <> '[]', newest_recorded_ns desc, shape) > {MOST_OF_SOURCE})"
            )
            cursor.execute(models.text("unmapped/leave"), {"most": MOST_LISTED})

    def _listed(self) -> pd.DataFrame:
        rows = [
            (source, shape, position, recorded_ns, body.decode(errors="replace")[:EXCERPT])
            for (source, shape), found in self._shapes.items()
            for position, recorded_ns, body in found.newest
        ]
        return pd.DataFrame(rows, columns=["source", "shape", "position", "recorded_ns", "excerpt"])


def fields_of(body: bytes) -> dict[str, str]:
    """The fields of a JSON document by their paths, each with the beginning of its value; of a list, those of its first entry."""
    if len(body) > LARGEST_READ:
        return {}
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    document = document[0] if isinstance(document, list) and document else document
    found: dict[str, str] = {}
    for path, value in _leaves(document, "", DEEPEST):
        found[path] = value
        if len(found) == FIELDS_SHOWN:
            break
    return dict(sorted(found.items()))


def _leaves(value: Any, path: str, left: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and left:
        for name, inner in value.items():
            yield from _leaves(inner, step_behind(path, name), left - 1)
    elif isinstance(value, list) and left and value and isinstance(value[0], dict):
        yield from _leaves(value[0], f"{path}[0]", left - 1)
    elif path and len(path) <= LONGEST_PATH:
        yield path, str(value)[:VALUE_SHOWN]


def step_behind(path: str, name: str) -> str:
    """The path of a field inside another, as a mapping writes it."""
    if PLAIN.fullmatch(name):
        return f"{path}.{name}" if path else name
    return f'{path}["{name}"]' if "'" in name else f"{path}['{name}']"
