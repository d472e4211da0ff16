"""`syncline serve` is killed again and again while five carriers bring events: what was promised is there once, and a rebuild agrees."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

from collectors.event import Record
from collectors.segment import block_of, encoded
from tests.repository import ROOT
from tests.soak.feeds import Feed
from tests.soak.plant import running

AFTER_ALL = "2100-01-01T00:00:00Z"
SECONDS_STARTING, SECONDS_SERVING = (0.05, 4.0), (4.0, 10.0)  # from start to kill: before it listens, and while it works
KILLED_STARTING, DAMAGED = 0.25, 0.3  # of all kills
SECONDS_TO_CATCH_UP = 300
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


class Killer:
    """Kills as `random` says, and puts behind the end of the journal what a crash of the machine may leave there."""

    def __init__(self, folder: Path, random: Random) -> None:
        self._folder, self._random = folder, random
        self.kills = self.early = 0
        self.garbage: list[bytes] = []
        self.most_mib = 0.0

    def kill_once(self) -> None:
        is_early = self._random.random() < KILLED_STARTING
        alive = self._random.uniform(*(SECONDS_STARTING if is_early else SECONDS_SERVING))
        with (self._folder / "serve.log").open("ab") as log:
            process = subprocess.Popen([sys.executable, "-m", "app", "serve"], cwd=self._folder, env=ENVIRONMENT, stdout=log, stderr=log)
        try:
            until = time.monotonic() + alive
            while time.monotonic() < until:
                assert process.poll() is None, f"it ended by itself, with {process.returncode}: {_end_of(self._folder / 'serve.log')}"
                self.most_mib = max(self.most_mib, resident_mib(process.pid))
                time.sleep(0.05)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        self.kills += 1
        self.early += is_early
        if self._random.random() < DAMAGED:
            self._damage()

    def _damage(self) -> None:
        """Bytes behind all that was acknowledged: nothing of them may be read, and nothing before them be lost."""
        segments = sorted((self._folder / "home" / "journal").glob("*.journal"))
        if not segments:
            return
        lost = Record("csv", "lost:1", self._random.randbytes(500), "application/json", 1, "lost", "{}")
        block = block_of(1 << 40, 1, encoded([lost]))
        torn = block[: self._random.randrange(1, len(block))]
        overwritten = block[:60] + self._random.randbytes(len(block) - 60)
        garbage = self._random.choice([torn, overwritten, self._random.randbytes(self._random.randrange(1, 5_000)), bytes(4_096)])
        with segments[-1].open("ab") as file:
            file.write(garbage)
        self.garbage.append(garbage)

    def check_put_aside(self) -> None:
        parts = [path.read_bytes() for path in (self._folder / "home" / "journal" / "damaged").glob("*.part")]
        missing = [garbage for garbage in self.garbage if not any(garbage in part for part in parts)]
        assert not missing, f"{len(missing)} of {len(self.garbage)} damaged ends were not put aside"
        said = (self._folder / "serve.log").read_text(errors="replace")
        assert not self.garbage or "are no whole block (torn by a crash" in said, "nobody was told of a damaged end"
        assert "Traceback" not in said, f"the log has a traceback: {said[said.index('Traceback') - 500 :][:3000]}"


def run(folder: Path, minutes: float, seed: int, most_kills: int) -> Iterator[str]:
    """One line for each thing found out. Raises AssertionError when something was lost, doubled or computed otherwise."""
    killer = Killer(folder, Random(seed))
    with running(folder, seed) as plant:
        began, end = time.monotonic(), time.monotonic() + 60 * minutes
        with sending(plant.feeds):
            while time.monotonic() < end and killer.kills < most_kills:
                killer.kill_once()
        minutes_taken = (time.monotonic() - began) / 60
        killed = f"{killer.kills} kills, {killer.early} of them while it started, {len(killer.garbage)} with a damaged end of the journal"
        yield f"{minutes_taken:.0f} min, {killed}; the server held at most {killer.most_mib:,.0f} MiB"
        found = _caught_up(folder, plant.feeds)
    killer.check_put_aside()
    doubled = [key for key, times in found.items() if times > 1]
    assert not doubled, f"{len(doubled):,} events are there twice, as {doubled[:5]}"
    yield f"{sum(len(feed.promised) for feed in plant.feeds):,} promised events are all there, once; {len(found):,} in all"
    yield "; ".join(f"{feed.name} {len(feed.promised):,}{f' {dict(feed.answers)}' if feed.answers else ''}" for feed in plant.feeds)
    before = _syncline(folder, "export", "transactions", "--as-of", AFTER_ALL)
    _syncline(folder, "rebuild")
    assert _syncline(folder, "export", "transactions", "--as-of", AFTER_ALL) == before, "a rebuild says something else"
    yield f"a rebuild gives the same {len(before.splitlines()):,} transactions, byte for byte"


@contextmanager
def sending(feeds: list[Feed]) -> Iterator[None]:
    threads = [threading.Thread(target=feed.run, name=feed.name) for feed in feeds]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for feed in feeds:
            feed.is_over.set()
        for thread in threads:
            thread.join()
    for feed in feeds:
        if feed.failure:
            raise feed.failure


def _caught_up(folder: Path, feeds: list[Feed]) -> Counter[str]:
    """How often each event is there, once the sources are read to their ends. Raises AssertionError when something stays lost."""
    promised, end = set[str]().union(*(feed.promised for feed in feeds)), time.monotonic() + SECONDS_TO_CATCH_UP
    while True:
        _ingest(folder)
        found = _exported(folder)
        lost = promised - found.keys()
        if not lost:
            return found
        assert time.monotonic() < end, f"{len(lost):,} promised events are lost, as {sorted(lost)[:5]}"


def _ingest(folder: Path) -> None:
    """Reads all sources to their ends. What was put aside of the journal may be told, nothing else."""
    done = _run(folder, "ingest")
    with (folder / "serve.log").open("a") as log:
        log.write(done.stderr)  # what the last kill left is found by this one
    troubles = [line for line in done.stderr.splitlines()[1:] if "are no whole block (torn by a crash" not in line]
    assert (done.returncode in (0, 4), troubles) == (True, []), f"syncline ingest ended with {done.returncode}: {done.stderr}"


def _exported(folder: Path) -> Counter[str]:
    rows = map(json.loads, _syncline(folder, "export", "events", "--as-of", AFTER_ALL).splitlines())
    return Counter(f"{order} {row['event_type']}" for row in rows for order in row["objects"]["production_order"])


def _end_of(file: Path) -> str:
    return file.read_text(errors="replace")[-3000:]


def resident_mib(pid: int) -> float:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    return 0.0


def _syncline(folder: Path, *words: str) -> str:
    done = _run(folder, *words)
    assert done.returncode == 0, f"syncline {' '.join(words)} ended with {done.returncode}: {done.stderr}"
    return done.stdout


def _run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "app", *words], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
