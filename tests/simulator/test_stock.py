"""The lists of stock differ exactly where the simulated postings did, and a running Syncline says why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.demo import LISTS, settings_in
from app.serve import Service, running
from app.simulator import Report, run
from app.simulator.rhythm import to_ns
from metrics.inventory import Asked, Stock
from metrics.read import Moment

END = datetime(2026, 11, 18, 13, 30, tzinfo=UTC)  # a Wednesday


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Report]]:
    settings = settings_in(tmp_path_factory.mktemp("home"))
    with running(settings) as service:
        report = run(service.otlp_url, 1, END - timedelta(days=4), END, volume=0.1, lists=settings.folder / LISTS)
        service.application.ingest(["stock-lists"])
        yield service, report


def differing(service: Service, at: datetime) -> list[dict[str, Any]]:
    with service.application.reader(Moment(to_ns(at), service.application.now_ns())) as reader:
        return [row for row in reader.export("inventory") if row["difference"] != 0]


def caused(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Movement → cause."""
    return {cause["transaction_id"]: cause["cause"] for row in rows for cause in row["causes"] if cause["cause"] != "in_flight"}


def test_every_scripted_movement_explains_a_difference_and_no_other_does(told: tuple[Service, Report]) -> None:
    service, report = told
    scripted = {f["transaction_id"]: f["seen_as"] for f in report.truth["findings"] if f["workflow"] == "stock_movement_sync"}
    found = caused(differing(service, END))
    assert found == {name: {"missing": "lost", "failed": "failed", "inconsistent": "duplicated"}[seen] for name, seen in scripted.items()}
    assert sorted(found.values()) == ["duplicated", "failed", "lost"]


def test_only_what_was_counted_or_is_unknown_to_the_erp_is_unexplained(told: tuple[Service, Report]) -> None:
    rows = differing(told[0], END)
    unexplained = {(row["site"], row["item"]): row["unexplained"] for row in rows if row["unexplained"] != 0 and row["erp"] is not None}
    assert unexplained == {("monterrey", "CUW-080"): 7, ("augsburg", "BRG-6310"): -12}
    assert {(row["site"], row["item"]) for row in rows if row["erp"] is None} == {("kulim", "CON-M12")}


def test_before_anything_went_wrong_everything_agreed(told: tuple[Service, Report]) -> None:
    """Three days before the end there was only what had been counted six days before it, and the lot that the ERP never heard of."""
    rows = [row for row in differing(told[0], END - timedelta(days=3)) if row["erp"] is not None]
    assert caused(rows) == {}
    assert [(row["site"], row["item"]) for row in rows if row["unexplained"] != 0] == [("augsburg", "BRG-6310")]


def test_lists_are_compared_every_six_hours_and_once_just_before_the_end(told: tuple[Service, Report]) -> None:
    service, _ = told
    with service.application.reader(Moment(to_ns(END), service.application.now_ns())) as reader:
        history = Stock(reader).history("site", "kulim")
        keys = Stock(reader).differences(Asked(shown="all"))
    assert len(history) == 16
    assert set(keys["abc_class"]) == {"A", "B", "C"}
    assert keys["value"].notna().all()
