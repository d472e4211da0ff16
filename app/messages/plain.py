"""Bytes as text, and text as it is safe to look at: what cannot be seen, or would turn the text around, is shown as a sign."""

from __future__ import annotations

import codecs
import re

from collectors.edi.tokens import BEGIN, decoded

MARKS = (  # the longer first: UTF-32 begins as UTF-16 does
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
CHARSET = re.compile(r"charset\s*=\s*\"?([A-Za-z0-9._-]{1,40})", re.IGNORECASE)
# Control characters but tab and line ends, marks of direction, what has no width, line ends of Unicode, halves of characters.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)


def text_of(body: bytes, content_type: str = "") -> str | None:
    """The text in `body`; None: it is none."""
    for mark, encoding in MARKS:
        if body.startswith(mark):
            return _read(body, encoding)
    if (text := _read(body, "utf-8")) is not None:
        return None if "\0" in text else text
    found = DECLARED.match(body)
    named = found[1].decode() if found else (said[1] if (said := CHARSET.search(content_type)) else "")
    if named and (text := _read(body, named)) is not None:
        return text
    as_edi = decoded(body)
    return as_edi if BEGIN.match(as_edi.lstrip("\ufeff \t\r\n")) else None


def _read(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def seen(text: str) -> tuple[str, int]:
    """The text with a sign for each character that nobody sees, and how many these are. Line ends become those of the page."""
    return UNSEEN.subn(_sign, text.replace("\r\n", "\n").replace("\r", "\n"))


def _sign(found: re.Match[str]) -> str:
    """`␀` for a control character, `⟨U+202E⟩` for all others."""
    code = ord(found[0])
    return chr(0x2400 + code) if code < 0x20 else f"⟨U+{code:04X}⟩"
