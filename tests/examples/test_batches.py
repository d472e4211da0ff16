"""The documented example of batch files, from the clock to the transactions: in time, too short, late, missing, and not known yet."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.application import Application, opened
from app.settings import load_settings
from metrics.read import Moment

EXAMPLE = Path(__file__).parents[2] / "app" / "docs" / "examples" / "schedule"
MONDAY = "2020-03-23"  # long before any file here was written, so that each came when it is found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "schedule", ignore=shutil.ignore_patterns("home", "in")))
    (folder / "in").mkdir()
    return folder


@pytest.fixture
def application(folder: Path) -> Iterator[Application]:
    with opened(load_settings(folder / "syncline.yaml", {})) as application:
        yield application


def nanoseconds(clock: str) -> int:
    return int(datetime.fromisoformat(f"{MONDAY}T{clock}").replace(tzinfo=ZoneInfo("Europe/Berlin")).timestamp()) * 10**9


def status(application: Application, clock: str) -> dict[str, Any]:
    """What each run is called at that time, once the source was read then."""
    application.intake._clock = lambda: nanoseconds(clock)
    application.ingest()
    with application.reader(Moment(nanoseconds(clock), application.now_ns())) as reader:
        return {row["transaction_id"].split()[0]: row["status"] for row in reader.export("transactions")}


def test_a_night_of_batches(application: Application, folder: Path) -> None:
    assert status(application, "00:00") == {"stock-extract": "in_progress", "prices": "in_progress"}
    (folder / "in" / "prices.csv").write_text("MATNR,PRICE\nM-100,7\n")
    assert status(application, "04:00") == {"stock-extract": "in_progress", "prices": "complete"}
    (folder / "in" / "stock_20200323.csv").write_text("MATNR,QTY\nM-100,1\n")
    assert status(application, "05:00") == {"stock-extract": "failed", "prices": "complete"}
    (folder / "in" / "stock_20200323.csv").write_text("MATNR,QTY\nM-100,1\nM-200,1\nM-300,1\n")
    assert status(application, "05:20") == {"stock-extract": "complete", "prices": "complete"}


def test_what_does_not_come_is_overdue_once_it_was_looked_for_and_late_when_it_comes(application: Application, folder: Path) -> None:
    assert status(application, "05:00")["stock-extract"] == "in_progress"
    (folder / "in").rename(folder / "away")
    assert status(application, "05:40")["stock-extract"] == "unjudged"
    (folder / "away").rename(folder / "in")
    assert status(application, "05:41")["stock-extract"] == "overdue"
    (folder / "in" / "stock_20200323.csv").write_text("MATNR,QTY\nM-100,1\nM-200,1\nM-300,1\n")
    assert status(application, "05:50")["stock-extract"] == "late"
