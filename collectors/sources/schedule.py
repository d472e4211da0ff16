"""The batch world: files that have to be there by a time of the day, and what came of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import orjson

from collectors.batches.expectation import ARRIVED, LOOKED, UNEXPECTED, Expectation, Left, Told, mark_of
from collectors.batches.file import measured
from collectors.batches.plan import DAILY, DAYS, WORKING, pattern_of
from collectors.collector import Clock, Collector, Trouble
from collectors.event import Record
from collectors.files.parquet import NoParquet
from collectors.files.tail import UNREADABLE, FileState, Folder, as_text, rests, state_of, trouble_of
from collectors.mapping_check import OPTION_CHECKS
from collectors.meaning import FINE, Failing, Meaning
from collectors.rows import Rows
from collectors.said import Said, Unsaid, add_said
from collectors.settings import a_text, setting
from collectors.suggest import unknown

SAID = "application/json"
REST_NS = 2 * 10**9  # a file that changed within this is still being written
SYSTEM = "middleware"
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
Problems = list[tuple[str, str]]


def _zone(value: Any) -> str | None:
    return OPTION_CHECKS["time_zone"](value)


def _text(value: Any) -> str | None:
    return None if isinstance(value, str) and value.strip() else f"must be a text that is not empty (found {value!r})"


def _clock(value: Any) -> str | None:
    good = isinstance(value, str) and CLOCK.fullmatch(value)
    return None if good else f'must be a time of day from "00:00" to "23:59", written "HH:MM" in quotes (found {value!r})'


def _days(value: Any) -> str | None:
    if value in (WORKING, DAILY) or (isinstance(value, list) and value and all(day in DAYS for day in value)):
        return None
    return f"must be working (mon to fri), daily, or a list of days out of {', '.join(DAYS)} (found {value!r})"


def _file(value: Any) -> str | None:
    if not isinstance(value, str) or not value.strip() or "/" in value:
        return f"must be the name of a file, without its folder; * and ? stand for anything (found {value!r})"
    try:
        pattern_of(value)
    except ValueError as error:
        return f"{error} (found {value!r})"
    return None


def _count(value: Any) -> str | None:
    good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**62
    return None if good else f"must be a whole number from 0 (found {value!r})"


KEYS = {
    "name": _text,
    "file": _file,
    "by": _clock,
    "opens": _clock,
    "days": _days,
    "time_zone": _zone,
    "site": _text,
    "system": _text,
    "sender": _text,
    "at_least_rows": _count,
    "at_least_bytes": _count,
    "header_rows": _count,
}
NEEDED = ("name", "file", "by")


def expectations(value: Any) -> Problems:
    if not isinstance(value, list) or not value:
        return [("", f'must be a list of expected files, as in `- {{name: stock, file: "stock_*.csv", by: "05:30"}}` (found {value!r})')]
    problems = [problem for number, entry in enumerate(value) for problem in _entry(f"[{number}]", entry)]
    names = [entry.get("name") for entry in value if isinstance(entry, dict)]
    twice = sorted({str(name) for name in names if name is not None and names.count(name) > 1})
    return problems + [("", f"two are called {name!r}; their days could not be told apart") for name in twice]


def _entry(place: str, entry: Any) -> Problems:
    if not isinstance(entry, dict):
        return [(place, f"must be a mapping with at least {', '.join(NEEDED)} (found {entry!r})")]
    problems = [(f"{place}.{key}", unknown("key", key, KEYS)) for key in entry if key not in KEYS]
    problems += [(f"{place}.{key}", "is missing") for key in NEEDED if key not in entry]
    return problems + [(f"{place}.{key}", text) for key, check in KEYS.items() if key in entry and (text := check(entry[key]))]


def holidays(value: Any) -> Problems:
    try:
        [date.fromisoformat(day) for day in value]
    except (TypeError, ValueError):
        return [("", f'must be a list of days, as in ["2026-04-03", "2026-04-06"], in quotes (found {value!r})')]
    return [] if isinstance(value, list) else [("", f"must be a list of days (found {value!r})")]


class Schedule(Collector):
    kind: ClassVar[str] = "schedule"

    @dataclass(frozen=True, slots=True)
    class Settings:
        path: str = setting(a_text)
        expects: list[dict[str, Any]] = setting(expectations)
        time_zone: str = setting(lambda value: [("", text)] if (text := _zone(value)) else [], "UTC")
        days: Any = setting(lambda value: [("", text)] if (text := _days(value)) else [], WORKING)
        holidays: Any = setting(holidays, ())

    def __init__(self, name: str, folder: Path, settings: Settings) -> None:
        self.name, self.mapping = name, None
        self._folder = Folder(folder, settings.path)
        common = {"time_zone": settings.time_zone, "days": settings.days, "holidays": settings.holidays}
        self._passed: set[tuple[str, str, FileState]] = set()  # files that were looked into and are nothing new
        self._expectations = {entry["name"]: Expectation(entry, common) for entry in settings.expects}

    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble]:
        """First what is waited for, then what came; what did not come is said only where it was possible to look."""
        if missing := self._folder.missing():
            yield Trouble("", missing)
        there = dict(self._folder.streams())
        for name, each in self._expectations.items():
            now_ns = clock()
            left = each.left(after.get(name), now_ns)
            for said in each.due_to_say(left, now_ns):
                yield self._record(said, left, there, now_ns)
            is_whole = not missing
            for found in self._arrivals(each, left, there, now_ns):
                is_whole = is_whole and not isinstance(found, Trouble)
                yield found
            if is_whole:
                for said in each.looked(left, now_ns):
                    yield self._record(said, left, there, now_ns)

    def sample(self, file: Path) -> Iterator[Record | Trouble]:
        """The file as if it had come when it was last changed here, and had been waited for."""
        name, state = as_text(file.name), state_of(file)
        fitting = [each for each in self._expectations.values() if each.plan.matches(file.name)]
        if not fitting:
            known = ", ".join(f"{each.entry['file']} ({name})" for name, each in self._expectations.items())
            yield Trouble(name, f"{name} is none of the files that are expected: {known}.")
        for each in fitting:
            came_ns = _came(file)
            for told in each.arrived(Left(), name, state[1:], measured(file, each.header_rows), came_ns, ()):
                yield self._record(told, Left(), {name: file}, came_ns)

    def _arrivals(self, each: Expectation, left: Left, there: Mapping[str, Path], now_ns: int) -> Iterator[Record | Trouble]:
        for name, path in there.items():
            try:
                state, came_ns = state_of(path), min(now_ns, _came(path))
                passed = (each.name, name, state)
                if passed not in self._passed and each.is_new(left, name, state[1:], came_ns) and rests(state, now_ns, REST_NS):
                    found = measured(path, each.header_rows)
                    told = list(each.arrived(left, name, state[1:], found, came_ns, there))
                    yield from (self._record(one, left, there, now_ns) for one in told)
                    if not told:  # nothing in the journal remembers it
                        self._passed.add(passed)
            except NoParquet as error:
                yield Trouble(name, f"{as_text(str(path))} is no Parquet file that can be read: {error}. It has not arrived until it is.")
            except UNREADABLE as error:
                yield Trouble(name, trouble_of(path, error))

    def _record(self, said: Told, left: Left, there: Mapping[str, Path], now_ns: int) -> Record:
        what = said["said"]
        part = {ARRIVED: "/{file}/{digest:.16}", UNEXPECTED: "/{file}/{digest:.16}", LOOKED: "/{look}"}.get(what, "")
        position = f"{said['name']} {said.get('day', '')}".rstrip() + f"/{what}" + part.format(**said)
        return Record(self.name, position, orjson.dumps(said), SAID, now_ns, said["name"], mark_of(left, set(there)))

    def decode(self, record: Record, meaning: Meaning, rows: Rows) -> None:
        said = orjson.loads(record.payload)
        add_said(record, [self._thing(said)], meaning, rows, record.position)

    def _thing(self, said: Told) -> Said | Unsaid:
        each = self._expectations.get(said["name"])
        if each is None:
            return Unsaid(
                f"no file is expected under the name {said['name']!r} any more; put it back, then `syncline retry`",
                what="batch",
            )
        if said["said"] == UNEXPECTED:
            return Unsaid(f"{said['file']}: its name says no day on which {each.name} is expected", what="batch")
        entry = each.entry
        attributes = {
            "mfg.event.type": f"batch_run.{said['said']}",
            "mfg.event.time": said["time"],
            "mfg.object.batch_run": f"{said['name']} {said['day']}",
            "mfg.due_time": said["due"],
            "mfg.system": entry.get("system", SYSTEM),
            "mfg.site": entry.get("site"),
            "mfg.partner": entry.get("sender"),
        }
        failing = FINE
        if said["said"] == ARRIVED:
            attributes |= {
                "mfg.quantity": said["rows"],
                "mfg.uom": "rows",
                "mfg.payload.ref": said["file"],
                "mfg.payload.digest": said["digest"],
                "mfg.idempotency_key": said["digest"],
            }
            if lacking := each.lacking(said["rows"], said["bytes"]):
                failing = Failing(True, *lacking)
                attributes |= {"error.type": lacking[0], "exception.message": lacking[1], "mfg.error.code": f"batch:{lacking[0]}"}
        return Said({key: value for key, value in attributes.items() if value is not None}, failing)


def _came(path: Path) -> int:
    """When it was last changed or got its name: tools that keep the time of the sender's file do not hide when it came."""
    found = path.stat()
    return max(found.st_mtime_ns, found.st_ctime_ns)
