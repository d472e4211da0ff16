"""Samples of what a carrier brings, kept in a file, as records: what `check --sample` reads for sources that are no files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from collectors.event import Record
from collectors.files.tail import as_text
from collectors.message import MESSAGE, packed

HEAD, BODY = "head", "body"


def messages_in(source: str, file: Path, content_type: str) -> Iterator[Record]:
    """A file `.jsonl` holds a message a line: `{"head": {"topic": …}, "body": …}`, where a body that is no text is JSON, or just the
    body. Any other file is the body of one message."""
    name = as_text(file.name)
    if file.suffix != ".jsonl":
        yield _record(source, f"{name}:1", {}, file.read_bytes(), content_type)
        return
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        if line.strip():
            yield _record(source, f"{name}:{number}", *_parted(line), content_type)


def rows_in(source: str, file: Path, content_type: str) -> Iterator[Record]:
    """A file `.jsonl` of rows as a table gives them, one a line, with the columns' names as keys."""
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        if line.strip():
            yield Record(source, f"{as_text(file.name)}:{number}", line, content_type, 0, as_text(file.name))


def _parted(line: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}, line
    if not isinstance(found, dict) or BODY not in found or not isinstance(found.get(HEAD), dict):
        return {}, line
    body = found[BODY]
    return found[HEAD], body.encode() if isinstance(body, str) else orjson.dumps(body)


def _record(source: str, position: str, head: dict[str, Any], body: bytes, content_type: str) -> Record:
    return Record(source, position, packed(head, body), f"{MESSAGE}; {content_type}", 0, position.rpartition(":")[0])
