"""Folders of whole documents (EDI interchanges, IDocs, XML): each document of a file is a record, once it is all there.

A file is read when it has rested a moment, so that nobody is writing to it any more. What a partner or a gateway appends is read as
further documents; a file whose beginning has changed is another file under the same name, and its positions carry its number.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import orjson

from collectors.collector import Clock, Trouble
from collectors.event import Record
from collectors.files.tail import UNREADABLE, Folder, as_text, rests, state_of, trouble_of
from collectors.message import MESSAGE, packed

REST_NS = 2 * 10**9  # a file that changed within this is still being written
GIVEN_UP_NS = 60 * 10**9  # an unfinished document that nobody went on with for so long is told of
LARGEST = 256 << 20  # bytes of a file; a document is understood as a whole, so it must fit into memory


class Cut(NamedTuple):
    """One document of a file: the bytes from `start` to `end`. Not `is_whole`: the end of it has not come."""

    start: int
    end: int
    is_whole: bool = True


Split = Callable[[bytes], Iterator[Cut]]


class DocumentFiles:
    """Reads the files of one source; `split` finds the documents in the bytes of a file, in order and without overlap. Where nothing in
    a document says when it came, `with_head` keeps beside it the file's name and when that was last written (`file`, `modified_ns`)."""

    def __init__(self, source: str, folder: Path, pattern: str, content_type: str, split: Split, with_head: bool = False) -> None:
        self._source, self._content_type, self._split, self._with_head = source, content_type, split, with_head
        self._folder = Folder(folder, pattern)

    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble]:
        """Documents not read yet, file by file."""
        if missing := self._folder.missing():
            yield Trouble("", missing)
        for stream, path in self._folder.streams():
            try:
                if not self._folder.is_unchanged(stream, path):
                    yield from self._read_file(stream, path, after.get(stream), clock)
            except UNREADABLE as error:
                yield Trouble(stream, trouble_of(path, error))

    def _read_file(self, stream: str, path: Path, after: str | None, clock: Clock) -> Iterator[Record | Trouble]:
        state = state_of(path)
        if not rests(state, clock(), REST_NS):
            return
        data = _content(path)
        if len(data) > LARGEST:
            yield Trouble(stream, f"{as_text(str(path))} is larger than {LARGEST >> 20} MiB. Nothing of it was read; split it.")
            return
        start, number, generation = _left_at(after, data)
        digest, hashed = blake2b(data[:start], digest_size=8), start
        for cut in self._split(data[start:]):
            end = start + cut.end
            if not cut.is_whole and not rests(state, clock(), GIVEN_UP_NS):
                return
            number += 1
            name = stream if generation == 1 else f"{stream}#{generation}"
            digest.update(data[hashed:end])
            hashed = end
            mark = orjson.dumps({"end": end, "number": number, "file": generation, "hash": digest.hexdigest()}).decode()
            body, content_type = self._kept(data[start + cut.start : end], stream, state)
            yield Record(self._source, f"{name}:{number}", body, content_type, clock(), stream, mark)
        self._folder.finished(stream, state)

    def _kept(self, body: bytes, stream: str, state: tuple[int, int, int]) -> tuple[bytes, str]:
        """The payload of a document and its content type."""
        if not self._with_head:
            return body, self._content_type
        return packed({"file": stream, "modified_ns": state[2]}, body), f"{MESSAGE}; {self._content_type}"


def _content(path: Path) -> bytes:
    """The bytes of a file, unpacked; of one too large a byte more than allowed, however small it is packed."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        return file.read(LARGEST + 1)


def one_document(data: bytes) -> Iterator[Cut]:
    """For forms of which a file holds one document."""
    if data.strip():
        yield Cut(0, len(data))


def _left_at(after: str | None, data: bytes) -> tuple[int, int, int]:
    """Where to go on, the number of the last document, and which file under this name it is."""
    if not after:
        return 0, 0, 1
    left = orjson.loads(after)
    if "hash" not in left:  # read by lines then, as another kind of file
        return 0, 0, left["file"] + 1
    if len(data) >= left["end"] and _hash(data[: left["end"]]) == left["hash"]:
        return left["end"], left["number"], left["file"]
    return 0, 0, left["file"] + 1


def _hash(data: bytes) -> str:
    return blake2b(data, digest_size=8).hexdigest()
