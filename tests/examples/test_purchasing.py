"""The documented example: a purchase log that nobody wrote for Syncline, from the file to the path."""

from __future__ import annotations

import gzip
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.application import Application, opened
from app.settings import load_settings
from metrics.read import Moment, Reader

EXAMPLE = Path(__file__).parents[2] / "app" / "docs" / "examples" / "purchasing"
LOG = Path(__file__).parents[3] / "shared" / "data" / "simod" / "PurchasingExample.csv.gz"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "purchasing", ignore=shutil.ignore_patterns("home")))


@pytest.fixture
def application(folder: Path) -> Iterator[Application]:
    with opened(load_settings(folder / "syncline.yaml", {})) as application:
        yield application


def reading(application: Application, as_of: str) -> Reader:
    moment = int(datetime.fromisoformat(as_of).astimezone(UTC).timestamp()) * 10**9
    return application.reader(Moment(moment, application.now_ns()))


def test_the_sample_has_one_case_that_is_paid_one_without_an_order_and_one_that_waits(application: Application) -> None:
    done = application.ingest()
    assert (done.records, done.events, done.transactions, done.rejected) == (13, 13, 2, 0)
    with reading(application, "2026-03-31T00:00:00+00:00") as reader:
        found = {row["transaction_id"]: (row["status"], row["missing"], row["late"]) for row in reader.export("transactions")}
        path = reader.path("order_to_payment", "9003")
    assert found == {"9001": ("complete", [], []), "9003": ("overdue", ["delivered"], ["confirmed"])}
    assert path is not None
    assert [step.name for step in path.steps if step.is_missing] == ["delivered"]


def test_an_activity_that_the_mapping_does_not_list_is_rejected_with_its_name(folder: Path) -> None:
    with (folder / "data" / "sample.csv").open("a") as file:
        file.write("9003,Return Goods,Meinert,2026-03-20T09:00:00+01:00,2026-03-20T09:05:00+01:00\n")
    with opened(load_settings(folder / "syncline.yaml", {})) as application:
        assert application.ingest().rejected == 1
        with reading(application, "2026-03-31T00:00:00+00:00") as reader:
            rows, total = reader.rejected()
    assert total == 1
    assert rows["position"][0] == "data/sample.csv:15"
    assert "'Return Goods'" in rows["reason"][0]


@pytest.mark.skipif(
    not LOG.is_file(), reason="The purchase log (Simod's PurchasingExample) is not beside this checkout; it is not ours to ship."
)
def test_every_case_with_a_purchase_order_becomes_a_transaction_with_a_path(folder: Path) -> None:
    (folder / "data" / "sample.csv").unlink()
    shutil.copy(LOG, folder / "data")
    with gzip.open(LOG, "rt") as file:
        ordered = {line.split(",")[0] for line in file if ",Create Purchase Order," in line}
    with opened(load_settings(folder / "syncline.yaml", {})) as application:
        assert application.ingest().rejected == 0
        with reading(application, "2012-01-01T00:00:00+00:00") as reader:
            rows = {row["transaction_id"]: row["status"] for row in reader.export("transactions")}
            paths = [reader.path("order_to_payment", case) for case in sorted(ordered)[:5]]
    assert rows.keys() == ordered
    assert len(ordered) == 413
    assert Counter(rows.values()) == {"complete": 345, "late": 68}
    assert all(path is not None and len(path.events) >= 8 for path in paths)
