"""The company's one way out: what all its systems export is put together, sent over OTLP/HTTP and counted, as a Collector would.

Whole episodes leave in one request. When each system sent by itself, half of an episode was there for a moment, and every such
moment looked like a step that had not come: 47 of them on the first board.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

LOADS_WAITING = 2  # the writer waits when it is so many requests ahead
PATIENCE_SECONDS = 60  # how long a refused request is sent again: as long as a restart of the receiver may take
PATIENCE_SECONDS_AT_THE_END = 3
PAUSE_SECONDS = 0.5

Item = TypeVar("Item")
Load = tuple[list[ReadableSpan], list[ReadableLogRecord]]
Then = Callable[[], None]


class Gateway:
    """Collects until `send`, which hands everything to a thread that delivers it in order. `delivered` and `lost` count items."""

    def __init__(self, endpoint: str, headers: dict[str, str]) -> None:
        self.delivered = self.lost = 0
        self._spans, self._logs = (
            OTLPSpanExporter(f"{endpoint}/v1/traces", headers=headers, compression=Compression.Gzip),
            OTLPLogExporter(f"{endpoint}/v1/logs", headers=headers, compression=Compression.Gzip),
        )
        self._lock = threading.Lock()
        self._collected: Load = [], []
        self._loads: queue.Queue[tuple[Load, Then | None] | None] = queue.Queue(LOADS_WAITING)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._deliver, name="gateway", daemon=True)
        self._thread.start()

    def take_spans(self, spans: Sequence[ReadableSpan]) -> None:
        with self._lock:
            self._collected[0].extend(spans)

    def take_logs(self, logs: Sequence[ReadableLogRecord]) -> None:
        with self._lock:
            self._collected[1].extend(logs)

    def send(self, then: Then | None = None) -> None:
        """Sends what was collected, and does `then` when it is delivered or lost; waits only when the receiver is behind."""
        with self._lock:
            load, self._collected = self._collected, ([], [])
        if load[0] or load[1] or then:
            self._put(load, then)

    def _put(self, load: Load, then: Then | None) -> None:
        while True:
            try:
                return self._loads.put((load, then), timeout=1)
            except queue.Full:
                self._check()

    def wait(self) -> None:
        """Until everything that was sent is delivered or lost."""
        while self._loads.unfinished_tasks:
            self._check()
            time.sleep(0.01)

    def _check(self) -> None:
        if not self._thread.is_alive():
            raise RuntimeError("the gateway's thread has ended by a fault; its traceback is above")

    def close(self) -> None:
        """Delivers what is left, without much patience, and ends."""
        self._ending.set()
        self.send()
        self.wait()
        self._loads.put(None)
        self._thread.join()
        self._spans.shutdown()
        self._logs.shutdown()

    def _deliver(self) -> None:
        while taken := self._loads.get():
            (spans, logs), then = taken
            # The few logs are out at once, so the time in which half of an episode is there is short; spans take a second to be written.
            self._settle(spans, lambda: self._spans.export(spans) is SpanExportResult.SUCCESS)  # noqa: B023  called at once
            self._settle(logs, lambda: self._logs.export(logs) is LogRecordExportResult.SUCCESS)  # noqa: B023
            if then:
                then()
            self._loads.task_done()

    def _settle(self, items: Sequence[Item], deliver: Callable[[], bool]) -> None:
        if not items:
            return
        since, is_delivered = time.monotonic(), deliver()
        while not is_delivered and self._may_try_again(since):
            is_delivered = deliver()
        if is_delivered:
            self.delivered += len(items)
        else:
            self.lost += len(items)

    def _may_try_again(self, since: float) -> bool:
        time.sleep(PAUSE_SECONDS)
        return time.monotonic() - since < (PATIENCE_SECONDS_AT_THE_END if self._ending.is_set() else PATIENCE_SECONDS)


class ToGateway(SpanExporter):
    """The exporter of each system's tracer provider."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self._gateway.take_spans(spans)
        return SpanExportResult.SUCCESS


class LogsToGateway(LogRecordExporter):
    """The exporter of each system's logger provider."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
        self._gateway.take_logs(batch)
        return LogRecordExportResult.SUCCESS

    def shutdown(self) -> None:
        """Nothing is kept here."""

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return True
