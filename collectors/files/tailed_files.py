"""Folders of files that grow: which of them have something new, also where a log was rotated, copied away or moved meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from collectors.collector import Clock, Trouble
from collectors.event import Record
from collectors.files.content import undecodable
from collectors.files.lineage import Lineage
from collectors.files.tail import UNREADABLE, FileState, Folder, Tail, as_text, state_of, trouble_of

GRACE_NS = 600 * 10**9  # so long a rotated file is looked at that the pattern does not match: its writer may not know yet
ROTATED = 64  # files beside it that are looked at, newest first

# Reads what is new in a tail whose file was in that state; returns whether that was all of it.
Reading = Generator[Record | Trouble, None, bool]
ReadTail = Callable[[Tail, FileState, Clock], Reading]
Streams = Mapping[str, Path]


class TailedFiles:
    """Reads the files of one source by `read_tail`; `form` is how it makes records of the lines, see Tail."""

    def __init__(self, folder: Path, pattern: str, read_tail: ReadTail, encoding: str = "utf-8", form: str = "") -> None:
        self._folder, self._read_tail = Folder(folder, pattern), read_tail
        self._encoding, self._form = encoding, form
        self._met: set[str] = set()  # names looked at since the start
        self._rotated: dict[str, int] = {}  # name → until when the file that had it before is looked for
        self._beside: dict[tuple[str, Path], FileState] = {}  # what was looked at there already

    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble]:
        """What is new, file by file. The stream of a record is the key of its file, see Lineage."""
        if missing := self._folder.missing():
            yield Trouble("", missing)
        streams = dict(self._folder.streams())
        lineage = Lineage(after, streams, self._encoding)
        for name, path in streams.items():
            try:
                if name in self._rotated:
                    yield from self._read_former(name, path, lineage, streams, clock)
                if not self._folder.is_unchanged(name, path):
                    yield from self._read_file(name, path, lineage, streams, clock)
            except UnicodeError as error:
                why = undecodable(error, self._encoding)
                yield Trouble(name, f"{as_text(str(path))} cannot be read: {why}. Nothing of it was read.")
            except UNREADABLE as error:
                yield Trouble(name, trouble_of(path, error))
        self._folder.forget_all_but(streams)

    def _read_file(self, name: str, path: Path, lineage: Lineage, streams: Streams, clock: Clock) -> Iterator[Record | Trouble]:
        state = state_of(path)
        with closing(Tail(path, name, lineage, self._encoding, self._form)) as tail:
            if self._is_rotated(name, tail, lineage):
                self._rotated[name] = clock() + GRACE_NS
                yield from self._read_former(name, path, lineage, streams, clock)
            if tail.is_copy or (yield from self._read_on(tail, lineage, state, clock)):
                self._folder.finished(name, state)

    def _read_on(self, tail: Tail, lineage: Lineage, state: FileState, clock: Clock) -> Reading:
        begun = tail.offset
        is_finished = yield from self._read_tail(tail, state, clock)
        if tail.offset > begun:
            lineage.moved(tail.stream, tail.mark())
        return is_finished

    def _is_rotated(self, name: str, tail: Tail, lineage: Lineage) -> bool:
        """Whether another file has this name now; or, at the start, has had it since who knows when."""
        is_met = name in self._met
        self._met.add(name)
        return not (is_met and tail.is_known) and any(known.key != tail.stream for known in lineage.of_name(name))

    def _read_former(self, name: str, path: Path, lineage: Lineage, streams: Streams, clock: Clock) -> Iterator[Record | Trouble]:
        """The rest of the file that had this name, where it lies beside under a name that nobody asked for."""
        if clock() > self._rotated[name]:
            del self._rotated[name]
        for beside in _beside(path, set(streams.values())):
            try:
                state = state_of(beside)
                if self._beside.get((name, beside)) != state:
                    yield from self._read_if_former(name, beside, lineage, state, clock)
            except UNREADABLE:  # nobody asked for it; should it be the one, it is looked at again with the next poll
                continue

    def _read_if_former(self, name: str, path: Path, lineage: Lineage, state: FileState, clock: Clock) -> Iterator[Record | Trouble]:
        with closing(Tail(path, name, lineage, self._encoding, self._form)) as tail:
            is_former = tail.is_known and not tail.is_copy and tail.stream in {known.key for known in lineage.of_name(name)}
            if not is_former or (yield from self._read_on(tail, lineage, state, clock)):
                self._beside[name, path] = state


def _beside(path: Path, asked_for: set[Path]) -> list[Path]:
    """Files beside it that are named after it and not read by themselves, newest first."""
    stem = path.name.split(".")[0]
    with os.scandir(path.parent) as entries:
        found = [(entry.stat().st_mtime_ns, Path(entry.path)) for entry in entries if entry.name.startswith(stem) and entry.is_file()]
    return [each for _, each in sorted(found, reverse=True) if each not in asked_for][:ROTATED]
