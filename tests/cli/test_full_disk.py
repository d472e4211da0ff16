"""A disk that fills under load: both receivers refuse and say when to come again, sources stop and tell, and all goes on later."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from app.conformance.check import ACCEPTED, UNAVAILABLE, Answer, Endpoint
from app.conformance.grpc import GrpcEndpoint
from app.conformance.http import HttpEndpoint
from app.remote import find_server
from tests.cli.commands import Run, serving
from tests.waiting import until

FULL = "/journal cannot be written: less than 32 MiB free on the disk."
NOON_NS = 1_774_267_200_000_000_000
NOISE_BYTES = 600_000  # of a request: random, so that nothing makes them fewer
SETTINGS = """\
version: 1
workflows: [default]
sources:
  - name: log
    kind: csv
    path: log.csv
    every: 1s
    map:
      event_type: {value: order.created}
      event_time: {column: AT}
      objects: {type: {value: order}, id: {column: ORDER}}
web: {port: 0}
otlp: {http_port: 0, grpc_port: 0}
"""


class Disk:
    """A small disk of its own under `home`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir()
        self._mount("mount", "-t", "tmpfs", "-o", "size=46m", "tmpfs", str(home))

    def grow(self) -> None:
        self._mount("mount", "-o", "remount,size=1g", str(self.home))

    def close(self) -> None:
        self._mount("umount", str(self.home))

    def _mount(self, *words: str) -> None:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"A disk that may fill is needed, and this machine lets nobody mount one: {done.stderr.strip()}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    if sys.platform != "linux" or os.geteuid():
        pytest.skip("A disk that may fill is needed; only root of a Linux can mount one.")
    disk = Disk(tmp_path / "home")
    try:
        yield disk
    finally:
        disk.close()


def noise() -> str:
    return base64.b64encode(os.urandom(NOISE_BYTES)).decode()


class Load:
    """Who sends and writes large events, one after the other, and notes which of them were taken."""

    def __init__(self, server: dict[str, Any], file: Path) -> None:
        self.http = HttpEndpoint("127.0.0.1", urlsplit(server["otlp"]).port or 0, tries=1)
        self.grpc = GrpcEndpoint("127.0.0.1", urlsplit(server["grpc"]).port or 0, tries=1)
        self.taken: list[str] = []
        self.written: list[str] = []
        self._file, self._number = file, 0

    def over_http(self) -> Answer:
        return self._noted("http", self.http)

    def over_grpc(self) -> Answer:
        return self._noted("grpc", self.grpc)

    def into_file(self) -> None:
        self._number += 1
        with self._file.open("a") as file:
            file.write(f"file-{self._number},2026-03-23T10:00:00Z,{noise()}\n")
        self.written.append(f"file-{self._number}")

    def _noted(self, carrier: str, endpoint: Endpoint) -> Answer:
        self._number += 1
        order = f"{carrier}-{self._number}"
        answer = endpoint.export("traces", _request(self._number, order))
        if answer.outcome == ACCEPTED:
            self.taken.append(order)
        return answer


def _request(number: int, order: str) -> bytes:
    request = ExportTraceServiceRequest()
    span = request.resource_spans.add().scope_spans.add().spans.add(name="create", kind=5)
    span.trace_id, span.span_id = number.to_bytes(16), number.to_bytes(8)
    span.start_time_unix_nano = span.end_time_unix_nano = NOON_NS
    for key, value in {"mfg.event.type": "order.created", "mfg.object.order": order, "noise": noise()}.items():
        span.attributes.add(key=key).value.string_value = value
    return request.SerializeToString()


def answered(send: Callable[[], Answer], outcome: str, says: str = "") -> Answer:
    """The first such answer. The store beside the journal takes room, and gives some back, when it likes."""

    def is_so(answer: Answer) -> bool:
        return answer.outcome == outcome and says.encode() in answer.body + answer.details

    found: Answer = until(lambda: is_so(answer := send()) and answer)
    return found


def test_a_disk_that_fills_under_load_loses_nothing_and_goes_on(
    disk: Disk, run: Run, tmp_path: Path, real_server: Callable[..., Any]
) -> None:
    (tmp_path / "syncline.yaml").write_text(SETTINGS)
    (tmp_path / "log.csv").write_text("ORDER,AT,NOISE\n")
    with serving(tmp_path, real_server) as server:
        load = Load(server, tmp_path / "log.csv")

        def readyz() -> dict[str, Any]:
            here = find_server(disk.home)
            assert here is not None
            return here.readiness()

        def troubles_of_the_file() -> list[str]:
            load.into_file()
            load.over_http()
            found: list[str] = readyz()["troubled_sources"].get("log", [])
            return found

        refused = answered(load.over_http, UNAVAILABLE, FULL)
        assert refused.code == 503
        assert 0 < int(refused.headers["retry-after"]) <= 5
        assert b"google.rpc.RetryInfo" in answered(load.over_grpc, UNAVAILABLE, FULL).details
        until(lambda: any(FULL in told for told in troubles_of_the_file()))

        disk.grow()
        answered(load.over_http, ACCEPTED)
        answered(load.over_grpc, ACCEPTED)
        until(lambda: (now := readyz())["troubled_sources"] == {} and now["behind_records"] == 0)
        load.grpc.close()
    assert Counter(orders(run)) - Counter(load.written) == Counter(load.taken)
    assert run("ingest").code == 0  # a row that was written after the last read
    assert Counter(orders(run)) == Counter(load.taken + load.written)
    assert run("rebuild").out.startswith(f"{len(load.taken + load.written)} events and ")


def orders(run: Run) -> list[str]:
    rows = map(json.loads, run("export", "events").out.splitlines())
    return [order for row in rows for order in row["objects"]["order"]]
