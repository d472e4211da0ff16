"""The docs are found by their words: what comes first, what is marked, what is said of nothing; and each page leads to its section."""

from __future__ import annotations

import pytest
from flask import Flask

from app.components import markdown
from app.documents import FOLDER, Index, documents, excerpt, handbook, sections
from app.server import PAGES
from app.web.sitemap import Page
from tests.pages import trees
from tests.pages.served import drawn_text, someone

GUIDE = """# Baking bread

Flour, water and salt. See [the oven](oven.md).

## Kneading

Knead the dough for ten minutes.

| flour | grams |
|---|---|
| rye | 300 |

## Proofing

Let it rise. Kneading is over.
"""
OVEN = """# The oven

Bread wants it hot: `look_back: 15m`.
"""


@pytest.fixture(scope="module")
def index() -> Index:
    return Index([*sections("bread", GUIDE), *sections("oven", OVEN)])


def found(index: Index, text: str) -> list[str]:
    return [f"{match.section.document}#{match.section.anchor}" for match in index.find(text, 10).matches]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("baking", ["bread#", "bread#kneading", "bread#proofing"]),  # the title, where the document begins
        ("kneading", ["bread#kneading", "bread#proofing"]),  # the heading before the text
        ("bread", ["bread#", "bread#kneading", "bread#proofing", "oven#"]),
        ("minutes knead", ["bread#kneading"]),  # in any order
        ("RYE flo", ["bread#kneading"]),  # in any case, also the beginning of a word, also in a table
        ("back look", ["oven#"]),  # the parts of a key
        ("ri", []),  # too short to be a beginning
        ("", []),
        ("' or 1=1 --", []),
    ],
)
def test_sections_are_found_in_the_order_in_which_they_answer(index: Index, text: str, places: list[str]) -> None:
    assert found(index, text) == places


def test_words_that_no_section_says_together_are_said_to_be_apart(index: Index) -> None:
    both = index.find("rye hot", 10)
    assert both.is_partial
    assert {match.section.anchor for match in both.matches} == {"kneading", ""}


def test_a_word_that_is_nowhere_is_named_with_the_nearest(index: Index) -> None:
    nothing = index.find("kneeding", 10)
    assert (nothing.total, nothing.missing, nothing.nearest) == (0, ("kneeding",), "kneading")
    assert index.find("xylophone", 10).nearest is None
    some = index.find("doughs minutes", 10)
    assert (some.total, some.missing, some.nearest) == (1, ("doughs",), "dough minutes")


def test_an_excerpt_begins_near_the_word_and_marks_each(index: Index) -> None:
    text = "one two three " * 20 + "the needle in the haystack needles"
    pieces = excerpt(text, ["needle"])
    assert [piece for piece, is_asked in pieces if is_asked] == ["needle", "needles"]
    assert pieces[0] == ("…", False)
    assert "".join(piece for piece, _ in pieces).endswith("the needle in the haystack needles")


def test_every_word_of_the_handbook_leads_to_a_heading_that_is_there() -> None:
    anchors = {
        name: {anchor for _, _, anchor in markdown.render((FOLDER / f"{name}.md").read_text(), str).headings} for name in documents(FOLDER)
    }
    for word in ("recovery", "mapping", "calendar", "token"):
        for match in handbook().find(word, 50).matches:
            assert match.section.is_head or match.section.anchor in anchors[match.section.document]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_the_help_of_every_page_leads_to_a_section_that_is_there(page: Page) -> None:
    name, _, anchor = page.help.partition("#")
    assert name in documents(FOLDER)
    assert not anchor or anchor in {known for _, _, known in markdown.render((FOLDER / f"{name}.md").read_text(), str).headings}


def test_what_is_found_is_a_list_of_links_with_the_words_marked(server: Flask) -> None:
    page = trees.drawn(someone(server, "maria").show("/docs", "?q=silent feed"))
    assert ("Sources: what Syncline reads › When a feed is silent", "/docs?page=sources#when-a-feed-is-silent") in trees.links(page)
    assert {trees.text(mark).lower() for mark in trees.parts(page) if getattr(mark, "kind", "") == "Mark"} >= {"feed", "silent"}


def test_nothing_that_matches_offers_the_nearest(server: Flask) -> None:
    page = trees.drawn(someone(server, "maria").show("/docs", "?q=recuvery"))
    assert "Nothing matches No document says “recuvery”. Did you mean recovery ?" in trees.text(page)
    assert ("recovery", "/docs?q=recovery") in trees.links(page)


def test_markup_in_what_was_typed_is_text(server: Flask) -> None:
    assert "No document says" in drawn_text(someone(server, "maria").show("/docs", "?q=<b>zzyzx</b>"))
