"""Which characters the shipped font draws: what it does not have is shown as a box, for a PDF with a missing glyph is refused."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

FONTS = Path(__file__).parents[2] / "assets" / "fonts"
FACE = "Inter-Regular.ttf"
BOX = "\N{WHITE SQUARE}"
INVISIBLE = {"\n", "\t"}


def drawable(text: str) -> str:
    """The text with a box for each character that cannot be drawn."""
    known = characters()
    return "".join(each if each in INVISIBLE or ord(each) in known else BOX for each in text)


@cache
def characters() -> frozenset[int]:
    """The code points of the font, out of its table `cmap` in format 4 (OpenType 1.9, cmap)."""
    data = (FONTS / FACE).read_bytes()
    tables = {data[at : at + 4]: struct.unpack_from(">II", data, at + 8) for at in range(12, 12 + 16 * _u16(data, 4), 16)}
    begin = tables[b"cmap"][0]
    offsets = [struct.unpack_from(">HHI", data, begin + 4 + 8 * number) for number in range(_u16(data, begin + 2))]
    part = begin + next(offset for platform, _, offset in offsets if platform == 3 and _u16(data, begin + offset) == 4)
    segments = _u16(data, part + 6) // 2
    ends = [_u16(data, part + 14 + 2 * number) for number in range(segments)]
    begins = [_u16(data, part + 16 + 2 * (segments + number)) for number in range(segments)]
    return frozenset(point for first, last in zip(begins, ends, strict=True) for point in range(first, last + 1) if point != 0xFFFF)


def _u16(data: bytes, at: int) -> int:
    return int(struct.unpack_from(">H", data, at)[0])
