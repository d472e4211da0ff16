"""`syncline demo` as a person meets it: it starts, says where to go, and ends leaving nothing behind."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app import demo
from app.remote import write_card
from app.trouble import Mistake, Unreachable
from tests.waiting import until

SECONDS = 90


@contextmanager
def running_demo(home: Path, web_port: int, otlp_port: int, *words: str) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """The process and the file with what it prints."""
    said = home.parent / "said.txt"
    environment = {**os.environ, "SYNCLINE_OTLP_HTTP_PORT": str(otlp_port), "SYNCLINE_OTLP_GRPC_PORT": "0"}
    command = [sys.executable, "-m", "app", "demo", "--home", str(home), "--port", str(web_port), "--days", "0", *words]
    with said.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, text=True, env=environment)
    try:
        yield process, said
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(SECONDS)


def wait_for(text: str, said: Path) -> str:
    until(lambda: text in said.read_text(), SECONDS, lambda: f"{text!r} was not said:\n{said.read_text()}")
    return said.read_text()


def get(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
        return answer.read().decode()


def test_it_starts_says_where_to_go_and_ends_in_order(tmp_path: Path, free_ports: Callable[[int], list[int]]) -> None:
    web, otlp = free_ports(2)
    with running_demo(tmp_path / "home", web, otlp) as (process, said):
        words = wait_for("The history is told", said)
        assert f"Open      http://127.0.0.1:{web}/" in words
        assert re.search(r"supply  [a-z]+-[a-z]+-[a-z]+-\d{4} +supply-chain manager", words)
        assert re.search(r"it-2    [a-z]+-[a-z]+-[a-z]+-\d{4} +a colleague in plant IT", words)
        assert f"may send OTLP to http://127.0.0.1:{otlp}" in words
        assert get(web, "/healthz")
        truth = json.loads((tmp_path / "home" / "truth.json").read_text())
        assert len(truth["findings"]) == 46
        port = middleware_port(tmp_path / "home")
        socket.create_connection(("127.0.0.1", port), 5).close()
    assert process.returncode == 0
    assert "Ending." in said.read_text()
    assert "could not be delivered" not in said.read_text()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5)


def middleware_port(home: Path) -> int:
    """Where the demo's middleware is asked to send again. Only this user may read it: the token stands beside it."""
    file = home / "syncline.yaml"
    assert file.stat().st_mode & 0o077 == 0
    found = re.search(r"http://127\.0\.0\.1:(\d+)/replay", file.read_text())
    assert found
    return int(found[1])


def test_a_killed_demo_does_not_leave_its_simulator_behind(tmp_path: Path, free_ports: Callable[[int], list[int]]) -> None:
    web, otlp = free_ports(2)
    with running_demo(tmp_path / "home", web, otlp) as (process, said):
        wait_for("The history is told", said)
        simulator = child_of(process.pid)
        process.kill()
        process.wait(SECONDS)
        until(lambda: not Path(f"/proc/{simulator}").exists(), SECONDS, lambda: "the simulator is still there")


def child_of(parent: int) -> int:
    if not Path("/proc/self/stat").exists():
        pytest.skip("Processes are looked up in /proc, which this system does not have.")
    for entry in Path("/proc").glob("[0-9]*/stat"):
        if int(entry.read_text().rpartition(")")[2].split()[1]) == parent:
            return int(entry.parent.name)
    raise AssertionError("the demo has no child")


def test_a_busy_port_gives_the_next_free_one_and_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found, notes = demo._free("127.0.0.1", port, "the web app")
    assert found != port
    assert notes == [f"Port {port} is in use; the web app is on {found}."]


def test_a_port_promised_to_another_is_not_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    found, notes = demo._free("127.0.0.1", port, "OTLP", port)
    assert found != port
    assert notes == [f"Port {port} is in use; OTLP is on {found}."]


def test_the_last_port_is_the_last_tried() -> None:
    with pytest.raises(Unreachable) as refusal:
        demo._free("127.0.0.1", 65535, "OTLP", 65535)
    assert str(refusal.value) == "ports 65535 to 65535 on 127.0.0.1 are all in use. Name another with --port."


def test_a_host_that_cannot_be_had_is_no_busy_port() -> None:
    with pytest.raises(Unreachable, match=r"^cannot listen on not.a.host.invalid:8050: no address is called not.a.host.invalid\."):
        demo._free("not.a.host.invalid", 8050, "the web app")


@pytest.mark.parametrize("port", ["²", "99999", "9" * 5000, "-1"])
def test_a_variable_that_is_no_port_is_a_sentence(port: str) -> None:
    with pytest.raises(Mistake, match=r"^SYNCLINE_WEB_PORT must be a port from 0 to 65535 \(found "):
        demo._port({"SYNCLINE_WEB_PORT": port}, "SYNCLINE_WEB_PORT", 8050)


def test_a_folder_of_something_else_is_not_emptied(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(Mistake, match="is not the home of a demo, so it is not emptied"):
        demo._empty(tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_a_folder_that_cannot_be_one_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signal.signal", lambda *_: None)
    (tmp_path / "file").touch()
    for keep in (False, True):
        with pytest.raises(Mistake) as refusal:
            demo.demo(home=tmp_path / "file" / "home", keep=keep)
        assert str(refusal.value) == f"the folder {tmp_path}/file/home cannot be used: Not a directory. Name another with --home."


def test_a_damaged_card_is_nothing_to_go_on_with(tmp_path: Path) -> None:
    for text in ("{", "[]", '{"seed": 1}'):
        (tmp_path / demo.CARD).write_text(text)
        with pytest.raises(Mistake) as refusal:
            demo._kept(tmp_path)
        assert str(refusal.value) == f"{tmp_path}/demo.json is damaged, so nobody knows what to go on with. Start anew without --keep."


def test_the_data_of_the_last_demo_is_removed(tmp_path: Path) -> None:
    (tmp_path / demo.CARD).write_text("{}")
    (tmp_path / "data").mkdir()
    demo._empty(tmp_path)
    assert not (tmp_path / "data").exists()


def test_a_demo_that_runs_already_is_not_emptied(tmp_path: Path) -> None:
    (tmp_path / demo.CARD).write_text("{}")
    with socket.create_server(("127.0.0.1", 0)) as server:
        (tmp_path / "data").mkdir()
        write_card(tmp_path / "data", url := f"http://127.0.0.1:{server.getsockname()[1]}/", "secret")
        with pytest.raises(Unreachable) as refusal:
            demo._empty(tmp_path)
    said = f"a demo is running on {tmp_path} already, at {url} (process {os.getpid()}). Stop it, or use another --home."
    assert str(refusal.value) == said
    assert (tmp_path / "data").exists()


def test_without_the_sdk_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "find_spec", lambda _: None)
    with pytest.raises(Mistake, match=r"Install it with `pip install 'syncline\[demo\]'`, or use `make demo`."):
        demo.demo()


def test_nobody_listening_is_said_in_a_sentence(free_ports: Callable[[int], list[int]]) -> None:
    (port,) = free_ports(1)
    done = subprocess.run(
        [sys.executable, "-m", "app.simulator", "--endpoint", f"http://127.0.0.1:{port}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 4
    assert done.stderr == f"Nobody answers at http://127.0.0.1:{port}. Start `syncline serve` first, or say another --endpoint.\n"
