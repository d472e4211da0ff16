"""The export of events as OCEL 2.0: a log that keeps the rules of the standard, whatever the events are."""

from __future__ import annotations

import json
import re
import tracemalloc
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.ocel import ALL_PAIRS, log_of
from tests.cli.commands import Run
from tests.repository import ROOT

SCHEMA = ROOT.parent / "shared" / "data" / "ocel" / "schema_ocel2.json"
ORDERS = """LOG_ID,ACTION,TIME,ORDER,PO,DUE
1,purchase_order.created,2026-03-23T08:00:00Z,,4500,2026-03-25T08:00:00Z
2,purchase_order.changed,2026-03-23T09:00:00Z,,4500,2026-03-26T08:00:00Z
3,order.created,2026-03-23T10:00:00Z,SO-1,4500,
"""
CONFIGURATION = """version: 1
sources:
  - name: orders
    kind: csv
    path: orders.csv
    position: LOG_ID
    complete: true
    map:
      event_type: {column: ACTION}
      event_time: {column: TIME}
      due_time: {column: DUE}
      system: {value: erp}
      objects:
        - {type: {value: sales_order}, id: {column: ORDER}}
        - {type: {value: purchase_order}, id: {column: PO}}
"""


def read(rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(b"".join(log_of(rows)))
    return found


def row(number: int, **said: Any) -> dict[str, Any]:
    """A row of the export `events`, as far as a log looks at it."""
    empty = dict.fromkeys(
        ("site", "item", "uom", "ordered_quantity", "value", "currency", "due_time", "promised_time", "partner", "customer")
    )
    named = {
        "event_id": f"e{number}",
        "event_type": "order.created",
        "event_time": f"2026-03-23T08:00:{number % 60:02}.000Z",
        "objects": {},
    }
    return {**empty, **named, **said}


def check_rules(log: dict[str, Any]) -> None:
    """The rules of OCEL 2.0: what is used is declared, ids are unique, references lead somewhere, values are what their type says."""
    assert list(log) == ["objectTypes", "eventTypes", "objects", "events"]
    kinds = {
        name: {each["name"]: {a["name"]: a["type"] for a in each["attributes"]} for each in log[name]} for name in log if "Types" in name
    }
    objects = {each["id"]: each for each in log["objects"]}
    assert len(objects) == len(log["objects"])
    assert len({each["id"] for each in log["events"]}) == len(log["events"])
    for declared, things in ((kinds["objectTypes"], log["objects"]), (kinds["eventTypes"], log["events"])):
        assert {thing["type"] for thing in things} == declared.keys()
        for thing in things:
            for attribute in thing["attributes"]:
                assert CHECKS[declared[thing["type"]][attribute["name"]]](attribute["value"]), attribute
            for relation in thing["relationships"]:
                assert relation["objectId"] in objects
                assert relation["qualifier"]
    assert all(is_time(event["time"]) for event in log["events"])
    assert all(is_time(attribute["time"]) for each in log["objects"] for attribute in each["attributes"])


def is_time(text: str) -> bool:
    return datetime.fromisoformat(text).tzinfo is not None


CHECKS = {
    "string": lambda text: isinstance(text, str),
    "integer": lambda text: re.fullmatch(r"-?\d+", text),
    "float": lambda text: re.fullmatch(r"-?\d+(\.\d+)?", text),
    "boolean": lambda text: text in ("true", "false"),
    "time": is_time,
}


def exported(run: Run, folder: Path, *more: str) -> dict[str, Any]:
    (folder / "syncline.yaml").write_text(CONFIGURATION)
    (folder / "orders.csv").write_text(ORDERS)
    assert run("ingest").code == 0
    result = run("export", "events", "--format", "ocel", *more)
    assert result.code == 0
    log: dict[str, Any] = json.loads(result.out)
    return log


def test_events_are_written_as_a_log_with_their_objects(run: Run, tmp_path: Path) -> None:
    log = exported(run, tmp_path)
    check_rules(log)
    assert [event["id"] for event in log["events"]] == ["orders:1", "orders:2", "orders:3"]
    assert log["events"][2]["relationships"] == [
        {"objectId": "purchase_order:4500", "qualifier": "purchase_order"},
        {"objectId": "sales_order:SO-1", "qualifier": "sales_order"},
    ]
    bought, sold = log["objects"]
    assert bought["attributes"] == [
        {"name": "due_time", "time": "1970-01-01T00:00:00Z", "value": "2026-03-25T08:00:00.000Z"},
        {"name": "due_time", "time": "2026-03-23T09:00:00.000Z", "value": "2026-03-26T08:00:00.000Z"},
    ]
    assert bought["relationships"] == [{"objectId": "sales_order:SO-1", "qualifier": "named together with sales_order"}]
    assert (sold["id"], sold["type"], sold["attributes"]) == ("sales_order:SO-1", "sales_order", [])
    assert log["objectTypes"][0] == {"name": "purchase_order", "attributes": [{"name": "due_time", "type": "time"}]}


def test_only_what_was_asked_for_is_in_it(run: Run, tmp_path: Path) -> None:
    log = exported(run, tmp_path, "--to", "2026-03-23T10:00:00Z")
    check_rules(log)
    assert [each["id"] for each in (*log["events"], *log["objects"])] == ["orders:1", "orders:2", "purchase_order:4500"]


def test_a_log_of_nothing_is_a_log() -> None:
    assert read([]) == {"objectTypes": [], "eventTypes": [], "objects": [], "events": []}


def test_the_same_id_of_two_types_is_two_objects() -> None:
    log = read(
        [row(1, objects={"a": ["b:1"], "a:b": ["1"], "c": ["1"]}), row(2, objects={"a": ["1"]}, value=Decimal("12.500000"), attempt=2)]
    )
    check_rules(log)
    assert [each["id"] for each in log["objects"]] == ["a:1", "a:b:1", "a%3Ab:1", "c:1"]
    assert log["objects"][0]["attributes"] == [{"name": "value", "time": "1970-01-01T00:00:00Z", "value": "12.5"}]


def test_a_value_that_does_not_change_is_told_once() -> None:
    told = [row(n, objects={"po": ["1"]}, site=site) for n, site in enumerate(("ulm", "ulm", None, "ulm", "hamburg", "ulm"))]
    values = [attribute["value"] for attribute in read(told)["objects"][0]["attributes"]]
    assert values == ["ulm", "hamburg", "ulm"]


def test_an_event_of_very_many_objects_relates_each_to_the_first_only() -> None:
    log = read([row(1, objects={"lot": [f"{n:03}" for n in range(ALL_PAIRS + 1)]})])
    check_rules(log)
    assert [len(each["relationships"]) for each in log["objects"]] == [ALL_PAIRS, *[0] * ALL_PAIRS]


def test_a_long_log_takes_no_more_memory_than_a_short_one() -> None:
    def peak(count: int) -> int:
        rows = (row(n, event_id=f"e{n}", objects={"po": [str(n)]}, partner="somebody", error_text="x" * 200) for n in range(count))
        tracemalloc.start()
        try:
            for _ in log_of(rows):
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(6_000) < 1.5 * peak(1_500)


@pytest.mark.skipif(not SCHEMA.exists(), reason="an extra check with the schema of OCEL 2.0 in ../shared, which is not here")
def test_a_log_fits_the_schema_of_the_standard(run: Run, tmp_path: Path) -> None:
    check_schema(exported(run, tmp_path), json.loads(SCHEMA.read_text()))


def check_schema(value: Any, schema: dict[str, Any]) -> None:
    """The words of JSON Schema that the schema uses."""
    assert schema.keys() <= {"$schema", "type", "properties", "required", "items", "format"}, schema
    assert isinstance(value, {"object": dict, "array": list, "string": str}[schema["type"]])
    for name, below in schema.get("properties", {}).items():
        if name in value:
            check_schema(value[name], below)
    assert all(name in value for name in schema.get("required", ()))
    for each in value if "items" in schema else ():
        check_schema(each, schema["items"])
    assert schema.get("format") != "date-time" or is_time(value)
