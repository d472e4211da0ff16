"""Tables, topics and files that change while they are read: what cannot be read is kept, and once mended it is all there, once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres
from tests.sources.plant_floor import Plant, plant
from tests.sources.tables import MAP, entry, run

OTHER = {"name": "other", "kind": "csv", "path": "other.csv", "map": {**MAP, "event_time": {"column": "AT"}}}
MADE = ("drop table if exists log", "create table log (id integer primary key, action varchar(20), at varchar(40), ref varchar(20))")
FIELDS = ("event_type", "event_time", "objects")
ONCE = [("D1", 1), ("D2", 1)]


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path, postgres: Postgres) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/erp.db"
        return
    with postgres.database() as found:
        yield found


def row(number: int, **names: str) -> str:
    columns = ", ".join(names.get(name, name) for name in ("id", "action", "at", "ref"))
    return f"insert into log ({columns}) values ({number}, 'stock.moved', '2026-03-23 12:00:00', 'D{number}')"


def other(folder: Path, *numbers: int) -> None:
    lines = [f"stock.moved,2026-03-23T12:00:00Z,X{number}\n" for number in numbers]
    (folder / "other.csv").write_text("ACTION,AT,REF\n" + "".join(lines))


def counted(opened: Plant, source: str = "wms-log") -> list[tuple[str, int]]:
    """The objects of the events of a source, each with how many events name it."""
    joined = "event_objects join events using (event_no)"
    return opened.rows(f"select object_id, count(*) from {joined} where source = '{source}' group by all order by 1")


def mapped(column: str, field: str) -> dict[str, Any]:
    """The mapping, with one field in this column as well: rows from before are read anew under it too."""
    if field == "objects":
        return {**MAP, "objects": {"type": {"value": "delivery"}, "id": {"column": ["REF", column]}}}
    return {**MAP, field: {**MAP[field], "column": [MAP[field]["column"], column]}}


@pytest.mark.parametrize(
    ("url", "column", "field"),
    [("sqlite", "action", "event_type"), ("sqlite", "at", "event_time"), ("postgresql", "ref", "objects")],
    indirect=["url"],
)
def test_rows_under_another_column_wait_for_a_mapping_that_knows_it(url: str, tmp_path: Path, column: str, field: str) -> None:
    run(url, *MADE, row(1))
    other(tmp_path, 1)
    with plant(tmp_path, entry(url), OTHER) as opened:
        assert opened.ingest().events == 2
        run(url, f"alter table log rename column {column} to another", row(2, **{column: "another"}))
        other(tmp_path, 1, 2)
        opened.ingest()
        assert counted(opened, "other") == [("X1", 1), ("X2", 1)], "the other source goes on"
        assert any(f"(for {field})" in sentence and "`syncline retry`" in sentence for sentence in opened.troubles)
        (reason,) = opened.column("select reason from rejected where position = '2'")
        assert f"the row has no column {column.upper()} (for {field})" in reason
        assert counted(opened) == [("D1", 1)]
    with plant(tmp_path, entry(url, map=mapped("another", field)), OTHER) as mended:
        mended.ingest()
        mended.intake.retry()
        mended.ingest()
        assert (counted(mended), mended.column("select count(*) from rejected"), mended.troubles) == (ONCE, [0], [])


AWAY = [
    ("alter table log rename column action to away", "alter table log rename column away to action", "(for event_type)"),
    ("alter table log rename column at to away", "alter table log rename column away to at", "(for event_time)"),
    ("alter table log rename column ref to away", "alter table log rename column away to ref", "(for objects)"),
    ("alter table log rename column id to away", "alter table log rename column away to id", "it has no column id, which"),
    ("alter table log rename to away", "alter table away rename to log", "cannot be read: "),
]


@pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
def test_what_goes_away_stops_nobody_else_and_all_of_it_is_there_once_when_it_is_back(url: str, tmp_path: Path) -> None:
    run(url, *MADE, row(1))
    with plant(tmp_path, entry(url), OTHER) as opened:
        opened.ingest()
        for number, (gone, back, sentence) in enumerate(AWAY, 2):
            run(url, gone)
            other(tmp_path, *range(2, number + 1))
            for _ in range(2):
                opened.ingest()
                assert any(sentence in told for told in opened.troubles), "told with every poll until it is mended"
            assert len(counted(opened, "other")) == number - 1
            run(url, back, row(number))
            opened.ingest()
            opened.ingest()
            assert (counted(opened), opened.troubles) == ([(f"D{each}", 1) for each in range(1, number + 1)], [])
        anew = "create table log (more text, ref varchar(20), at timestamp, action text, id bigint primary key)"
        run(url, "drop table log", anew, row(1), row(7))
        opened.ingest()
        assert any("has changed its columns (new: more)" in told for told in opened.troubles)
        opened.ingest()
        assert (counted(opened), opened.troubles) == ([(f"D{each}", 1) for each in range(1, 8)], [])


@pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
def test_a_key_that_becomes_text_counts_rows_once(url: str, tmp_path: Path) -> None:
    run(url, *MADE, row(1))
    with plant(tmp_path, entry(url, watermark="at", time_zone="UTC")) as opened:
        opened.ingest()
        anew = "create table log (id varchar(9) primary key, action text, at varchar(40), ref varchar(20))"
        run(url, "drop table log", anew, row(1), row(2))
        opened.ingest()
        assert (counted(opened), opened.troubles) == (ONCE, [])


def test_files_under_other_headers_wait_for_a_mapping_that_knows_them(tmp_path: Path) -> None:
    read = {"name": "wms-log", "kind": "csv", "path": "log*.csv"}
    headers = ("ACTION,AT,REF", "KIND,AT,REF", "ACTION,HAPPENED,REF", "ACTION,AT,DELIVERY")
    for number, header in enumerate(headers, 1):
        (tmp_path / f"log-{number}.csv").write_text(f"{header}\nstock.moved,2026-03-23T12:00:00Z,D{number}\n")
    with plant(tmp_path, {**read, "map": MAP}) as opened:
        opened.ingest()
        assert (counted(opened), opened.column("select count(*) from rejected")) == ([("D1", 1)], [3])
        assert [f"(for {field})" in told and "`syncline retry`" in told for told, field in zip(opened.troubles, FIELDS, strict=True)] == [
            True
        ] * 3
    every = {
        **MAP,
        "event_type": {"column": ["ACTION", "KIND"]},
        "event_time": {"column": ["AT", "HAPPENED"]},
        "objects": {"type": {"value": "delivery"}, "id": {"column": ["REF", "DELIVERY"]}},
    }
    with plant(tmp_path, {**read, "map": every}) as mended:
        mended.intake.retry()
        mended.ingest()
        assert (counted(mended), mended.column("select count(*) from rejected")) == ([(f"D{n}", 1) for n in range(1, 5)], [0])
        assert mended.troubles == []


KAFKA_MAP: dict[str, Any] = {
    "event_type": {"path": "type"},
    "event_time": {"path": "at"},
    "schema_version": {"path": "v"},
    "system": {"value": "mes"},
    "objects": {"type": {"value": "delivery"}, "id": {"path": "ref"}},
}


def said(number: int, **fields: Any) -> bytes:
    return json.dumps({"type": "stock.moved", "at": "2026-03-23T12:00:00Z", "v": "1", "ref": f"D{number}", **fields}).encode()


def test_a_topic_whose_messages_change_keeps_what_it_cannot_read_and_goes_on(kafka: Kafka, tmp_path: Path) -> None:
    topic = kafka.new_topic()
    changed = [
        b"<order/>",
        b"\x00\x00\x01avro",
        b'["D9"]',
        b"",
        b"{",
        said(3, at="yesterday"),
        said(4, ref={"no": "D4"}),
        said(5, type=["a"]),
    ]
    kafka.send(topic, said(1), *changed, said(2, v="2", more={"a": [1]}))
    source = {"name": "wms-log", "kind": "kafka", "brokers": kafka.brokers, "topics": topic, "map": KAFKA_MAP}
    with plant(tmp_path, source) as opened:
        done = opened.ingest()
        assert (counted(opened), opened.troubles) == (ONCE, [])
        assert done.rejected == len(changed)
        assert opened.column("select count(*) from rejected where reason = ''") == [0]
        assert opened.column("select schema_version from events order by event_no") == ["1", "2"]
        opened.intake.close()
    understood = {**KAFKA_MAP, "objects": {"type": {"value": "delivery"}, "id": {"path": ["ref.no", "ref"]}}}
    with plant(tmp_path, {**source, "map": understood}) as mended:
        mended.intake.retry()
        mended.ingest()
        assert counted(mended) == [*ONCE, ("D4", 1)]
        mended.intake.close()
