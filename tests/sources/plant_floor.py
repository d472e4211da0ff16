"""What the tests of the sources build with: a span, a log record, an intake over a folder, and what landed in its tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from collectors.classify import ErrorRules
from collectors.event import Event, Record
from collectors.identifiers import Identifiers
from collectors.ingest import Intake
from collectors.journal import Journal
from collectors.meaning import Meaning
from collectors.rows import Rows
from collectors.sources import check_source, open_source
from sql.store import Store

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
NOON_NS = 1_774_267_200_000_000_000  # 2026-03-23T12:00:00Z
TOLD_NS = 1_774_270_800_000_000_000  # an hour later
NOTHING = Meaning(Identifiers(), ErrorRules())


def attribute(key: str, value: Any) -> dict[str, Any]:
    kind = {bool: "boolValue", int: "intValue", float: "doubleValue", str: "stringValue"}.get(type(value))
    if kind:
        return {"key": key, "value": {kind: str(value) if kind == "intValue" else value}}
    return {"key": key, "value": {"arrayValue": {"values": [attribute("", v)["value"] for v in value]}}}


def span(span_id: str = SPAN, *, attributes: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """A span of OTLP/JSON that ends at noon."""
    return {
        "traceId": TRACE,
        "spanId": span_id,
        "name": "process",
        "kind": 5,
        "startTimeUnixNano": str(NOON_NS - 10**9),
        "endTimeUnixNano": str(NOON_NS),
        "attributes": [attribute(k, v) for k, v in (attributes or {}).items()],
        **fields,
    }


def log(attributes: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """A log record of OTLP/JSON from noon."""
    return {
        "timeUnixNano": str(NOON_NS),
        "severityNumber": 9,
        "attributes": [attribute(k, v) for k, v in (attributes or {}).items()],
        **fields,
    }


def traces(*spans: dict[str, Any], resource: dict[str, Any] | None = None) -> bytes:
    attributes = [attribute(k, v) for k, v in (resource or {}).items()]
    return json.dumps(
        {"resourceSpans": [{"resource": {"attributes": attributes}, "scopeSpans": [{"scope": {"name": "plant"}, "spans": spans}]}]}
    ).encode()


def logs(*records: dict[str, Any], resource: dict[str, Any] | None = None) -> bytes:
    attributes = [attribute(k, v) for k, v in (resource or {}).items()]
    return json.dumps({"resourceLogs": [{"resource": {"attributes": attributes}, "scopeLogs": [{"logRecords": records}]}]}).encode()


def record(payload: bytes, content_type: str = "application/json", source: str = "traces", position: str = "erp.jsonl:1") -> Record:
    return Record(source, position, payload, content_type, TOLD_NS, position.split(":", maxsplit=1)[0])


def rows_of(entry: dict[str, Any], *records: Record, meaning: Meaning = NOTHING) -> Rows:
    """What a source with these settings understands."""
    entry = {"name": "traces", **entry}
    assert check_source(entry) == []
    rows, source = Rows(), open_source(entry, Path())
    for each in records:
        source.decode(each, meaning, rows)
    return rows


def read_otlp(payload: bytes, meaning: Meaning = NOTHING, **settings: Any) -> Rows:
    return rows_of({"kind": "otlp_file", "path": "*.jsonl", **settings}, record(payload), meaning=meaning)


def event_of(payload: bytes, meaning: Meaning = NOTHING, **settings: Any) -> Event:
    """The one event in an OTLP/JSON line."""
    rows = read_otlp(payload, meaning, **settings)
    ((_, event),) = [*rows.span_events, *rows.log_events]
    return event


def reason_of(rows: Rows) -> str:
    """Why the one rejected thing was rejected."""
    (row,) = [*rows.rejected, *(r for _, r in rows.span_rejected), *(r for _, r in rows.log_rejected)]
    return str(row[3])


class Plant:
    """A folder with sources, a journal and tables, as `app` puts them together."""

    def __init__(self, folder: Path, *entries: dict[str, Any], objects: dict[str, Any] | None = None) -> None:
        for entry in entries:
            assert check_source(entry) == []
        self.folder = folder
        self.store = Store(folder / "home" / "syncline.duckdb")
        self.journal = Journal(folder / "home" / "journal")
        sources = [open_source(entry, folder) for entry in entries]
        self.intake = Intake(self.store, self.journal, sources, Identifiers(objects), ErrorRules(), lambda: TOLD_NS)

    def ingest(self) -> Any:
        self.troubles = [sentence for _, sentence in self.intake.poll().troubles]
        return self.intake.load()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.store.read() as cursor:
            return list(cursor.execute(query).fetchall())

    def column(self, query: str) -> list[Any]:
        return [row[0] for row in self.rows(query)]

    def close(self) -> None:
        self.intake.close()
        self.store.close()
        self.journal.close()


@contextmanager
def plant(folder: Path, *entries: dict[str, Any], objects: dict[str, Any] | None = None) -> Iterator[Plant]:
    opened = Plant(folder, *entries, objects=objects)
    try:
        yield opened
    finally:
        opened.close()
