"""The stock OpenTelemetry SDK, set up by environment variables alone, against a real `syncline serve`; killed and started again."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GrpcLogExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpanExporter
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter as HttpLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from tests.cli.commands import QUIET, Run, serving
from tests.waiting import until

PLANT = Resource.create({"service.name": "opcenter", "mfg.system": "mes", "mfg.site": "hamburg"})


EXPORTERS: dict[str, tuple[Any, Any]] = {"http": (HttpSpanExporter, HttpLogExporter), "grpc": (GrpcSpanExporter, GrpcLogExporter)}


@pytest.fixture(params=list(EXPORTERS))
def carrier(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def folder(carrier: str, tmp_path: Path, free_ports: Callable[[int], list[int]], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Syncline that listens at the same ports whenever it is started, and an environment whose exporters send there."""
    ports = dict(zip(EXPORTERS, free_ports(2), strict=True))
    settings = f"web: {{port: 0}}\notlp: {{http_port: {ports['http']}}}\n"
    (tmp_path / "syncline.yaml").write_text(f"version: 1\nworkflows: [default]\n{settings}")
    monkeypatch.setitem(QUIET, "SYNCLINE_OTLP_GRPC_PORT", str(ports["grpc"]))
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{ports[carrier]}")
    return tmp_path


class Noting(SpanExporter):
    """A stock exporter; it also remembers which spans it was told are taken."""

    def __init__(self, stock: SpanExporter) -> None:
        self.stock = stock
        self.acknowledged: set[str] = set()

    def shutdown(self) -> None:
        self.stock.shutdown()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self.stock.export(spans)
        if result is SpanExportResult.SUCCESS:
            self.acknowledged |= {f"{s.context.trace_id:032x}{s.context.span_id:016x}" for s in spans}
        return result


def event_ids(run: Run) -> list[str]:
    return [json.loads(line)["event_id"] for line in run("export", "events").out.splitlines()]


def test_its_spans_and_log_records_are_in_the_export_soon(run: Run, folder: Path, carrier: str, real_server: Callable[..., Any]) -> None:
    span_exporter, log_exporter = EXPORTERS[carrier]
    with serving(folder, real_server):
        traces, logs = TracerProvider(resource=PLANT), LoggerProvider(resource=PLANT)
        traces.add_span_processor(BatchSpanProcessor(span_exporter()))
        logs.add_log_record_processor(BatchLogRecordProcessor(log_exporter()))
        with traces.get_tracer("plant").start_as_current_span("receive") as span:
            span.set_attributes({"mfg.event.type": "work_order.received", "mfg.object.production_order": "1000231"})
        logs.get_logger("plant").emit(event_name="downtime.recorded", attributes={"mfg.object.downtime": "DT-7"}, body="press 4 stands")
        traces.shutdown()
        logs.shutdown()
        until(lambda: len(event_ids(run)) == 2)
        lines = run("export", "events").out.splitlines()
    found = {(row["event_type"], row["system"], row["site"], json.dumps(row["objects"])) for row in map(json.loads, lines)}
    assert found == {
        ("work_order.received", "mes", "hamburg", '{"production_order": ["1000231"]}'),
        ("downtime.recorded", "mes", "hamburg", '{"downtime": ["DT-7"]}'),
    }


def test_what_it_was_told_is_taken_is_there_once_after_a_kill(
    run: Run, folder: Path, carrier: str, real_server: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "20")  # many small requests, so that the kill meets some of them in every state
    exporter = Noting(EXPORTERS[carrier][0]())
    traces = TracerProvider(resource=PLANT)
    traces.add_span_processor(BatchSpanProcessor(exporter))
    tracer, sent = traces.get_tracer("plant"), 0

    def send_until(taken: int) -> None:
        nonlocal sent
        while len(exporter.acknowledged) < taken:
            sent += 1
            with tracer.start_as_current_span("receive") as span:
                span.set_attributes({"mfg.event.type": "work_order.received", "mfg.object.production_order": f"PO-{sent}"})
            time.sleep(0.0005)

    with serving(folder, real_server) as server:
        send_until(300)
        os.kill(server["pid"], signal.SIGKILL)
        before = set(exporter.acknowledged)
    with serving(folder, real_server):
        send_until(len(exporter.acknowledged) + 150)  # the exporter sends again what it heard nothing about
        traces.shutdown()
    found = event_ids(run)
    assert len(before) >= 300
    assert exporter.acknowledged - set(found) == set()
    assert len(found) == len(set(found))
