"""What came and says no event, one by one: records of any source by their fields, spans by what they are called."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from metrics.read import Reader

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Records:
    """Of one source and set of fields, by the id that `unmapped_records` gives it."""

    source: str
    shape_id: str


@dataclass(frozen=True, slots=True)
class Spans:
    """Of messages that started after `from_ns` ("" for those that state no service, system or destination)."""

    from_ns: int
    source: str
    name: str
    service: str = ""
    system: str = ""
    destination: str = ""


def shape(reader: Reader, asked: Records) -> Row | None:
    """records (how many came), listed (how many of them are kept one by one), newest_recorded_ns, example (JSON: field to value)."""
    rows = reader.rows("queries/unmapped_shape", asdict(asked))
    return rows[0] if rows else None


def records(reader: Reader, asked: Records, start: int, stop: int) -> list[Row]:
    """Rows start … stop (excluded), newest first: recorded_ns, position, excerpt."""
    return reader.rows("queries/unmapped_listed", {**asdict(asked), "start": start, "stop": stop})


def spans(reader: Reader, asked: Spans, start: int, stop: int) -> tuple[list[Row], int]:
    """Rows start … stop (excluded), newest first: start_ns, recorded_ns, site, is_error, status_message, message_id, trace_id, span_id,
    attributes (JSON), source, position; and how many there are in all."""
    reader.rows("queries/unmapped_found", asdict(asked))
    return reader.rows("queries/unmapped_spans", {"start": start, "stop": stop}), int(
        reader.rows("queries/unmapped_spans_counted")[0]["spans"]
    )
