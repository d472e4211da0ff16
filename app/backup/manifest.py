"""What a backup says of itself: when it was made, what it holds, and the checksum of each of its files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from app.trouble import Mistake

NAME = "backup.json"
PIECE = 1 << 20
FORM = 1  # of what is written here; a newer one is refused


@dataclass(frozen=True, slots=True)
class Written:
    """One file of a backup."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`known_ns`: what was recorded until then is in it. `record`: the number of the newest record. `files` by path within the folder.
    `state`: the database that people and their work lie in, of which nothing is in it; empty: they are in it."""

    syncline: str
    schema: int
    made_ns: int
    known_ns: int
    record: int
    files: dict[str, Written]
    state: str = ""

    @property
    def total_bytes(self) -> int:
        return sum(file.bytes for file in self.files.values())


def write(folder: Path, manifest: Manifest) -> None:
    """Into the folder that the files are in."""
    (folder / NAME).write_text(json.dumps({"form": FORM, **asdict(manifest)}, indent=1) + "\n", encoding="utf-8")


def read(folder: Path) -> Manifest:
    """Raises Mistake for a folder that is no backup, or one of a newer Syncline."""
    try:
        told = json.loads((folder / NAME).read_text(encoding="utf-8"))
        form = told.pop("form")
        if form == FORM:
            return parsed(told)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise Mistake(f"{folder} is no backup of Syncline: it has no {NAME} that can be read.") from error
    raise Mistake(
        f"{folder} was made by Syncline {told.get('syncline')}, which writes backups in another way. Use that one or a newer one."
    )


def parsed(told: dict[str, Any]) -> Manifest:
    """From its fields as JSON has them. Raises TypeError or KeyError for others."""
    return Manifest(**{**told, "files": {path: Written(**file) for path, file in told["files"].items()}})


def check(folder: Path, manifest: Manifest) -> Iterator[str]:
    """A sentence for each file that is not as it was written."""
    for path, written in manifest.files.items():
        try:
            with (folder / path).open("rb") as file:
                found = taken(file)
        except OSError as error:
            yield f"{path} cannot be read: {error.strerror or error}."
            continue
        if found != written:
            yield f"{path} is not as it was written: {found.bytes:,} bytes of {written.bytes:,}, and another checksum."


def taken(file: BinaryIO, into: BinaryIO | None = None, most: int | None = None) -> Written:
    """Size and checksum of what is left of `file`, or of its next `most` bytes; copied `into` another where that is given."""
    digest, left, size = hashlib.sha256(), most, 0
    while piece := file.read(PIECE if left is None else min(PIECE, left)):
        digest.update(piece)
        size += len(piece)
        left = None if left is None else left - len(piece)
        if into:
            into.write(piece)
    return Written(size, digest.hexdigest())
