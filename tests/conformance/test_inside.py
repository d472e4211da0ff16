"""Items that only somebody inside can see: a disk that is full, slow or gone, a fault of ours, the end of the process."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.conformance.bodies import good, span, status_of, traces
from app.conformance.check import ACCEPTED, INVALID, OTHER, UNAVAILABLE, Answer, Failed
from tests.conformance.receivers import Receivers, receivers, stopped_disk

carriers = pytest.mark.parametrize("carrier", ["http", "grpc"])
CLIENTS = 4


def in_the_background(ask: Callable[[], Any]) -> threading.Thread:
    thread = threading.Thread(target=ask)
    thread.start()
    return thread


@carriers
def test_otlp_10_an_acknowledgement_means_that_it_is_on_disk(carrier: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    with receivers(tmp_path) as running:
        sync = os.fsync
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", lambda fd: (sync(fd), synced.append(fd)))
            for number in range(1, 4):
                assert running.ask[carrier].export("traces", traces(span(number))).outcome == ACCEPTED
                assert len(synced) == number
        assert running.kept() == [traces(span(number)) for number in range(1, 4)]


def test_otlp_15_a_fault_of_ours_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with receivers(tmp_path) as running:
        monkeypatch.setattr(running.journal, "append", lambda *_: 1 / 0)
        answer = running.ask["grpc"].export("traces", good("traces"))
    assert answer.said == "UNAVAILABLE (a fault of the receiver; send again later)"
    assert status_of(answer.details) == (14, "a fault of the receiver; send again later", ["RetryInfo"])


def test_otlp_16_overload_is_unavailable_with_retry_info(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = asked_while_the_disk_stands("grpc", tmp_path, monkeypatch)
    assert (answer.outcome, status_of(answer.details)[2]) == (UNAVAILABLE, ["RetryInfo"])
    assert answer.details.endswith(b"\x0a\x02\x08\x02"), "a Duration of 2 s"


def test_otlp_30_overload_is_503_with_retry_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = asked_while_the_disk_stands("http", tmp_path, monkeypatch)
    assert (answer.code, answer.headers["retry-after"], status_of(answer.body)[0]) == (503, "2", 14)


def asked_while_the_disk_stands(carrier: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Answer:
    """The answer to the second of two requests; the first has the disk, and is stored once that goes on."""
    with receivers(folder) as running:
        with stopped_disk(monkeypatch) as syncing:
            slow = in_the_background(lambda: running.ask["http"].export("traces", good("traces")))
            assert syncing.wait(60)
            answer: Answer = running.ask[carrier].export("traces", good("traces"))
        slow.join()
        assert running.kept() == [good("traces")]
    return answer


@carriers
def test_otlp_28_a_full_disk_may_be_tried_again(carrier: str, tmp_path: Path) -> None:
    with receivers(tmp_path, reserve_bytes=1 << 60) as running:
        answer = running.ask[carrier].export("traces", good("traces"))
        assert (answer.outcome, running.kept()) == (UNAVAILABLE, [])


@carriers
def test_otlp_28_a_fault_of_ours_may_be_tried_again(carrier: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with receivers(tmp_path) as running:
        monkeypatch.setattr(running.journal, "append", lambda *_: 1 / 0)
        assert running.ask[carrier].export("logs", good("logs")).outcome == UNAVAILABLE


@carriers
def test_otlp_28_during_a_shutdown_it_may_be_tried_again_elsewhere(carrier: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with receivers(tmp_path) as running:
        running.servers[carrier]._reception.is_closing = True
        assert running.ask[carrier].export("traces", good("traces")).outcome == UNAVAILABLE
        assert running.kept() == []


def test_otlp_31_no_answer_can_become_large(tmp_path: Path) -> None:
    with receivers(tmp_path) as running:
        long = "x" * 200_000
        strange = running.ask["http"].ask("POST", f"/v1/{long}", b"", {"Content-Type": "application/json"})
        assert (strange.code, len(strange.body) < 5_000) == (404, True)
        refused = running.ask["http"].export_json("traces", b'{"resourceSpans": [{"resource": "' + long.encode() + b'"}]}')
        assert (refused.outcome, len(refused.body) < 5_000) == (INVALID, True)
        strange = running.ask["grpc"].call(f"/{long[:4000]}/Export", b"")
        assert (strange.outcome, len(strange.details) < 5_000) == (OTHER, True)


@carriers
def test_otlp_34_what_is_answered_during_a_shutdown_is_kept_and_nothing_comes_after_it(carrier: str, tmp_path: Path) -> None:
    acknowledged: list[bytes] = []
    refused: list[str] = []
    with receivers(tmp_path) as running:
        threads = [in_the_background(lambda n=n: hammer(running, carrier, n, acknowledged, refused)) for n in range(CLIENTS)]
        while len(acknowledged) < 20:
            assert any(thread.is_alive() for thread in threads), f"they have all ended: {refused}"
            time.sleep(0.01)
        running.stop()
        kept = running.kept()
        for thread in threads:
            thread.join()
        assert running.kept() == kept
        assert set(acknowledged) <= set(kept)
        assert len(kept) - len(acknowledged) <= len(refused), "stored and not acknowledged: only where the client was told so"
        repeated = ("503", "UNAVAILABLE", "CANCELLED", "no connection")  # what clients send again
        assert [each for each in refused if not each.startswith(repeated)] == []


def hammer(running: Receivers, carrier: str, client: int, acknowledged: list[bytes], refused: list[str]) -> None:
    """Sends one request after the other until one is refused."""
    for number in range(1, 100_000):
        body = traces(span(client << 32 | number))
        try:
            answer = running.ask[carrier].export("traces", body)
        except (OSError, Failed):
            refused.append("no connection")
            return
        if answer.outcome != ACCEPTED:
            refused.append(answer.said)
            return
        acknowledged.append(body)
