"""Reading files that grow: line by line from where it stopped, never the half-written last line, never another file by mistake.

Where it stopped is the byte behind the last line and a hash of the file's beginning. Another beginning under the same name, or a
file shorter than it was, is another file: it is read from its start, and its positions carry its number (`erp.jsonl#2:17`).
The same file read in another form (say, another encoding) is read from its start as well, under the positions it had.
"""

from __future__ import annotations

import codecs
import glob
import gzip
import io
import zlib
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any

import orjson

HEAD_BYTES = 1024
LONGEST_LINE = 64 << 20
KEPT_OF_CUT = 1 << 16  # bytes of a longer line that are kept, for the eyes of a person
TOO_LONG = f"it is longer than {LONGEST_LINE >> 20} MiB; only its beginning was kept"
UNREADABLE = (OSError, EOFError, LookupError, ValueError, zlib.error)  # what reading a file may raise: trouble_of has the sentence
WIDE = ("utf-16", "utf-32")  # encodings whose line ends are no single byte: such a file is turned into UTF-8 as a whole


class Tail:
    """One file from where it was left. Iterating gives whole lines; `mark` is what to hand in to go on behind the last one.

    `form` is how the reader makes records of the lines; a mark from before there were forms counts as one of this form.
    """

    def __init__(self, path: Path, stream: str, after: str | None, encoding: str = "utf-8", form: str = "") -> None:
        self.path, self.stream, self._form = path, stream, form
        self.is_cut = False  # the line given last is only the beginning of one
        self.offset = self.line = 0
        self.generation = 1
        self.unfinished = b""  # a last line without its end, once all others were given
        self._open_ended = False  # the last line given had no end yet
        self._file = _open(path, encoding)
        head = self._file.read(HEAD_BYTES)
        if after:
            self._resume(orjson.loads(after), head)
        self._head = [len(head), _hash(head)]
        self._file.seek(self.offset)
        if self._open_ended:
            self._swallow_line_end()

    def _resume(self, state: dict[str, Any], head: bytes) -> None:
        size, digest = state["head"]
        if _hash(head[:size]) != digest or self._file.seek(0, io.SEEK_END) < state["offset"]:
            self.generation = state["file"] + 1
            return
        self.generation = state["file"]
        if state.get("form", self._form) == self._form:
            self.offset, self.line, self._open_ended = state["offset"], state["line"], state["open"]

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
        self.offset += len(line)
        self.line += 1
        return line

    def take_unfinished(self) -> bytes:
        """The last line as it stands now; the line end it may get later is not another line."""
        line, self.unfinished, self._open_ended = self.unfinished, b"", True
        self.offset += len(line)
        self.line += 1
        return line

    def mark(self) -> str:
        state = {"offset": self.offset, "line": self.line, "file": self.generation, "head": self._head, "open": self._open_ended}
        return orjson.dumps({**state, "form": self._form}).decode()

    def position(self, line: int) -> str:
        """The position of what begins in `line`."""
        return f"{self.stream}:{line}" if self.generation == 1 else f"{self.stream}#{self.generation}:{line}"

    def place(self) -> tuple[int, int]:
        return self.offset, self.line

    def back_to(self, place: tuple[int, int]) -> None:
        self.offset, self.line = place
        self.unfinished = b""
        self._file.seek(self.offset)

    def close(self) -> None:
        self._file.close()

    def _cut(self, line: bytes) -> bytes:
        size, self.is_cut = len(line), True
        while not (more := self._file.readline(1 << 20)).endswith(b"\n") and more:
            size += len(more)
        self.offset += size + len(more)
        self.line += 1
        return line

    def _swallow_line_end(self) -> None:
        end = self._file.read(2)
        self._open_ended = not end
        self.offset += 2 if end == b"\r\n" else 1 if end[:1] == b"\n" else 0
        self._file.seek(self.offset)


class Folder:
    """The files a pattern stands for, relative to the configuration, and which of them have something new."""

    def __init__(self, folder: Path, pattern: str) -> None:
        self._folder, self._pattern = folder, pattern
        self._finished: dict[str, tuple[int, int, int]] = {}

    def streams(self) -> list[tuple[str, Path]]:
        """(stream, path) of every file, by name; the stream is the path as the configuration would write it."""
        found = glob.glob(self._pattern, root_dir=self._folder, recursive=True)  # noqa: PTH207  Path.glob refuses absolute patterns
        return [(as_text(name), self._folder / name) for name in sorted(found) if not (self._folder / name).is_dir()]

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

    def finished(self, stream: str, state: tuple[int, int, int]) -> None:
        """`stream` was read to its end when it was in `state` (asked before it was read)."""
        self._finished[stream] = state


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


def rests(state: tuple[int, int, int], now_ns: int, nanoseconds: int) -> bool:
    """Whether nobody wrote to the file for so long; one from the future counts as resting, whatever clock it is from."""
    return not 0 <= now_ns - state[2] < nanoseconds


def _open(path: Path, encoding: str) -> IO[bytes]:
    file: IO[bytes] = gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[assignment]  # noqa: SIM115
    if not is_wide(encoding):
        return file
    with file:
        return io.BytesIO(file.read().decode(encoding).encode())


def is_wide(encoding: str) -> bool:
    return codecs.lookup(encoding).name.startswith(WIDE)


def state_of(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _hash(data: bytes) -> str:
    return blake2b(data, digest_size=8).hexdigest()
