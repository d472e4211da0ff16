"""What is wrong with a whole file is told; what was read wrongly is read again once the configuration is right."""

from __future__ import annotations

import gzip
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.event import Record
from collectors.rows import Rows
from collectors.sources import open_source
from tests.sources.plant_floor import NOTHING, Plant, plant
from tests.sources.test_csv import ENTRY, HEADER, now_of, rest, row

EVENTS = "select identity, event_type, item, is_error, error_text from events order by identity"
REJECTED = "select position, reason from rejected order by all"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "log.csv"


def trouble(file: Path, **form: Any) -> str:
    """The one thing that is told about a file of which nothing is read."""
    with plant(file.parent, {**ENTRY, **form}) as plant_:
        assert plant_.ingest().frames == 0
        (sentence,) = plant_.troubles
        assert sentence.startswith(str(file))
        return sentence.removeprefix(str(file))


def tables_of(plant_: Plant) -> list[Any]:
    return [plant_.rows(EVENTS), plant_.rows(REJECTED), plant_.rows("select object_type, object_id from event_objects order by all")]


# -- read anew
def test_rows_that_were_broken_by_a_wrong_encoding_come_back_once_it_is_right(file: Path) -> None:
    file.write_bytes((HEADER + row(1) + row(2, ITEM="Mütter") + row(3)).encode("cp1252"))
    with plant(file.parent, ENTRY) as plant_:
        assert (plant_.ingest().events, plant_.ingest().events) == (2, 0)
    with plant(file.parent, {**ENTRY, "encoding": "cp1252"}) as plant_:
        report = plant_.ingest()
        assert (report.events, report.repeats, report.rejected) == (1, 2, 0)
        assert plant_.ingest().frames == 0
        assert plant_.column("select item from events order by identity") == ["M-1", "Mütter", "M-1"]
        assert plant_.column("select position from rejected") == ["log.csv:3"]
        before = tables_of(plant_)
        plant_.intake.rebuild()
        assert tables_of(plant_) == before


def test_rows_that_were_split_wrongly_come_back_once_the_delimiter_is_right(file: Path) -> None:
    mapping = {"event_type": {"value": "stock.moved"}, "event_time": {"column": ["AT", "KIND;AT"]}}
    file.write_text("KIND;AT\nGR;2026-03-23T12:00:00Z\nGI;2026-03-23T13:00:00Z\n")
    with plant(file.parent, {**ENTRY, "map": mapping}) as plant_:
        assert plant_.ingest().rejected == 2
    with plant(file.parent, {**ENTRY, "map": mapping, "delimiter": ";"}) as plant_:
        assert plant_.ingest().events == 2
        before = tables_of(plant_)
        plant_.intake.rebuild()
        assert tables_of(plant_) == before


def test_a_rejected_row_that_comes_again_is_told_once(file: Path) -> None:
    file.write_text(HEADER + row(1, AT="soon") + row(2))
    (file.parent / "log-2.csv").write_text(HEADER + row(2) + row(1, AT="soon"))
    with plant(file.parent, {**ENTRY, "path": "*.csv", "position": "ID"}) as plant_:
        report = plant_.ingest()
        assert (report.events, report.rejected, report.repeats) == (1, 1, 2)


def test_a_mark_from_before_there_were_forms_counts_as_one_of_this_form(file: Path) -> None:
    file.write_text(HEADER + row(1))
    with plant(file.parent, ENTRY) as plant_:
        plant_.ingest()
        mark = orjson.loads(plant_.intake._after["wms-log"]["log.csv"])
        assert mark.pop("form") == ", utf-8"
        plant_.intake._after["wms-log"]["log.csv"] = orjson.dumps(mark).decode()
        file.write_text(HEADER + row(1) + row(2))
        assert plant_.ingest().frames == 1


def test_another_position_column_holds_for_what_was_read_before_after_a_rebuild(file: Path) -> None:
    file.write_text(HEADER + row(7) + row(8))
    with plant(file.parent, ENTRY) as plant_:
        plant_.ingest()
        assert plant_.column("select identity from events order by 1") == ["wms-log:log.csv:2", "wms-log:log.csv:3"]
    with plant(file.parent, {**ENTRY, "position": "ID"}) as plant_:
        assert plant_.ingest().frames == 0
        plant_.intake.rebuild()
        assert plant_.rows("select identity, position from events order by 1") == [("wms-log:7", "7"), ("wms-log:8", "8")]


def test_a_stock_row_that_is_read_again_counts_once_after_a_rebuild_too(tmp_path: Path) -> None:
    entry = {"name": "stock", "kind": "inventory_csv", "path": "stock.csv"}
    header, stock = "snapshot_time,system,site,item,quantity\n", "2026-03-23T12:00:00Z,erp,hamburg,M-1,5\n"
    (tmp_path / "stock.csv").write_text(header + stock)
    with plant(tmp_path, entry) as plant_:
        assert plant_.ingest().snapshots == 1
    with plant(tmp_path, {**entry, "encoding": "cp1252"}) as plant_:
        report = plant_.ingest()
        assert (report.snapshots, report.repeats) == (0, 1)
        assert plant_.intake.rebuild().snapshots == 1


# -- what is wrong with a whole file
def test_a_file_with_none_of_the_columns_is_not_read_and_its_split_is_told(file: Path) -> None:
    file.write_text((HEADER + row(1)).replace(",", ";"))
    assert trouble(file) == (
        " has none of the columns that the mapping names (ACTION, AT, ITEM, RC, TEXT, QTY, REF); split at ',', its columns are: "
        "ID;ACTION;AT;REF;RC;TEXT;QTY;ITEM. Nothing of it was read; correct `delimiter` or `map`."
    )
    with plant(file.parent, {**ENTRY, "delimiter": ";"}) as plant_:
        assert plant_.ingest().events == 1


def test_a_header_in_another_encoding_names_the_setting(file: Path) -> None:
    advice = "; say in `encoding` how the file is written, such as {}. Nothing of it was read."
    file.write_bytes((HEADER.replace("ITEM", "GRÖSSE") + row(1)).encode("cp1252"))
    assert trouble(file) == " cannot be read, its header already: byte 0xd6 is not utf-8" + advice.format("cp1252")
    file.write_bytes((HEADER + row(1)).encode("utf-16"))
    assert trouble(file) == " cannot be read, its header already: byte 0xff is not utf-8" + advice.format("utf-16")
    file.write_bytes(b"\xff\xfea")
    reason = "it is not utf-16 ('utf-16-le' codec can't decode byte 0x61 in position 2: truncated data)"
    assert trouble(file, encoding="utf-16").startswith(f" cannot be read: {reason}; say in `encoding`")


def test_line_ends_that_are_none_are_told(file: Path) -> None:
    file.write_bytes((HEADER + row(1)).encode().replace(b"\n", b"\r"))
    assert trouble(file) == (
        " has no header: it has no line end but carriage returns; write it with the line ends of Unix or Windows. Nothing of it was read."
    )


def test_a_header_that_opens_a_quote_is_told(file: Path) -> None:
    file.write_text('"' + HEADER + row(1))
    assert trouble(file) == " has no header: its first row opens a quote that nothing closes. Nothing of it was read."


@pytest.mark.parametrize("blank", ["\n", "\r\n\r\n", "  \n", ",,,\n"])
def test_blank_lines_before_the_header_and_among_the_rows_are_passed_over(file: Path, blank: str) -> None:
    file.write_bytes((blank + HEADER + row(1) + blank + row(2) + blank).encode())
    with plant(file.parent, ENTRY) as plant_:
        report = plant_.ingest()
        assert (report.events, report.rejected, plant_.troubles) == (2, 0, [])


def test_a_mark_of_the_byte_order_on_a_line_of_its_own_is_passed_over(file: Path) -> None:
    file.write_text("\ufeff\n" + HEADER + row(1))
    with plant(file.parent, ENTRY) as plant_:
        assert (plant_.ingest().events, plant_.troubles) == (1, [])


def test_a_damaged_file_leaves_the_others(file: Path) -> None:
    packed = bytearray(gzip.compress((HEADER + row(1)).encode()))
    packed[12:40] = b"\xff" * 28
    (file.parent / "a.csv.gz").write_bytes(packed)
    file.write_text(HEADER + row(1))
    with plant(file.parent, {**ENTRY, "path": "*.csv*"}) as plant_:
        assert plant_.ingest().events == 1
        (sentence,) = plant_.troubles
        assert sentence.startswith(f"{file.parent}/a.csv.gz is no sound gzip file (Error -3 while decompressing data")


def test_a_folder_is_no_file(file: Path) -> None:
    (file.parent / "tables").mkdir()
    for path in ("tables", "tables/"):
        with plant(file.parent, {**ENTRY, "path": path}) as plant_:
            plant_.ingest()
            assert plant_.troubles == [f'{file.parent}/tables is a folder; for the files in it, write `path: "tables/*"`.']


def test_a_path_that_cannot_be_looked_at_leaves_the_other_sources(file: Path) -> None:
    file.write_text(HEADER + row(1))
    long = "x" * 300
    with plant(file.parent, {**ENTRY, "name": "long", "path": long}, ENTRY) as plant_:
        assert plant_.ingest().events == 1
        assert plant_.troubles == [
            f"{file.parent}/{long} cannot be looked for: File name too long. It is tried again with the next poll; or correct `path`."
        ]


def test_a_stock_count_with_none_of_its_columns_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "stock.csv").write_text("snapshot_time;system;site\n2026-03-23T12:00:00Z;erp;hamburg\n")
    with plant(tmp_path, {"name": "stock", "kind": "inventory_csv", "path": "stock.csv"}) as plant_:
        assert plant_.ingest().frames == 0
        assert plant_.troubles == [
            f"{tmp_path}/stock.csv has none of the columns that the mapping names (snapshot_time, system, site, location, item, batch, "
            "stock_status, quantity, uom); split at ',', its columns are: snapshot_time;system;site. "
            "Nothing of it was read; correct `delimiter` or `map`."
        ]


# -- rows that are no rows
def test_what_waits_behind_an_open_quote_is_read_once_the_file_rests(file: Path) -> None:
    file.write_text(HEADER + row(1, TEXT='"open') + row(2))
    with plant(file.parent, ENTRY) as plant_:
        now_of(plant_, file.stat().st_mtime + 0.1)
        assert plant_.ingest().frames == 0
        now_of(plant_, file.stat().st_mtime + 60)
        report = plant_.ingest()
        assert (report.events, report.rejected) == (1, 1)


def test_a_cell_may_be_long(file: Path) -> None:
    file.write_text(HEADER + row(1, RC="NOK", TEXT="x" * 200_000) + row(2))
    with plant(file.parent, ENTRY) as plant_:
        assert (plant_.ingest().events, plant_.column("select length(error_text) from events where is_error")) == (2, [200_000])


def test_a_stray_quote_waits_for_another_one_over_4_mib_and_no_further(file: Path) -> None:
    file.write_text(HEADER + row(1, TEXT='"open') + "".join(row(2, TEXT="x" * 1000) for _ in range(4200)) + row(3))
    with plant(file.parent, {**ENTRY, "position": "ID"}) as plant_:
        now_of(plant_, file.stat().st_mtime + 0.1)
        report = plant_.ingest()
        assert (report.events, report.rejected) == (2, 1)
        assert plant_.column("select reason from rejected") == [
            "the line is not a row of the table: it opens a quote that is still open after 4 MiB"
        ]


def test_a_line_too_long_to_be_one_is_cut_and_told(file: Path) -> None:
    with file.open("w") as out:
        out.write(HEADER + row(1, TEXT="x" * (65 << 20)) + row(2))
    with plant(file.parent, ENTRY) as plant_:
        report = plant_.ingest()
        assert (report.events, report.rejected) == (1, 1)
        assert plant_.column("select reason from rejected") == [
            "the line is not a row of the table: it is longer than 64 MiB; only its beginning was kept"
        ]


def test_carriage_returns_in_a_row_are_told(file: Path) -> None:
    file.write_bytes((HEADER + row(1, TEXT="a\rb") + row(2)).encode())
    rest(file)
    with plant(file.parent, ENTRY) as plant_:
        assert plant_.ingest().events == 1
        assert plant_.column("select reason from rejected") == [
            "the line is not a row of the table: it holds a carriage return that no quotes enclose"
        ]


@pytest.mark.parametrize("year", ["1899-12-31", "2180-01-01", "9999-01-01"])
def test_an_event_outside_1900_to_2179_is_refused_and_the_rest_goes_on(file: Path, year: str) -> None:
    file.write_text(HEADER + row(1) + row(2, AT=f"{year}T00:00:00Z") + row(3))
    with plant(file.parent, ENTRY) as plant_:
        report = plant_.ingest()
        assert (report.events, report.rejected) == (2, 1)
        assert plant_.column("select reason from rejected") == [f"column AT: '{year}T00:00:00Z' lies outside the years 1900 to 2179"]


# -- empty cells
@pytest.mark.parametrize("empty", ["", "   "])
def test_an_id_that_is_empty_names_no_object_and_the_row_is_an_event_without_it(file: Path, empty: str) -> None:
    file.write_text(HEADER + row(1, REF=empty) + row(2))
    with plant(file.parent, ENTRY) as plant_:
        report = plant_.ingest()
        assert (report.events, report.rejected) == (2, 0)
        assert plant_.column("select object_id from event_objects") == ["D2"]


def test_of_two_rows_of_one_position_the_first_counts(file: Path) -> None:
    file.write_text(HEADER + row(1, ITEM="first") + row(1, ITEM="second"))
    with plant(file.parent, {**ENTRY, "position": "ID"}) as plant_:
        report = plant_.ingest()
        assert (report.events, report.repeats, plant_.column("select item from events")) == (1, 1, ["first"])


# -- anything
CELLS = st.text(st.sampled_from('ABé,;"\n\r \0'), max_size=6).map(str.encode)
CONTENT = st.lists(st.sampled_from([HEADER.encode(), row(1).encode(), b"\xff", b"\xe9,", b"\n"]) | CELLS, max_size=8).map(b"".join)
FORMS = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from(",;A\t "),
        "encoding": st.sampled_from(["utf-8", "cp1252", "utf-16", "utf-16-le", "ascii", "utf-7", "idna"]),
    }
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CONTENT, FORMS, st.sampled_from([0, 10**30]))
def test_any_bytes_in_any_form_are_read_or_told(file: Path, content: bytes, form: dict[str, Any], now_ns: int) -> None:
    file.write_bytes(content)
    source = open_source({**ENTRY, **form}, file.parent)
    rows = Rows()
    for found in source.read({}, lambda: now_ns):
        if isinstance(found, Record):
            source.decode(found, NOTHING, rows)


@settings(max_examples=5, deadline=None)
@given(CONTENT, st.lists(FORMS, min_size=2, max_size=3))
def test_a_rebuild_gives_what_was_read_form_after_form(content: bytes, forms: list[dict[str, Any]]) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "log.csv").write_bytes(HEADER.encode() + content + row(2).encode())
        for form in forms:
            with plant(Path(folder), {**ENTRY, **form}) as plant_:
                plant_.ingest()
        with plant(Path(folder), {**ENTRY, **forms[-1]}) as plant_:
            before = tables_of(plant_)
            plant_.intake.rebuild()
            assert tables_of(plant_) == before
