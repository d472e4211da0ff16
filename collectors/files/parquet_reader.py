"""Parquet files read by a process of its own, which a damaged file may end without ending anything else."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from collectors.files import parquet
from collectors.files.parquet import BATCH, NoParquet

LONGEST_SECONDS = 120  # for a look, or for a thousand rows; what takes longer is stuck


@dataclass(frozen=True, slots=True)
class Look:
    columns: list[str]
    count: int
    left_out: list[str]  # columns that would be read wrong


class ParquetReader:
    """Starts the process when there is something to read. Close it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def look(self, path: Path) -> Look:
        """What the file is. Raises NoParquet."""
        with self._kept_to_time():
            found = orjson.loads(self._asked(path, None))
        if "error" in found:
            raise NoParquet(found["error"])
        return Look(**found)

    def rows(self, path: Path, after: int) -> Iterator[list[tuple[int, bytes]]]:
        """The rows behind the first `after`, in batches of (number from 1, JSON). Raises NoParquet."""
        is_done = False
        try:
            line = self._asked(path, after)
            while not is_done:
                batch: list[tuple[int, bytes]] = []
                with self._kept_to_time():
                    while len(batch) < BATCH and line[:1].isdigit():
                        number, _, row = line.rstrip(b"\n").partition(b" ")
                        batch.append((int(number), row))
                        line = self._answer()
                is_done = not line[:1].isdigit()
                if batch:
                    yield batch
        finally:
            if not is_done:  # nobody wants the rest of what is on its way
                self.close()
        if line != b"\n":
            raise NoParquet(orjson.loads(line)["error"])

    def close(self) -> None:
        process, self._process = self._process, None
        if process:
            process.kill()
            process.communicate()

    def _asked(self, path: Path, after: int | None) -> bytes:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(  # noqa: S603  our own program
                [sys.executable, "-P", parquet.__file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([str(path), after]).encode() + b"\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> bytes:
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.endswith(b"\n"):
            self.close()
            raise NoParquet("it is damaged in a way that ended, or held up, the process that read it")
        return line

    @contextmanager
    def _kept_to_time(self) -> Iterator[None]:
        timer = threading.Timer(LONGEST_SECONDS, self._give_up)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()

    def _give_up(self) -> None:
        if process := self._process:
            process.kill()
