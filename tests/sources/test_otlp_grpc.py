"""The OTLP/gRPC receiver: what only it does. The numbered items of the conformance list are in tests/conformance."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest

from collectors.journal import Journal
from collectors.receivers import otlp_grpc
from collectors.receivers.admission import Admission, Denied
from collectors.receivers.otlp_grpc import METHODS, OtlpGrpcReceiver
from collectors.receivers.reception import Limits, Reception
from tests.conformance.receivers import stopped_disk
from tests.sources.http_receiver import SMALL, only_good, protobuf
from tests.sources.plant_floor import TOLD_NS
from tests.waiting import until

TRACES, LOGS = METHODS
GZIP = grpc.Compression.Gzip


class Receiver:
    def __init__(self, folder: Path, limits: Limits = SMALL, admit: Admission | None = None) -> None:
        self.journal = Journal(folder)
        self.server = OtlpGrpcReceiver(Reception(self.journal, lambda: TOLD_NS, limits), "127.0.0.1", 0, admit)
        self.server.start()
        self.channel = grpc.insecure_channel(f"127.0.0.1:{self.server.port}", options=[("grpc.max_send_message_length", -1)])

    def export(self, body: bytes, method: str = TRACES, **options: Any) -> bytes:
        return self.channel.unary_unary(method)(body, **{"timeout": 20, **options})

    def refusal(self, body: bytes, method: str = TRACES, **options: Any) -> tuple[str, str, bytes]:
        """Code, message, and the details in the trailers."""
        with pytest.raises(grpc.RpcError) as error:
            self.export(body, method, **options)
        details = dict(error.value.trailing_metadata()).get("grpc-status-details-bin", b"")
        return error.value.code().name, error.value.details(), details

    def kept(self) -> list[bytes]:
        return [frame.record.payload for frame in self.journal.read(0)]

    def close(self) -> None:
        self.channel.close()
        self.server.stop()
        self.journal.close()


def receiver(folder: Path, **settings: Any) -> closing[Receiver]:
    return closing(Receiver(folder, **settings))


def test_the_message_is_kept_as_it_came(tmp_path: Path) -> None:
    with receiver(tmp_path) as running:
        body = protobuf("a") + b"\xfa\x3f\x03abc"  # with a field that nobody knows
        assert running.export(body) == running.export(body, compression=GZIP) == b""
        assert running.kept() == [body, body]
        (frame, _) = running.journal.read(0)
        assert (frame.record.source, frame.record.stream, frame.record.content_type) == ("otlp", "traces", "application/x-protobuf")


def test_an_answer_means_that_it_is_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    with receiver(tmp_path) as running:
        sync = os.fsync
        monkeypatch.setattr(os, "fsync", lambda fd: (sync(fd), synced.append(fd)))
        for count in range(1, 4):
            running.export(protobuf("a"))
            assert len(synced) == count


def test_a_token_is_asked_for_before_the_message_is_read(tmp_path: Path) -> None:
    with receiver(tmp_path, admit=only_good) as running:
        large = b" " * (2 << 20)  # over the limit, which nobody comes to see
        for given in ([], [("authorization", "Bearer bad")], [("authorization", "Basic good")], [("authorization", "good")]):
            code, message, _ = running.refusal(large, metadata=given)
            assert code == "UNAUTHENTICATED"
            assert message == "a token is needed"
        assert running.export(protobuf("a"), metadata=[("authorization", "bearer good")]) == b""
        assert running.refusal(large, metadata=[("authorization", "Bearer good")])[0] == "RESOURCE_EXHAUSTED"
        assert len(running.kept()) == 1


def test_a_token_for_another_source_is_told_so(tmp_path: Path) -> None:
    with receiver(tmp_path, admit=only_good) as running:
        code, message, _ = running.refusal(protobuf("a"), metadata=[("authorization", "Bearer elsewhere")])
        assert (code, message) == ("PERMISSION_DENIED", "not to otlp, from 127.0.0.1")
        assert running.kept() == []


def test_a_token_that_ends_while_its_call_waits_for_the_message_is_refused(tmp_path: Path) -> None:
    asked: list[str] = []
    sent = threading.Event()

    def admit(secret: str, source: str, address: str) -> Denied | None:
        asked.append(secret)
        return Denied(False, "revoked meanwhile") if sent.is_set() else None

    def message() -> Iterator[bytes]:
        until(lambda: bool(asked))
        sent.set()
        yield protobuf("a")

    with receiver(tmp_path, admit=admit) as running:
        with pytest.raises(grpc.RpcError) as error:
            running.channel.stream_unary(TRACES)(message(), timeout=20)
        assert (error.value.code().name, error.value.details()) == ("UNAUTHENTICATED", "revoked meanwhile")
        assert running.kept() == []


def test_other_services_are_named_as_not_served(tmp_path: Path) -> None:
    with receiver(tmp_path) as running:
        code, message, _ = running.refusal(b"", TRACES.replace("trace.v1.Trace", "metrics.v1.Metrics"))
    assert code == "UNIMPLEMENTED"
    assert message.startswith("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export is not served here; served are ")


def test_a_call_without_a_message_is_invalid(tmp_path: Path) -> None:
    with receiver(tmp_path) as running, pytest.raises(grpc.RpcError) as error:
        running.channel.stream_unary(TRACES)(iter(()), timeout=20)
    assert (error.value.code().name, error.value.details()) == ("INVALID_ARGUMENT", "the call ended without a message")


def test_senders_that_do_not_go_on_give_way_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otlp_grpc, "THREADS", 4)
    with receiver(tmp_path, limits=replace(SMALL, patience_seconds=0.3)) as running:
        ended = threading.Event()
        stuck = [running.channel.stream_unary(TRACES).future(iter(ended.wait, True), timeout=60) for _ in range(4)]
        until(lambda: all(call.done() for call in stuck))
        assert {call.code().name for call in stuck} == {"CANCELLED"}
        assert running.export(protobuf("a")) == b""
        ended.set()


def test_one_that_does_not_go_on_while_there_is_room_is_left_alone(tmp_path: Path) -> None:
    with receiver(tmp_path, limits=replace(SMALL, patience_seconds=0.3)) as running:
        go_on = threading.Event()

        def slowly() -> Iterator[bytes]:
            go_on.wait(30)
            yield protobuf("late")

        slow = running.channel.stream_unary(TRACES).future(slowly(), timeout=60)
        begun = time.monotonic()
        until(lambda: time.monotonic() - begun > 0.7)  # longer than the patience, and than two looks of the watch
        go_on.set()
        assert slow.result() == b""


def test_a_slow_disk_is_unavailable_with_a_time_to_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver(tmp_path, limits=replace(SMALL, patience_seconds=0.3)) as running:
        with stopped_disk(monkeypatch) as syncing:
            slow = running.channel.unary_unary(TRACES).future(protobuf("a"), timeout=60)
            assert syncing.wait(30)
            code, message, details = running.refusal(protobuf("b"))
            assert (code, b"google.rpc.RetryInfo" in details, details[-2:]) == ("UNAVAILABLE", True, b"\x08\x02")
            assert message
        slow.result()


def test_a_port_that_is_taken_is_an_error(tmp_path: Path) -> None:
    with receiver(tmp_path) as running, pytest.raises(OSError, match="Address already in use"):
        OtlpGrpcReceiver(Reception(running.journal, lambda: TOLD_NS, SMALL), "127.0.0.1", running.server.port, None)


def test_answers_are_counted(tmp_path: Path) -> None:
    with receiver(tmp_path) as running:
        running.export(protobuf("a"))
        running.refusal(b"\xff\xff", LOGS)
        running.refusal(b" " * (2 << 20))
        running.refusal(b"", "/syncline.Strange/Call")
        expected = {("traces", "OK"): 1, ("logs", "INVALID_ARGUMENT"): 1, ("traces", "CANCELLED"): 1, ("", "UNIMPLEMENTED"): 1}
        until(lambda: dict(running.server.counts) == expected)
