"""The licence of an installed package as an SPDX expression, from what it says of itself; where that is not clear, from a list."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

STATED = Path(__file__).parent / "licences.toml"
WORDS = {  # what stands in `License`, in small letters without punctuation
    "mit": "MIT",
    "mit license": "MIT",
    "apache 2": "Apache-2.0",
    "apache 20": "Apache-2.0",
    "apache20": "Apache-2.0",
    "apache license 20": "Apache-2.0",
    "bsd2clause": "BSD-2-Clause",
    "bsd 2clause license": "BSD-2-Clause",
    "bsd3clause": "BSD-3-Clause",
    "3clause bsd license": "BSD-3-Clause",
    "isc": "ISC",
    "isc license": "ISC",
    "mpl20": "MPL-2.0",
    "psfl": "PSF-2.0",
    "zpl 21": "ZPL-2.1",
}
CLASSIFIERS = {
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "Zope Public License": "ZPL-2.1",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "GNU General Public License v3 (GPLv3)": "GPL-3.0-only",
    "GNU Affero General Public License v3": "AGPL-3.0-only",
}
BSD = "BSD License"  # a classifier that says neither two clauses nor three; their texts do
PERMISSIVE = frozenset(
    {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "HPND", "ISC", "MIT", "MIT-0", "PSF-2.0", "Python-2.0"}
    | {"Unlicense", "Zlib", "ZPL-2.1"}
)
BY_FILE = frozenset({"MPL-2.0"})  # binds who changes these files, and nobody who uses them
BY_LIBRARY = frozenset({"LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later"})  # in extras only: whoever asks for them knows


def licence_of(name: str) -> str | None:
    """The SPDX expression; None where nothing says it."""
    if stated := tomllib.loads(STATED.read_text(encoding="utf-8")).get(name):
        return str(stated["licence"])
    try:
        return said_by(distribution(name))
    except PackageNotFoundError:
        return None


def said_by(found: Distribution) -> str | None:
    """What the package says of itself, the clearest first."""
    if expression := found.metadata.get("License-Expression"):
        return str(expression)
    said = re.sub(r"[^a-z0-9 ]", "", (found.metadata.get("License") or "").lower()).strip()
    if said in WORDS:
        return WORDS[said]
    classified = [each.rpartition(" :: ")[2] for each in found.metadata.get_all("Classifier") or () if each.startswith("License :: ")]
    known = {CLASSIFIERS[each] for each in classified if each in CLASSIFIERS}
    if len(known) == 1:
        return known.pop()
    return _clauses(found) if BSD in classified and not known else None


def is_allowed(expression: str, allowed: frozenset[str]) -> bool:
    """Whether one may choose so: of `A OR B` one is enough, of `A AND B` both are needed; `WITH` permits more than what is before it."""
    text = re.sub(r" WITH \S+", "", expression).replace("(", " ( ").replace(")", " ) ")
    words = text.split()
    found = _either(words, allowed)
    return found and not words


def _either(words: list[str], allowed: frozenset[str]) -> bool:
    found = _both(words, allowed)
    while words and words[0] == "OR":
        words.pop(0)
        found = _both(words, allowed) or found
    return found


def _both(words: list[str], allowed: frozenset[str]) -> bool:
    found = _single(words, allowed)
    while words and words[0] == "AND":
        words.pop(0)
        found = _single(words, allowed) and found
    return found


def _single(words: list[str], allowed: frozenset[str]) -> bool:
    word = words.pop(0)
    if word != "(":
        return word in allowed
    found = _either(words, allowed)
    words.pop(0)
    return found


def _clauses(found: Distribution) -> str | None:
    texts = [found.metadata.get("License") or ""]
    for file in found.files or ():
        if re.match(r"(licen[cs]e|copying)", file.name, re.IGNORECASE) and Path(str(file.locate())).is_file():
            texts.append(Path(str(file.locate())).read_text(encoding="utf-8", errors="replace"))
    text = " ".join(" ".join(texts).split())
    if "Redistribution and use in source and binary forms" not in text:
        return None
    return (
        "BSD-3-Clause"
        if re.search(r"[Nn]either the name|may not be used to endorse|names? of .{0,80}contributors", text)
        else "BSD-2-Clause"
    )
