"""Tables in files: any delimiter and encoding, quoted line ends, rows that are none, columns that are missing."""

from __future__ import annotations

import gzip
import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests.sources.plant_floor import NOON_NS, TOLD_NS, Plant, plant

MAP = {
    "event_type": {"column": "ACTION"},
    "event_time": {"column": "AT"},
    "system": {"value": "wms"},
    "item": {"column": "ITEM"},
    "objects": {"type": {"value": "delivery"}, "id": {"column": "REF"}},
    "outcome": {"column": "RC", "values": {"OK": "ok", "NOK": "error"}},
    "error_text": {"column": "TEXT"},
    "quantity": {"column": "QTY"},
}
ENTRY = {"name": "wms-log", "kind": "csv", "path": "log.csv", "map": MAP}
HEADER = "ID,ACTION,AT,REF,RC,TEXT,QTY,ITEM\n"


def row(number: int, action: str = "stock.moved", **fields: str) -> str:
    values = {
        "ID": str(number),
        "ACTION": action,
        "AT": "2026-03-23T12:00:00Z",
        "REF": f"D{number}",
        "RC": "OK",
        "TEXT": "",
        "QTY": "",
        "ITEM": "M-1",
        **fields,
    }
    return ",".join(values.values()) + "\n"


def events(plant: Plant) -> list[Any]:
    return plant.rows("select event_id, event_type from events order by event_no")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "log.csv"


def test_a_row_is_an_event_and_its_position_its_identity(file: Path) -> None:
    file.write_text(HEADER + row(1, QTY="5", RC="NOK", TEXT="Read timed out"))
    with plant(file.parent, ENTRY) as plant_:
        assert plant_.ingest().events == 1
        assert plant_.rows(
            "select event_id, identity, event_ns, recorded_ns, event_type, system, is_error, error_class, error_text, "
            "item, quantity::varchar, trace_id "
            "from events"
        ) == [
            (
                "wms-log:log.csv:2",
                "wms-log:log.csv:2",
                NOON_NS,
                TOLD_NS,
                "stock.moved",
                "wms",
                True,
                "transient",
                "Read timed out",
                "M-1",
                "5.000000",
                None,
            )
        ]
        assert plant_.rows("select object_type, object_id from event_objects") == [("delivery", "D1")]


def test_a_position_column_names_the_row_wherever_it_comes_again(file: Path) -> None:
    entry = {**ENTRY, "position": "ID", "path": "*.csv"}
    file.write_text(HEADER + row(1) + row(2))
    with plant(file.parent, entry) as plant_:
        plant_.ingest()
        (file.parent / "log-2.csv").write_text(HEADER + row(2) + row(3))
        report = plant_.ingest()
        assert (report.events, report.repeats) == (1, 1)
        assert [event_id for event_id, _ in events(plant_)] == ["wms-log:1", "wms-log:2", "wms-log:3"]


def test_growing_files_are_read_on(file: Path) -> None:
    file.write_text(HEADER + row(1))
    with plant(file.parent, ENTRY) as plant_:
        assert plant_.ingest().events == 1
    file.write_text(HEADER + row(1) + row(2))
    with plant(file.parent, ENTRY) as plant_:
        assert plant_.ingest().events == 1
        assert plant_.ingest().frames == 0


def test_quoted_line_ends_belong_to_their_row(file: Path) -> None:
    file.write_text(HEADER + row(1, TEXT='"two\nlines, and ""quotes"""', RC="NOK") + row(2))
    with plant(file.parent, ENTRY) as plant_:
        plant_.ingest()
        assert plant_.column("select error_text from events where is_error") == ['two\nlines, and "quotes"']
        assert [event_id for event_id, _ in events(plant_)] == ["wms-log:log.csv:2", "wms-log:log.csv:4"]


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(";", "cp1252"), ("\t", "utf-8"), ("|", "utf-8-sig"), (",", "utf-16"), (";", "UTF-16-LE"), (",", "latin-1")]
)
def test_any_delimiter_and_encoding_is_read(file: Path, delimiter: str, encoding: str) -> None:
    text = HEADER + row(1, ITEM="Mutter ½ ä")
    file.write_bytes(text.replace(",", delimiter).encode(encoding))
    with plant(file.parent, {**ENTRY, "delimiter": delimiter, "encoding": encoding}) as plant_:
        assert plant_.ingest().events == 1
        assert plant_.troubles == []
        assert plant_.column("select item from events") == ["Mutter ½ ä"]
        file.write_bytes((text + row(2)).replace(",", delimiter).encode(encoding))
        assert plant_.ingest().events == 1


def test_a_mark_of_the_byte_order_is_no_part_of_the_first_name(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + (HEADER + row(1)).encode())
    with plant(file.parent, {**ENTRY, "position": "ID"}) as plant_:
        assert plant_.ingest().events == 1


def test_windows_line_ends_are_line_ends(file: Path) -> None:
    file.write_bytes((HEADER + row(1) + "\n" + row(2)).replace("\n", "\r\n").encode())
    with plant(file.parent, ENTRY) as plant_:
        assert plant_.ingest().events == 2
        assert plant_.column("select item from events") == ["M-1", "M-1"]


def test_compressed_tables_are_read(file: Path) -> None:
    (file.parent / "log.csv.gz").write_bytes(gzip.compress((HEADER + row(1)).encode()))
    with plant(file.parent, {**ENTRY, "path": "*.csv.gz"}) as plant_:
        assert plant_.ingest().events == 1


def test_a_file_name_that_is_no_utf_8_is_written_out(file: Path) -> None:
    Path(os.fsdecode(bytes(file.parent) + b"/caf\xe9.csv")).write_text(HEADER + row(1))
    with plant(file.parent, {**ENTRY, "path": "*.csv"}) as plant_:
        assert plant_.ingest().events == 1
        assert plant_.ingest().frames == 0
        assert plant_.column("select position from events") == ["caf\\xe9.csv:2"]


def test_what_is_no_row_is_kept_with_its_reason_and_the_rest_goes_on(file: Path) -> None:
    file.write_bytes(
        (HEADER + row(1) + "too,few\n" + row(2)).encode()
        + b"caf\xe9,,,,,,,\n"
        + (row(3, AT="yesterday") + row(4, RC="WARN") + row(5, QTY="many") + row(6)).encode()
    )
    with plant(file.parent, ENTRY) as plant_:
        report = plant_.ingest()
        assert (report.events, report.rejected) == (3, 5)
        assert plant_.rows("select position, part, reason, excerpt[:12] from rejected order by position") == [
            ("log.csv:3", "row", "the line is not a row of the table: it has 2 fields where the header has 8", "too,few\n"),
            (
                "log.csv:5",
                "row",
                "the line is not a row of the table: byte 0xe9 is not utf-8; say in `encoding` how the file is written, such as cp1252",
                "caf\ufffd,,,,,,,\n",
            ),
            (
                "log.csv:6",
                "row",
                "column AT: 'yesterday' is no time; allowed: RFC 3339 with an offset, as in 2026-03-31T06:00:00Z, between 1900 and 2179",
                '{"ID":"3","A',
            ),
            ("log.csv:7", "row", "column RC: 'WARN' is not among the values of the mapping; allowed: OK, NOK", '{"ID":"4","A'),
            ("log.csv:8", "row", "column QTY: 'many' is no number", '{"ID":"5","A'),
        ]


def test_a_quote_that_nothing_closes_costs_its_line_only(file: Path) -> None:
    file.write_text(HEADER + row(1) + row(2, TEXT='"open') + row(3) + row(4))
    with plant(file.parent, ENTRY) as plant_:
        rest(file)
        report = plant_.ingest()
        assert (report.events, report.rejected) == (3, 1)
        assert plant_.column("select reason from rejected") == ["the line is not a row of the table: it opens a quote that nothing closes"]


def test_a_row_without_an_event_type_is_no_event(file: Path) -> None:
    file.write_text(HEADER + row(1, action="") + row(2))
    with plant(file.parent, ENTRY) as plant_:
        report = plant_.ingest()
        assert (report.frames, report.events, report.rejected) == (2, 1, 0)


def rest(file: Path) -> None:
    os.utime(file, (time.time() - 60, time.time() - 60))


def now_of(plant_: Plant, now: float) -> None:
    plant_.intake._clock = lambda: int(now * 10**9)


def test_a_last_row_without_its_end_waits_while_somebody_may_be_writing_it(file: Path) -> None:
    file.write_text(HEADER + row(1) + row(2).rstrip("\n")[:-2])
    with plant(file.parent, ENTRY) as plant_:
        now_of(plant_, file.stat().st_mtime + 0.01)
        assert plant_.ingest().events == 1
        file.write_text(HEADER + row(1) + row(2).rstrip("\n"))
        rest(file)
        assert plant_.ingest().events == 1
        assert plant_.column("select item from events") == ["M-1", "M-1"]
        file.write_text(HEADER + row(1) + row(2) + row(3))
        rest(file)
        assert plant_.ingest().events == 1
        assert [event_id for event_id, _ in events(plant_)] == ["wms-log:log.csv:2", "wms-log:log.csv:3", "wms-log:log.csv:4"]


def test_an_open_quote_waits_while_somebody_may_be_writing_it(file: Path) -> None:
    file.write_text(HEADER + row(1, TEXT='"first line')[:60])
    with plant(file.parent, ENTRY) as plant_:
        now_of(plant_, file.stat().st_mtime + 0.01)
        assert (plant_.ingest().events, plant_.ingest().frames) == (0, 0)
        file.write_text(HEADER + row(1, TEXT='"first line\nand second"', RC="NOK"))
        assert plant_.ingest().events == 1
        assert plant_.column("select error_text from events") == ["first line\nand second"]


def test_a_mapped_column_that_is_missing_is_told(file: Path) -> None:
    file.write_text("ID,ACTION,AT,REF\n1,stock.moved,2026-03-23T12:00:00Z,D1\n")
    with plant(file.parent, ENTRY) as plant_:
        assert plant_.ingest().events == 1
        assert plant_.troubles == [
            f"{file} has no column ITEM (for item), RC (for outcome), TEXT (for error_text), QTY (for quantity); "
            "its columns: ID, ACTION, AT, REF. These fields stay empty."
        ]


def test_without_the_position_column_nothing_is_read(file: Path) -> None:
    file.write_text(HEADER + row(1))
    with plant(file.parent, {**ENTRY, "position": "LOG_ID"}) as plant_:
        assert plant_.ingest().frames == 0
        assert plant_.troubles == [
            f"{file} has no column 'LOG_ID', which `position` names; its columns: ID, ACTION, AT, REF, RC, TEXT, QTY, ITEM. "
            "Nothing of it was read."
        ]


def test_two_columns_of_one_name_are_both_there(file: Path) -> None:
    file.write_text("A,ACTION,AT,A\nx,stock.moved,2026-03-23T12:00:00Z,y\n")
    entry = {
        **ENTRY,
        "map": {"event_type": {"column": "ACTION"}, "event_time": {"column": "AT"}, "item": {"column": "A"}, "batch": {"column": "A (2)"}},
    }
    with plant(file.parent, entry) as plant_:
        plant_.ingest()
        assert plant_.rows("select item, batch from events") == [("x", "y")]


@pytest.mark.parametrize("content", ["", HEADER, "\n\n", HEADER.rstrip("\n")])
def test_a_table_without_rows_is_fine(file: Path, content: str) -> None:
    file.write_text(content)
    with plant(file.parent, ENTRY) as plant_:
        assert plant_.ingest().frames == 0
        assert plant_.troubles == []
        file.write_text(HEADER + row(1))
        assert plant_.ingest().events == 1


# -- stock snapshots
STOCK = "snapshot_time,system,site,location,item,batch,stock_status,quantity,uom\n"
STOCK_ENTRY = {"name": "stock", "kind": "inventory_csv", "path": "stock.csv"}


def test_a_stock_row_is_the_quantity_of_a_key_at_a_time(tmp_path: Path) -> None:
    (tmp_path / "stock.csv").write_text(
        STOCK + "2026-03-23T12:00:00Z,erp,hamburg,FG,M-1,,,5.5,PC\n2026-03-23T12:00:00Z,wms,hamburg,,M-1,B1,blocked,-1,\n"
    )
    with plant(tmp_path, STOCK_ENTRY) as plant_:
        assert plant_.ingest().snapshots == 2
        assert plant_.ingest().frames == 0
        assert plant_.rows(
            "select snapshot_ns, system, site, location, item, batch, stock_status, quantity::varchar, uom, "
            "source, position from stock_snapshots "
            "order by position"
        ) == [
            (NOON_NS, "erp", "hamburg", "FG", "M-1", "", "unrestricted", "5.500000", "PC", "stock", "stock.csv:2"),
            (NOON_NS, "wms", "hamburg", "", "M-1", "B1", "blocked", "-1.000000", None, "stock", "stock.csv:3"),
        ]


def test_a_stock_row_without_a_quantity_is_refused(tmp_path: Path) -> None:
    (tmp_path / "stock.csv").write_text(
        STOCK + "2026-03-23T12:00:00Z,erp,,FG,M-1,,,,PC\nnoon,erp,hamburg,FG,M-1,,,1,PC\n2026-03-23T12:00:00Z,erp,x,FG,M,,,1e12,\n"
    )
    with plant(tmp_path, STOCK_ENTRY) as plant_:
        assert plant_.ingest().rejected == 3
        assert plant_.column("select reason from rejected order by position") == [
            "site, quantity: empty, and a stock snapshot says nothing without it",
            "column snapshot_time: 'noon' is no time; allowed: RFC 3339 with an offset, as in 2026-03-31T06:00:00Z, between 1900 and 2179",
            "quantity: must be less than a million million; six decimal places are kept (found '1e12')",
        ]


def test_stock_in_other_columns_is_mapped(tmp_path: Path) -> None:
    (tmp_path / "stock.csv").write_text("DAY;PLANT;MATNR;QTY\n23.03.2026;hamburg;M-1;1.234,5\n")
    entry = {
        **STOCK_ENTRY,
        "delimiter": ";",
        "map": {
            "snapshot_time": {"column": "DAY", "format": "%d.%m.%Y", "time_zone": "UTC"},
            "system": {"value": "erp"},
            "site": {"column": "PLANT"},
            "item": {"column": "MATNR"},
            "quantity": {"column": "QTY", "decimal": ","},
        },
    }
    with plant(tmp_path, entry) as plant_:
        plant_.ingest()
        assert plant_.rows("select snapshot_ns, system, item, quantity::varchar from stock_snapshots") == [
            (NOON_NS - 12 * 3600 * 10**9, "erp", "M-1", "1234.500000")
        ]
        assert plant_.troubles == []
