"""How much a receiver acknowledges and how soon it is seen, beside the floor: the same bytes unpacked, parsed, written and synced."""

from __future__ import annotations

import http.client
import os
import threading
import time
import urllib.request
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.benchmarks import traffic
from tests.benchmarks.figures import Figure
from tests.cli.commands import serving
from tests.processes import real_server

CONNECTIONS = 8
CONFIGURATION = """\
version: 1
workflows: [default]
sources:
  - {name: otlp, kind: otlp, complete: true}
web: {port: 0}
otlp: {http_port: 0, grpc_port: 0}
"""


def measure(folder: Path, seconds: float) -> Iterator[Figure]:
    """The figures, one after the other."""
    plain = list(traffic.requests(25_000, time.time_ns()))
    bodies = [traffic.compressed(body) for body in plain]
    spans = [_count(body) for body in plain]
    floor = _floor(folder / "floor", bodies, spans, seconds / 3)
    yield Figure("floor: unpack, parse, write and sync the same requests, one thread", f"{floor:,.0f} spans/s")
    with _served(folder / "busy") as server:
        taken, latencies = _send(server["otlp"], bodies, spans, seconds, pause=0.0)
    whole = f"acknowledged over OTLP/HTTP, {CONNECTIONS} connections, while loading and computing; beside the floor"
    yield Figure(whole, f"{taken:,.0f} spans/s", taken / floor)
    yield Figure("time to the acknowledgement at that load", _spread(latencies))
    with _served(folder / "calm") as server:
        pause = CONNECTIONS * traffic.SPANS_PER_REQUEST / (taken / 2)
        half, latencies = _send(server["otlp"], bodies, spans, seconds, pause)
    yield Figure("time to the acknowledgement at half of it; spans beside those at full load", _spread(latencies), half / taken)
    with _served(folder / "resting") as server:
        yield Figure("from the acknowledgement to the export, at rest", _spread(list(_seen(server, 40))))


@contextmanager
def _served(folder: Path) -> Iterator[dict[str, Any]]:
    """A `syncline serve` of its own."""
    folder.mkdir(parents=True)
    (folder / "syncline.yaml").write_text(CONFIGURATION)
    with serving(folder, real_server) as server:
        yield {**server, "home": folder / "home"}


def _count(body: bytes) -> int:
    request = ExportTraceServiceRequest.FromString(body)
    return sum(len(scope.spans) for group in request.resource_spans for scope in group.scope_spans)


def _floor(file: Path, bodies: Sequence[bytes], spans: Sequence[int], seconds: float) -> float:
    """Spans a second when nothing is done but what nobody can leave out."""
    done, begun = 0, time.monotonic()
    with file.open("wb") as out:
        while True:
            for body, count in zip(bodies, spans, strict=True):
                unpacked = zlib.decompress(body, 31)
                ExportTraceServiceRequest.FromString(unpacked)
                out.write(unpacked)
                out.flush()
                os.fsync(out.fileno())
                done += count
                if (passed := time.monotonic() - begun) > seconds:
                    return done / passed


def _send(url: str, bodies: Sequence[bytes], spans: Sequence[int], seconds: float, pause: float) -> tuple[float, list[float]]:
    """Acknowledged spans a second and the times to each answer. Every connection waits `pause` seconds from one request to the next."""
    host = url.removeprefix("http://")
    taken, latencies, end = [0] * CONNECTIONS, [], time.monotonic() + seconds

    def client(number: int) -> None:
        connection = http.client.HTTPConnection(host)
        turn = number
        while (begun := time.monotonic()) < end:
            body = bodies[turn % len(bodies)]
            headers = {"Content-Type": "application/x-protobuf", "Content-Encoding": "gzip"}
            connection.request("POST", "/v1/traces", body, headers)
            answer = connection.getresponse()
            answer.read()
            latencies.append(time.monotonic() - begun)
            if answer.status == 200:
                taken[number] += spans[turn % len(bodies)]
            turn += CONNECTIONS
            time.sleep(max(0.0, begun + pause - time.monotonic()))
        connection.close()

    _together(client)
    return sum(taken) / seconds, latencies


def _together(client: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=client, args=(number,)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _seen(server: dict[str, Any], times: int) -> Iterator[float]:
    """Seconds from an acknowledgement until the API shows the event."""
    token = (server["home"] / "local.token").read_text()
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    ask = urllib.request.Request(f"{server['url']}api/v1/events?from={since}", headers={"Authorization": f"Bearer {token}"})
    for number in range(times):
        before = _lines(ask)
        body = traffic.released(number, time.time_ns())
        send = urllib.request.Request(f"{server['otlp']}/v1/traces", body, {"Content-Type": "application/x-protobuf"})
        urllib.request.urlopen(send).close()
        acknowledged = time.monotonic()
        while _lines(ask) == before:
            time.sleep(0.02)
        yield time.monotonic() - acknowledged
        time.sleep(0.07 * (number % 4))  # so that it meets the loader anywhere between two looks


def _lines(ask: urllib.request.Request) -> int:
    with urllib.request.urlopen(ask) as answer:
        return answer.read().count(b"\n")


def _spread(seconds: list[float]) -> str:
    cuts = quantiles(seconds, n=100)
    return f"p50 {1000 * median(seconds):,.0f} ms, p95 {1000 * cuts[94]:,.0f} ms, p99 {1000 * cuts[98]:,.0f} ms"
