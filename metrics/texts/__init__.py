"""The texts a person reads, in the language of whoever reads them; English is the source and stands in the code.

A text is marked where it is written: `_("{late} of {all} came late", late=3, all=20)`. What it says stays one sentence; whatever is not
part of it comes in slots with names. Whole numbers in slots are written as the language writes them. Outside of a request, and below a
language nobody installed, everything is English.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from string import Formatter
from typing import Any

from metrics.texts.language import ENGLISH, Language

__all__ = [
    "ENGLISH",
    "Language",
    "Said",
    "_",
    "_later",
    "_later_n",
    "_n",
    "_of",
    "_parts",
    "_parts_n",
    "_said",
    "_told",
    "language",
    "speak",
    "speaking",
]

_spoken: ContextVar[Language] = ContextVar("spoken", default=ENGLISH)


def language() -> Language:
    """The language that texts are in, here and now."""
    return _spoken.get()


def speak(chosen: Language) -> None:
    """From now on, in this thread or task."""
    _spoken.set(chosen)


@contextmanager
def speaking(chosen: Language) -> Iterator[None]:
    """While the block lasts."""
    token = _spoken.set(chosen)
    try:
        yield
    finally:
        _spoken.reset(token)


def _(message: str, /, **slots: Any) -> str:
    """The text, with what belongs into its slots."""
    spoken = _spoken.get()
    text = spoken.text(message)
    return text.format_map(_written(spoken, slots)) if slots else text


def _n(one: str, many: str, number: int, /, **slots: Any) -> str:
    """The text for that many; `{number}` is a slot of it."""
    spoken = _spoken.get()
    return spoken.counted(one, many, number).format_map(_written(spoken, {"number": number, **slots}))


def _of(context: str, message: str, /, **slots: Any) -> str:
    """A text that in another language depends on what it is about, which `context` says to whoever translates it."""
    spoken = _spoken.get()
    text = spoken.text(message, context)
    return text.format_map(_written(spoken, slots)) if slots else text


def _parts(message: str, /, **slots: Any) -> list[Any]:
    """The text as children of a component: slots may hold components."""
    spoken = _spoken.get()
    return _pieces(spoken.text(message), _written(spoken, slots))


def _parts_n(one: str, many: str, number: int, /, **slots: Any) -> list[Any]:
    """As `_parts`, for that many; `{number}` may itself be given as a component."""
    spoken = _spoken.get()
    return _pieces(spoken.counted(one, many, number), _written(spoken, {"number": number, **slots}))


def _later(message: str) -> str:
    """Marks a text that is written down now and looked up by `_` when it is shown."""
    return message


class Said(str):
    """An English sentence that is kept, compared and sent as it is; `_told` says it in the reader's language."""

    message: str
    slots: dict[str, Any]


def _said(message: str, /, **slots: Any) -> Said:
    """What is recorded is in English, whoever's request it was; what is shown before it is recorded need not be."""
    said = Said(message.format_map(_written(ENGLISH, dict(slots))) if slots else message)
    said.message, said.slots = message, slots
    return said


def _told(sentence: str) -> str:
    """In the reader's language, as far as it is known what it was made of."""
    if not isinstance(sentence, Said):
        return sentence
    return _(sentence.message, **{name: _told(value) if isinstance(value, str) else value for name, value in sentence.slots.items()})


def _later_n(one: str, many: str) -> tuple[str, str]:
    """The same for a text that counts: `_n(*marked, number)`."""
    return one, many


def _written(spoken: Language, slots: dict[str, Any]) -> dict[str, Any]:
    """Whole numbers as the language writes them, in place: most slots hold texts, and a page has thousands."""
    for name, value in slots.items():
        if not isinstance(value, str) and hasattr(value, "__index__"):
            slots[name] = spoken.number(value)
    return slots


def _pieces(text: str, slots: dict[str, Any]) -> list[Any]:
    """Texts that meet are one text."""
    pieces: list[Any] = []
    for said, slot in _cut(text):
        for piece in (said, slots[slot] if slot is not None else ""):
            if isinstance(piece, str) and pieces and isinstance(pieces[-1], str):
                pieces[-1] += piece
            elif piece is not None and (not isinstance(piece, str) or piece):
                pieces.append(piece)
    return pieces


@lru_cache(maxsize=2_000)
def _cut(text: str) -> tuple[tuple[str, str | None], ...]:
    return tuple((said, slot) for said, slot, _spec, _conversion in Formatter().parse(text))
