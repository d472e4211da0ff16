"""A sample is explained field by field, and what becomes of each record is said in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from collectors.collector import Trouble
from collectors.explain import Explanation, explain_file
from tests.sources.plant_floor import NOTHING, log, logs, span, traces

KIND = {"mfg.event.type": "order.released", "mfg.object.order": "7"}
CSV = {
    "name": "wms",
    "kind": "csv",
    "path": "elsewhere/*.csv",
    "map": {
        "event_type": {"column": "ACTION", "values": {"GR": "goods.received", "LOGIN": None}},
        "event_time": {"column": "AT"},
        "system": {"value": "wms"},
        "quantity": {"column": ["QTY", "MENGE"]},
        "objects": {"type": {"value": "delivery"}, "id": {"column": "REF"}},
    },
}


def explained(tmp_path: Path, entry: dict[str, Any], content: bytes) -> list[Explanation]:
    file = tmp_path / "sample[1].csv"
    file.write_bytes(content)
    found = list(explain_file(entry, file, NOTHING))
    assert not [each for each in found if isinstance(each, Trouble)]
    return [each for each in found if isinstance(each, Explanation)]


def test_a_row_says_for_each_field_which_column_gave_it(tmp_path: Path) -> None:
    (told,) = explained(tmp_path, CSV, b"ACTION,AT,QTY,MENGE,REF\nGR,2026-03-23T12:00:00.5Z,,5,D1\n")
    assert told.position == "sample[1].csv:2"
    assert told.fields == [
        ("outcome", "ok", ""),
        ("event_type", "goods.received", "map: column ACTION"),
        ("event_time", "2026-03-23T12:00:00.5Z", "map: column AT"),
        ("system", "wms", "map: the constant 'wms'"),
        ("quantity", "5.000000", "map: column MENGE"),
        ("attempt", "1", ""),
        ("object delivery", "D1", "map: column REF"),
    ]
    assert "site" in told.empty
    assert told.verdict == "event goods.received, ok, of delivery D1"


def test_what_is_no_event_and_what_is_rejected_says_why(tmp_path: Path) -> None:
    content = b"ACTION,AT,QTY,MENGE,REF\nLOGIN,2026-03-23T12:00:00Z,,,\nXX,2026-03-23T12:00:00Z,,,\nshort\nGR,2026-03-23T12:00:00Z,,,\n"
    assert [told.verdict for told in explained(tmp_path, CSV, content)] == [
        "no event: the mapping finds no event type in it",
        "rejected: column ACTION: 'XX' is not among the values of the mapping; allowed: GR, LOGIN",
        "rejected: the line is not a row of the table: it has 1 fields where the header has 5",
        "event goods.received, ok, of no object at all, so only a trace or message id can place it",
    ]


def test_a_span_says_whether_itself_its_resource_or_the_mapping_spoke(tmp_path: Path) -> None:
    entry = {"name": "traces", "kind": "otlp", "map": {"item": {"attribute": "acme.item"}}}
    body = traces(span(attributes={**KIND, "acme.item": "M-1"}), span("1" * 16), span("zz"), resource={"mfg.site": "penang"})
    event, other, bad = explained(tmp_path, entry, body)
    assert event.fields == [
        ("outcome", "ok", ""),
        ("event_type", "order.released", "attribute mfg.event.type"),
        ("event_time", "2026-03-23T12:00:00Z", "the end of the span"),
        ("site", "penang", "resource attribute mfg.site"),
        ("item", "M-1", "map: attribute acme.item"),
        ("attempt", "1", ""),
        ("object order", "7", "attribute mfg.object.order"),
    ]
    assert other.verdict == "no event: nothing in it is an event type. It is kept and shown in its trace"
    assert bad.verdict == "rejected: spanId must be 16 hex digits, not all zero (found 'zz')"


def test_a_log_record_says_what_made_it_an_event(tmp_path: Path) -> None:
    record = log(eventName="item.changed", severityNumber=17, body={"stringValue": "no"})
    (told,) = explained(tmp_path, {"name": "logs", "kind": "otlp_file", "path": "x"}, logs(record))
    assert ("event_type", "item.changed", "its event name") in told.fields
    assert ("error_text", "no", "its body") in told.fields
    assert told.verdict == "event item.changed, error, of no object at all, so only a trace or message id can place it"


def test_a_stock_row_is_explained_as_one(tmp_path: Path) -> None:
    content = b"snapshot_time,system,site,location,item,quantity\n2026-03-23T12:00:00Z,erp,hamburg,FG,M-1,5\n"
    (told,) = explained(tmp_path, {"name": "stock", "kind": "inventory_csv", "path": "x", "map": {"uom": {"value": "PC"}}}, content)
    assert told.verdict == "stock snapshot of erp at hamburg"
    assert ("uom", "PC", "map: the constant 'PC'") in told.fields
    assert told.empty == ["batch"]


def test_a_line_that_is_no_otlp_is_rejected(tmp_path: Path) -> None:
    entry = {"name": "traces", "kind": "otlp_file", "path": "x"}
    assert [told.verdict for told in explained(tmp_path, entry, b"{}\n{oops}\n[]\n")] == [
        "nothing is in it",
        "rejected: the line cannot be read: not JSON: unexpected character, expected a string key: line 1 column 2 (char 1)",
        "rejected: the line cannot be read: must be a JSON object (found list)",
    ]


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (trouble,) = explain_file(CSV, tmp_path / "none.csv", NOTHING)
    assert isinstance(trouble, Trouble)
    assert trouble.sentence.startswith(f"{tmp_path}/none.csv: there is no such file.")
