"""The exports: what a row of each is, and rows as JSON Lines, CSV, Parquet or OCEL 2.0. The same for the command line and the API."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from app.formulas import harmless
from app.instants import instant_ns
from app.ocel import log_of

if TYPE_CHECKING:  # the names of the exports must not cost the import of pandas and DuckDB
    from metrics.read import Moment, Reader

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Export:
    """One export: what a row is, the time that `from` and `to` look at, the columns that hold JSON text, whether it is by period."""

    row: str
    time: str | None = None
    json: tuple[str, ...] = ()
    is_by_period: bool = False  # `from` and `to` look at the moment a row's cases count by

    @property
    def is_bounded(self) -> bool:
        """Whether `from` and `to` mean anything."""
        return self.time is not None or self.is_by_period


EXPORTS = {
    "transactions": Export("transaction: its state, flags, milestones reached, missing and late", "start_time"),
    "metrics": Export("metric, site and period; without a site: all sites together", is_by_period=True),
    "variants": Export(
        "workflow, site, variant and period: how many ran so, how long, whether as defined; without a site: all sites",
        is_by_period=True,
    ),
    "failures": Export("workflow, milestone and error class: how many transactions are failed with them"),
    "failure_groups": Export("signature of failures: who owns it, since when, open or fixed, and what it holds up"),
    "at_risk": Export(
        "open order that something holds up, with what is open of it, by when it is needed, and what holds it up", "need_time"
    ),
    "violations": Export("violation of an integrity rule and transaction it names, with the evidence", "from_time"),
    "inventory": Export("stock key, at the newest comparable pair of snapshots of its site: what both systems say, and the causes"),
    "events": Export("event: one thing that one system did to one or more business objects", "event_time"),
    "spans": Export("span, business event or not", "start_time", ("attributes", "resource", "events")),
    "hops": Export("passage of a message between two systems inside a transaction", "sent_time"),
    "expectations": Export("milestone that should come and has not", "due_time"),
    "sources": Export("source, system and site: what arrived, and how fresh it is"),
    "rejected": Export("thing of our own intake that could not be understood, with the reason", "recorded_time"),
    "objectives": Export("objective: attainment, error budget, burn rates, alerts that ring"),
    "coverage": Export("milestone and source, system name and site its events come from, or that nothing ever came"),
    "links": Export("two objects that some event names together, with the evidence", "since_time"),
    "recoveries": Export("recovery and case in it: who asked and agreed, what became of the case, and by which proof", "requested_time"),
    "alerts": Export("alert: what needed somebody, where, since and until when, what it held up, and who looks after it", "started_time"),
    "annotations": Export("annotation: what somebody says happened at a moment or between two, where, and who says so", "from_time"),
    "audit": Export("entry of the audit: who did what, when and why, with the hash that binds it to those before", "at_time"),
}
OCEL = "ocel"
FORMATS = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    OCEL: "application/json",
}
ENDINGS = {OCEL: "json"}  # of files, where they are not called as the format is
WEEK = "week"
PERIODS = ("hour", "day", WEEK, "month")
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants exported. Instants in ns; None: now, now, no bound, no bound."""

    name: str
    form: str = "jsonl"
    as_of_ns: int | None = None
    known_ns: int | None = None
    from_ns: int | None = None
    to_ns: int | None = None
    by: str | None = None  # the period; None: week

    def moment(self, now_ns: int) -> Moment:
        """The two moments, now where none was given."""
        from metrics.read import Moment

        return Moment(now_ns if self.as_of_ns is None else self.as_of_ns, now_ns if self.known_ns is None else self.known_ns)


def formats_of(name: str) -> list[str]:
    """The formats that an export can be written in."""
    return [form for form in FORMATS if form != OCEL or name == "events"]


def check(asked: Asked) -> None:
    """Raises ValueError with a sentence for what no export can do."""
    if asked.form not in formats_of(asked.name):
        raise ValueError(
            f"{asked.name} cannot be written as {asked.form}: an object-centric event log holds events. Export events as ocel."
        )
    if asked.by is not None and not EXPORTS[asked.name].is_by_period:
        periodic = ", ".join(name for name, export in EXPORTS.items() if export.is_by_period)
        raise ValueError(f"the rows of {asked.name} are of no period, so `by` does not apply. It does for {periodic}.")
    if asked.from_ns is not None and asked.to_ns is not None and asked.from_ns >= asked.to_ns:
        raise ValueError("`from` must be earlier than `to`.")
    if (asked.from_ns is not None or asked.to_ns is not None) and not EXPORTS[asked.name].is_bounded:
        timed = ", ".join(name for name, export in EXPORTS.items() if export.is_bounded)
        raise ValueError(f"the rows of {asked.name} have no time of their own, so `from` and `to` do not apply. They do for {timed}.")


def exported(reader: Reader, asked: Asked, masked: Callable[[Iterable[Row]], Iterable[Row]] = iter) -> Iterator[bytes]:
    """The export as bytes, in pieces as they come; `masked` hides in the rows what must not be seen."""
    export, by = EXPORTS[asked.name], asked.by or WEEK
    if export.is_by_period:
        rows: Iterable[Row] = reader.export(asked.name, by, asked.from_ns, asked.to_ns)
    else:
        rows = between(reader.export(asked.name), export.time, asked)
    return written(masked(rows), asked, reader.columns(asked.name, by))


def written(rows: Iterable[Row], asked: Asked, columns: list[str]) -> Iterator[bytes]:
    """These rows in the form that is asked for."""
    return ENCODERS[asked.form](rows, asked.name, columns)


def between(rows: Iterable[Row], column: str | None, asked: Asked) -> Iterable[Row]:
    """Those from and until when they are asked for."""
    if column is None or (asked.from_ns is None and asked.to_ns is None):
        return rows
    low, high = asked.from_ns or -(2**63), 2**63 if asked.to_ns is None else asked.to_ns
    return (row for row in rows if row[column] is not None and low <= instant_ns(row[column]) < high)


def _jsonl(rows: Iterable[Row], name: str, columns: list[str]) -> Iterator[bytes]:
    for batch in _batches(rows):
        yield b"".join(orjson.dumps(_with_json(row, name), default=_number, option=orjson.OPT_APPEND_NEWLINE) for row in batch)


def _csv(rows: Iterable[Row], name: str, columns: list[str]) -> Iterator[bytes]:
    """Lists and mappings as JSON, absent values empty; no text is a formula (see app.formulas)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for batch in _batches(rows):
        writer.writerows([_cell(value) for value in row.values()] for row in batch)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()


def _parquet(rows: Iterable[Row], name: str, columns: list[str]) -> Iterator[bytes]:
    """Times as timestamps in UTC, lists and mappings as JSON text. Parquet ends with its index, so it is a whole file first."""
    kinds = {column: "TIMESTAMP_NS" if column.endswith("_time") else "" for column in columns}
    with tempfile.TemporaryDirectory() as folder:
        lines, file = Path(folder) / "rows.jsonl", Path(folder) / "rows.parquet"
        with lines.open("wb") as out:
            for row in rows:
                kinds.update({column: _kind(value) for column, value in row.items() if not kinds[column] and value is not None})
                out.write(orjson.dumps({column: _flat(value) for column, value in row.items()}, option=orjson.OPT_APPEND_NEWLINE))
        _write_parquet(lines, file, {column: kind or "VARCHAR" for column, kind in kinds.items()})
        with file.open("rb") as done:
            while piece := done.read(1 << 16):
                yield piece


def _ocel(rows: Iterable[Row], name: str, columns: list[str]) -> Iterator[bytes]:
    return log_of(rows)


def _write_parquet(lines: Path, file: Path, kinds: dict[str, str]) -> None:
    import duckdb

    from sql.store import OFFLINE

    columns = ", ".join(f"'{column}': '{kind}'" for column, kind in kinds.items())
    rows = f"read_json('{lines}', format = 'newline_delimited', columns = {{{columns}}}, maximum_object_size = 1000000000)"
    with duckdb.connect(config=OFFLINE) as connection:
        connection.execute(f"copy (from {rows}) to '{file}' (format parquet, compression zstd)")


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        yield batch


def _with_json(row: Row, name: str) -> Row:
    for column in EXPORTS[name].json:
        row[column] = orjson.Fragment(row[column]) if row[column] is not None else None
    return row


def _cell(value: Any) -> Any:
    flat = _flat(value)
    if isinstance(flat, bool):
        return str(flat).lower()
    return harmless(flat) if isinstance(flat, str) else flat


def _flat(value: Any) -> Any:
    if isinstance(value, (list, tuple, dict)):
        return orjson.dumps(value, default=_number).decode()
    return _number(value) if isinstance(value, Decimal) else value


def _kind(value: Any) -> str:
    return {bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE", Decimal: "DOUBLE"}.get(type(value), "VARCHAR")


def _number(value: Any) -> int | float:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"no way to write {value!r} ({type(value).__name__})")


ENCODERS: dict[str, Callable[[Iterable[Row], str, list[str]], Iterator[bytes]]] = {
    "jsonl": _jsonl,
    "csv": _csv,
    "parquet": _parquet,
    OCEL: _ocel,
}
