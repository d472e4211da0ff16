"""What it costs to keep the facts current: everything anew, the newest hundredth, and a thousand events among a million or ten."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from statistics import median

from metrics.refresh import Refresher
from sql.store import Store
from tests.benchmarks import ledger
from tests.benchmarks.figures import Figure

BEGIN_NS = 1_790_000_000 * ledger.SECOND
NEW, RECENT_DAYS, TIMES = 1_000, 7, 9
SIZES = (1, 4, 10)


def measure(folder: Path, transactions: int) -> Iterator[Figure]:
    """Figures of a plant of so many transactions, and of ones with a longer past."""
    told = ledger.definitions()
    answers = []
    for count in (transactions * size for size in SIZES):
        with closing(Store(folder / f"{count}.duckdb")) as store:
            refresher = Refresher(store, told)
            with store.write() as cursor:
                events = ledger.fill(cursor, told, 0, count, BEGIN_NS)
            everything = _seconds(refresher.rebuild)
            yield Figure(f"{count:,} transactions of {events:,} events computed anew", f"{events / everything:,.0f} events/s")
            answers.append(_answered(store, refresher, told, count))
            yield Figure(
                f"{NEW:,} new events of the last {RECENT_DAYS} days among them, beside everything",
                _text(answers[-1]),
                answers[-1] / everything,
            )
            with store.write() as cursor:
                new = ledger.fill(cursor, told, count, count // 100, BEGIN_NS)
            newest = _seconds(refresher.refresh)
            yield Figure(f"the newest hundredth, {new:,} events, beside everything", _text(newest), newest / everything)
    yield Figure(f"{NEW:,} new events among {SIZES[-1]} times as many, beside those before", _text(answers[-1]), answers[-1] / answers[0])


def _answered(store: Store, refresher: Refresher, told: ledger.Definitions, transactions: int) -> float:
    seconds = []
    for _ in range(TIMES):
        with store.write() as cursor:
            ledger.answer(cursor, told, transactions, BEGIN_NS, NEW, RECENT_DAYS)
        seconds.append(_seconds(refresher.refresh))
    return median(seconds)


def _seconds(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def _text(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:,.0f} ms"
