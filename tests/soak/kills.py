"""Traffic into a real `syncline serve` that is killed again and again: what was acknowledged must be there once, and a rebuild agree."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.benchmarks import traffic
from tests.benchmarks.receiving import CONFIGURATION
from tests.processes import free_ports, listens, real_server
from tests.repository import ROOT

CLIENTS = 4
AFTER_ALL = "2100-01-01T00:00:00Z"
SECONDS_ALIVE = (1.0, 45.0)  # between start and kill: in the first load, and long after it
PAUSE_SECONDS = 0.5  # between two requests of a client: 4,000 spans/s, what a loader keeps up with, so that kills meet every stage


@dataclass
class Traffic:
    """What the clients sent and were told. A request nobody answered is sent again, as an exporter does."""

    acknowledged: set[str] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    is_over: bool = False

    def client(self, number: int, port: int) -> None:
        for body in _bodies(number):
            while not self.is_over and not self._sent(body, port):
                time.sleep(0.3)
            if self.is_over:
                return
            self.acknowledged |= _events(body)
            time.sleep(PAUSE_SECONDS)

    def _sent(self, body: bytes, port: int) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("POST", "/v1/traces", body, {"Content-Type": "application/x-protobuf"})
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            self.answers[type(error).__name__] += 1
            return False
        finally:
            connection.close()
        self.answers[str(status)] += 1
        return status == 200


def run(folder: Path, minutes: float, seed: int) -> Iterator[str]:
    """One line for each thing found out. Raises AssertionError when something was lost, doubled or computed otherwise."""
    (port,), random, told = free_ports(1), Random(seed), Traffic()
    (folder / "syncline.yaml").write_text(CONFIGURATION.replace("http_port: 0", f"http_port: {port}"))
    threads = [threading.Thread(target=told.client, args=(number, port)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        kills, most = _kill_until(time.monotonic() + 60 * minutes, folder, port, random)
    finally:
        told.is_over = True
        for thread in threads:
            thread.join()
    yield f"{minutes:g} min, {kills} kills; answers {dict(told.answers)}; the server held at most {most:,.0f} MiB"
    found = [json.loads(line)["event_id"] for line in _syncline(folder, "export", "events", "--as-of", AFTER_ALL).splitlines()]
    assert len(found) == len(set(found)), f"{len(found) - len(set(found)):,} events are there twice"
    assert not told.acknowledged - set(found), f"{len(told.acknowledged - set(found)):,} acknowledged events are lost"
    yield f"{len(told.acknowledged):,} acknowledged events are all there, once; {len(found):,} in all"
    before = _syncline(folder, "export", "transactions", "--as-of", AFTER_ALL)
    _syncline(folder, "rebuild")
    assert _syncline(folder, "export", "transactions", "--as-of", AFTER_ALL) == before, "a rebuild says something else"
    yield f"a rebuild gives the same {len(before.splitlines()):,} transactions, byte for byte"


def _kill_until(end: float, folder: Path, port: int, random: Random) -> tuple[int, float]:
    """How often it was killed, and the most memory it held, in MiB; the last one ends in order."""
    kills, most = 0, 0.0
    while time.monotonic() < end:
        command = [sys.executable, "-m", "app", "serve"]
        with real_server(command, listens(port), log=folder / "serve.log", folder=folder, environment={"PYTHONPATH": str(ROOT)}) as process:
            until = min(end, time.monotonic() + random.uniform(*SECONDS_ALIVE))
            while time.monotonic() < until:
                most = max(most, _resident(process.pid))
                time.sleep(0.2)
            if until < end:
                process.send_signal(signal.SIGKILL)
                process.wait()
                kills += 1
    return kills, most


def _resident(pid: int) -> float:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    return 0.0


def _bodies(client: int) -> Iterator[bytes]:
    """Requests without end, no two alike."""
    for turn in range(1_000_000):
        seed = client * 1_000_000 + turn
        yield from traffic.requests(5_000, time.time_ns(), seed, first=5_000 * seed)


def _events(body: bytes) -> set[str]:
    request = ExportTraceServiceRequest.FromString(body)
    spans = [span for group in request.resource_spans for scope in group.scope_spans for span in scope.spans]
    return {f"{span.trace_id.hex()}{span.span_id.hex()}" for span in spans if any(a.key == "mfg.event.type" for a in span.attributes)}


def _syncline(folder: Path, *words: str) -> str:
    done = subprocess.run([sys.executable, "-m", "app", *words], cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)},
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, f"syncline {' '.join(words)} ended with {done.returncode}: {done.stderr}"
    return done.stdout
