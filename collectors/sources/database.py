"""Transaction logs, outboxes and stock in tables of any database that SQLAlchemy speaks to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

import orjson

from collectors.collector import Clock, Collector, Trouble
from collectors.event import Record
from collectors.mapping import TIMES, RowMapping, as_list
from collectors.meaning import Meaning
from collectors.readings import EventReading, StockReading
from collectors.rows import Rows, excerpt_of
from collectors.sample_file import rows_in
from collectors.settings import (
    DURATION,
    EVENTS,
    INVENTORY,
    Problems,
    a_look_back,
    a_text,
    a_whole_number,
    a_zone,
    column_map,
    inventory_map,
    judged_together,
    seconds_of,
    setting,
    what_it_holds,
)

if TYPE_CHECKING:
    from collectors.relational.table import Table

ROW = "application/json"
LARGEST_PAGE = 50_000


def a_database_url(value: Any) -> Problems:
    from collectors.relational.link import check_url

    if not isinstance(value, str) or not value.strip():
        return [("", "must be the URL of a database, best as ${NAME}: it holds a password")]
    return [("", problem)] if (problem := check_url(value)) else []


def a_query(value: Any) -> Problems:
    is_read = isinstance(value, str) and re.match(r"\s*(select|with)\b", value, re.IGNORECASE)
    return [] if is_read else [("", f"must be one SELECT (found {value!r})")]


def columns(value: Any) -> Problems:
    good = all(isinstance(name, str) and name.strip() for name in as_list(value)) and value != []
    return (
        [] if good and len(set(as_list(value))) == len(as_list(value)) else [("", f"must be a column or a list of them (found {value!r})")]
    )


def a_duration(value: Any) -> Problems:
    good = isinstance(value, str) and (found := DURATION.fullmatch(value)) and int(found[1])
    return [] if good else [("", f"must be a whole number above 0 and one of s m h d, as in 30s (found {value!r})")]


class Database(Collector):
    kind: ClassVar[str] = "database"
    shows_all: ClassVar[bool] = True

    @dataclass(frozen=True, slots=True)
    class Settings:
        url: str = setting(a_database_url)
        key: str | list[str] = setting(columns)
        table: str | None = setting(a_text, None)
        query: str | None = setting(a_query, None)
        watermark: str | None = setting(a_text, None)
        version: str | None = setting(a_text, None)
        look_back: str | int | None = setting(a_look_back, None)
        time_zone: str | None = setting(a_zone, None)
        page_size: int = setting(a_whole_number(LARGEST_PAGE, f"{LARGEST_PAGE:,}"), 2000)
        timeout: str = setting(a_duration, "30s")
        holds: str = setting(what_it_holds, EVENTS)
        map: dict[str, Any] | None = setting(judged_together, None)

        @staticmethod
        def check_together(data: dict[str, Any]) -> Problems:
            return list(_problems_between(data))

    def __init__(self, name: str, folder: Path, settings: Settings) -> None:
        self.name = name
        self._settings, self._folder = settings, folder
        places = _with_zone(settings.map, settings.time_zone)
        self._reading = StockReading(places) if settings.holds == INVENTORY else EventReading(places or {})
        self.mapping = self._reading.mapping
        self._table: Table | None = None

    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble]:
        self._table = self._table or self._opened()
        for found in self._table.read(after.get(self._table.stream), clock):
            if isinstance(found, Trouble):
                yield found
            else:
                yield Record(self.name, found.position, found.payload, ROW, clock(), self._table.stream, found.after)

    def sample(self, file: Path) -> Iterator[Record | Trouble]:
        return rows_in(self.name, file, ROW)

    def kept(self, records: Sequence[Record]) -> None:
        if self._table:
            self._table.known.kept(len(records))

    def decode(self, record: Record, meaning: Meaning, rows: Rows) -> None:
        """The first event of a position counts. A row that was rejected may be changed, come again, and be one."""
        from collectors.relational.cells import has_column, lookup_of

        try:
            row = orjson.loads(record.payload)
        except orjson.JSONDecodeError as error:
            row, reason = None, f"the row is no JSON: {error}"
        else:
            reason = "the row must be a JSON object of its columns"
        if isinstance(row, dict):
            if isinstance(self._reading, EventReading):
                columns = tuple(row)
                self._reading.add(record, lookup_of(row), record.position, meaning, rows, has=lambda name: has_column(name, columns))
            else:
                self._reading.add(record, lookup_of(row), record.position, meaning, rows)
        elif rows.is_new(f"{record.source}:{record.position}\n{reason}"):
            rows.reject(record, record.position, "row", reason, excerpt_of(record))

    def close(self) -> None:
        if self._table:
            self._table.close()

    def _opened(self) -> Table:
        from collectors.relational.link import Link
        from collectors.relational.table import Plan, Table
        from collectors.relational.watermark import LookBack

        settings, key = self._settings, as_list(self._settings.key)
        back = settings.look_back
        seconds = seconds_of(back) if isinstance(back, str) else None
        zone = ZoneInfo(settings.time_zone) if settings.time_zone else None
        look_back = LookBack(seconds, back if isinstance(back, int) else None, zone)
        watermark, expected = settings.watermark or key[0], RowMapping(settings.map or {})
        plan = Plan(settings.table, settings.query, key, watermark, settings.version, settings.page_size, look_back, expected)
        return Table(Link(settings.url, self._folder, seconds_of(settings.timeout)), plan)


def _problems_between(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if ("table" in data) == ("query" in data):
        yield "table", "say either `table` or `query`: where the rows are"
    key = data.get("key")
    if "watermark" not in data and isinstance(key, list) and len(key) > 1:
        yield "watermark", "is missing: with a key of several columns, say by which column rows are read in order"
    if data.get("holds", EVENTS) == INVENTORY:
        problems = inventory_map(data["map"]) if data.get("map") is not None else []
    elif data.get("map") is None:
        problems = [("", "is missing: it says where the fields of an event stand")]
    else:
        problems = column_map(data["map"])
    yield from ((f"map.{where}" if where else "map", text) for where, text in problems)


def _with_zone(data: dict[str, Any] | None, zone: str | None) -> dict[str, Any] | None:
    """The mapping, where times without a zone of their own have that of the source."""
    if not data or not zone:
        return data
    zoned = {name: [{"time_zone": zone, **term} for term in as_list(data[name])] for name in TIMES if name in data}
    return {**data, **zoned}
