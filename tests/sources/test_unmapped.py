"""Records without an event type are counted by their fields, and the mapping proposed for them makes events of them."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.figures.proposed_mapping import proposed_mapping
from collectors.columns import Columns
from collectors.message import MESSAGE, packed
from collectors.unmapped import MOST_IN_BATCH, MOST_LISTED, MOST_OF_SOURCE, fields_of
from sql.store import Store
from tests.sources.plant_floor import Plant, plant, record, rows_of
from tests.sources.tables import run

FOUND = "select source, records, example, example_position from unmapped_records order by records desc, shape"


def unmapped(opened: Plant) -> list[tuple[Any, ...]]:
    return opened.rows(FOUND)


def csv_source(folder: Path) -> dict[str, Any]:
    (folder / "log.csv").write_text("STEP,AT,MSG_TYPE,ORDER_NO\n,2026-03-23T12:00:00Z,WO_IN,4711\n,2026-03-23T12:01:00Z,WO_IN,4712\n")
    return {"name": "log", "kind": "csv", "path": "log.csv"}


def database_source(folder: Path) -> dict[str, Any]:
    made = "create table log (id integer primary key, STEP text, AT text, MSG_TYPE text, ORDER_NO text)"
    rows = [f"insert into log values ({n}, '', '2026-03-23T12:0{n}:00Z', 'WO_IN', '471{n}')" for n in (1, 2)]
    run(f"sqlite:///{folder}/erp.db", made, *rows)
    return {"name": "log", "kind": "database", "url": f"sqlite:///{folder}/erp.db", "table": "log", "key": "id"}


def json_source(folder: Path) -> dict[str, Any]:
    lines = [{"head": {"type": "WO_IN", "sent.at": f"2026-03-23T12:0{n}:00Z"}, "order": {"no": f"471{n}"}} for n in (1, 2)]
    (folder / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return {"name": "log", "kind": "files", "path": "*.jsonl", "format": "jsonl"}


@pytest.mark.parametrize(("made", "word"), [(csv_source, "column"), (database_source, "column"), (json_source, "path")])
def test_the_mapping_that_is_proposed_closes_the_gap(tmp_path: Path, made: Any, word: str) -> None:
    source = made(tmp_path)
    before = {"event_type": {word: "STEP"}, "event_time": {word: "AT"}, "objects": {"type": {"value": "order"}, "id": {word: "ORDER_NO"}}}
    with plant(tmp_path, {**source, "map": before}) as opened:
        assert opened.ingest().events == 0
        ((name, count, example, position),) = unmapped(opened)
        assert (name, count) == ("log", 2)
        assert position
        proposed = yaml.safe_load(proposed_mapping("log", source["kind"], word, json.loads(example)))
    (entry,) = proposed["sources"]
    assert entry["map"]["event_type"]["values"] == {"WO_IN": "order.released"}
    with plant(tmp_path, {**source, "map": entry["map"]}) as mended:
        mended.intake.rebuild()
        assert (
            mended.rows("select event_type, system, event_ns // 60000000000 % 60 < 3 from events") == [("order.released", "erp", True)] * 2
        )
        assert mended.column("select object_id from event_objects order by 1")[-1] in ("4712", "4711")
        assert unmapped(mended) == []


def test_as_many_kinds_as_there_are_records_do_not_fill_the_tables(tmp_path: Path) -> None:
    source = {
        "name": "log",
        "kind": "files",
        "path": "*.jsonl",
        "format": "jsonl",
        "map": {"event_type": {"path": "type"}, "event_time": {"path": "at"}},
    }
    with plant(tmp_path, source) as opened:
        for batch in range(4):
            lines = [json.dumps({f"order {batch} {number}": 1}) for number in range(MOST_IN_BATCH + 9)]
            (tmp_path / f"{batch}.jsonl").write_text("\n".join(lines) + "\n")
            opened.ingest()
        assert len(unmapped(opened)) == MOST_OF_SOURCE
        assert unmapped(opened)[0][:3] == ("log", 4 * 9, "{}"), "those beyond are counted without their fields"
        before = opened.rows("select count(*), sum(records) from unmapped_records")
        opened.intake.rebuild()
        assert opened.column("select count(*) <= 100 from unmapped_records") == [True]
        assert before[0][0] == MOST_OF_SOURCE


def test_the_newest_of_a_kind_are_kept_one_by_one(tmp_path: Path) -> None:
    source = {"name": "log", "kind": "files", "path": "*.jsonl", "format": "jsonl", "map": MESSAGE_MAP}
    with plant(tmp_path, source) as opened:
        for batch in (1, 2):
            lines = [json.dumps({"beat": batch * 1000 + number}) for number in range(MOST_LISTED - 100)]
            (tmp_path / f"{batch}.jsonl").write_text("\n".join(lines) + "\n")
            opened.ingest()
        kept = sorted(json.loads(excerpt)["beat"] for excerpt in opened.column("select excerpt from unmapped_newest"))
        assert (len(kept), opened.column("select records from unmapped_records")) == (MOST_LISTED, [2 * MOST_LISTED - 200])
        assert kept[-(MOST_LISTED - 100) :] == list(range(2000, 2000 + MOST_LISTED - 100)), "all of those that came last"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b'{"a": {"b": 1}, "c": [{"d": "x"}], "e.f": {"g h": null}}', {"['e.f'].g h": "None", "a.b": "1", "c[0].d": "x"}),
        (b'[{"a": 1}, {"b": 2}]', {"a": "1"}),
        (b"<order/>", {}),
        (b"7", {}),
        (b"[]", {}),
    ],
)
def test_fields_are_named_as_a_mapping_names_them(body: bytes, fields: dict[str, str]) -> None:
    assert fields_of(body) == fields


MESSAGE_MAP = {"event_type": {"path": "type"}, "event_time": {"path": "at"}, "objects": {"type": {"value": "o"}, "id": {"path": "order"}}}


@pytest.mark.parametrize(
    "source",
    [
        {"kind": "kafka", "brokers": "localhost:9092", "topics": "orders"},
        {"kind": "amqp", "url": "amqp://localhost/", "queues": ["orders"]},
        {"kind": "mqtt", "url": "mqtt://localhost", "topics": ["orders"]},
        {"kind": "rest", "url": "http://localhost/orders", "items": "value"},
    ],
    ids=lambda source: source["kind"],
)
def test_messages_of_every_carrier_are_counted_by_the_fields_of_what_they_carry(tmp_path: Path, source: dict[str, Any]) -> None:
    body = b'{"kind": "WO_IN", "order_no": "4711"}'
    kind, payload = ("application/json", body) if source["kind"] == "rest" else (f"{MESSAGE}; application/json", packed({}, body))
    rows = rows_of({**source, "map": MESSAGE_MAP}, *(record(payload, kind, position=f"orders:{number}") for number in (1, 2)))
    assert (rows.events, rows.rejected) == ([], [])
    with closing(Store(tmp_path / "syncline.duckdb")) as store, store.write() as cursor:
        Columns(rows).store(cursor)
        assert cursor.execute("select records, example, example_position from unmapped_records").fetchall() == [
            (2, '{"kind":"WO_IN","order_no":"4711"}', "orders:2")
        ]
