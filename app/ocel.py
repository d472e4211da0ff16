"""The events as an object-centric event log, OCEL 2.0 in its form as JSON: what process mining reads.

A log declares its types and objects, which are known only once all events were seen. So they are put aside on disk while the events
are, and memory stays the same however many there are.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from decimal import Decimal
from itertools import combinations, islice
from pathlib import Path
from typing import Any

import orjson

Row = dict[str, Any]
BATCH = 1000
FIRST = "1970-01-01T00:00:00Z"  # the time of a first value, by the standard
ALL_PAIRS = 12  # objects of one event that are all related to each other; more, and each only to the first
STRING, FLOAT, INTEGER, BOOLEAN, TIME = "string", "float", "integer", "boolean", "time"
TYPES = {
    "attempt": INTEGER,
    "dead_letter": BOOLEAN,
    "quantity": FLOAT,
    "ordered_quantity": FLOAT,
    "value": FLOAT,
    "due_time": TIME,
    "promised_time": TIME,
    "recorded_time": TIME,
}
ELSEWHERE = ("event_id", "event_type", "event_time", "objects")  # columns of an event that are no attributes of it
OF_OBJECTS = ("site", "item", "uom", "ordered_quantity", "value", "currency", "due_time", "promised_time", "partner", "customer")
TABLES = """
create table objects (id text primary key, type text) without rowid;
create table facts (id text, name text, time text, value text);
create table relations (id text, other text, primary key (id, other)) without rowid;
"""
FACTS = """
select name, time, value, before is null from (
  select rowid, name, time, value, lag(value) over (partition by name order by rowid) as before from facts where id = ?
) where value is not before order by rowid
"""


def log_of(rows: Iterable[Row]) -> Iterator[bytes]:
    """The log of rows of the export `events`, in their order, as bytes in pieces."""
    with tempfile.TemporaryDirectory() as folder:
        events = Path(folder) / "events.json"
        with closing(sqlite3.connect(Path(folder) / "objects.sqlite")) as aside:
            aside.executescript(f"pragma journal_mode = off; pragma synchronous = off; {TABLES}")
            types = _put_aside(rows, events, aside)
            aside.execute("create index facts_by_object on facts (id)")
            yield b'{"objectTypes":' + orjson.dumps(list(_object_types(aside)))
            yield b',"eventTypes":' + orjson.dumps([_type(name, types[name]) for name in sorted(types)])
            yield b',"objects":['
            yield from _objects(aside)
            yield b'],"events":['
            with events.open("rb") as written:
                while piece := written.read(1 << 16):
                    yield piece
            yield b"]}\n"


def _put_aside(rows: Iterable[Row], file: Path, aside: sqlite3.Connection) -> dict[str, set[str]]:
    """Writes the events; what they tell of objects goes aside. Event type → the attributes its events have."""
    types: dict[str, set[str]] = {}
    rows, comma = iter(rows), b""
    with file.open("wb") as out:
        while batch := list(islice(rows, BATCH)):
            for row in batch:
                attributes = {name: _text(value) for name, value in row.items() if value is not None and name not in ELSEWHERE}
                types.setdefault(row["event_type"], set()).update(attributes)
                out.write(comma + orjson.dumps(_event(row, attributes)))
                comma = b",\n"
            _tell(batch, aside)
    return types


def _event(row: Row, attributes: dict[str, str]) -> Row:
    return {
        "id": row["event_id"],
        "type": row["event_type"],
        "time": row["event_time"],
        "attributes": [{"name": name, "value": value} for name, value in attributes.items()],
        "relationships": [{"objectId": name, "qualifier": kind} for kind, name in _named(row)],
    }


def _tell(batch: list[Row], aside: sqlite3.Connection) -> None:
    """What the events say of their objects. Only of an event with one object is it clear whose due time, say, it states."""
    objects, facts, relations = [], [], []
    for row in batch:
        named = _named(row)
        objects += [(name, kind) for kind, name in named]
        relations += _pairs([name for _, name in named])
        if len(named) == 1:
            facts += [(named[0][1], name, row["event_time"], _text(row[name])) for name in OF_OBJECTS if row[name] is not None]
    aside.executemany("insert or ignore into objects values (?, ?)", objects)
    aside.executemany("insert into facts values (?, ?, ?, ?)", facts)
    aside.executemany("insert or ignore into relations values (?, ?)", relations)


def _named(row: Row) -> list[tuple[str, str]]:
    """Type and id of each object. In a log an id stands alone, so the type is a part of it."""
    return [(kind, f"{kind.replace('%', '%25').replace(':', '%3A')}:{each}") for kind, ids in row["objects"].items() for each in ids]


def _pairs(names: list[str]) -> list[tuple[str, str]]:
    return list(combinations(names, 2)) if len(names) <= ALL_PAIRS else [(names[0], other) for other in names[1:]]


def _object_types(aside: sqlite3.Connection) -> Iterator[Row]:
    for (kind,) in aside.execute("select distinct type from objects order by type").fetchall():
        used = aside.execute("select distinct name from facts join objects using (id) where type = ?", [kind]).fetchall()
        yield _type(kind, {name for (name,) in used})


def _type(name: str, attributes: set[str]) -> Row:
    return {"name": name, "attributes": [{"name": each, "type": TYPES.get(each, STRING)} for each in sorted(attributes)]}


def _objects(aside: sqlite3.Connection) -> Iterator[bytes]:
    comma = b""
    for name, kind in aside.execute("select id, type from objects order by type, id"):
        facts = aside.execute(FACTS, [name])
        related = aside.execute(
            "select other, type from relations r join objects o on o.id = r.other where r.id = ? order by other", [name]
        )
        told = {
            "id": name,
            "type": kind,
            "attributes": [{"name": fact, "time": FIRST if first else time, "value": value} for fact, time, value, first in facts],
            "relationships": [{"objectId": other, "qualifier": f"named together with {type_}"} for other, type_ in related],
        }
        yield comma + orjson.dumps(told)
        comma = b",\n"


def _text(value: Any) -> str:
    """Every value of a log is a text; its type says what it is."""
    if isinstance(value, bool):
        return str(value).lower()
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)
