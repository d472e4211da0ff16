"""How fast a journal of OTLP/JSON becomes tables: by one process alone, and with those that understand ahead, their start included."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from app.application import Application
from app.settings import load_settings
from collectors.event import Record
from collectors.otlp import JSON
from tests.benchmarks import traffic
from tests.benchmarks.figures import Figure
from tests.benchmarks.receiving import CONFIGURATION


def measure(folder: Path, transactions: int) -> Iterator[Figure]:
    """The figures, one after the other."""
    alone, ahead = folder / "alone", folder / "ahead"
    alone.mkdir()
    (alone / "syncline.yaml").write_text(CONFIGURATION)
    with closing(_opened(alone)) as application:
        requests = traffic.requests(transactions, application.now_ns())
        while several := [Record("otlp", "", traffic.as_json(each), JSON, application.now_ns(), "traces") for each in islice(requests, 50)]:
            application.journal.append(several)
    shutil.copytree(alone, ahead)
    with closing(_opened(alone)) as application:
        application.intake._make = None
        before, spans = _load(application)
    yield Figure(f"journal of OTLP/JSON into tables by one process, {spans:,} spans", f"{before:,.0f} spans/s")
    with closing(_opened(ahead)) as application:
        now, _ = _load(application)
    yield Figure("the same where others understand ahead; beside one process", f"{now:,.0f} spans/s", now / before)


def _opened(folder: Path) -> Application:
    return Application(load_settings(folder / "syncline.yaml", {}))


def _load(application: Application) -> tuple[float, int]:
    begun = time.monotonic()
    spans = application.intake.load().spans
    return spans / (time.monotonic() - begun), spans
