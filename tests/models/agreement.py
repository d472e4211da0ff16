"""What the product says as of a moment, in the words of the second implementation, and the claim that both say the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache

import hypothesis
import pytest

from metrics.read import PERIODS, Moment, Reader, open_reader
from metrics.scope import EVERYTHING, Scope
from sql.store import Store
from tests import oracle, written
from tests.metric_oracle import metric_rows
from tests.oracle import Judgement, World
from tests.working_time_oracle import SECOND

# What a judgement says of a row; an export may say more.
COLUMNS = {
    "transactions": """workflow transaction_id site state status is_overdue is_late is_retrying is_self_healed is_recovered is_inconsistent
        is_unjudged violations start_time last_event_time reached missing unjudged late next_due_time
        failed_milestone error_class failed_attempts""",
    "failures": "workflow milestone error_class transactions",
    "expectations": "workflow transaction_id milestone system site opened_time due_time state",
}


def is_soak() -> bool:
    """Whether thousands of examples are asked for, instead of as many as a change of the code needs."""
    return hypothesis.settings.get_current_profile_name() == "soak"


@cache
def _shared_store() -> Store:
    return Store()


_told: list[tuple[World, int]] = []  # what the shared store holds, where nothing else was done with it since


@contextmanager
def empty_store() -> Iterator[Store]:
    """An empty store in memory, always the same one: a hundred examples need not make a hundred databases."""
    store = _shared_store()
    with store.write() as cursor:
        kept = cursor.execute("select value from meta where key = 'schema'").fetchall()
        tables = cursor.execute("select table_name from duckdb_tables() where not temporary and table_name <> 'meta'").fetchall()
        for (table,) in tables:
            cursor.execute(f"delete from {table}")
        cursor.execute("delete from meta where key <> 'schema'")
        assert kept == cursor.execute("select value from meta").fetchall()
    _told.clear()
    yield store


def store_of(world: World, *batches: written.Batch) -> Store:
    """The shared store with what the batches bring, refreshed after each of them; as it is when it was told just this before."""
    if _told != [(world, len(batches))]:
        with empty_store() as store:
            for batch in batches:
                written.write(store, batch)
                written.refresh(store, world.definitions)
            written.write_reads(store, world.reads)
        _told.append((world, len(batches)))
    return _shared_store()


def product(store: Store, moment: tuple[int, int], sees: Scope = EVERYTHING) -> Judgement:
    """The exports as of (as_of, known_at) for who may see so much, in the order they come in."""
    with open_reader(store, Moment(*moment), sees) as reader:
        return judged(reader)


def judged(reader: Reader) -> Judgement:
    """The same of what a reader says. What is kept once more of those that time alone may change says what all say of them, and leaves out
    none that a list narrowed to them could show."""
    words = "('failed', 'unjudged', 'overdue', 'retrying', 'in_progress')"
    open_ones = f"is_open or status in {words} or len(missing) > 0 or error_class is not null"
    listed = reader._cursor.execute(f"from open_transactions where {open_ones} order by transaction_no").fetchall()
    assert listed == reader._cursor.execute(f"from transactions where {open_ones} order by transaction_no").fetchall()
    said = {name: exported(reader, name) for name in COLUMNS}
    unplaced = reader._cursor.execute("select failure_id from unplaced_failures order by failure_id").fetchall()
    return Judgement(**said, unplaced=[failure_id for (failure_id,) in unplaced])


def exported(reader: Reader, name: str) -> list[dict]:
    return [{column: plain(column, row[column]) for column in COLUMNS[name].split()} for row in reader.export(name)]


def plain(column: str, value: object) -> object:
    """Times as ns: exports write them out."""
    if column == "reached":
        return {name: ns_of(text) for name, text in value.items()}
    return ns_of(value) if column.endswith("_time") else value


def ns_of(text: str | None) -> int | None:
    """ns since 1970 of `2026-03-23T06:59:00.000000001Z`, every digit of it."""
    if text is None:
        return None
    whole, fraction = text.removesuffix("Z").split(".")
    return int(datetime.fromisoformat(whole).replace(tzinfo=UTC).timestamp()) * SECOND + int(fraction.ljust(9, "0"))


def agree(store: Store, world: World, moment: tuple[int, int]) -> Judgement:
    """What the product concludes from `world` as of `moment`. Fails when the second implementation does not conclude the same."""
    expected = oracle.judge(world, *moment)
    with open_reader(store, Moment(*moment)) as reader:
        found = judged(reader)
        agree_in_metrics(reader, world, moment)
    for name in COLUMNS:
        assert getattr(found, name) == in_order(name, getattr(expected, name)), f"{name} as of {moment}"
    assert found.unplaced == expected.unplaced, f"unplaced failures as of {moment}"
    return found


def agree_in_metrics(reader: Reader, world: World, moment: tuple[int, int]) -> None:
    """The same of the metrics: whole numbers and shares exactly, quantiles up to the last digits of a float."""
    by = PERIODS[(len(world.events) + moment[0]) % len(PERIODS)]  # each plant by another one
    expected = metric_rows(world, moment, by)
    found = [{column: row[column] for column in expected[0]} for row in reader.export("metrics", by)] if expected else []
    assert [without(row, QUANTILES) for row in found] == [without(row, QUANTILES) for row in expected], f"metrics by {by} as of {moment}"
    for one, other in zip(found, expected, strict=True):
        assert [one[name] for name in QUANTILES] == pytest.approx([other[name] for name in QUANTILES]), f"{one} as of {moment}"


QUANTILES = ("p50", "p90", "p95")


def without(row: dict, names: tuple[str, ...]) -> dict:
    return {name: value for name, value in row.items() if name not in names}


def in_order(name: str, rows: list[dict]) -> list[dict]:
    """As exports are ordered."""
    keys = [
        c
        for c in ("workflow", "transaction_id", "milestone", "error_class")
        if c in COLUMNS[name].split() and (name, c) != ("transactions", "error_class")
    ]
    return sorted(rows, key=lambda row: [row[key] for key in keys])
