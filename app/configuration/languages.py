"""The section `texts`: what pages are in for people who chose no language, and catalogues beside the installed ones."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from app.configuration.model import Texts
from metrics.keys import Key, Place, Problem, Read, read_keys, shown, text, unknown
from metrics.texts import ENGLISH
from metrics.texts.catalogues import INSTALLED, tags_in

TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")


def language(value: Any, place: Place, problems: list[Problem]) -> str | None:
    """The tag of a language, as HTML writes it."""
    if isinstance(value, str) and TAG.fullmatch(value):
        return value
    problems.append(Problem(place, f"must be a language such as en, de or pt-BR (found {shown(value)})."))
    return None


TEXTS = (
    Key("language", language, "language", "What pages are in for who chose none. Absent: what their browser asks for, else English."),
    Key("folder", text, "folder", "Catalogues of your own, `LANGUAGE.po`, beside or instead of the installed ones; relative to this file."),
)


def texts_in(folder: Path) -> Read:
    """Reads the section: the folder of catalogues has to be there, and somewhere the language that is named."""

    def read(value: Any, place: Place, problems: list[Problem]) -> Texts | None:
        before = len(problems)
        found = read_keys(value, TEXTS, place, problems)
        own = folder / found["folder"] if found["folder"] else None
        if own and not own.is_dir():
            problems.append(Problem((*place, "folder"), f"there is no folder {found['folder']}."))
        known = [ENGLISH.tag, *tags_in([INSTALLED, *([own] if own else [])])]
        if found["language"] and found["language"] not in known:
            problems.append(Problem((*place, "language"), unknown("language", found["language"], known)))
        return Texts(found["language"], own) if len(problems) == before else None

    return read
