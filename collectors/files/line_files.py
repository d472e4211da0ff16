"""Files of lines as records: each line of JSON is one, whatever is said in it."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import orjson

from collectors.collector import Clock, Trouble
from collectors.event import Record
from collectors.files.tail import KEPT_OF_CUT, FileState, Tail, as_text, rests
from collectors.files.tailed_files import Reading, TailedFiles

CUT = "; cut"  # behind the content type of the beginning of a line that is too long to be one
RESTED_NS = 60 * 10**9  # exporters write in blocks: half a line is nothing to tell of while the rest may be on its way
Pack = Callable[[str, bytes], bytes]  # the name of the file and a line → the payload of its record


class LineFiles:
    """Reads the files of one source; `pack` makes payloads of lines, which are of `content_type`."""

    def __init__(
        self, source: str, folder: Path, pattern: str, content_type: str, encoding: str = "utf-8", form: str = "", pack: Pack | None = None
    ) -> None:
        self._source, self._content_type, self._encoding, self._pack = source, content_type, encoding, pack
        self._files = TailedFiles(folder, pattern, self._read_tail, encoding, form)

    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble]:
        return self._files.read(after, clock)

    def _read_tail(self, tail: Tail, state: FileState, clock: Clock) -> Reading:
        for line in tail:
            if not line.isspace():
                yield self._record(tail, line.rstrip(), clock)
        if _is_whole(tail.unfinished):
            yield self._record(tail, tail.take_unfinished(), clock)
        if tail.unfinished.strip() and rests(state, clock(), RESTED_NS):
            where = f"{as_text(str(tail.path))} ends in the middle of line {tail.line + 1}"
            yield Trouble(tail.stream, f"{where}; it is read when the rest has come.")
        return not tail.unfinished

    def _record(self, tail: Tail, line: bytes, clock: Clock) -> Record:
        kind, payload = self._content_type, line
        if tail.is_cut:
            kind, payload = kind + CUT, line[:KEPT_OF_CUT]
        if self._pack:
            payload = self._pack(tail.stream, payload)
        return Record(self._source, tail.position(tail.line), payload, kind, clock(), tail.stream, tail.mark())


def _is_whole(line: bytes) -> bool:
    """A last line without its end is half-written, unless it is whole JSON already."""
    try:
        return isinstance(orjson.loads(line.removeprefix(codecs.BOM_UTF8)), dict | list)
    except orjson.JSONDecodeError:
        return False
