"""Sources as decoders: each entry of a configuration opened, given the same input, and all it understands checked and handed back."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from app.settings import load_settings
from collectors.classify import ErrorRules
from collectors.collector import Collector
from collectors.event import Record
from collectors.identifiers import Identifiers
from collectors.meaning import Meaning
from collectors.message import MESSAGE, packed
from collectors.rows import Rows
from collectors.sources import check_source, open_source
from tests.fuzz.invariant import storable
from tests.repository import ROOT

EXAMPLES = ROOT / "app" / "docs" / "examples"
SECRET = re.compile(r"\$\{(\w+)\}")
TOLD_NS = 1_774_270_800_000_000_000
LONG_AFTER_NS = 1 << 62
MINUTE_NS, WEEK_NS = 60 * 10**9, 7 * 86_400 * 10**9
EXPECTED: dict[str, Any] = {
    "expects": [
        {"name": "stock", "file": "stock_%Y%m%d.csv", "by": "14:00", "at_least_rows": 2},
        {"name": "prices", "file": "prices*", "opens": "20:00", "by": "06:00", "at_least_bytes": 10},
    ],
    "time_zone": "Europe/Berlin",
    "days": "working",
    "holidays": ["2026-04-03"],
}
MEANING = Meaning(Identifiers({"purchase_order": {"keys": ["strip_leading_zeros"]}}), ErrorRules())
MEMORY = Path("/dev/shm")


@contextmanager
def folder() -> Iterator[Path]:
    """An empty folder, in memory where there is one that pretends to be a disk."""
    with TemporaryDirectory(prefix="fuzz-", dir=MEMORY if MEMORY.is_dir() else None) as made:
        yield Path(made)


def entries_of(example: str, kind: str) -> list[dict[str, Any]]:
    """The sources of one kind in the configuration of an example."""
    file = EXAMPLES / example / "syncline.yaml"
    settings = load_settings(file, dict.fromkeys(SECRET.findall(file.read_text(encoding="utf-8")), "secret"))
    return [source.options for source in settings.sources if source.options["kind"] == kind]


class Sources:
    """The `entries` of a section `sources`; each reads every input."""

    def __init__(self, *entries: dict[str, Any]) -> None:
        self._entries = [{"name": f"source-{number}", **entry} for number, entry in enumerate(entries)]
        problems = [problem for entry in self._entries for problem in check_source(entry)]
        assert not problems, problems

    def of_messages(self, data: bytes) -> list[Any]:
        """As a carrier packs it: the first line is the head where it can be one, the rest is the body."""
        line, _, rest = data.partition(b"\n")
        head = _head(line)
        payload = packed({}, data) if head is None else packed(head, rest)
        return [self._understood(entry, [_record(entry, f"{MESSAGE}; application/json", payload)]) for entry in self._entries]

    def of_files(self, data: bytes) -> list[Any]:
        """As the source itself reads it from a file that nobody writes to any more."""
        return [self._read(entry, data) for entry in self._entries]

    def _read(self, entry: dict[str, Any], data: bytes) -> list[Any]:
        name = f"input{''.join(Path(entry['path']).suffixes).rstrip('*')}"
        with folder() as where:
            (where / name).write_bytes(data)
            os.utime(where / name, ns=(TOLD_NS, TOLD_NS))  # what came counts from then
            source = open_source({**entry, "path": name}, where)
            records, troubles = gathered(source.read({}, lambda: LONG_AFTER_NS), where)
            source.close()
            if "position" not in entry:
                assert len({each.position for each in records}) == len(records), "two records have one position"
        return [troubles, self._understood(entry, records)]

    def _understood(self, entry: dict[str, Any], records: list[Record]) -> list[Any]:
        return understood(open_source(entry, Path()), records)


def gathered(found: Iterable[Any], where: Path) -> tuple[list[Record], list[str]]:
    """The records, and what was told beside them, as text without the folder `where`."""
    everything = list(found)
    told = [str(each).replace(str(where), "") for each in everything if not isinstance(each, Record)]
    return [each for each in everything if isinstance(each, Record)], told


def understood(source: Collector, records: Iterable[Record]) -> list[Any]:
    """What records say, once it is sure that the tables can hold it."""
    rows = Rows()
    for record in records:
        source.decode(record, MEANING, rows)
    return storable(rows)


def read_schedule(data: bytes) -> list[Any]:
    """A file that a schedule expects: its name and what differs from EXPECTED in the head, then its content. Read again, nothing is new."""
    line, _, content = data.partition(b"\n")
    head = _head(line) or {}
    entry = {"name": "night", "kind": "schedule", "path": "*", **EXPECTED, **{key: head[key] for key in EXPECTED if key in head}}
    if problems := check_source(entry):
        return [str(problem) for problem in problems]
    with folder() as where, closing(open_source(entry, where)) as source:
        with suppress(OSError, ValueError):  # no name for a file
            file = where / str(head.get("file", "stock_20260323.csv")).replace("/", "")
            file.write_bytes(content)
            os.utime(file, ns=(TOLD_NS - MINUTE_NS, TOLD_NS - MINUTE_NS))
        records, troubles = gathered(source.read({}, lambda: TOLD_NS), where)
        after = {record.stream: record.after or "" for record in records}
        again = [record.position for record in gathered(source.read(after, lambda: TOLD_NS), where)[0]]
        assert not set(again) & {record.position for record in records}, f"told again: {again}"
        later, _ = gathered(source.read(after, lambda: TOLD_NS + WEEK_NS), where)
        return [troubles, understood(source, [*records, *later])]


def _record(entry: dict[str, Any], kind: str, payload: bytes) -> Record:
    return Record(entry["name"], "input:1", payload, kind, TOLD_NS, "input")


def _head(line: bytes) -> dict[str, Any] | None:
    try:
        found = orjson.loads(line)
        return found if found.__class__ is dict and orjson.dumps(found) else None
    except (orjson.JSONDecodeError, TypeError):  # it reads deeper than it writes; no carrier makes such a head
        return None
