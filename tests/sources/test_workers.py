"""Batches that processes of their own understood give the tables that one process gives, whatever becomes of those processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing import connection, spawn
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collectors import ingest, workers
from collectors.columns import Columns
from collectors.event import Record
from collectors.ingest import FILLED
from collectors.otlp import JSON, PROTOBUF
from collectors.own import Remark
from collectors.understanding import READ, Understanding
from collectors.workers import Workers
from tests.processes import children
from tests.repository import ROOT
from tests.sources.faulty import ROWS, STOCK, understanding
from tests.sources.plant_floor import NOON_NS, TOLD_NS, Plant, log, logs, plant, span, traces

BATCHES = 9  # of which the first is understood here: only then it shows how many wait
FRAMES = 20
ALONE = "loading goes on without them"


@contextmanager
def filled(folder: Path) -> Iterator[Plant]:
    """A plant whose journal holds some of everything, whose batches are small, and which is not loaded yet."""
    rows = [f"{'' if n % 9 == 0 else 'stock.moved'},2026-03-23T12:00:00Z,{'x' if n % 7 == 0 else 1},{n}\n" for n in range(40)]
    (folder / "log.csv").write_text("STEP,AT,TRY,NUMBER\n" + "".join(rows) + "stock.moved,2026-03-23T12:00:00Z,1,fault\n")
    stock = [f"2026-03-23T12:00:00Z,erp,brno,M-{n},{n}\n" for n in range(20)]
    (folder / "stock.txt").write_text("snapshot_time,system,site,item,quantity\n" + "".join(stock))
    with plant(folder, ROWS, STOCK) as opened:
        opened.intake.poll()
        opened.journal.append([record for n in range(16) for record in received(n)])
        opened.intake._understanding = understanding(folder)
        opened.intake._make = partial(understanding, folder)
        yield opened


def received(number: int) -> Iterator[Record]:
    """What receivers were told: spans twice, of which one is unusable, log records, both encodings, and what is no record of theirs."""
    said: dict[str, Any] = {"mfg.event.type": "order.released", "mfg.object.order": str(number), "mfg.quantity": number % 5 or "many"}
    links = [{"traceId": f"{number + 1:032x}", "spanId": f"{1:016x}"}]
    spans = traces(span(f"{number // 2 + 1:016x}", attributes=said), span(f"{number + 1000:016x}", links=links), span("none"))
    other = traces(span(f"{number // 3 + 2000:016x}", attributes={**said, "mfg.system": "mes"}), resource={"service.name": "mes"})
    yield Record("otlp", "", spans, JSON, TOLD_NS + number, "traces")
    yield Record("otlp", "", binary(other), PROTOBUF, TOLD_NS + number, "traces")
    yield Record("otlp", "", logs(log({**said, "n": number // 2}, severityNumber=17)), JSON, TOLD_NS + number, "logs")
    yield Record("otlp", "", b"{" * number, JSON, TOLD_NS + number, "logs")
    yield Record("gone", f"a:{number}", b"{}", JSON, TOLD_NS + number, "a", "{}")
    yield Record("rows", f"read:{number}", str(TOLD_NS).encode(), READ, TOLD_NS + number)
    yield Remark(f"case:{number // 2}", "a", "erp", None, "order", str(number), NOON_NS, True, "closed").record(TOLD_NS + number)


def binary(body: bytes) -> bytes:
    """The same request as protobuf, whose own reader of JSON takes ids for base64."""
    request = json_format.Parse(body, ExportTraceServiceRequest())
    for each in (each for group in request.resource_spans for scope in group.scope_spans for each in scope.spans):
        each.trace_id, each.span_id = (bytes.fromhex(b64encode(read).decode()) for read in (each.trace_id, each.span_id))
    return request.SerializeToString()


def tables(opened: Plant) -> dict[str, list[tuple[Any, ...]]]:
    """Everything stored, with its running numbers, as it lies in the tables."""
    return {table: opened.rows(f"from {table} order by rowid") for table in FILLED}


def start_and_wait(self: Workers, start: Callable[[Workers], None] = Workers.start) -> None:
    start(self)
    for pipe in self._starting:
        connection.wait([pipe], 60)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Any, ...]]]:
    """What one process makes of it."""
    with pytest.MonkeyPatch.context() as patch, filled(tmp_path_factory.mktemp("alone")) as opened:
        patch.setattr(ingest, "LOAD_FRAMES", FRAMES)
        opened.intake._make = None
        opened.intake.load()
        found = tables(opened)
        assert [table for table in FILLED if not found[table]] == []
        return found


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[Plant]:
    """A plant of small batches; and two workers, waited for, so that each batch but the first goes to one of them."""
    monkeypatch.setattr(ingest, "LOAD_FRAMES", FRAMES)
    monkeypatch.setattr(workers, "MANY", 2)
    monkeypatch.setattr(workers, "cores", lambda: 2)
    monkeypatch.setattr(Workers, "start", start_and_wait)
    with filled(tmp_path) as plant_:
        caplog.clear()
        yield plant_


def test_the_tables_are_those_of_one_process_and_its_log_too(
    opened: Plant, expected: dict[str, Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    columns_of, known, here, batches = Understanding.columns_of, set(children()), [], []

    def noted(self: Understanding, frames: Any) -> Columns:
        here.append(frames)
        return columns_of(self, frames)

    def interrupt_all(_what: str, records: int) -> None:
        batches.append(records)
        for process in set(children()) - known:
            os.kill(process, signal.SIGINT)  # as a terminal does

    monkeypatch.setattr(Understanding, "columns_of", noted)
    opened.intake.load(interrupt_all)
    assert tables(opened) == expected
    assert (len(here), len(batches)) == (1, BATCHES)
    (told,) = caplog.records
    assert told.getMessage().startswith("reading the record log.csv:42 of rows failed\nTraceback")
    assert told.getMessage().endswith("ZeroDivisionError")
    assert set(children()) == known


def test_when_a_worker_is_killed_nothing_is_lost_or_doubled(
    opened: Plant, expected: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    known, batches = set(children()), []

    def kill_one(_what: str, records: int) -> None:
        batches.append(records)
        if len(batches) == 5:
            os.kill(max(set(children()) - known), signal.SIGKILL)

    opened.intake.load(kill_one)
    assert len(batches) == BATCHES
    assert tables(opened) == expected
    assert sum(ALONE in record.message for record in caplog.records) == 1
    assert set(children()) == known


def test_where_no_worker_can_begin_one_process_does_it_all(
    tmp_path: Path, opened: Plant, expected: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    python = spawn.get_executable()
    spawn.set_executable(tmp_path / "python")
    try:
        opened.intake.load()
    finally:
        spawn.set_executable(python)
    assert tables(opened) == expected
    assert sum(ALONE in record.message for record in caplog.records) == 1


KILLED = """
import sys
from pathlib import Path
from collectors import ingest, workers
from tests.sources.test_workers import filled, start_and_wait

def on_progress(what, records):
    if records > 20:
        print("begun", flush=True)
        sys.stdin.read()

if __name__ == "__main__":
    ingest.LOAD_FRAMES, workers.MANY, workers.cores, workers.Workers.start = 5, 2, lambda: 2, start_and_wait
    with filled(Path(sys.argv[1])) as opened:
        opened.intake.load(on_progress)
"""


def test_when_the_loader_is_killed_no_worker_is_left(tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout
        assert process.stdout.readline() == b"begun\n"
        process.kill()
        rest, _ = process.communicate(timeout=60)  # which ends when nobody is left who could write
        assert rest == b""
