"""The tokenizer against other people's: on generated interchanges it finds the same segments and elements as they do."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import pytest
import pyx12.x12file
import x12 as ansi_x12
from hypothesis import given, settings
from hypothesis import strategies as st
from mockedi import edifact as mock_edifact
from mockedi import x12 as mock_x12
from pydifact.parser import Parser

from collectors.edi.envelope import Interchange, interchanges
from tests.sources import edi_texts

WORD = st.text("ABCXYZ0123456789 .,-/äß", min_size=1, max_size=12).map(str.strip).filter(bool)
TAG = st.sampled_from(["BEG", "REF", "PO1", "N1", "DTM", "FTX", "QTY"])
X12_SEGMENTS = st.lists(st.tuples(TAG, st.lists(WORD | st.just(""), min_size=1, max_size=6).filter(lambda each: each[-1])), max_size=8)
RELEASED = st.text("ABC019 .,-/äß?+:'", min_size=1, max_size=10).filter(lambda text: text.strip() == text)
EDIFACT_TAG = st.sampled_from(["BGM", "RFF", "LIN", "NAD", "DTM", "FTX", "QTY"])
EDIFACT_SEGMENTS = st.lists(
    st.tuples(EDIFACT_TAG, st.lists(st.lists(RELEASED, min_size=1, max_size=3), min_size=1, max_size=4)), max_size=8
)


def released(text: str) -> str:
    return "".join(f"?{each}" if each in "?+:'" else each for each in text)


def ours(data: bytes) -> list[list[str]]:
    ((found, *rest),) = [list(interchanges(data))]
    assert rest == []
    (document,) = found.documents  # type: ignore[union-attr]
    assert [*found.problems, *document.problems] == []  # type: ignore[union-attr]
    return [[each.tag, *(each.value(i) for i in range(1, len(each.elements)))] for each in document.segments[1:-1]]


@settings(max_examples=50)
@given(X12_SEGMENTS)
def test_x12_is_split_as_three_other_parsers_split_it(segments: list[tuple[str, list[str]]]) -> None:
    data = edi_texts.x12("850", *("*".join([tag, *elements]) for tag, elements in segments))
    expected = [[tag, *elements] for tag, elements in segments]
    assert ours(data) == expected
    theirs = [[each.tag, *(e.decode() for e in each.elements)] for each in ansi_x12.tokenize_x12(data).segments]
    assert theirs[3:-3] == expected
    read = [each.format().rstrip("~").split("*") for each in pyx12.x12file.X12Reader(io.StringIO(data.decode()))]
    assert read[3:-3] == expected
    (message,) = [message for group in mock_x12.parse(data.decode()).groups for message in group.messages]
    assert [each.tag for each in message.segments if each.tag not in ("ST", "SE")] == [tag for tag, _ in segments]


@settings(max_examples=50)
@given(EDIFACT_SEGMENTS)
def test_edifact_is_split_as_two_other_parsers_split_it(segments: list[tuple[str, list[list[str]]]]) -> None:
    data = edi_texts.edifact("ORDERS", *("+".join([tag, *(":".join(map(released, e)) for e in elements)]) for tag, elements in segments))
    found, *_ = interchanges(data)
    (document,) = found.documents  # type: ignore[union-attr]
    assert document.problems == []
    split = [
        (each.tag, [[each.value(i, j) for j in range(1, len(e) + 1)] for i, e in enumerate(elements, 1)])
        for each, (_, elements) in zip(document.segments[1:-1], segments, strict=True)
    ]
    assert split == [(tag, elements) for tag, elements in segments]
    assert [(tag, elements) for tag, elements in theirs(data.decode())[2:-2]] == split
    (message,) = [message for group in mock_edifact.parse(data.decode()).groups for message in group.messages]
    assert [each.tag for each in message.segments if each.tag not in ("UNH", "UNT")] == [tag for tag, _ in segments]


def theirs(text: str) -> list[tuple[str, list[Any]]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it knows no directory is its own business
        return [
            (each.tag, [e if isinstance(e, list) else [e] for e in each.elements]) for each in Parser().parse(text) if each.tag != "UNA"
        ]


FOUND = Path(__file__).parents[3] / "shared" / "data"
FILES = sorted(path for folder in FOUND.glob("edi_*") for path in folder.iterdir()) + sorted(FOUND.glob("mockedi/raw/*"))


def is_sound_to_another_parser(data: bytes) -> bool:
    try:
        ansi_x12.parse_x12_interchange(ansi_x12.tokenize_x12(data.strip()))
    except ansi_x12.X12Error:
        return False
    return True


@pytest.mark.skipif(not FILES, reason="The files of EDI that were found elsewhere are not beside this checkout; they are not ours to ship.")
def test_every_file_that_was_found_elsewhere_is_read_and_is_sound_where_another_parser_says_so() -> None:
    unread, doubted, sound = [], [], 0
    for path in FILES:
        data = path.read_bytes()
        found = [each for each in interchanges(data) if isinstance(each, Interchange)]
        if not any(each.documents or each.receipts for each in found):
            unread.append(path.name)
        if data.lstrip().startswith(b"ISA") and is_sound_to_another_parser(data):
            sound += 1
            problems = [p for each in found for p in [*each.problems, *(q for d in each.documents for q in d.problems)]]
            doubted += [(path.name, problems)] if problems else []
    tradacoms = [path.name for path in FILES if path.read_bytes().removeprefix(b"\xef\xbb\xbf").startswith(b"STX")]
    assert sorted(unread) == sorted([*tradacoms, "edifact.D95B.Issue137.EDI"]), "all others hold an interchange"
    assert doubted == []
    assert sound > 70
