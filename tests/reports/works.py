"""A small works whose reports tests know by heart: orders released to two plants, with a clock and a mail server of our own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from app.application import Application
from app.instants import instant_ns, instant_text
from app.settings import load_settings
from app.telling import teller
from app.telling.settings import Mail, Telling
from metrics.objectives.model import Objective
from metrics.scope import Scope
from tests.pages.served import PASSWORD, table

SECOND, MINUTE, HOUR, DAY = 10**9, 60 * 10**9, 3600 * 10**9, 86_400 * 10**9
MONDAY = instant_ns(
    "2026-03-30T06:30:00Z"
)  # half past eight in Europe, where clocks changed the day before; in Monterrey half past midnight
CONFIGURATION = """
version: 1
timezone: Europe/Berlin
sites: [{name: hamburg, timezone: Europe/Berlin}, {name: monterrey, timezone: America/Monterrey}]
sources:
  - name: bus
    kind: csv
    complete: true
    path: bus.csv
    map:
      event_type: {column: T}
      event_time: {column: AT}
      system: {column: SYSTEM}
      site: {column: SITE}
      objects: {type: {value: production_order}, id: {column: ID}}
"""
HEADS = ("T", "AT", "SYSTEM", "SITE", "ID")
RELEASE = Objective("release", "Order release latency", "order_release_latency", Fraction(9, 10))


class Clock:
    """Stands still until it is told."""

    ns = MONDAY

    def __call__(self) -> int:
        return self.ns


def released(order: str, at: str, site: str = "hamburg", after_minutes: float | None = 1) -> list[tuple[str, ...]]:
    """An order, and when the plant received it; None: never."""
    rows = [("order.released", at, "erp", site, order)]
    if after_minutes is not None:
        rows.append(received(order, at, site, after_minutes))
    return rows


def received(order: str, at: str, site: str = "hamburg", after_minutes: float = 1) -> tuple[str, ...]:
    return ("work_order.received", instant_text(instant_ns(at) + int(after_minutes * MINUTE)), "mes", site, order)


def told() -> list[tuple[str, ...]]:
    """Week 12: five in time. Week 13: of ten at Hamburg one late and one lost, four in time at Monterrey."""
    rows: list[tuple[str, ...]] = []
    for number in range(5):
        rows += released(f"12{number}", f"2026-03-1{6 + number % 3}T08:00:00Z")
    for number in range(8):
        rows += released(f"13{number}", f"2026-03-2{3 + number % 4}T08:00:00Z")
    rows += released("late", "2026-03-24T09:00:00Z", after_minutes=30)
    rows += released("lost", "2026-03-25T09:00:00Z", after_minutes=None)
    for number in range(4):
        rows += released(f"m{number}", "2026-03-26T15:00:00Z", "monterrey")
    return rows


@contextmanager
def opened(
    folder: Path, clock: Clock, rows: Sequence[tuple[str, ...]] | None = None, port: int | None = None, **more: Any
) -> Iterator[Application]:
    """The application of these rows, told at the clock's moment."""
    file = folder / "syncline.yaml"
    file.write_text(CONFIGURATION)
    say(folder, told() if rows is None else rows)
    mail = Mail("127.0.0.1", "Syncline <syncline@example.com>", port, "none", timeout=5) if port else None
    settings = replace(
        load_settings(file, {}), **{"objectives": (RELEASE,), "telling": Telling(url="https://sync.example.com/", mail=mail), **more}
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Application, "now_ns", lambda _: clock())
        application = Application(settings)
        try:
            application.ingest()
            yield application
        finally:
            application.close()


def say(folder: Path, rows: Sequence[tuple[str, ...]]) -> None:
    """More of the same file."""
    file = folder / "bus.csv"
    text = table(HEADS, *rows)
    with file.open("a", newline="") as out:
        out.write(text.partition("\n")[2] if file.stat().st_size else text)


def people(application: Application) -> None:
    """An executive, one who may see Hamburg only, and an administrator."""
    application.accounts.add_user("eva", PASSWORD, ["exec"])
    application.accounts.add_user("hanna", PASSWORD, ["supply"], Scope(frozenset({"hamburg"})))
    application.accounts.add_user("ada", PASSWORD, ["admin"])


def tells(application: Application) -> None:
    """Sends what waits."""
    with ThreadPoolExecutor(2) as senders:
        teller.tick(application, senders)
