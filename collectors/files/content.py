"""What stands in a file, unpacked and with lines that can be split: opened once, looked at anywhere, read on from there."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import IO

HEAD_BYTES = 1024
UNREADABLE = (OSError, EOFError, LookupError, ValueError, zlib.error)  # what reading a file may raise
BLOCK = 1 << 20
WIDE = ("utf-16", "utf-32")  # encodings whose line ends are no single byte: such a file is turned into UTF-8 as a whole


class Content:
    """The bytes of one file; a file `.gz` is looked into. Close it."""

    def __init__(self, path: Path, encoding: str = "utf-8") -> None:
        self.file = _open(path, encoding)
        try:
            self.head = self.file.read(HEAD_BYTES)
        except BaseException:
            self.file.close()
            raise

    def head_hash(self, size: int = HEAD_BYTES) -> str:
        return blake2b(self.head[:size], digest_size=8).hexdigest()

    @cached_property
    def size(self) -> int:
        return self.file.seek(0, io.SEEK_END)

    def crc_up_to(self, offset: int) -> int | None:
        """The checksum of the first `offset` bytes; None when there are fewer."""
        return next((crc for _, crc in self.crcs_up_to([offset])), None)

    def crcs_up_to(self, offsets: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Each of the rising `offsets` that the file reaches, with the checksum of everything up to it."""
        crc = at = 0
        self.file.seek(0)
        for offset in offsets:
            while at < offset:
                block = self.file.read(min(offset - at, BLOCK))
                if not block:
                    return
                crc, at = zlib.crc32(block, crc), at + len(block)
            yield offset, crc

    def crc_behind(self, offset: int, size: int, crc: int) -> int | None:
        """The checksum up to `offset`, where `crc` is that of all but the last `size` bytes before; None when the file ends earlier."""
        self.file.seek(offset - size)
        block = self.file.read(size)
        return zlib.crc32(block, crc) if len(block) == size else None

    def close(self) -> None:
        self.file.close()


def is_wide(encoding: str) -> bool:
    return codecs.lookup(encoding).name.startswith(WIDE)


def undecodable(error: UnicodeError, encoding: str) -> str:
    """Why bytes are no text, and what to do."""
    found, example = f"it is not {encoding} ({error})", "cp1252"
    if isinstance(error, UnicodeDecodeError) and error.reason != "truncated data":
        found = f"byte {error.object[error.start]:#x} is not {encoding}"
        example = "utf-16" if error.object.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else example
    return f"{found}; say in `encoding` how the file is written, such as {example}"


def _open(path: Path, encoding: str) -> IO[bytes]:
    file: IO[bytes] = gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[assignment]  # noqa: SIM115
    if not is_wide(encoding):
        return file
    with file:
        return io.BytesIO(file.read().decode(encoding).encode())
