"""A person goes out of the data by the command line: numbers stay, a rebuild does not bring them back, and what was begun is ended."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from app.accounts import Accounts
from app.configuration.roles import shipped
from app.examination.erasure import look_at_erasure
from app.privacy import data
from app.privacy.disguise import Disguise
from app.recovery.memory import Memory
from app.recovery.runs import Actor
from app.storage.state import State
from collectors.event import Record
from collectors.journal import Journal
from collectors.otlp import PROTOBUF
from collectors.rewriting import records
from tests.cli.commands import Run, here

CONFIGURATION = """
version: 1
home: home
timezone: Europe/Berlin
sites: [{name: hamburg, timezone: Europe/Berlin}]
sources:
  - {name: bus, kind: csv, path: bus.csv, position: no, complete: true, map: {event_type: {column: type}, event_time: {column: time},
     system: {column: system}, site: {value: hamburg}, objects: {type: {column: object_type}, id: {column: object_id}},
     partner: {column: partner}, customer: {column: customer}, outcome: {column: outcome}, error_text: {column: error}}}
"""
BUS = """no,time,type,system,object_type,object_id,partner,customer,outcome,error
1,2026-03-02T08:00:00Z,purchase_order.sent,erp,purchase_order,PO-1,Anna Müller,,ok,
2,2026-03-02T09:00:00Z,purchase_order.confirmed,supplier,purchase_order,PO-1,ANNA MÜLLER,,ok,
3,2026-03-02T08:00:00Z,purchase_order.sent,erp,purchase_order,PO-2,Bolt AG,,error,Supplier Anna Müller does not exist
4,2026-03-02T08:30:00Z,purchase_order.sent,erp,purchase_order,Anna Müller,Bolt AG,"Anna Müller, Kiel",ok,
5,2026-03-03T08:30:00Z,purchase_order.confirmed,supplier,purchase_order,Anna Müller,Bolt AG,Hanna Müllerin,ok,
"""
AS_OF = "2026-03-09T00:00:00Z"
EXPORTS = ("transactions", "failures", "expectations", "events", "metrics")


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    return here(capfd)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Path:
    """A home that read a table and received a span."""
    monkeypatch.chdir(tmp_path)
    Path("syncline.yaml").write_text(CONFIGURATION)
    Path("bus.csv").write_text(BUS)
    assert run("ingest").code == 0
    request = ExportTraceServiceRequest()
    span = request.resource_spans.add().scope_spans.add().spans.add()
    span.trace_id, span.span_id, span.name = b"t" * 16, b"s" * 8, "confirm Anna Müller"
    span.start_time_unix_nano, span.end_time_unix_nano = 1_772_500_000_000_000_000, 1_772_500_001_000_000_000
    for key, value in (("mfg.event.type", "purchase_order.confirmed"), ("mfg.system", "supplier"), ("mfg.object.purchase_order", "PO-2")):
        span.attributes.add(key=key).value.string_value = value
    journal = Journal(tmp_path / "home" / "journal")
    journal.append([Record("otlp", "", request.SerializeToString(), PROTOBUF, 1_772_500_002_000_000_000, "traces")])
    journal.close()
    assert run("refresh").code == 0
    return tmp_path / "home"


def exported(run: Run, folder: Path) -> dict[str, list[str]]:
    """The rows of the exports, without event ids: those of records without an id are made from their content."""
    found = {}
    for name in EXPORTS:
        assert run("export", name, "--as-of", AS_OF, "--out", folder / f"{name}.jsonl").code == 0
        rows = [json.loads(line) for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
        rows = [{key: value for key, value in row.items() if key != "event_id"} for row in rows]
        found[name] = [json.dumps(row, ensure_ascii=False) for row in rows]
    return found


def as_if(change: Callable[[str], str], found: dict[str, list[str]]) -> dict[str, list[str]]:
    """The rows with something replaced in them, in an order that does not depend on it."""
    return {name: sorted(map(change, rows)) for name, rows in found.items()}


def test_a_person_goes_out_of_records_and_tables_and_every_number_stays(home: Path, tmp_path: Path, run: Run):
    before = exported(run, tmp_path)
    assert "Anna Müller" in "".join(before["transactions"])
    said = run("privacy", "erase", "Anna Müller", "--in-data", "--yes")
    assert said.code == 0, said
    other = re.search(r"One value is (.*) from now on\.", said.out)
    assert other
    person = Disguise("Anna Müller", other[1])
    # The same rows, with the pseudonym where the person was: every number, state and time is as before.
    assert as_if(str, exported(run, tmp_path)) == as_if(person.text, before)
    assert run("rebuild").code == 0
    assert as_if(str, exported(run, tmp_path)) == as_if(person.text, before)
    held = b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file() and file.suffix != ".journal")
    assert not re.search("anna müller(?!in)".encode(), held.lower().replace("Ü".encode(), "ü".encode()))
    assert {record.source for record in records(home / "journal") if person.body(record) != record.payload} == set()
    assert run("audit", "verify").code == 0


def test_what_is_known_of_a_group_stays_with_it_though_its_words_are_others(home: Path, tmp_path: Path, run: Run):
    def group() -> dict[str, Any]:
        (found,) = (json.loads(line) for line in run("export", "failure_groups").out.splitlines())
        return {name: found[name] for name in ("signature", "words", "notes", "transactions")}

    before = group()
    accounts = Accounts(State(home).url())
    Memory(accounts.engine, lambda: 1).note(before["signature"], Actor("tom", frozenset({"it"}), access=shipped()), "ask Anna Müller")
    accounts.close()
    other = re.search(r"One value is (.*) from now on\.", run("privacy", "erase", "Anna Müller", "--in-data", "--yes").out)
    assert other
    after = group()
    assert after["signature"] != before["signature"]
    assert (after["words"], after["transactions"]) == (f"supplier {other[1].lower()} does not exist", 1)
    assert [note["text"] for note in after["notes"]] == [f"ask {other[1].title()}"]


def test_the_sources_go_on_where_they_were(home: Path, tmp_path: Path, run: Run):
    before = len([*records(home / "journal")])
    run("privacy", "erase", "Anna Müller", "--in-data", "--yes")
    assert run("ingest").code == 0
    kinds = [record.content_type for record in records(home / "journal")][before:]
    assert all("read" in kind for kind in kinds), kinds


def test_find_counts_what_would_be_replaced_and_what_would_not(home: Path, run: Run):
    said = run("privacy", "find", "Anna Müller").out
    lines = [re.split(r" {2,}", line.strip()) for line in said.splitlines()]
    assert ["records of", "bus", "5"] in lines or ["records of", "bus", "4"] in lines, said
    assert ["records of", "otlp", "1"] in lines
    assert run("privacy", "find", "nobody at all").out == "nobody at all is nowhere.\n"


def test_what_was_begun_is_ended_with_the_same_pseudonym(home: Path, run: Run):
    plan = data.planned(home, ["Anna Müller"])
    data.disguise(home, plan)  # and then we were killed
    assert [finding.grade for finding in look_at_erasure(home)] == ["fail"]
    said = run("privacy", "erase", "Bolt AG", "--in-data", "--yes")
    assert (said.code, "Something else was begun" in said.said) == (2, True)
    assert f"One value is {plan.disguises[0].other} from now on." in run("privacy", "erase", "Anna Müller", "--in-data", "--yes").out
    assert [*look_at_erasure(home)] == []


@pytest.mark.parametrize("value", ["Ann", "12345", "0000012345", "----"])
def test_what_would_be_found_everywhere_is_refused(home: Path, run: Run, value: str):
    said = run("privacy", "erase", f"--also={value}", "Anna Müller", "--in-data", "--yes")
    assert (said.code, "is too short" in said.said) == (2, True)


def test_nothing_is_erased_without_being_asked(home: Path, run: Run):
    said = run("privacy", "erase", "Anna Müller", "--in-data")
    assert (said.code, "Say --yes when it is meant" in said.said) == (2, True)


def test_a_user_is_erased_by_name(home: Path, run: Run):
    Path("password").write_text("correct horse battery\n")
    run("user", "add", "frieda", "--role", "it", "--password-file", "password")
    said = run("privacy", "erase", "frieda", "--yes")
    assert re.match(r"frieda is erased-[0-9a-f]{8} from now on, and may not sign in\.", said.out), said
    assert "frieda" not in run("user", "list").out
    assert "nobody is called 'frieda' here" in run("privacy", "erase", "frieda", "--yes").said
    assert run("audit", "verify").code == 0
