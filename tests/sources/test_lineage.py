"""Whatever is done to a log, in whatever order, and whenever it is looked at: each line is read once, under one position."""

from __future__ import annotations

import gzip
import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.event import Record
from collectors.sources import open_source

ENTRY = {"name": "log", "kind": "files", "format": "jsonl", "path": "**/*log*"}
DEEDS = ["write", "write", "write", "read", "read", "restart", "create", "copytruncate", "pack", "move", "copy"]


class Folder:
    """A log with what was written into it, and what a source has read of it; nothing is lost that a source was given."""

    def __init__(self, root: Path) -> None:
        self.root, self.log = root, root / "app.log"
        (root / "old").mkdir()
        self.log.touch()
        self.written = self.turns = 0
        self.marks: dict[str, str] = {}
        self.seen: dict[str, bytes] = {}
        self.restart()

    def write(self) -> None:
        with self.log.open("a") as file:
            for _ in range(3):
                file.write(f'{{"line": {self.written}}}\n')
                self.written += 1

    def read(self) -> None:
        for found in self.source.read(self.marks, lambda: 0):
            assert isinstance(found, Record), found
            assert found.position not in self.seen
            self.seen[found.position] = found.payload.partition(b"\n")[2]
            self.marks[found.stream] = found.after or ""

    def restart(self) -> None:
        self.source = open_source(ENTRY, self.root)

    def create(self) -> None:
        self.log.rename(self._rotated())
        self.log.touch()

    def copytruncate(self) -> None:
        shutil.copy(self.log, self._rotated())
        os.truncate(self.log, 0)

    def copy(self) -> None:
        shutil.copy(self.log, self._rotated())

    def pack(self) -> None:
        for file in self._rotated_files():
            if file.suffix != ".gz":
                file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
                file.unlink()

    def move(self) -> None:
        for file in self._rotated_files():
            file.rename(self.root / "old" / file.name)

    def _rotated(self) -> Path:
        self.turns += 1
        return self.root / f"app.log.{self.turns}"

    def _rotated_files(self) -> list[Path]:
        return sorted(self.root.glob("app.log.*"))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(DEEDS), max_size=25))
def test_each_line_is_read_once(deeds: list[str]) -> None:
    with TemporaryDirectory() as root:
        folder = Folder(Path(root))
        for deed in [*deeds, "read", "restart", "read"]:
            getattr(folder, deed)()
        assert sorted(folder.seen.values()) == sorted(f'{{"line": {number}}}'.encode() for number in range(folder.written))
