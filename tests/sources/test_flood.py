"""More than a receiver can take: it refuses in time what it cannot answer in time, holds no more than its budget, and loses nothing."""

from __future__ import annotations

import gzip
import os
import socket
import threading
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from waitress import wasyncore

from collectors.journal import Journal
from collectors.receivers import otlp_http
from collectors.receivers.otlp_http import OtlpHttpReceiver
from collectors.receivers.reception import Limits, Reception
from tests.sources.http_receiver import JSON, PROTOBUF, SMALL, protobuf, receiver, status
from tests.sources.plant_floor import TOLD_NS, span, traces

HASTY = replace(SMALL, patience_seconds=0.3)
PATIENT = replace(SMALL, patience_seconds=60)  # for what has to be taken, however busy the machine is
OVERLOADED = (14, "the receiver is overloaded; send again later")


def test_otlp_28_30_a_full_disk_is_503_with_a_time_to_come_back(tmp_path: Path) -> None:
    with receiver(tmp_path, reserve_bytes=1 << 60) as running:
        for headers, body in ((JSON, traces(span())), (PROTOBUF, protobuf("a"))):
            answer = running.post(body, headers)
            assert (answer.status_code, answer.headers["retry-after"], status(answer)[0]) == (503, "2", 14)
            assert "MiB free on the disk. Nothing was accepted" in status(answer)[1]
        assert running.kept() == []


def test_otlp_30_more_than_memory_allows_at_once_is_503(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, syncing, sync = threading.Event(), threading.Event(), os.fsync
    with receiver(tmp_path, limits=replace(HASTY, budget_bytes=1000)) as running:
        monkeypatch.setattr(os, "fsync", lambda fd: (syncing.set(), go_on.wait(20), sync(fd)))
        large = traces(span(name="n" * 900))
        slow = threading.Thread(target=running.post, args=(large,))
        slow.start()
        syncing.wait(20)
        assert status(running.post(large)) == (14, "too many requests are under way")
        go_on.set()
        slow.join()
        running.reception.limits = replace(PATIENT, budget_bytes=1000)
        assert running.post(large).status_code == 200  # alone, any request within the limit fits


def test_otlp_30_who_waits_too_long_to_be_looked_through_is_refused(tmp_path: Path) -> None:
    with receiver(tmp_path, limits=HASTY) as running:
        with running.reception.room(60) as room, running.reception.looking(room):
            assert status(running.post(traces(span()))) == OVERLOADED
        running.reception.limits = PATIENT
        assert running.post(traces(span())).status_code == 200


def test_otlp_30_a_body_that_lies_unread_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otlp_http, "RECV_BYTES", 4096)
    read = otlp_http.Channel.handle_read
    monkeypatch.setattr(otlp_http.Channel, "handle_read", lambda channel: (time.sleep(0.05), read(channel)))  # others are read meanwhile
    with receiver(tmp_path, limits=HASTY) as running:
        assert status(running.post(traces(span(name="n" * 100_000)))) == OVERLOADED
        running.reception.limits = PATIENT
        assert running.post(traces(span())).status_code == 200
        assert len(running.kept()) == 1


def test_otlp_30_the_time_a_client_takes_to_send_is_its_own(tmp_path: Path) -> None:
    body = traces(span())
    head = f"POST /v1/traces HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    patient = replace(SMALL, patience_seconds=1)
    with receiver(tmp_path, limits=patient) as running, socket.create_connection(("127.0.0.1", running.server.port), 20) as wire:
        for part in (head, body[:10], body[10:20], body[20:30], body[30:]):
            time.sleep(0.3)
            wire.sendall(part)
        assert wire.recv(15) == b"HTTP/1.0 200 OK"


def test_all_connections_that_wait_are_taken_in_one_round(tmp_path: Path) -> None:
    with closing(Journal(tmp_path)) as journal:
        server = OtlpHttpReceiver(Reception(journal, lambda: TOLD_NS, SMALL), "127.0.0.1", 0, None)
        wires = [socket.create_connection(("127.0.0.1", server.port), 20) for _ in range(40)]
        wasyncore.loop(timeout=20, use_poll=True, map=server._sockets, count=1)
        assert len(server._listeners()[0].active_channels) == 40
        for wire in wires:
            wire.close()
        server.stop()


def test_memory_stays_within_the_budget_however_many_large_bodies_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of them packed to a thousandth, half as they are. Each is taken in the end: they wait for each other, in files."""
    limits = Limits(body_bytes=6 << 20, budget_bytes=12 << 20, patience_seconds=60)
    sync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (time.sleep(0.2), sync(fd)))  # a slow disk: who waits for it holds what it has
    message = ExportTraceServiceRequest.FromString(protobuf("a"))
    message.resource_spans[0].resource.attributes.add(key="note").value.string_value = "x" * (5 << 20)
    plain = message.SerializeToString()
    head = "POST /v1/traces HTTP/1.0\r\nContent-Type: application/x-protobuf\r\n{}Content-Length: {}\r\n\r\n"
    requests = [
        (head.format(coding, len(body)).encode(), body)
        for coding, body in (("", plain), ("Content-Encoding: gzip\r\n", gzip.compress(plain)))
    ]
    with receiver(tmp_path, limits=limits) as running, ThreadPoolExecutor(16) as clients:
        tracemalloc.start()
        try:
            answers = list(clients.map(lambda request: running.raw(*request), requests * 8))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert [answer.partition(b"\r\n")[0] for answer in answers] == [b"HTTP/1.0 200 OK"] * 16
    assert peak < 5 * limits.budget_bytes  # without a budget twice as much, and more with every client
