"""The inputs that were worth keeping: a file per decoder, an input a line, written as JSON text so that people see what it is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import orjson

FOLDER = Path(__file__).parent / "corpus"
LARGEST, MOST = 1_500, 5_000  # bytes of an input, and of all inputs of a decoder as they are written


def kept(name: str) -> list[bytes]:
    """The inputs kept for a decoder."""
    file = FOLDER / f"{name}.jsonl"
    return [orjson.loads(line).encode("latin-1") for line in file.read_bytes().splitlines()] if file.exists() else []


def keep(name: str, found: Iterable[bytes]) -> int:
    """Keeps as many of the inputs as there is room for, the smallest first, which reach the most for their size; how many that are."""
    lines, size = [], 0
    for data in sorted(set(found), key=lambda each: (len(each), each)):
        line = orjson.dumps(data.decode("latin-1"), option=orjson.OPT_APPEND_NEWLINE)
        if len(data) <= LARGEST and size + len(line) <= MOST:
            lines.append(line)
            size += len(line)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.jsonl").write_bytes(b"".join(lines))
    return len(lines)
