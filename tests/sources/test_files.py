"""Folders of files of any form: tables, lines and documents, in any encoding, of events and of stock."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from collectors.collector import Trouble
from collectors.sources import check_source, open_source
from tests.sources.plant_floor import plant, span, traces

ROWS = {"event_type": {"column": "KIND"}, "event_time": {"column": "AT"}, "item": {"column": "ITEM"}}
PATHS = {"event_type": {"path": "kind"}, "event_time": {"path": "at"}, "item": {"path": "item.id"}}
JSONL = {"name": "log", "kind": "files", "format": "jsonl", "path": "in/*.jsonl*", "map": PATHS}
ITEMS = "select item from events order by item"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def line(item: str, kind: str = "stock.moved") -> str:
    return json.dumps({"kind": kind, "at": "2026-03-23T12:00:00Z", "item": {"id": item}}, ensure_ascii=False) + "\n"


def problems(**entry: Any) -> list[tuple[str, str]]:
    return check_source({"name": "a", "kind": "files", "path": "x", **entry})


# -- settings
def test_what_does_not_go_with_a_format_is_told() -> None:
    assert problems() == [("format", "is missing")]
    assert problems(format="jsonl") == problems(format="parquet", map=ROWS) == problems(format="otlp", message="file") == []
    (problem,) = problems(format="cvs")
    assert problem[1].startswith("no format is called 'cvs'. Did you mean 'csv'? Known: csv, jsonl, parquet, ")
    assert problems(format="csv") == [("map", "is missing; a row says nothing without it")]
    assert problems(format="parquet", map=ROWS, encoding="cp1252") == [("encoding", "is only for text: not for parquet")]
    assert problems(format="jsonl", delimiter=";", position="ID") == [
        ("position", "is only for tables: csv and parquet"),
        ("delimiter", "is only for csv"),
    ]
    assert problems(format="csv", map=ROWS, message="file", options={}) == [
        ("message", "is only for messages: not for tables"),
        ("options", "is only for messages: not for tables"),
    ]
    assert problems(format="otlp", holds="inventory") == [("holds", "inventory is read from csv, parquet and jsonl, not from otlp")]
    assert problems(format="jsonl", holds="stock", message=3) == [
        ("holds", "must be events or inventory (found 'stock')"),
        ("message", "must be line or file (found 3)"),
    ]
    assert problems(format="jsonl", map={"event_type": {"column": "a"}})[0][0] == "map.event_type.column"
    assert problems(format=["csv"])[0][0] == "format"


# -- lines
def test_each_line_is_an_event_and_knows_its_file(folder: Path) -> None:
    (folder / "a.jsonl").write_text(line("M-1") + "\n" + line("M-2") + "oops\n")
    with plant(folder.parent, {**JSONL, "map": {**PATHS, "location": {"path": "@file"}}}) as plant_:
        report = plant_.ingest()
        assert (report.events, report.rejected) == (2, 1)
        assert plant_.rows("select position, location from events order by 1") == [
            ("in/a.jsonl:1", "in/a.jsonl"),
            ("in/a.jsonl:3", "in/a.jsonl"),
        ]
        assert plant_.rows("select position, left(reason, 22) from rejected") == [("in/a.jsonl:4", "the message is no JSON")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_lines_of_any_encoding_are_read(folder: Path, encoding: str) -> None:
    (folder / "a.jsonl").write_bytes((line("Mütter").replace("\n", "\r\n") + line("Öl")).encode(encoding))
    setting = "utf-8" if encoding == "utf-8-sig" else encoding
    with plant(folder.parent, {**JSONL, "encoding": setting}) as plant_:
        assert (plant_.ingest().events, plant_.column(ITEMS)) == (2, ["Mütter", "Öl"])


def test_lines_of_another_encoding_are_told_and_read_once_it_is_right(folder: Path) -> None:
    (folder / "a.jsonl").write_bytes(line("Mütter").encode("cp1252") + line("M-1").encode())
    with plant(folder.parent, JSONL) as plant_:
        report = plant_.ingest()
        assert (report.events, report.rejected) == (1, 1)
        assert plant_.column("select reason from rejected") == [
            "the message cannot be read: byte 0xfc is not utf-8; say in `encoding` how the file is written, such as cp1252"
        ]
    with plant(folder.parent, {**JSONL, "encoding": "cp1252"}) as plant_:
        assert (plant_.ingest().events, plant_.column(ITEMS)) == (1, ["M-1", "Mütter"])


def test_packed_lines_and_a_half_written_one_are_read_as_far_as_they_are_whole(folder: Path) -> None:
    (folder / "a.jsonl.gz").write_bytes(gzip.compress((line("M-1") + line("M-2")).encode()))
    (folder / "b.jsonl").write_text(line("M-3") + line("M-4")[:30])
    with plant(folder.parent, JSONL) as plant_:
        assert (plant_.ingest().events, plant_.column(ITEMS)) == (3, ["M-1", "M-2", "M-3"])
        (folder / "b.jsonl").write_text(line("M-3") + line("M-4"))
        assert (plant_.ingest().events, plant_.column(ITEMS)) == (1, ["M-1", "M-2", "M-3", "M-4"])


def test_lines_may_be_otlp(folder: Path) -> None:
    (folder / "a.jsonl").write_bytes(traces(span(attributes={"mfg.event.type": "order.released"})) + b"\noops\n")
    with plant(folder.parent, {"name": "otlp", "kind": "files", "format": "otlp", "path": "in/*"}) as plant_:
        report = plant_.ingest()
        assert (report.spans, report.events, report.rejected) == (1, 1, 1)


def test_a_file_may_be_one_message(folder: Path) -> None:
    entry = {**JSONL, "format": "json", "message": "file", "path": "in/*.json", "options": {"each": "moves"}}
    (folder / "a.json").write_text(json.dumps({"moves": [json.loads(line("M-1")), json.loads(line("M-2"))]}, indent=2))
    with plant(folder.parent, entry) as plant_:
        plant_.intake._clock = lambda: (folder / "a.json").stat().st_mtime_ns + 3 * 10**9
        assert (plant_.ingest().events, plant_.column("select position from events order by 1")) == (2, ["in/a.json:1/1", "in/a.json:1/2"])


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_stock_is_read_from_every_table(folder: Path, form: str) -> None:
    stock = {"snapshot_time": "2026-03-23T12:00:00Z", "system": "wms", "site": "hamburg", "item": "M-1", "quantity": 12.5}
    if form == "csv":
        (folder / "stock").write_text(",".join(stock) + "\n" + ",".join(map(str, stock.values())) + "\n")
    elif form == "jsonl":
        (folder / "stock").write_text(json.dumps(stock) + "\n" + '{"item": "M-2"}\n')
    else:
        parquet(folder / "stock", "select " + ", ".join(f"'{value}' as {name}" for name, value in stock.items()))
    with plant(folder.parent, {"name": "stock", "kind": "files", "format": form, "holds": "inventory", "path": "in/*"}) as plant_:
        report = plant_.ingest()
        assert (report.snapshots, report.events, report.rejected, plant_.troubles) == (1, 0, form == "jsonl", [])
        assert plant_.rows("select item, quantity::varchar from stock_snapshots") == [("M-1", "12.500000")]


def test_a_source_that_changed_its_form_reads_what_is_there_again_under_other_positions(folder: Path) -> None:
    (folder / "a.jsonl").write_text(line("M-1"))
    with plant(folder.parent, JSONL) as plant_:
        assert plant_.ingest().events == 1
    with plant(folder.parent, {**JSONL, "message": "file"}) as plant_:
        plant_.intake._clock = lambda: (folder / "a.jsonl").stat().st_mtime_ns + 3 * 10**9
        plant_.ingest()
        assert plant_.column("select position from events order by 1") == ["in/a.jsonl#2:1", "in/a.jsonl:1"]
    with plant(folder.parent, JSONL) as plant_:
        plant_.ingest()
        assert len(plant_.column(ITEMS)) == 3


# -- folders
def test_a_table_is_read_as_the_kind_csv_reads_it(folder: Path) -> None:
    (folder / "a.csv").write_text("KIND;AT;ITEM\nstock.moved;2026-03-23T12:00:00Z;M-1\nbroken\n")
    entry = {"name": "log", "kind": "files", "format": "csv", "delimiter": ";", "path": "in/*.csv", "map": ROWS}
    with plant(folder.parent, entry) as plant_:
        report = plant_.ingest()
        assert (report.events, report.rejected) == (1, 1)
    with plant(folder.parent, {key: value for key, value in entry.items() if key != "format"} | {"kind": "csv"}) as plant_:
        assert plant_.ingest().frames == 0


def test_links_that_lead_back_are_gone_through_once(folder: Path) -> None:
    for name in ("a", "b"):
        (folder / name).mkdir()
        (folder / name / "back").symlink_to(folder, target_is_directory=True)
        (folder / name / f"{name}.jsonl").write_text(line(name))
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "c.jsonl").write_text(line("c"))
    with plant(folder.parent, {**JSONL, "path": "in/**/*.jsonl"}) as plant_:
        assert (plant_.ingest().events, plant_.column(ITEMS)) == (2, ["a", "b"])
        assert plant_.column("select stream from source_positions order by 1") == ["in/a/a.jsonl", "in/b/b.jsonl"]


def test_a_file_that_moves_to_another_folder_of_the_pattern_is_read_once(folder: Path) -> None:
    (folder / "done").mkdir()
    (folder / "a.jsonl").write_text(line("M-1"))
    with plant(folder.parent, {**JSONL, "path": "in/**/*.jsonl"}) as plant_:
        assert plant_.ingest().events == 1
        (folder / "a.jsonl").rename(folder / "done" / "a.jsonl")
        assert plant_.ingest().frames == 0


def test_a_folder_that_vanishes_is_told_and_goes_on_when_it_is_back(folder: Path) -> None:
    (folder / "a.jsonl").write_text(line("M-1"))
    with plant(folder.parent, JSONL) as plant_:
        assert plant_.ingest().events == 1
        folder.rename(folder.parent / "away")
        assert plant_.ingest().frames == 0
        assert plant_.troubles == [
            f"{folder}: there is no such folder. It is read once it is there; or correct `path` in the configuration."
        ]
        (folder.parent / "away").rename(folder)
        with (folder / "a.jsonl").open("a") as file:
            file.write(line("M-2"))
        assert (plant_.ingest().events, plant_.troubles) == (1, [])


def test_a_change_whose_time_goes_back_is_seen(folder: Path) -> None:
    """As on a share whose clock is another one."""
    file = folder / "a.jsonl"
    file.write_text(line("M-1"))
    with plant(folder.parent, JSONL) as plant_:
        assert plant_.ingest().events == 1
        with file.open("a") as out:
            out.write(line("M-2"))
        os.utime(file, (1, 1))
        assert plant_.ingest().events == 1
        os.utime(file, (5, 5))
        assert plant_.ingest().frames == 0


def test_a_file_that_may_not_be_read_leaves_the_others(folder: Path) -> None:
    (folder / "a.jsonl").symlink_to("a.jsonl")
    (folder / "b.jsonl").write_text("")
    (folder / "c.jsonl").write_text(line("M-1"))
    with plant(folder.parent, JSONL) as plant_:
        assert plant_.ingest().events == 1
        (sentence,) = plant_.troubles
        assert sentence.startswith(f"{folder}/a.jsonl cannot be read: Too many levels of symbolic links.")


# -- parquet
def parquet(file: Path, query: str) -> None:
    """Written by DuckDB itself, in row groups of 2,048 rows."""
    import duckdb

    duckdb.sql(f"copy ({query}) to '{file}' (format parquet, row_group_size 2048)")


PARQUET = {"name": "lake", "kind": "files", "format": "parquet", "path": "in/*.parquet", "map": ROWS}


def test_rows_of_parquet_are_exact(folder: Path) -> None:
    parquet(
        folder / "a.parquet",
        "select 'stock.moved' as KIND, timestamp_ns '2026-03-23 12:00:00.123456789' as AT, 9007199254740993 as ITEM, "
        "123456789012.123456::decimal(38, 6) as QTY, [{'id': '4711', 'since': timestamptz '2026-03-23 10:00:00+02'}] as ORDERS, "
        "map {'uom': 'kg'} as MORE, 'NaN'::double as NOTHING, '\"x\\'::varchar as \"ODD.NAME[\"",
    )
    mapping = {
        **ROWS,
        "event_time": {"column": "AT", "time_zone": "Europe/Berlin"},
        "quantity": {"column": "QTY"},
        "uom": {"column": "MORE.uom"},
        "due_time": {"column": "ORDERS[0].since"},
        "batch": {"column": ["NOTHING", "ODD.NAME["]},
        "objects": {"type": {"value": "sales_order"}, "id": {"column": "ORDERS[].id"}},
    }
    with plant(folder.parent, {**PARQUET, "map": mapping}) as plant_:
        assert (plant_.ingest().events, plant_.troubles) == (1, [])
        assert plant_.rows("select event_ns, item, quantity::varchar, uom, due_ns, batch, position from events") == [
            (1774263600123456789, "9007199254740993", "123456789012.123456", "kg", 1774252800000000000, '"x\\', "in/a.parquet:1")
        ]
        assert plant_.rows("select object_type, object_id from event_objects") == [("sales_order", "4711")]


def test_a_parquet_file_is_read_once_and_goes_on_where_it_was_left(folder: Path) -> None:
    rows = "'2026-03-23T12:00:00Z' as AT, 'stock.moved' as KIND"
    parquet(folder / "a.parquet", f"select {rows}, range as ITEM from range(5000)")
    with plant(folder.parent, PARQUET) as plant_:
        assert plant_.ingest().events == 5000
        assert plant_.ingest().frames == 0
        mark = json.loads(plant_.intake._after["lake"]["in/a.parquet"])
    with plant(folder.parent, PARQUET) as plant_:
        plant_.intake._after["lake"]["in/a.parquet"] = json.dumps({**mark, "row": 2500})
        assert (plant_.ingest().frames, plant_.column("select count(distinct item) from events")) == (2500, [5000])
        (folder / "a.parquet").rename(folder / "b.parquet")
        assert plant_.ingest().frames == 0
        parquet(folder / "b.parquet", f"select {rows}, 'new' as ITEM")
        assert plant_.ingest().events == 1
        parquet(folder / "a.parquet", f"select {rows}, 'newer' as ITEM")
        assert plant_.ingest().events == 1
        assert plant_.column("select position from events where item like 'new%' order by 1") == ["in/a.parquet#2:1", "in/b.parquet:1"]


def test_what_is_no_whole_parquet_file_is_told_once_it_rests(folder: Path) -> None:
    parquet(folder / "whole.parquet", "select 'stock.moved' as KIND, '2026-03-23T12:00:00Z' as AT, 'M-1' as ITEM")
    half = folder / "half[1].parquet"
    half.write_bytes((folder / "whole.parquet").read_bytes()[:-9])
    with plant(folder.parent, PARQUET) as plant_:
        plant_.intake._clock = lambda: half.stat().st_mtime_ns + 10**9
        assert (plant_.ingest().events, plant_.troubles) == (0, [])
        plant_.intake._clock = lambda: half.stat().st_mtime_ns + 3 * 10**9
        assert plant_.ingest().events == 1
        (sentence,) = plant_.troubles
        assert sentence.startswith(f"{half} is no Parquet file that can be read: ")
        half.write_bytes((folder / "whole.parquet").read_bytes())
        assert (plant_.ingest().frames, plant_.troubles) == (0, []), "the same file under another name"


def test_a_parquet_file_without_the_columns_is_told(folder: Path) -> None:
    parquet(folder / "a.parquet", "select 1 as x")
    parquet(folder / "b.parquet", "select 'stock.moved' as KIND, '2026-03-23T12:00:00Z' as AT")
    with plant(folder.parent, PARQUET) as plant_:
        assert plant_.ingest().events == 1
        assert plant_.troubles == [
            f"{folder}/a.parquet has none of the columns that the mapping names (KIND, AT, ITEM); its columns are: x. "
            "Nothing of it was read; correct `map`.",
            f"{folder}/b.parquet has no column ITEM (for item); its columns: KIND, AT. These fields stay empty.",
        ]


def test_a_parquet_file_can_reach_no_other_file(folder: Path) -> None:
    from collectors.files.parquet import NoParquet, ParquetFile

    parquet(folder / "a.parquet", "select 1 as x")
    parquet(folder / "b.parquet", "select 1 as x")
    file = ParquetFile(folder / "a.parquet")
    try:
        for query in (f"from '{folder}/b.parquet'", "from 'https://example.org/x.parquet'", "set enable_external_access = true"):
            with pytest.raises(NoParquet):
                file._ask(query)
    finally:
        file.close()


def test_a_process_that_a_file_ends_is_told_and_the_next_file_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from collectors.files import parquet as program

    ends = folder.parent / "ends.py"
    ends.write_text(
        f"import os, sys\nsys.path.insert(0, {str(Path(program.__file__).parents[2])!r})\n"
        "from collectors.files import parquet\n"
        "was = parquet.ParquetFile.__init__\n"
        "parquet.ParquetFile.__init__ = lambda self, path: os.abort() if path.stem == 'a' else was(self, path)\n"
        "parquet._main()\n"
    )
    for name in ("a", "b"):
        parquet(folder / f"{name}.parquet", f"select 'stock.moved' as KIND, '2026-03-23T12:00:00Z' as AT, '{name}' as ITEM")
    monkeypatch.setattr(program, "__file__", str(ends))
    with plant(folder.parent, PARQUET) as plant_:
        assert (plant_.ingest().events, plant_.column(ITEMS)) == (1, ["b"])
        assert plant_.troubles == [
            f"{folder}/a.parquet is no Parquet file that can be read: it is damaged in a way that ended, or held up, the process that "
            "read it. Put a sound file in its place."
        ]


def test_a_source_that_reads_the_same_folder_again_opens_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(50):
        (folder / f"{number}.jsonl").write_text(line(f"M-{number}"))
    source = open_source(JSONL, folder.parent)
    marks: dict[str, str] = {}
    for found in source.read(marks, lambda: 0):
        assert not isinstance(found, Trouble)
        marks[found.stream] = found.after or ""
    monkeypatch.setattr(Path, "open", None)
    assert list(source.read(marks, lambda: 0)) == []
