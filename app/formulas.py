"""Texts that no spreadsheet takes for a formula, and the same texts back: what is put in front can be told from what was there."""

from __future__ import annotations

import re

# What begins a formula, also written wide. A tab or a line end before one is skipped. And it may stand behind what ends a cell for a
# spreadsheet that was told so: where numbers have a decimal comma, cells end with a semicolon, and then quotes protect nothing.
_BEGINS = "[\"']*[=+\\-@＝＋－＠\\t\\r\\n\\0]"
_ENDS = ";\\t\\r\\n"
_DANGEROUS = re.compile(f"(^|[{_ENDS}])(?={_BEGINS})")
_MADE_HARMLESS = re.compile(f"(^|[{_ENDS}])'(?={_BEGINS})")


def harmless(text: str) -> str:
    """The text with a `'` wherever a formula would begin."""
    return _DANGEROUS.sub(r"\1'", text)


def original(text: str) -> str:
    """What `harmless` made this of."""
    return _MADE_HARMLESS.sub(r"\1", text)
