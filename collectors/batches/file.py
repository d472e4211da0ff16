"""A batch file that arrived: how many rows and bytes it has, and what is in it, by its hash."""

from __future__ import annotations

from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from collectors.files.content import BLOCK, Content
from collectors.files.parquet_reader import ParquetReader

TABLES = (".csv", ".tsv")  # their first line is a header, unless it is said otherwise


class Measured(NamedTuple):
    rows: int
    bytes: int
    digest: str  # SHA-256 of what is in it; a packed file is looked into


def measured(path: Path, header_rows: int) -> Measured:
    """Reads the file once. Rows are lines, but in Parquet; raises what reading may raise."""
    content, found, lines, size, last = Content(path), sha256(), 0, 0, b"\n"
    try:
        content.file.seek(0)
        while block := content.file.read(BLOCK):
            found.update(block)
            lines, size, last = lines + block.count(b"\n"), size + len(block), block[-1:]
    finally:
        content.close()
    if path.suffix == ".parquet":
        return Measured(_rows_of(path), size, found.hexdigest())
    return Measured(max(0, lines + (last != b"\n") - header_rows), size, found.hexdigest())


def header_rows_of(name: str) -> int:
    return int(name.removesuffix(".gz").endswith(TABLES))


def _rows_of(path: Path) -> int:
    with closing(ParquetReader()) as reader:
        return reader.look(path).count
