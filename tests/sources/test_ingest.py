"""The intake: everything once, whatever happens in between; what cannot be understood is kept and told."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml

from collectors import ingest
from collectors.classify import ErrorRules
from collectors.event import Record
from collectors.identifiers import Identifiers
from collectors.ingest import FILLED, Intake
from collectors.sources.csv import Csv
from collectors.sources.otlp_file import OtlpFile
from tests.repository import ROOT
from tests.sources.plant_floor import TOLD_NS, Plant, plant, span, traces

TRACES = {"name": "traces", "kind": "otlp_file", "path": "*.jsonl"}
ROWS = {
    "name": "rows",
    "kind": "csv",
    "path": "*.csv",
    "map": {"event_type": {"value": "stock.moved"}, "event_time": {"column": "AT"}, "attempt": {"column": "TRY"}},
}
COUNTS = """
    select (select count(*) from spans), (select count(distinct span_id) from spans), (select count(*) from events where source = 'rows'),
           (select count(distinct event_id) from events), (select count(*) from rejected), (select sum(records) from source_positions)"""
NUMBERED = {"events": "event_no", "log_rows": "log_no", **dict.fromkeys(("spans", "span_links", "span_objects"), "span_no")}


def line(number: int) -> bytes:
    return traces(span(f"{number + 1:016x}", attributes={"mfg.event.type": "a", "mfg.object.order": str(number)})) + b"\n"


def write(folder: Path, spans: range, rows: range) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "erp.jsonl").write_bytes(b"".join(line(n) for n in spans))
    bad = "2026-03-23T12:00:00Z,x\n"
    lines = [f"2026-03-23T12:00:00Z,{n + 1}\n" if n % 10 else bad for n in rows]
    (folder / "wms.csv").write_text("AT,TRY\n" + "".join(lines))


def tables(opened: Plant) -> dict[str, list[Any]]:
    """Everything stored. Running numbers say only which batch something came in, so the name of what they number stands for it."""
    queries = {table: f"from {table}" for table in FILLED}
    queries |= {table: f"select * exclude {number} from {table}" for table, number in NUMBERED.items()}
    queries["event_objects"] = "select event_id, object_type, object_id from event_objects join events using (event_no)"
    return {table: sorted(map(repr, opened.rows(query))) for table, query in queries.items()}


def test_a_rebuild_gives_the_same_tables(tmp_path: Path) -> None:
    write(tmp_path, range(50), range(30))
    with plant(tmp_path, TRACES, ROWS) as opened:
        opened.ingest()
        (tmp_path / "more.jsonl").write_bytes(line(7) + line(100) + b"oops\n")
        opened.ingest()
        before = tables(opened)
        report = opened.intake.rebuild()
        assert (report.spans, report.repeats) == (51, 1)
        assert tables(opened) == before
        assert opened.ingest().frames == 0


def test_of_spans_with_one_id_in_two_traces_only_the_one_that_is_known_is_a_repeat(tmp_path: Path) -> None:
    first, other = span(), span(traceId="1" * 32)
    with plant(tmp_path, TRACES) as opened:
        (tmp_path / "a.jsonl").write_bytes(traces(first) + b"\n")
        opened.ingest()
        (tmp_path / "b.jsonl").write_bytes(traces(other, first) + b"\n")
        report = opened.ingest()
        assert (report.spans, report.repeats) == (1, 1)
        assert sorted(opened.column("select span_id from spans")) == sorted(each["traceId"] + each["spanId"] for each in (first, other))


def test_small_batches_give_the_same_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, range(50), range(30))
    with plant(tmp_path, TRACES, ROWS) as opened:
        opened.ingest()
        once = tables(opened)
        monkeypatch.setattr(ingest, "LOAD_BYTES", 1000)
        opened.intake.rebuild()
        assert tables(opened) == once


def test_the_first_recorded_counts(tmp_path: Path) -> None:
    first = traces(span(attributes={"mfg.event.type": "a", "mfg.item": "first"}))
    (tmp_path / "a.jsonl").write_bytes(first + b"\n")
    with plant(tmp_path, TRACES) as opened:
        opened.ingest()
        (tmp_path / "b.jsonl").write_bytes(first.replace(b"first", b"later") + b"\n")
        assert opened.ingest().repeats == 1
        assert opened.rows("select item, position, recorded_ns from events") == [("first", "a.jsonl:1:0", TOLD_NS)]


def test_a_repeated_span_is_refused_once_only(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(traces(span(attributes={"mfg.event.type": "a", "mfg.attempt": "x"})) + b"\n")
    with plant(tmp_path, TRACES) as opened:
        opened.ingest()
        (tmp_path / "b.jsonl").write_bytes((tmp_path / "a.jsonl").read_bytes())
        opened.ingest()
        assert opened.column("select position from rejected") == ["a.jsonl:1:0"]


def test_only_the_sources_named_are_read(tmp_path: Path) -> None:
    write(tmp_path, range(5), range(5))
    with plant(tmp_path, TRACES, ROWS) as opened:
        assert opened.intake.poll(["rows"]).records == {"rows": 5}
        assert opened.intake.poll().records == {"traces": 5, "rows": 0}


def test_progress_is_told_by_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "APPEND_RECORDS", 2)
    write(tmp_path, range(5), range(0))
    told: list[tuple[str, int]] = []
    with plant(tmp_path, TRACES, ROWS) as opened:
        opened.intake.poll(on_progress=lambda source, count: told.append((source, count)))
        opened.intake.load(on_progress=lambda source, count: told.append((source, count)))
    assert told == [("traces", 2), ("traces", 4), ("traces", 5), ("journal", 5)]


def test_how_far_each_stream_was_read_is_in_the_tables(tmp_path: Path) -> None:
    write(tmp_path, range(5), range(4))
    with plant(tmp_path, TRACES, ROWS) as opened:
        opened.ingest()
        (tmp_path / "erp.jsonl").write_bytes(b"".join(line(n) for n in range(7)))
        opened.ingest()
        assert opened.rows("select source, stream, position->>'line', records, read_ns from source_positions order by all") == [
            ("rows", "wms.csv", "5", 4, TOLD_NS),
            ("traces", "erp.jsonl", "7", 7, TOLD_NS),
        ]


def test_what_a_receiver_took_is_loaded_without_any_source_in_the_configuration(tmp_path: Path) -> None:
    with plant(tmp_path) as opened:
        sent = Record("otlp", "", traces(span(attributes={"mfg.event.type": "a"})), "application/json", 5, "traces", None)
        opened.journal.append([sent, sent])
        report = opened.intake.load()
        assert (report.spans, report.events, report.repeats) == (1, 1, 1)
        assert opened.rows("select source, position, recorded_ns from events") == [("otlp", "1:0", 5)]


def test_records_of_a_source_that_is_gone_are_kept_until_it_is_back(tmp_path: Path) -> None:
    write(tmp_path, range(0), range(3))
    with plant(tmp_path, ROWS) as opened:
        opened.intake.poll()
    with plant(tmp_path, TRACES) as opened:
        assert opened.intake.load().rejected == 3
        assert opened.column("select distinct reason from rejected") == [
            "no source is called 'rows' in the configuration any more; put it back, and `syncline retry` reads this record"
        ]
    with plant(tmp_path, ROWS) as opened:
        report = opened.intake.rebuild()
        assert (report.events, report.rejected) == (2, 1)


def test_a_mapping_that_is_mended_reads_what_was_refused(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("AT,KIND\n23.03.2026,GR\n")
    entry = {"name": "rows", "kind": "csv", "path": "*.csv", "map": {"event_type": {"column": "KIND"}, "event_time": {"column": "AT"}}}
    with plant(tmp_path, entry) as opened:
        assert opened.ingest().rejected == 1
    mended = {**entry, "map": {**entry["map"], "event_time": {"column": "AT", "format": "%d.%m.%Y", "time_zone": "UTC"}}}  # type: ignore[dict-item]
    with plant(tmp_path, mended) as opened:
        report = opened.intake.rebuild()
        assert (report.events, report.rejected) == (1, 0)
        assert opened.column("select count(*) from rejected") == [0]


def test_a_fault_of_ours_costs_one_record_and_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    decode = OtlpFile.decode

    def faulty(self: OtlpFile, said: Record, *others: Any) -> None:
        if said.position == "erp.jsonl:2":
            raise KeyError("a fault of ours")
        decode(self, said, *others)

    monkeypatch.setattr(OtlpFile, "decode", faulty)
    write(tmp_path, range(3), range(0))
    with plant(tmp_path, TRACES) as opened:
        report = opened.ingest()
        assert (report.spans, report.rejected) == (2, 1)
        assert opened.rows("select position, part, reason from rejected") == [
            (
                "erp.jsonl:2",
                "record",
                "a fault of Syncline kept this record from being read (see the log); `syncline retry` tries it again",
            )
        ]
    assert "reading the record erp.jsonl:2 of traces failed" in caplog.text
    assert "a fault of ours" in caplog.text


def test_a_fault_while_storing_leaves_nothing_half_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, range(3), range(3))
    with plant(tmp_path, TRACES, ROWS) as opened:
        with monkeypatch.context() as broken:
            broken.setattr(ingest, "_move_positions", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                opened.ingest()
        assert {table: opened.rows(f"from {table}") for table in FILLED} == {table: [] for table in FILLED}
        assert opened.ingest().spans == 3


def test_a_journal_that_lost_loaded_frames_gives_new_ones_new_numbers(tmp_path: Path) -> None:
    write(tmp_path, range(3), range(0))
    with plant(tmp_path, TRACES) as opened:
        opened.ingest()
    for segment in (tmp_path / "home" / "journal").glob("*.journal"):
        segment.unlink()
    (tmp_path / "erp.jsonl").write_bytes(b"".join(line(n) for n in range(5)))
    with plant(tmp_path, TRACES) as opened:
        report = opened.ingest()
        assert (report.frames, report.spans, report.last) == (2, 2, 5)


def test_a_torn_journal_is_read_again_from_the_files(tmp_path: Path) -> None:
    write(tmp_path, range(5), range(0))
    with plant(tmp_path, TRACES) as opened:
        opened.intake.poll()
    (segment,) = (tmp_path / "home" / "journal").glob("*.journal")
    segment.write_bytes(segment.read_bytes()[:-3])
    with plant(tmp_path, TRACES) as opened:
        assert len(opened.journal.problems) == 1
        assert opened.ingest().spans == 5


KILLED = """
import sys, time
from pathlib import Path
from collectors import ingest
from tests.sources.plant_floor import plant
from tests.sources.test_ingest import ROWS, TRACES
ingest.APPEND_RECORDS, ingest.LOAD_FRAMES = 7, 5
with plant(Path(sys.argv[1]), TRACES, ROWS) as opened:
    print("open", flush=True)
    opened.ingest()
print("done", flush=True)
"""


def test_nothing_is_lost_or_doubled_when_killed_at_any_moment(tmp_path: Path) -> None:
    write(tmp_path, range(600), range(400))
    moments, kills = random.Random(7), 0
    for _ in range(12):
        with subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT) as process:
            assert process.stdout
            assert process.stdout.readline() == b"open\n"
            time.sleep(moments.uniform(0, 0.25))
            process.kill()
            kills += process.stdout.read() == b""
        if kills == 4:
            break
    assert kills >= 3
    with plant(tmp_path, TRACES, ROWS) as opened:
        opened.ingest()
        assert opened.rows(COUNTS) == [(600, 600, 360, 960, 40, 1000)]
        assert opened.column("select value from meta where key = 'journal_loaded'") == ["1000"]
        assert opened.column("select max(span_no) - min(span_no) from spans") == [599]
        before = tables(opened)
        opened.intake.rebuild()
        assert tables(opened) == before


# -- the plants of the kit
class PlantElsewhere(Plant):
    """A plant whose files lie elsewhere than its home."""

    def __init__(self, files: Path, home: Path, sources: list[dict[str, Any]], objects: dict[str, Any]) -> None:
        super().__init__(home, *({**entry, "path": str(files / entry["path"])} for entry in sources), objects=objects)

    def __enter__(self) -> PlantElsewhere:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@pytest.fixture(scope="module")
def made(kit: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plant")
    command = [
        sys.executable,
        str(kit / "plant.py"),
        "--seed",
        "3",
        "--days",
        "2",
        "--per-day",
        "10",
        "--no-truth",
        "--out",
        str(folder / "p"),
    ]
    subprocess.run([*command, "--late", "mes"], check=True, capture_output=True)
    return folder / "p"


def entries(made: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    config = yaml.safe_load((made / "syncline.yaml").read_text())
    return config["sources"], config["objects"]


WHAT = "select * exclude (event_no, recorded_ns, source, position, event_id) from events where span_id is not null order by all"


def test_a_plant_of_the_kit_is_read_whole(made: Path, tmp_path: Path) -> None:
    sources, objects = entries(made)
    with PlantElsewhere(made, tmp_path / "one", sources, objects) as opened:
        report = opened.ingest()
        assert (opened.troubles, report.rejected) == ([], 0)
        assert report.events > 300
        assert report.events == opened.column("select count(*) from events")[0]
        assert opened.ingest().frames == 0


def test_the_order_of_the_sources_changes_nothing(made: Path, tmp_path: Path) -> None:
    sources, objects = entries(made)
    with PlantElsewhere(made, tmp_path / "one", sources, objects) as opened:
        opened.ingest()
        first = opened.rows(WHAT)
    with PlantElsewhere(made, tmp_path / "two", sources, objects) as opened:
        for entry in reversed(sources):
            opened.intake.poll([entry["name"]])
            opened.intake.load()
        assert opened.rows(WHAT) == first


def test_a_journal_alone_rebuilds_everything(tmp_path: Path) -> None:
    write(tmp_path, range(20), range(20))
    with plant(tmp_path, TRACES, ROWS) as opened:
        opened.ingest()
        before = tables(opened)
    (tmp_path / "home" / "syncline.duckdb").unlink()
    (tmp_path / "erp.jsonl").unlink()
    with plant(tmp_path, TRACES, ROWS) as opened:
        opened.intake.load()
        assert tables(opened) == before


class Ledger(Csv):
    """A source that shows all there is, as a table does."""

    shows_all: ClassVar[bool] = True


def test_a_read_to_the_end_is_kept_once_a_minute_unless_something_could_not_be_read(tmp_path: Path) -> None:
    settings = Csv.Settings("*.csv", {"event_type": {"column": "T"}, "event_time": {"column": "AT"}})
    now_ns = TOLD_NS
    with plant(tmp_path) as plant_:
        ledger = Ledger("ledger", tmp_path, settings)
        plant_.intake = Intake(plant_.store, plant_.journal, [ledger], Identifiers(), ErrorRules(), lambda: now_ns)
        reads = f"select (read_ns - {TOLD_NS}) // 1000000000 from source_reads order by 1"
        for seconds in (0, 30, 70):
            now_ns = TOLD_NS + seconds * 10**9
            plant_.ingest()
        assert plant_.column(reads) == [0, 70]
        (tmp_path / "broken.csv").write_text('T,AT\nstock.moved,"2026-03-23')
        (tmp_path / "other.csv").write_text("X,Y\n1,2\n")
        now_ns = TOLD_NS + 200 * 10**9
        plant_.ingest()
        assert plant_.troubles
        assert plant_.column(reads) == [0, 70]
        plant_.intake.rebuild()
        assert plant_.column(reads) == [0, 70]
