"""Reading files that grow: line by line from where it stopped, never the half-written last line, never another file by mistake.

Which file it is, and where it stopped, the lineage knows: by what stands in the file, so that a log which was rotated, copied or packed
goes on under its new name where it stopped under the old one. Another content under the same name is another file: it is read from its
start, and its positions carry its number (`erp.jsonl#2:17`). The same file read in another form (say, another encoding) is read from its
start as well, under the positions it had.
"""

from __future__ import annotations

import glob
import gzip
import os
import zlib
from collections.abc import Container, Iterator
from pathlib import Path
from typing import NamedTuple

import orjson

from collectors.files import content
from collectors.files.content import Content
from collectors.files.lineage import Known, Lineage

LONGEST_LINE = 64 << 20
KEPT_OF_CUT = 1 << 16  # bytes of a longer line that are kept, for the eyes of a person
TOO_LONG = f"it is longer than {LONGEST_LINE >> 20} MiB; only its beginning was kept"
UNREADABLE = content.UNREADABLE  # trouble_of has the sentence


FileState = tuple[int, int, int]  # inode, size, time of the last change


class Place(NamedTuple):
    """Behind a line: the bytes up to there with their checksum, how many lines; of the last one its length, and the checksum before it."""

    offset: int = 0
    line: int = 0
    crc: int = 0
    last: tuple[int, int] = (0, 0)


class Tail:
    """One file from where it was left. Iterating gives whole lines; `mark` is what to hand in, for `stream`, to go on behind the last one.

    `form` is how the reader makes records of the lines; a mark from before there were forms counts as one of this form.
    """

    def __init__(self, path: Path, stream: str, lineage: Lineage, encoding: str = "utf-8", form: str = "") -> None:
        self.path, self._form = path, form
        self.is_cut = False  # the line given last is only the beginning of one
        self.offset = self.line = self._crc = 0
        self._last = (0, 0)
        self.unfinished = b""  # a last line without its end, once all others were given
        self._open_ended = False  # the last line given had no end yet
        self._content = Content(path, encoding)
        try:
            self._begin(lineage.find(stream, self._content))
        except BaseException:
            self._content.close()
            raise

    def _begin(self, known: Known) -> None:
        self.stream, self.generation, self.is_copy, state = known
        self.is_known = state is not None
        head = [len(self._content.head), self._content.head_hash()]
        if state and state.get("form", self._form) == self._form:
            self.offset, self.line, self._open_ended = state["offset"], state["line"], state["open"]
            crc = state["crc"] if "crc" in state else self._content.crc_up_to(self.offset)
            self._crc, self._last = crc or 0, tuple(state.get("last", (0, 0)))
        self._file = self._content.file
        self._file.seek(self.offset)
        if self._open_ended:
            self._swallow_line_end()
        same = {"file": self.generation, "head": head, "form": self._form, "from": [self.offset, self._crc]}
        self._same_for_all = orjson.dumps(same).decode()[1:-1]

    def __iter__(self) -> Iterator[bytes]:
        while (line := self.next()) is not None:
            yield line

    def next(self) -> bytes | None:
        """The next whole line with its end, None behind the last. Of a line too long to be one, only its beginning."""
        line, self.is_cut = self._file.readline(LONGEST_LINE), False
        if not line.endswith(b"\n"):
            if len(line) < LONGEST_LINE:
                self.unfinished = line
                return None
            return self._cut(line)
        self._pass(line)
        self.line += 1
        return line

    def take_unfinished(self) -> bytes:
        """The last line as it stands now; the line end it may get later is not another line."""
        line, self.unfinished, self._open_ended = self.unfinished, b"", True
        self._pass(line)
        self.line += 1
        return line

    def mark(self) -> str:
        """Written by hand: it stands in every record, and this takes a third of the time."""
        is_open = "true" if self._open_ended else "false"
        now = f'"offset":{self.offset},"line":{self.line},"open":{is_open},"crc":{self._crc},"last":[{self._last[0]},{self._last[1]}]'
        return f"{{{now},{self._same_for_all}}}"

    def position(self, line: int) -> str:
        """The position of what begins in `line`."""
        return f"{self.stream}:{line}"

    def place(self) -> Place:
        return Place(self.offset, self.line, self._crc, self._last)

    def back_to(self, place: Place) -> None:
        self.offset, self.line, self._crc, self._last = place
        self.unfinished = b""
        self._file.seek(self.offset)

    def close(self) -> None:
        self._content.close()

    def _pass(self, data: bytes) -> None:
        size = len(data)
        self.offset += size
        self._last = (size, self._crc)
        self._crc = zlib.crc32(data, self._crc)

    def _cut(self, line: bytes) -> bytes:
        self._pass(line)
        self.is_cut = True
        while not (more := self._file.readline(1 << 20)).endswith(b"\n") and more:
            self._pass(more)
        self._pass(more)
        self.line += 1
        return line

    def _swallow_line_end(self) -> None:
        found = self._file.read(2)
        self._open_ended = not found
        size = 2 if found == b"\r\n" else 1 if found[:1] == b"\n" else 0
        if size:
            self._pass(found[:size])
        self._file.seek(self.offset)


class Folder:
    """The files a pattern stands for, relative to the configuration, and which of them have something new."""

    def __init__(self, folder: Path, pattern: str) -> None:
        self._folder, self._pattern = folder, pattern
        self._finished: dict[str, FileState] = {}

    def streams(self) -> list[tuple[str, Path]]:
        """(stream, path) of every file, by name; the stream is the path as the configuration would write it."""
        return [(as_text(name), self._folder / name) for name in sorted(self._found()) if not (self._folder / name).is_dir()]

    def _found(self) -> Iterator[str]:
        """Names that match. `**` is walked here: glob goes round in links that lead back, and each round finds every file again."""
        above, deep, below = self._pattern.partition("**/")
        if not deep or (above and not above.endswith("/")):
            yield from glob.glob(self._pattern, root_dir=self._folder, recursive=True)  # noqa: PTH207  Path.glob refuses absolute patterns
            return
        seen: set[tuple[int, int]] = set()
        for top in sorted(glob.glob(above, root_dir=self._folder)) if above else [""]:  # noqa: PTH207
            for folder in _folders_below(self._folder, top, seen):
                yield from (folder + name for name in glob.glob(below, root_dir=self._folder / folder, recursive=True))  # noqa: PTH207

    def missing(self) -> str | None:
        """The sentence for a pattern that cannot match anything yet."""
        try:
            return self._missing()
        except OSError as error:  # a folder that may not be looked into, a name too long
            name = as_text(str(self._folder / self._pattern))
            return f"{name} cannot be looked for: {error.strerror}. It is tried again with the next poll; or correct `path`."

    def _missing(self) -> str | None:
        fixed = pattern = Path(self._pattern)
        while glob.has_magic(str(fixed)):
            fixed = fixed.parent
        if fixed == pattern and (self._folder / fixed).is_dir():
            return f'{self._folder / fixed} is a folder; for the files in it, write `path: "{fixed}/*"`.'
        if (self._folder / fixed).exists():
            return None
        what = "file" if fixed == pattern else "folder"
        return f"{self._folder / fixed}: there is no such {what}. It is read once it is there; or correct `path` in the configuration."

    def is_unchanged(self, stream: str, path: Path) -> bool:
        return self._finished.get(stream) == state_of(path)

    def finished(self, stream: str, state: FileState) -> None:
        """`stream` was read to its end when it was in `state` (asked before it was read)."""
        self._finished[stream] = state

    def forget_all_but(self, streams: Container[str]) -> None:
        """Files that are gone: names of rotated files come and go."""
        self._finished = {stream: state for stream, state in self._finished.items() if stream in streams}


def _folders_below(root: Path, top: str, seen: set[tuple[int, int]]) -> Iterator[str]:
    """`top` and every folder below it that is not hidden, each once however many links lead there; each with a slash behind."""
    waiting = [top]
    while waiting:
        name = waiting.pop()
        try:
            state = (root / name).stat()
            with os.scandir(root / name) as entries:
                inner = sorted(entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir())
        except OSError:  # a folder that may not be looked into, or has gone: glob passes over it as well
            continue
        if (state.st_dev, state.st_ino) not in seen:
            seen.add((state.st_dev, state.st_ino))
            yield name
            waiting += [f"{name}{each}/" for each in reversed(inner)]


def as_text(name: str) -> str:
    """A file's name as it can be stored: bytes that are no UTF-8 are written out, as in `caf\\xe9.csv`."""
    return name.encode(errors="surrogateescape").decode(errors="backslashreplace")


def trouble_of(path: Path, error: Exception) -> str:
    """The sentence for a file that cannot be read."""
    name = as_text(str(path))
    if isinstance(error, EOFError):
        return f"{name} ends in the middle of its compressed data. What is whole was read; the rest is when it has come."
    if isinstance(error, zlib.error | gzip.BadGzipFile):
        return f"{name} is no sound gzip file ({error}). Lines before the damage were read; put a sound file in its place."
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"{name} cannot be read: {reason}. It is tried again with the next poll."


def rests(state: FileState, now_ns: int, nanoseconds: int) -> bool:
    """Whether nobody wrote to the file for so long; one from the future counts as resting, whatever clock it is from."""
    return not 0 <= now_ns - state[2] < nanoseconds


def state_of(path: Path) -> FileState:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns
