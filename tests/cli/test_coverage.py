"""`syncline coverage`: what arrives of each workflow, what never came, and what would close the gap."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.commands import Run, here

CONFIGURATION = """
version: 1
sources:
  - name: orders
    kind: csv
    complete: true
    path: orders.csv
    map:
      event_type: {column: WHAT}
      event_time: {column: AT}
      system: {column: SYSTEM}
      site: {column: PLANT}
      outcome: {column: RC, values: {OK: ok, NOK: error}}
      objects: {type: {value: production_order}, id: {column: ORDER}}
"""
ROWS = """WHAT,AT,SYSTEM,PLANT,RC,ORDER
order.released,2026-03-23T08:00:00Z,erp,brno,OK,1
order.released,2026-03-23T08:01:00Z,erp,brno,NOK,2
work_order.received,2026-03-23T08:02:00Z,opcenter,brno,OK,1
"""


@pytest.fixture
def run(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    (tmp_path / "syncline.yaml").write_text(CONFIGURATION)
    (tmp_path / "orders.csv").write_text(ROWS)
    monkeypatch.chdir(tmp_path)
    command = here(capfd)
    command("ingest")
    return command


def test_each_milestone_says_what_arrives_or_what_would_let_it(run: Run) -> None:
    result = run("coverage", "order_to_production")
    assert result.code == 0
    lines = result.out.splitlines()
    assert lines[0] == "Order-to-production release (order_to_production): 1 of 4 milestones arrive"
    assert lines[1].endswith("order.created at erp: never came (not required)")
    released = next(i for i, line in enumerate(lines) if line.endswith("order.released at erp"))
    assert "orders, brno: 2 events, 1 of them failed; newest " in lines[released + 1]
    received = next(i for i, line in enumerate(lines) if "work_order.received at mes: never came" in line)
    assert lines[received + 1].strip() == "work_order.received comes from opcenter; is that the system mes? Then let it say so"
    assert '"mfg.event.type": "work_order.received", "mfg.system": "mes", "mfg.object.production_order"' in lines[received + 2]
    assert 'set(attributes["mfg.event.type"], "work_order.received")' in lines[received + 3]
    assert "event_type: {column: A, values: {WHAT IT SAYS: work_order.received}}, system: {value: mes}" in lines[received + 4]
    assert lines[-1] == "2 required milestones never came in workflows of which something comes."


def test_all_workflows_are_told_of_and_an_unknown_one_is_a_mistake(run: Run) -> None:
    assert run("coverage").out.count(" milestones arrive\n") == 11
    result = run("coverage", "order_to_producton")
    assert result.code == 2
    assert "Did you mean 'order_to_production'?" in result.said


def test_the_export_has_a_row_for_what_never_came(run: Run) -> None:
    rows = [json.loads(line) for line in run("export", "coverage", "--as-of", "2026-03-23T08:00:30Z").out.splitlines()]
    found = {(row["workflow"], row["milestone"]): row for row in rows}
    released = found["order_to_production", "released"]
    assert (released["source"], released["site"], released["events"], released["error_events"]) == ("orders", "brno", 1, 0)
    assert released["newest_event_time"] == "2026-03-23T08:00:00.000Z"
    never = found["order_to_production", "received"]
    assert (never["source"], never["events"], never["elsewhere"]) == (None, 0, None)
