"""Both receivers on one journal, and a disk that can be stopped: for what is seen only from inside."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.conformance.grpc import GrpcEndpoint
from app.conformance.http import HttpEndpoint
from collectors.journal import Journal
from collectors.receivers.otlp_grpc import OtlpGrpcReceiver
from collectors.receivers.otlp_http import OtlpHttpReceiver
from collectors.receivers.reception import Limits, Reception
from tests.sources.plant_floor import TOLD_NS

HASTY = Limits(patience_seconds=0.3)


class Receivers:
    """`ask["http"]` and `ask["grpc"]` are endpoints that try once."""

    def __init__(self, folder: Path, limits: Limits, reserve_bytes: int) -> None:
        self.journal = Journal(folder, reserve_bytes=reserve_bytes)
        reception = Reception(self.journal, lambda: TOLD_NS, limits)
        self.servers: dict[str, Any] = {
            "http": OtlpHttpReceiver(reception, "127.0.0.1", 0, None),
            "grpc": OtlpGrpcReceiver(reception, "127.0.0.1", 0, None),
        }
        for server in self.servers.values():
            server.start()
        self.ask: dict[str, Any] = {
            "http": HttpEndpoint("127.0.0.1", self.servers["http"].port, timeout=60, tries=1),
            "grpc": GrpcEndpoint("127.0.0.1", self.servers["grpc"].port, timeout=60, tries=1),
        }

    def kept(self) -> list[bytes]:
        return [frame.record.payload for frame in self.journal.read(0)]

    def stop(self) -> None:
        while self.servers:
            self.servers.popitem()[1].stop()


@contextmanager
def receivers(folder: Path, limits: Limits = HASTY, reserve_bytes: int = 0) -> Iterator[Receivers]:
    running = Receivers(folder, limits, reserve_bytes)
    with ExitStack() as parts:
        parts.enter_context(closing(running.journal))
        parts.callback(running.stop)
        parts.enter_context(closing(running.ask["grpc"]))
        yield running


@contextmanager
def stopped_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """No sync ends inside the block; the event says that one has begun."""
    go_on, syncing, sync = threading.Event(), threading.Event(), os.fsync
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", lambda fd: (syncing.set(), go_on.wait(60), sync(fd)))
        try:
            yield syncing
        finally:
            go_on.set()
