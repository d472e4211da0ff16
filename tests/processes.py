"""Real servers for tests: free ports, start and ready, stop for certain; and what a test left running."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.thread import _threads_queues
from contextlib import contextmanager, suppress
from itertools import count
from multiprocessing import resource_tracker
from pathlib import Path

SECONDS_TO_START = 60
SECONDS_TO_STOP = 45
SECONDS_TO_END = 5


FIRST_PORT, PORTS_OF_A_WORKER = 10_000, 2_500  # below those the system gives to whoever connects; each worker has its own
_next_port = count(os.getpid() * 7)


def free_ports(how_many: int) -> list[int]:
    """Different TCP ports that nobody listens on, and that no other worker of this run is given. All are held before any is given."""
    first = FIRST_PORT + PORTS_OF_A_WORKER * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    held: list[socket.socket] = []
    try:
        while len(held) < how_many:
            if held_port := _held(first + next(_next_port) % PORTS_OF_A_WORKER):
                held.append(held_port)
        return [each.getsockname()[1] for each in held]
    finally:
        for each in held:
            each.close()


def _held(port: int) -> socket.socket | None:
    """The port, bound; None when somebody has it."""
    found = socket.socket()
    try:
        found.bind(("127.0.0.1", port))
    except OSError:
        found.close()
        return None
    return found


def listens(port: int) -> Callable[[], bool]:
    """A question for `real_server`: does anybody answer on this port?"""

    def ready() -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return True
        return False

    return ready


@contextmanager
def real_server(
    command: Sequence[str | Path],
    ready: Callable[[], bool],
    *,
    log: Path,
    stop: signal.Signals = signal.SIGTERM,
    environment: dict[str, str] | None = None,
    folder: Path | None = None,
    user_id: int | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """The running process, once `ready` says so; stopped with `stop` at the end. Raises with its log when it does not start."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **(environment or {})},
            cwd=folder,
            user=user_id,
            extra_groups=None if user_id is None else [],
        )
    try:
        _wait_until(ready, process, log)
        yield process
    finally:
        _stop(process, stop)


def _wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while not ready():
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with {process.returncode}:\n{log.read_text(errors='replace')}")
        if time.monotonic() > end:
            raise RuntimeError(f"{process.args} was not ready after {SECONDS_TO_START} s:\n{log.read_text(errors='replace')}")
        time.sleep(0.02)


def _stop(process: subprocess.Popen[bytes], stop: signal.Signals) -> None:
    if process.poll() is None:
        process.send_signal(stop)
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise RuntimeError(f"{process.args} did not stop within {SECONDS_TO_STOP} s of {stop.name} and was killed.")  # noqa: B904


def children() -> dict[int, str]:
    """This process's own children, id → name, without the one that multiprocessing keeps until Python ends."""
    tracker = resource_tracker._resource_tracker._pid
    return {pid: name for pid, name in _all_children() if pid != tracker}


def _all_children() -> Iterator[tuple[int, str]]:
    """Linux is read without tools, because a bare Debian has no `ps`; most kernels list the children of each thread, which takes a
    twentieth of looking through all processes."""
    try:
        listed = [int(pid) for path in Path("/proc/self/task").glob("*/children") for pid in path.read_text().split()]
    except FileNotFoundError:  # a thread ended while we looked
        return _all_children()
    if listed or Path(f"/proc/self/task/{os.getpid()}/children").exists():
        return _named(listed)
    return _children_of_proc() if Path("/proc/self/stat").exists() else _children_of_ps()


def _named(pids: list[int]) -> Iterator[tuple[int, str]]:
    for pid in pids:
        with suppress(OSError):  # it ended while we looked
            yield pid, Path(f"/proc/{pid}/comm").read_text().strip()


def _children_of_proc() -> Iterator[tuple[int, str]]:
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended while we looked
            before, _, after = entry.read_text().rpartition(")")
            if int(after.split()[1]) == os.getpid():
                yield int(entry.parent.name), before.partition("(")[2]


def _children_of_ps() -> Iterator[tuple[int, str]]:
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,comm="], capture_output=True, text=True, check=True).stdout
    for pid, parent, name in (line.split(None, 2) for line in listing.splitlines()):
        if int(parent) == os.getpid() and Path(name).name != "ps":
            yield int(pid), name


def threads_that_hold() -> set[threading.Thread]:
    """Threads that would keep Python from ending. Workers of a pool are none: Python ends them, and a pool starts them when it likes."""
    return {each for each in threading.enumerate() if not each.daemon and each not in (threading.main_thread(), *_threads_queues)}


def left_running(known_children: set[int], known_threads: set[threading.Thread]) -> list[str]:
    """What runs now and did not before, in words; waits a little for what is just ending."""
    end = time.monotonic() + SECONDS_TO_END
    while True:
        processes = {pid: name for pid, name in children().items() if pid not in known_children}
        threads = threads_that_hold() - known_threads
        if not (processes or threads) or time.monotonic() > end:
            return [f"process {pid} ({name})" for pid, name in processes.items()] + [f"thread {thread.name}" for thread in threads]
        time.sleep(0.05)
