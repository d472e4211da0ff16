"""The guard that finds what a test left running finds it."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests import processes

SERVER = "import http.server, sys; http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), None).serve_forever()"


def test_a_process_and_a_thread_that_go_on_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "SECONDS_TO_END", 0)
    known, threads, released = set(processes.children()), processes.threads_that_hold(), threading.Event()
    thread = threading.Thread(target=released.wait, name="goes-on")
    thread.start()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        left = processes.left_running(known, threads)
        process.communicate(b"\n")
    released.set()
    thread.join()
    assert [each.partition(" (")[0] for each in left] == [f"process {process.pid}", "thread goes-on"]
    assert processes.left_running(known, threads) == []


def test_a_real_server_is_ready_inside_and_gone_after(tmp_path: Path) -> None:
    (port,) = processes.free_ports(1)
    with processes.real_server([sys.executable, "-c", SERVER, str(port)], processes.listens(port), log=tmp_path / "log") as process:
        assert processes.listens(port)()
    assert process.returncode == -15
    assert not processes.listens(port)()


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no such plant')"]
    with pytest.raises(RuntimeError, match="no such plant"), processes.real_server(command, lambda: False, log=tmp_path / "log"):
        pass


def test_ports_are_different() -> None:
    assert len(set(processes.free_ports(20))) == 20
