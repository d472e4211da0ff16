"""A running Syncline concludes from the telemetry exactly what the script put there."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.demo import EDI, settings_in
from app.serve import Service, running
from app.simulator import Report, run
from app.simulator.flows import FLOWS
from app.simulator.rhythm import to_ns
from metrics.read import Moment

END = datetime(2026, 11, 18, 13, 30, tzinfo=UTC)  # a Wednesday
OPEN = ("failed", "overdue", "inconsistent", "retrying", "unjudged")
AS_SEEN = {"missing": "overdue", **{word: word for word in ("failed", "retrying", "inconsistent", "cancelled", "unjudged")}}


@pytest.fixture(scope="module", params=[1, 2])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Report]]:
    home = tmp_path_factory.mktemp("home")
    settings = settings_in(home)
    with running(settings) as service:
        report = run(service.otlp_url, request.param, END - timedelta(days=7), END, volume=0.1, edi=home / EDI)
        service.application.ingest(["edi-provider"])
        service.application.advance()
        yield service, report


def exported(service: Service, name: str) -> list[dict[str, Any]]:
    with service.application.reader(Moment(to_ns(END), service.application.now_ns())) as reader:
        return list(reader.export(name))


def test_exactly_the_scripted_transactions_are_open(told: tuple[Service, Report]) -> None:
    service, report = told
    expected = {(v["workflow"], v["transaction_id"]): ("inconsistent", None) for v in report.truth["violations"]}
    expected |= {(f["workflow"], f["transaction_id"]): (AS_SEEN[f["seen_as"]], f["error_class"]) for f in report.truth["findings"]}
    expected = {named: seen for named, seen in expected.items() if seen[0] in OPEN}
    found = {(t["workflow"], t["transaction_id"]): (t["status"], t["error_class"]) for t in exported(service, "transactions")
             if t["status"] in OPEN}  # fmt: skip
    assert found == expected
    assert len(found) == 46


def test_exactly_the_scripted_rules_are_broken(told: tuple[Service, Report]) -> None:
    service, report = told
    found = {(v["rule"], v["workflow"], v["transaction_id"]) for v in exported(service, "violations")}
    assert found == {(v["rule"], v["workflow"], v["transaction_id"]) for v in report.truth["violations"]}
    assert len({rule for rule, _, _ in found}) == 10


def test_each_is_open_at_the_scripted_milestone(told: tuple[Service, Report]) -> None:
    service, report = told
    rows = {(t["workflow"], t["transaction_id"]): t for t in exported(service, "transactions")}
    for finding in report.truth["findings"]:
        row = rows[finding["workflow"], finding["transaction_id"]]
        if finding["seen_as"] == "failed":
            assert row["failed_milestone"] == finding["milestone"]
        if finding["seen_as"] == "missing":
            assert row["missing"] == [finding["milestone"]]
        assert row["site"] == finding["site"]


def test_failures_are_grouped_as_scripted(told: tuple[Service, Report]) -> None:
    rows = {(f["workflow"], f["milestone"], f["error_class"]): f["transactions"] for f in exported(told[0], "failures")}
    assert rows == {
        ("master_data_sync", "synced_scm", "dependency"): 1,
        ("order_to_production", "received", "contract"): 4,
        ("procure_to_receipt", "sent", "contract"): 1,
        ("production_to_inventory", "confirmed", "business"): 13,
        ("purchase_order_change", "sent", "configuration"): 2,
        ("shipment_to_invoice", "issued", "transient"): 1,
        ("shipment_to_invoice", "picked", "unknown"): 1,
        ("stock_movement_sync", "moved_erp", "business"): 1,
    }


def test_only_messages_that_nobody_could_read_belong_nowhere(told: tuple[Service, Report]) -> None:
    service, report = told
    with service.application.reader(Moment(to_ns(END), service.application.now_ns())) as reader:
        unplaced = reader.unplaced()
    assert int(unplaced["failures"].sum()) == report.truth["unplaced_failures"] == 2


def test_nearly_everything_is_fine(told: tuple[Service, Report]) -> None:
    statuses = Counter(t["status"] for t in exported(told[0], "transactions"))
    good = statuses["complete"] + statuses["in_progress"] + statuses["cancelled"]
    assert good / (statuses.total() - 46) > 0.97


def test_every_workflow_lives_at_every_plant(told: tuple[Service, Report]) -> None:
    seen = {(t["workflow"], t["site"]) for t in exported(told[0], "transactions")}
    assert {workflow for workflow, _ in seen} == set(FLOWS)
    assert len(seen) == 33


def test_past_failures_were_recovered_and_retries_healed(told: tuple[Service, Report]) -> None:
    rows = exported(told[0], "transactions")
    assert sum(t["is_recovered"] for t in rows) >= 1
    assert sum(t["is_self_healed"] for t in rows) >= 5


def test_nothing_was_rejected(told: tuple[Service, Report]) -> None:
    assert exported(told[0], "rejected") == []


def test_what_its_provider_holds_back_makes_nothing_missing(told: tuple[Service, Report]) -> None:
    """Three shipping notices were in time, and their provider has said nothing for an hour."""
    service, report = told
    unheard = {f["transaction_id"] for f in report.truth["findings"] if f["seen_as"] == "unjudged"}
    waiting = {x["transaction_id"]: x for x in exported(service, "expectations") if x["state"] == "unjudged"}
    assert set(waiting) == unheard
    assert {(x["milestone"], x["site"]) for x in waiting.values()} == {("shipped", "monterrey")}


def test_a_receipt_is_of_the_order_that_could_be_read_and_no_answer(told: tuple[Service, Report]) -> None:
    receipts = [event for event in exported(told[0], "events") if event["event_type"] == "technical.receipt"]
    assert len(receipts) > 5
    assert all(event["objects"].keys() == {"purchase_order"} and event["site"] == "monterrey" for event in receipts)


def test_all_of_it_arrived(told: tuple[Service, Report]) -> None:
    service, report = told
    assert report.lost == 0
    with service.application.store.read() as cursor:
        kept = cursor.execute("select (select count(*) from spans) + (select count(*) from log_rows)").fetchall()[0][0]
    assert kept == report.written


def test_the_truth_can_be_written_for_others(told: tuple[Service, Report], tmp_path: Path) -> None:
    (tmp_path / "truth.json").write_text(json.dumps(told[1].truth))
    assert json.loads((tmp_path / "truth.json").read_text())["unplaced_failures"] == 2
