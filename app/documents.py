"""The documents that ship with Syncline, found by their words: sections, ranked by title, heading and text."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, cast

import mistune

from app.components.markdown import anchor_of

FOLDER = Path(__file__).parent / "docs"
FIRST = "index"
WORD = re.compile(r"[^\W_]+")
LONGEST_EXCERPT, BEFORE = 180, 60  # characters, and how many of them before the first word that was found
IN_TITLE, IN_TITLE_ABOVE, IN_HEADING, IN_TEXT = 12.0, 3.0, 6.0, 1.0
WHOLE, BEGUN = 1.0, 0.6  # a word that is the one asked for counts more than one that only begins so
MOST_MENTIONS = 3  # of a word in one section: a table that names it fifty times is not about it
ALIKE = 0.7
SHORTEST_BEGINNING = 3  # letters: with two, half the handbook begins so
Token = dict[str, Any]
_PARSE = mistune.create_markdown(renderer=None, plugins=["table", "strikethrough"])


@dataclass(frozen=True, slots=True)
class Section:
    """What stands below one heading. `anchor` is empty at the head of a document."""

    document: str
    title: str
    heading: str
    anchor: str
    text: str

    @property
    def is_head(self) -> bool:
        return not self.anchor


@dataclass(frozen=True, slots=True)
class Match:
    """A section, and from its text an excerpt in pieces, each with whether it was asked for."""

    section: Section
    excerpt: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The best matches and how many there are. `missing`: words that are nowhere; `nearest`: what was perhaps meant, as text to look for.
    `is_partial`: no section says all of the words, these say some."""

    matches: tuple[Match, ...]
    total: int
    missing: tuple[str, ...] = ()
    nearest: str | None = None
    is_partial: bool = False


def documents(folder: Path) -> list[str]:
    """Names without .md, those of subfolders with it: index first, then in the order in which it leads to them, the others by name."""
    names = [path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.md")]
    index = folder / f"{FIRST}.md"
    led_to = [FIRST, *re.findall(r"\]\(([^)]+)\.md\)", index.read_text(encoding="utf-8"))] if index.exists() else []
    return sorted(names, key=lambda name: (led_to.index(name) if name in led_to else len(led_to), "/" in name, name))


@cache
def handbook() -> Index:
    """Of our own documents; made once, because they change with the installation only."""
    return Index([section for name in documents(FOLDER) for section in sections(name, (FOLDER / f"{name}.md").read_text(encoding="utf-8"))])


class Index:
    """Every word of some sections, in memory: the whole handbook is a few thousand words."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._sections = sections
        self._weights: dict[str, dict[int, float]] = defaultdict(dict)  # word → section → what it counts there
        for place, section in enumerate(sections):
            for word, weight in _weighed(section):
                self._weights[word][place] = self._weights[word].get(place, 0.0) + weight
        self._words = sorted(self._weights)

    def find(self, text: str, most: int) -> Found:
        """Sections that say all words of the text, in any order, each also as the beginning of a longer one."""
        asked = list(dict.fromkeys(_words(text)))
        if not asked:
            return Found((), 0)
        scores = {word: self._scores(word) for word in asked}
        missing = tuple(word for word, found in scores.items() if not found)
        nearest = self._nearest(asked, missing) if missing else None
        known = [found for found in scores.values() if found]
        places = set.intersection(*(set(found) for found in known)) if known else set()
        is_partial = not places and len(known) > 1
        places = places or {place for found in known for place in found}
        # In order of the documents where sections are equally good.
        ranked = sorted(places, key=lambda place: (-sum(place in found for found in known), -sum(f.get(place, 0.0) for f in known), place))
        matches = [Match(self._sections[place], excerpt(self._sections[place].text, asked)) for place in ranked[:most]]
        return Found(tuple(matches), len(ranked), missing, nearest, is_partial)

    def _scores(self, word: str) -> dict[int, float]:
        """Section → how well it answers one word: by its best mention, and a little by the others."""
        found: dict[int, float] = {}
        for known in self._beginning_with(word):
            share = WHOLE if known == word else BEGUN
            for place, weight in self._weights[known].items():
                found[place] = max(found.get(place, 0.0), share * weight)
        return found

    def _beginning_with(self, word: str) -> Iterator[str]:
        if len(word) < SHORTEST_BEGINNING:
            yield from [word] if word in self._weights else []
            return
        for known in self._words[bisect_left(self._words, word) :]:
            if not known.startswith(word):
                return
            yield known

    def _nearest(self, asked: Sequence[str], missing: Sequence[str]) -> str | None:
        """The text with each word that is nowhere replaced by one written nearly so; None where one has none."""
        meant = {word: next(iter(get_close_matches(word, self._words, 1, ALIKE)), None) for word in missing}
        return None if None in meant.values() else " ".join(meant.get(word) or word for word in asked)


def excerpt(text: str, asked: Sequence[str]) -> tuple[tuple[str, bool], ...]:
    """Some words around the first one that was asked for, in pieces, each with whether it was."""
    wanted = [found.span() for found in WORD.finditer(text) if any(found[0].lower().startswith(word) for word in asked)]
    begin = max(0, wanted[0][0] - BEFORE) if wanted else 0
    begin = text.find(" ", begin) + 1 if begin else 0
    end = min(len(text), begin + LONGEST_EXCERPT)
    end = text.rfind(" ", begin, end) if end < len(text) and " " in text[begin:end] else end
    pieces, at = [("…", False)] if begin else [], begin
    for start, stop in wanted:
        if begin <= start and stop <= end:
            pieces += [(text[at:start], False), (text[start:stop], True)]
            at = stop
    pieces += [(text[at:end], False), ("…" if end < len(text) else "", False)]
    return tuple((piece, is_asked) for piece, is_asked in pieces if piece)


def sections(name: str, text: str) -> Iterator[Section]:
    """A document heading by heading."""
    title, heading, anchor, parts = name, "", "", list[str]()
    for token in cast("list[Token]", _PARSE(text)):
        if token["type"] != "heading":
            parts.append(_plain(token))
            continue
        if heading:
            yield Section(name, title, heading, anchor, _joined(parts))
        heading, parts = _joined([_plain(token)]), []
        title, anchor = (heading, "") if token["attrs"]["level"] == 1 else (title, anchor_of(heading))
    yield Section(name, title, heading or title, anchor, _joined(parts))


def _plain(token: Token) -> str:
    """What is read of it; parts of a table or list stand apart."""
    if "raw" in token:
        return str(token["raw"])
    glue = "" if token["type"] in ("paragraph", "heading", "link", "strong", "emphasis", "block_text", "table_cell") else " "
    if token["type"] in ("softbreak", "linebreak", "blank_line"):
        return " "
    return glue.join(_plain(child) for child in token.get("children", []))


def _joined(parts: Sequence[str]) -> str:
    return " ".join(" ".join(parts).split())


def _words(text: str) -> list[str]:
    return [word.lower() for word in WORD.findall(text)]


def _weighed(section: Section) -> Iterator[tuple[str, float]]:
    """The words of a section with what each counts; the title counts most where the document begins."""
    for word in dict.fromkeys(_words(section.title)):
        yield word, IN_TITLE if section.is_head else IN_TITLE_ABOVE
    if not section.is_head:
        for word in dict.fromkeys(_words(section.heading)):
            yield word, IN_HEADING
    mentioned: dict[str, int] = defaultdict(int)
    for word in _words(section.text):
        mentioned[word] += 1
        if mentioned[word] <= MOST_MENTIONS:
            yield word, IN_TEXT / mentioned[word]
