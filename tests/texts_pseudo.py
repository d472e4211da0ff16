"""A language that nobody speaks, to see which texts come out of the catalogue: ⟦Ţéxţ···⟧ for text, 40 % longer, its slots untouched."""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages import Catalog
from babel.messages.pofile import write_po

from app.translations import catalogue
from metrics.texts.catalogues import SLOT

TAG = "eo"  # of a locale that exists, so that numbers and dates are another one's as well
PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ODD = "ÀƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽàƀçðéƒĝĥîĵķļṁñöþǫŕšţûṽŵẋýž"
LONGER, WORD = 0.4, 9


def odd(text: str) -> str:
    """The text as that language has it."""
    parts = SLOT.split(text)  # text, slot, text, …
    said = "".join(part.translate(str.maketrans(PLAIN, ODD)) if place % 2 == 0 else f"{{{part}}}" for place, part in enumerate(parts))
    more = round(len("".join(parts[::2])) * LONGER)
    # Words of their own, as longer texts have more of: a single one of a hundred letters would have no room anywhere.
    return f"⟦{said}{' '.join('·' * min(WORD, more - place) for place in range(0, more, WORD))}⟧"


def write_pseudo(folder: Path) -> Path:
    """A folder of catalogues with nothing but this one."""
    written = Catalog(locale=TAG)
    for message in catalogue():
        if isinstance(message.id, tuple):
            written.add(message.id, tuple(map(odd, message.id)), context=message.context)
        elif message.id:
            written.add(message.id, odd(str(message.id)), context=message.context)
    file = io.BytesIO()
    write_po(file, written)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{TAG}.po").write_bytes(file.getvalue())
    return folder
