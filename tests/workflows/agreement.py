"""A made plant through the store in any order of arrival, and the claim that its truth, the second implementation and the product agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from random import Random

from collectors.event import Event
from metrics.read import Moment, open_reader
from metrics.refresh import Refresher
from sql.store import Store
from tests import plants, written
from tests.belonging_oracle import Span
from tests.models.agreement import agree, empty_store, product
from tests.oracle import World
from tests.workflows import truth
from tests.workflows.plant import Plant


@contextmanager
def arrives(made: Plant, parts: int, random: Random) -> Iterator[Store]:
    """The store after everything has come, shuffled, in so many parts with a refresh behind each."""
    events = list(made.events)
    random.shuffle(events)
    with empty_store() as store:
        refresher = Refresher(store, made.definitions)
        for part in range(parts):
            mine = tuple(events[part::parts])
            written.write(store, written.Batch(mine, tuple(span(event) for event in mine)))
            refresher.refresh()
        yield store


def span(event: Event) -> Span:
    return Span(event.event_id, event.recorded_ns, event.event_ns, objects=event.objects, is_error=event.is_error, is_event=True)


def agrees(store: Store, made: Plant, as_of_ns: int) -> None:
    """Fails when any of the three says anything else than the others."""
    moment = (as_of_ns, plants.FAR)
    rows = truth.transaction_rows(made.told, as_of_ns)
    found = product(store, moment)
    assert [{name: row[name] for name in rows[0]} for row in found.transactions] == rows if rows else found.transactions == []
    assert found.failures == truth.failure_rows(rows)
    assert metrics(store, moment) == expected_metrics(made, as_of_ns)
    world = World(made.definitions, tuple(made.events))
    agree(store, world, moment)


COUNTS = ("good", "bad", "open", "clock_fault")


def metrics(store: Store, moment: tuple[int, int]) -> dict[tuple, tuple]:
    with open_reader(store, Moment(*moment)) as reader:
        return counts_of(reader.export("metrics"))


NOT_TOLD = ("time_to_recover", "inventory_sync_accuracy")  # neither of whole transactions nor from one step to another


def counts_of(rows: Iterable[dict]) -> dict[tuple, tuple]:
    """(metric, site, week) → good, bad, open, clock faults."""
    mine = [row for row in rows if row["site"] is not None and row["metric"] not in NOT_TOLD]
    return {(row["metric"], row["site"], row["week"]): tuple(row[name] for name in COUNTS) for row in mine}


def expected_metrics(made: Plant, as_of_ns: int) -> dict[tuple, tuple]:
    known = {metric.name for metric in made.definitions.metrics}
    counted = truth.metric_counts(made.told, [m for m in made.definitions.metrics if m.start and m.end], as_of_ns)
    return {key: tuple(count[name] for name in COUNTS) for key, count in counted.items() if key[0] in known}
