"""How each record of a sample would be read: field by field, with where it stood, what stays empty, and what becomes of it."""

from __future__ import annotations

import glob
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from collectors.collector import Collector, Keep, Trouble
from collectors.event import Event, Record
from collectors.mapping import FIELDS, AttributeMapping, RowMapping
from collectors.meaning import Meaning
from collectors.rows import LOG, SPAN, STOCK, Row, Rows
from collectors.sources import open_source

COLUMNS = {"event_time": "event_ns", "due_time": "due_ns", "promised_time": "promised_ns"}  # fields by another name in Event
SHOWN = [name for name in FIELDS if name != "http_status"]  # an HTTP status shows as the error code it becomes
NOTHING = {True: "no event: the mapping finds no event type in it", False: "nothing is in it"}  # whether there is such a mapping
PLACES = ("system", "system_name", "site")


@dataclass(frozen=True, slots=True)
class Explanation:
    """One record, span, log record or row: `fields` are (field, value, where it stood)."""

    position: str
    what: str
    fields: list[tuple[str, str, str]]
    empty: list[str]
    verdict: str


def explain_file(entry: dict[str, Any], file: Path, meaning: Meaning) -> Iterator[Explanation | Trouble]:
    """How the source that `entry` of the section `sources` (checked before) would read `file`."""
    if entry["kind"] == "otlp":  # what a receiver gets, kept in a file
        entry = {**entry, "kind": "otlp_file", "path": ""}
    if "path" in entry:
        entry = {**entry, "path": glob.escape(file.name)}
    source = open_source(entry, file.parent)
    is_read_itself = "path" in entry and type(source).sample is Collector.sample
    for found in source.read({}, lambda: 0) if is_read_itself else source.sample(file):
        if isinstance(found, Trouble):
            yield found
        elif not isinstance(found, Keep):
            yield from explain(source, found, meaning)


def explain(source: Collector, record: Record, meaning: Meaning) -> list[Explanation]:
    """How `source` reads one record."""
    rows = Rows()
    rows.origins = {}
    source.decode(record, meaning, rows)
    told = [*_spans(rows, source.mapping), *_logs(rows, source.mapping)]
    told += [_explanation(e.position, "row", e, _origins(rows, e.position)) for e in rows.events]
    told += [_stock(dict(zip(STOCK, row, strict=True)), rows) for row in rows.stock]
    told += [Explanation(position, part, [], [], f"rejected: {reason}") for _, position, part, reason, _, _ in rows.rejected]
    if not told:
        told.append(
            Explanation(
                record.position,
                "record",
                [],
                [],
                "no event: the mapping finds no event type in it" if isinstance(source.mapping, RowMapping) else "nothing is in it",
            )
        )
    return told


def _spans(rows: Rows, mapping: Any) -> Iterator[Explanation]:
    events, refusals = dict(rows.span_events), dict(rows.span_rejected)
    for index, row in enumerate(rows.spans):
        span = dict(zip(SPAN, row, strict=True))
        what = f"span {span['name']!r}"
        default = {"event_time": "the end of the span", "error_text": "its exception or status message"}
        yield _told(span, what, events.get(index), refusals.get(index), default, mapping)


def _logs(rows: Rows, mapping: Any) -> Iterator[Explanation]:
    events, refusals = dict(rows.log_events), dict(rows.log_rejected)
    for index, row in enumerate(rows.logs):
        log = dict(zip(LOG, row, strict=True))
        default = {"event_type": "its event name", "event_time": "the time of the log record", "error_text": "its body"}
        yield _told(log, "log record", events.get(index), refusals.get(index), default, mapping)


def _told(row: dict[str, Any], what: str, event: Event | None, refusal: Row | None, default: dict[str, str], mapping: Any) -> Explanation:
    if refusal:
        return Explanation(row["position"], what, [], [], f"rejected: {refusal[3]}")
    if event:
        return _explanation(event.position, what, event, _attribute_origins(row, default, mapping))
    return Explanation(row["position"], what, [], SHOWN, "no event: nothing in it is an event type. It is kept and shown in its trace")


def _attribute_origins(row: dict[str, Any], default: dict[str, str], mapping: Any) -> dict[str, str]:
    attributes, resource = orjson.loads(row["attributes"]), orjson.loads(row["resource"])
    origins = dict(default)
    origins |= {field: f"resource attribute {FIELDS[field]}" for field in PLACES if FIELDS[field] in resource}
    if "cloudevents.event_type" in attributes:
        origins["event_type"] = "attribute cloudevents.event_type"
    origins |= {field: f"attribute {name}" for field, name in FIELDS.items() if name in attributes}
    origins |= {f"object {name[11:]}": f"attribute {name}" for name in attributes if name.startswith("mfg.object.")}
    if isinstance(mapping, AttributeMapping):
        origins |= {field: f"map: {origin}" for field, origin in mapping.explained(attributes)[1].items()}
    return origins


def _origins(rows: Rows, position: str) -> dict[str, str]:
    """Where each field of a mapped row or message stood."""
    found = (rows.origins or {}).get(position, {})
    return {field: f"map: {origin}" for field, origin in found.items()}


def _explanation(position: str, what: str, event: Event, origins: dict[str, str]) -> Explanation:
    values = [("outcome", "error" if event.is_error else "ok"), *((name, _shown(name, event)) for name in SHOWN)]
    fields = [(name, value, origins.get(name, "")) for name, value in values if value]
    fields += [(f"object {kind}", name, origins.get(f"object {kind}", "")) for kind, name in event.objects]
    named = ", ".join(f"{kind} {name}" for kind, name in event.objects) or "no object at all, so only a trace or message id can place it"
    return Explanation(
        position,
        what,
        fields,
        [name for name, value in values if not value],
        f"event {event.event_type}, {'error' if event.is_error else 'ok'}, of {named}",
    )


def _shown(field: str, event: Event) -> str:
    value = getattr(event, COLUMNS.get(field, field))
    if value is None or value is False:
        return ""
    return _instant(value) if field in COLUMNS else str(value).lower() if value is True else str(value)


def _instant(ns: int) -> str:
    when = datetime.fromtimestamp(ns // 10**9, UTC)
    return f"{when:%Y-%m-%dT%H:%M:%S}.{ns % 10**9:09d}".rstrip("0").rstrip(".") + "Z"


def _stock(row: dict[str, Any], rows: Rows) -> Explanation:
    origins = _origins(rows, row["position"])
    said = {"snapshot_time": _instant(row["snapshot_ns"]), **{name: row[name] for name in list(STOCK)[1:9]}}
    fields = [(name, str(value), origins.get(name, "")) for name, value in said.items() if value]
    return Explanation(
        row["position"],
        "row",
        fields,
        [name for name, value in said.items() if not value],
        f"stock snapshot of {row['system']} at {row['site']}",
    )
