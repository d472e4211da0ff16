"""Folders of Parquet files as records, a row each. Such a file is written once: other bytes under its name are another file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from collectors.collector import Clock, Trouble
from collectors.event import Record
from collectors.files.lineage import next_key
from collectors.files.parquet import MOST_DIGITS, NoParquet
from collectors.files.parquet_reader import Look, ParquetReader
from collectors.files.table_file import ROW, gaps, listed, position_of
from collectors.files.tail import UNREADABLE, FileState, Folder, as_text, rests, state_of, trouble_of
from collectors.mapping import RowMapping
from collectors.paths import NoPath, steps_of

REST_NS = 2 * 10**9  # its end comes last: before, it is no Parquet file
BLOCK = 1 << 20
Batches = Iterator[list[tuple[int, bytes]]]


class Replaced(ValueError):
    """The file is not the one any more that was opened."""


class Left(NamedTuple):
    """Where a file was left: its key, its number among those of that name, and how many rows were read."""

    key: str
    generation: int
    rows: int = 0


class ParquetFiles:
    """Reads the files of one source. A file that lacks columns of `expected` is told of; of one with none of `mapping`, nothing is read."""

    def __init__(self, source: str, folder: Path, pattern: str, position: str | None, mapping: RowMapping, expected: RowMapping) -> None:
        self._source, self._position, self._mapping, self._expected = source, position, mapping, expected
        self._folder = Folder(folder, pattern)

    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble]:
        if missing := self._folder.missing():
            yield Trouble("", missing)
        streams, known = dict(self._folder.streams()), _Known(after)
        with closing(ParquetReader()) as reader:
            yield from self._read_new(streams, known, reader, clock)
        self._folder.forget_all_but(streams)

    def _read_new(self, streams: Mapping[str, Path], known: _Known, reader: ParquetReader, clock: Clock) -> Iterator[Record | Trouble]:
        for name, path in streams.items():
            try:
                state = state_of(path)
                if not self._folder.is_unchanged(name, path) and rests(state, clock(), REST_NS):
                    yield from self._read_file(name, path, state, known, reader, clock)
            except NoParquet as error:
                yield Trouble(name, f"{as_text(str(path))} is no Parquet file that can be read: {error}. Put a sound file in its place.")
            except Replaced:
                yield Trouble(name, f"{as_text(str(path))} was replaced while it was read. It is read anew with the next poll.")
            except UNREADABLE as error:
                yield Trouble(name, trouble_of(path, error))

    def _read_file(
        self, name: str, path: Path, state: FileState, known: _Known, reader: ParquetReader, clock: Clock
    ) -> Iterator[Record | Trouble]:
        digest = known.recalled(name, state) or _hash(path)
        left = known.left(name, digest)
        look = reader.look(path)
        if left.rows < look.count:
            if sentence := self._obstacle(look.columns):
                yield Trouble(name, f"{as_text(str(path))} {sentence}")
                return
            yield from (Trouble(name, f"{as_text(str(path))} {sentence}") for sentence in self._gaps(look))
            mark = {"file": left.generation, "hash": digest, "size": state[1], "mtime": state[2]}
            yield from self._records(reader.rows(path, left.rows), path, state, left, mark, clock)
            known.add(left.key, {**mark, "row": look.count})
        self._folder.finished(name, state)

    def _records(self, batches: Batches, path: Path, state: FileState, left: Left, mark: dict[str, Any], clock: Clock) -> Iterator[Record]:
        for batch in batches:
            if state_of(path) != state:
                raise Replaced
            for number, payload in batch:
                position = f"{left.key}:{number}"
                if self._position:
                    position = position_of(orjson.loads(payload), self._position, position)
                after = orjson.dumps({**mark, "row": number}).decode()
                yield Record(self._source, position, payload, ROW, clock(), left.key, after)

    def _obstacle(self, columns: Sequence[str]) -> str:
        """Why nothing of a file is read; empty when it is."""
        wanted = self._mapping.columns()
        if wanted and not _found(wanted, columns):
            named = f"has none of the columns that the mapping names ({listed(wanted)}); its columns are: {listed(columns)}"
            return f"{named}. Nothing of it was read; correct `map`."
        return ""

    def _gaps(self, file: Look) -> Iterator[str]:
        if sentence := gaps(self._expected, _found(self._expected.columns(), file.columns), file.columns):
            yield sentence
        if file.left_out:
            yield f"has decimals of more than {MOST_DIGITS} digits, which cannot be read: {listed(file.left_out)}. They stay empty."


class _Known:
    """The files read so far: their marks by key, and their keys by what is in them."""

    def __init__(self, after: Mapping[str, str]) -> None:
        self._after, self._marks, self._keys = dict(after), dict[str, Any](), dict[str, str]()

    @cached_property
    def marks(self) -> dict[str, Any]:
        for key, mark in list(self._after.items()):
            if {"hash", "row"} <= (state := orjson.loads(mark)).keys():  # else it was read as another kind of file
                self.add(key, state)
        return self._marks

    def add(self, key: str, mark: dict[str, Any]) -> None:
        self._marks[key] = mark
        self._after.setdefault(key, orjson.dumps(mark).decode())
        self._keys[mark["hash"]] = key

    def recalled(self, name: str, state: FileState) -> str | None:
        """The hash of a file that is as it was when it was read: big ones are not read again at every start."""
        key = name
        while mark := self.marks.get(key):
            if (mark["size"], mark["mtime"]) == state[1:]:
                return str(mark["hash"])
            key = f"{name}#{mark['file'] + 1}"
        return None

    def left(self, name: str, digest: str) -> Left:
        if digest in self._keys:  # also under another name: it was moved or copied
            mark = self.marks[self._keys[digest]]
            return Left(self._keys[digest], mark["file"], mark["row"])
        return Left(*next_key(name, self._after))


def _found(wanted: Sequence[str], columns: Sequence[str]) -> list[str]:
    """Those among the names wanted that stand in the columns, or below one of them."""
    return [name for name in wanted if name in columns or _top(name) in columns]


def _top(name: str) -> str:
    try:
        return str(steps_of(name)[0])
    except NoPath:  # the name of a column as it stands
        return name


def _hash(path: Path) -> str:
    found = blake2b(digest_size=16)
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            found.update(block)
    return found.hexdigest()
