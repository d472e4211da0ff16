"""How long the report of one week takes where a year of transactions lies behind it: its content, and the PDF made of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median

from app.application import Application
from app.reports.asked import Asked
from app.reports.content import Content
from app.reports.making import content_of
from app.settings import load_settings
from metrics.moment import Moment
from metrics.read import open_reader
from metrics.refresh import Refresher
from metrics.scope import EVERYTHING
from tests.benchmarks import ledger
from tests.benchmarks.figures import Figure
from tests.benchmarks.receiving import CONFIGURATION

DAYS, TIMES = 365, 5
YEAR_WEEKS = 53
BEGIN_NS = 1_760_000_000 * ledger.SECOND
SITES = [{"name": name, "timezone": zone} for name, zone in ledger.SITES.items()]


def measure(folder: Path, transactions: int) -> Iterator[Figure]:
    """The figures of a plant of so many transactions over a year."""
    (folder / "syncline.yaml").write_text(f"{CONFIGURATION}timezone: Europe/Berlin\nsites: {SITES}\n")
    with closing(Application(load_settings(folder / "syncline.yaml", {}))) as application:
        told = ledger.definitions()
        with application.store.write() as cursor:
            events = ledger.fill(cursor, told, 0, transactions, BEGIN_NS, transactions // DAYS)
        Refresher(application.store, told).rebuild()
        as_of_ns = BEGIN_NS + DAYS * ledger.DAY
        moment = Moment(as_of_ns, as_of_ns)
        asked = Asked(application.reports.newest(None, as_of_ns), None, moment)
        settings = replace(application.settings, definitions=told)

        def content(weeks: int) -> Content:
            with open_reader(application.store, moment, EVERYTHING, settings.objectives) as reader:
                return content_of(reader, settings, replace(asked, weeks=weeks))

        made = {weeks: _timed(partial(content, weeks)) for weeks in (asked.weeks, YEAR_WEEKS)}
        yield Figure(
            f"a report of one week, of {transactions:,} transactions and {events:,} events in {DAYS} days",
            "; ".join(f"with {weeks} weeks of trends {took}" for weeks, took in made.items()),
        )
        # The first one: typst knows what it has set before, and the second takes a hundredth of a second.
        yield Figure("its PDF", _timed(partial(application.reports.rendered, content(asked.weeks), "pdf"), times=1))


def _timed(action: Callable[[], object], times: int = TIMES) -> str:
    """Wall and processor: on a shared machine the second says more."""
    walls, processors = [], []
    for _ in range(times):
        begun, used = time.perf_counter(), time.process_time()
        action()
        walls.append(time.perf_counter() - begun)
        processors.append(time.process_time() - used)
    return f"{median(walls):.2f} s, {median(processors):.2f} s of processor"
