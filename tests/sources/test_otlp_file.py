"""OTLP files are read to their end, once, however they grow."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from tests.sources.plant_floor import Plant, log, logs, plant, span, traces

ENTRY = {"name": "traces", "kind": "otlp_file", "path": "traces/*.jsonl*"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "traces").mkdir()
    return tmp_path / "traces"


def line(number: int) -> bytes:
    return traces(span(f"{number:016x}", attributes={"mfg.event.type": "a"})) + b"\n"


def spans(plant: Plant) -> list[str]:
    return [
        f"{int(span_id[32:], 16)} {position}" for span_id, position in plant.rows("select span_id, position from spans order by span_no")
    ]


def test_every_line_is_read_once(folder: Path) -> None:
    (folder / "erp.jsonl").write_bytes(line(1) + line(2))
    with plant(folder.parent, ENTRY) as plant_:
        assert plant_.ingest().spans == 2
        assert plant_.ingest().frames == 0
        with (folder / "erp.jsonl").open("ab") as file:
            file.write(line(3))
        assert plant_.ingest().spans == 1
        assert spans(plant_) == ["1 traces/erp.jsonl:1:0", "2 traces/erp.jsonl:2:0", "3 traces/erp.jsonl:3:0"]


def test_reading_goes_on_after_a_restart(folder: Path) -> None:
    (folder / "erp.jsonl").write_bytes(line(1))
    with plant(folder.parent, ENTRY) as plant_:
        plant_.ingest()
    (folder / "erp.jsonl").write_bytes(line(1) + line(2))
    with plant(folder.parent, ENTRY) as plant_:
        assert plant_.ingest().spans == 1
        assert spans(plant_) == ["1 traces/erp.jsonl:1:0", "2 traces/erp.jsonl:2:0"]


def test_positions_in_the_journal_count_when_the_tables_are_behind(folder: Path) -> None:
    (folder / "erp.jsonl").write_bytes(line(1))
    with plant(folder.parent, ENTRY) as plant_:
        plant_.intake.poll()  # and killed before the load
    with plant(folder.parent, ENTRY) as plant_:
        assert plant_.ingest().frames == 1
        assert spans(plant_) == ["1 traces/erp.jsonl:1:0"]


def test_a_half_written_last_line_waits(folder: Path) -> None:
    whole = line(2)
    (folder / "erp.jsonl").write_bytes(line(1) + whole[:50])
    with plant(folder.parent, ENTRY) as plant_:
        assert plant_.ingest().spans == 1
        (folder / "erp.jsonl").write_bytes(line(1) + whole)
        assert plant_.ingest().spans == 1
        assert spans(plant_)[1] == "2 traces/erp.jsonl:2:0"


def test_a_half_written_last_line_of_a_file_that_rests_is_told(folder: Path) -> None:
    file = folder / "erp.jsonl"
    file.write_bytes(line(1) + line(2)[:50])
    with plant(folder.parent, ENTRY) as plant_:
        plant_.intake._clock = lambda: file.stat().st_mtime_ns + 59 * 10**9
        assert (plant_.ingest().spans, plant_.troubles) == (1, [])
        plant_.intake._clock = lambda: file.stat().st_mtime_ns + 60 * 10**9
        assert plant_.ingest().frames == 0
        assert plant_.troubles == [f"{file} ends in the middle of line 2; it is read when the rest has come."]


def test_a_line_too_long_to_be_one_is_cut_and_told(folder: Path) -> None:
    (folder / "erp.jsonl").write_bytes(b'{"resourceSpans":"' + b"x" * (65 << 20) + b'"}\n' + line(1))
    with plant(folder.parent, ENTRY) as plant_:
        report = plant_.ingest()
        assert (report.spans, report.rejected) == (1, 1)
        assert plant_.rows("select position, reason, length(excerpt) from rejected") == [
            ("traces/erp.jsonl:1", "the line cannot be read: it is longer than 64 MiB; only its beginning was kept", 400)
        ]


@pytest.mark.parametrize("end", [b"\n", b""])
def test_a_mark_of_the_byte_order_is_no_part_of_the_first_line(folder: Path, end: bytes) -> None:
    (folder / "erp.jsonl").write_bytes(b"\xef\xbb\xbf" + line(1).rstrip() + end)
    with plant(folder.parent, ENTRY) as plant_:
        assert plant_.ingest().spans == 1


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_last_line_that_is_whole_without_its_end_is_read_and_counted_once(folder: Path, end: bytes) -> None:
    whole = line(1).rstrip(b"\n")
    (folder / "erp.jsonl").write_bytes(whole)
    with plant(folder.parent, ENTRY) as plant_:
        assert plant_.ingest().spans == 1
        (folder / "erp.jsonl").write_bytes(whole + end + line(2))
        assert plant_.ingest().spans == 1
        assert spans(plant_) == ["1 traces/erp.jsonl:1:0", "2 traces/erp.jsonl:2:0"]


def test_blank_lines_are_counted_and_are_no_records(folder: Path) -> None:
    (folder / "erp.jsonl").write_bytes(b"\n \n" + line(1))
    with plant(folder.parent, ENTRY) as plant_:
        assert plant_.ingest().frames == 1
        assert spans(plant_) == ["1 traces/erp.jsonl:3:0"]


@pytest.mark.parametrize("again", [line(7) + line(8), line(7)], ids=["as long as before", "shorter"])
def test_another_file_under_the_same_name_is_read_from_its_start(folder: Path, again: bytes) -> None:
    (folder / "erp.jsonl").write_bytes(line(1) + line(2))
    with plant(folder.parent, ENTRY) as plant_:
        plant_.ingest()
        (folder / "erp.jsonl").write_bytes(again)
        plant_.ingest()
        assert spans(plant_)[2] == "7 traces/erp.jsonl#2:1:0"
        assert plant_.ingest().frames == 0


def test_the_same_spans_in_another_file_are_repeats(folder: Path) -> None:
    (folder / "erp.jsonl").write_bytes(line(1) + line(1))
    with plant(folder.parent, ENTRY) as plant_:
        plant_.ingest()
        (folder / "copy.jsonl").write_bytes(line(1) + line(2))
        report = plant_.ingest()
        assert (report.spans, report.repeats) == (1, 1)
        assert plant_.column("select count(*) from events") == [2]


def test_compressed_files_are_read_like_others(folder: Path) -> None:
    packed = folder / "erp.jsonl.gz"
    packed.write_bytes(gzip.compress(line(1) + line(2)))
    with plant(folder.parent, ENTRY) as plant_:
        assert plant_.ingest().spans == 2
    packed.write_bytes(gzip.compress(line(1) + line(2)) + gzip.compress(line(3)))
    with plant(folder.parent, ENTRY) as plant_:
        assert plant_.ingest().spans == 1
        assert spans(plant_)[2] == "3 traces/erp.jsonl.gz:3:0"


def test_a_compressed_file_still_being_copied_is_told_and_read_on(folder: Path) -> None:
    packed = folder / "erp.jsonl.gz"
    whole = gzip.compress(b"".join(line(n) for n in range(500)), mtime=0)
    packed.write_bytes(whole[: len(whole) // 2])
    with plant(folder.parent, ENTRY) as plant_:
        plant_.ingest()
        assert plant_.troubles == [
            f"{packed} ends in the middle of its compressed data. What is whole was read; the rest is when it has come."
        ]
        packed.write_bytes(whole)
        plant_.ingest()
        assert plant_.troubles == []
        assert plant_.column("select count(*) from spans") == [500 - 1]  # number 0 is no span id


def test_a_damaged_file_leaves_the_others(folder: Path) -> None:
    packed = bytearray(gzip.compress(line(1)))
    packed[12:40] = b"\xff" * 28
    (folder / "erp.jsonl.gz").write_bytes(packed)
    (folder / "mes.jsonl").write_bytes(line(2))
    with plant(folder.parent, ENTRY) as plant_:
        assert plant_.ingest().spans == 1
        (sentence,) = plant_.troubles
        assert sentence.startswith(f"{folder}/erp.jsonl.gz is no sound gzip file (Error -3 while decompressing data")


def test_what_is_no_gzip_is_told(folder: Path) -> None:
    (folder / "erp.jsonl.gz").write_bytes(b"plain text\n")
    (folder / "mes.jsonl").write_bytes(line(1))
    with plant(folder.parent, ENTRY) as plant_:
        assert plant_.ingest().spans == 1
        assert plant_.troubles == [
            f"{folder}/erp.jsonl.gz is no sound gzip file (Not a gzipped file (b'pl')). Lines before the damage were read; "
            "put a sound file in its place."
        ]


def test_a_missing_folder_is_told_and_other_sources_go_on(folder: Path) -> None:
    (folder / "erp.jsonl").write_bytes(line(1))
    with plant(
        folder.parent, {**ENTRY, "name": "other", "path": "nowhere/*.jsonl"}, {**ENTRY, "name": "one", "path": "late.jsonl"}, ENTRY
    ) as plant_:
        assert plant_.ingest().spans == 1
        assert plant_.troubles == [
            f"{folder.parent}/nowhere: there is no such folder. It is read once it is there; or correct `path` in the configuration.",
            f"{folder.parent}/late.jsonl: there is no such file. It is read once it is there; or correct `path` in the configuration.",
        ]


def test_a_folder_without_files_is_fine(folder: Path) -> None:
    with plant(folder.parent, ENTRY) as plant_:
        assert plant_.ingest().frames == 0
        assert plant_.troubles == []


def test_an_unreadable_file_is_told_and_the_others_are_read(folder: Path) -> None:
    (folder / "mes.jsonl").write_bytes(line(1))
    (folder / "erp.jsonl").symlink_to(folder / "erp.jsonl")
    with plant(folder.parent, ENTRY) as plant_:
        assert plant_.ingest().spans == 1
        assert plant_.troubles == [
            f"{folder}/erp.jsonl cannot be read: Too many levels of symbolic links. It is tried again with the next poll."
        ]
        (folder / "erp.jsonl").unlink()
        (folder / "erp.jsonl").write_bytes(line(2))
        assert plant_.ingest().spans == 1


def test_bad_lines_and_spans_are_kept_with_their_reason(folder: Path) -> None:
    (folder / "erp.jsonl").write_bytes(
        b"{oops\n"
        + traces(span("zz"), span("1" * 16), span("2" * 16, attributes={"mfg.event.type": "a", "mfg.attempt": "x"}))
        + b"\n"
        + b'{"resourceMetrics":[]}\n'
        + line(1)
    )
    with plant(folder.parent, ENTRY) as plant_:
        report = plant_.ingest()
        assert (report.spans, report.events, report.rejected) == (3, 1, 4)
        assert plant_.rows("select position, part, reason from rejected order by position") == [
            (
                "traces/erp.jsonl:1",
                "line",
                "the line cannot be read: not JSON: unexpected character, expected a string key: line 1 column 2 (char 1)",
            ),
            ("traces/erp.jsonl:2:0", "span", "spanId must be 16 hex digits, not all zero (found 'zz')"),
            ("traces/erp.jsonl:2:2", "event", "mfg.attempt: must be a whole number from 1 (found 'x') (the span itself is kept)"),
            (
                "traces/erp.jsonl:3",
                "line",
                "the line cannot be read: the line holds metrics or profiles; "
                "Syncline reads traces (resourceSpans) and logs (resourceLogs)",
            ),
        ]
        assert plant_.column("select excerpt from rejected where position = 'traces/erp.jsonl:1'") == ["{oops"]


@pytest.mark.parametrize("year", [1899, 2180])
def test_an_event_outside_1900_to_2179_is_refused_and_the_rest_goes_on(folder: Path, year: int) -> None:
    away = {"mfg.event.type": "a", "mfg.event.time": f"{year}-07-01T00:00:00Z"}
    (folder / "erp.jsonl").write_bytes(traces(span("1" * 16, attributes=away), span("2" * 16, attributes={"mfg.event.type": "b"})) + b"\n")
    with plant(folder.parent, ENTRY) as plant_:
        report = plant_.ingest()
        assert (report.spans, report.events, report.rejected) == (2, 1, 1)
        assert plant_.rows("select position, reason from rejected") == [
            (
                "traces/erp.jsonl:1:0",
                f"mfg.event.time: '{year}-07-01T00:00:00Z' lies outside the years 1900 to 2179 (the span itself is kept)",
            )
        ]


def test_logs_and_traces_may_share_a_source(folder: Path) -> None:
    (folder / "erp.jsonl").write_bytes(line(1) + logs(log({"mfg.object.item": "7"}, eventName="item.changed")) + b"\n")
    with plant(folder.parent, ENTRY) as plant_:
        report = plant_.ingest()
        assert (report.spans, report.logs, report.events) == (1, 1, 2)
        assert plant_.rows("select event_id, event_type from events order by event_no")[1] == (
            "traces:traces/erp.jsonl:2:0",
            "item.changed",
        )


def test_every_value_reaches_its_column(folder: Path) -> None:
    attributes: dict[str, Any] = {
        "mfg.event.type": "order.released",
        "mfg.object.order": ["7", "8"],
        "mfg.quantity": 1.5,
        "mfg.promised_time": "2026-03-23T12:00:00.000000001Z",
        "messaging.destination.name": "orders",
        "nul\x00": "\x00",
    }
    (folder / "erp.jsonl").write_bytes(
        traces(
            span("00000000000000ff", attributes=attributes, links=[{"traceId": "a" * 32, "spanId": "b" * 16}], parentSpanId="c" * 16),
            resource={"service.name": "erp", "mfg.system": "erp"},
        )
        + b"\n"
    )
    with plant(folder.parent, ENTRY) as plant_:
        plant_.ingest()
        assert plant_.rows(
            "select span_no, id_hash, parent_id[33:], kind, end_ns, service, system, site, destination, "
            "is_event, is_error, scope, source, span_events "
            "from spans"
        ) == [(1, 255, "c" * 16, 5, 1_774_267_200_000_000_000, "erp", "erp", None, "orders", True, False, "plant", "traces", "[]")]
        assert plant_.rows("select span_no, linked_span_id from span_links") == [(1, "a" * 32 + "b" * 16)]
        assert plant_.rows("select object_type, object_id from span_objects") == [("order", "7"), ("order", "8")]
        assert plant_.rows("select event_no, object_type, object_id from event_objects") == [(1, "order", "7"), (1, "order", "8")]
        assert plant_.rows("select event_type, quantity::varchar, promised_ns, due_ns, attempt, dead_letter from events") == [
            ("order.released", "1.500000", 1_774_267_200_000_000_001, None, 1, False)
        ]
        assert plant_.rows("select attributes->>'nul\\u0000' is null, resource->>'service.name' from spans")[0][1] == "erp"
