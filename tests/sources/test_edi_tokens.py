"""Bytes of EDI as segments and envelopes: whatever separates them, whatever is missing; told is what is wrong, read is the rest."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.edi.envelope import Interchange, Junk, cuts, interchanges
from collectors.formats.edi import Edi
from collectors.message import Message
from collectors.said import Unsaid
from tests.sources.edi_texts import ORDER, ORDERS, edifact, x12


def read(data: bytes) -> Interchange:
    (found,) = interchanges(data)
    assert isinstance(found, Interchange)
    return found


def problems(data: bytes) -> list[str]:
    found = read(data)
    return [*found.problems, *(problem for document in found.documents for problem in document.problems)]


WHOLE = x12("850", *ORDER)


@pytest.mark.parametrize(
    "data",
    [
        WHOLE,
        WHOLE.replace(b"~\n", b"~"),
        WHOLE.replace(b"~\n", b"\r\n"),
        WHOLE.replace(b"~", "…".encode()),
        WHOLE.replace(b"*", b"|").replace(b"~", b"\x1c"),
        b"\xef\xbb\xbf \r\n" + WHOLE,
        WHOLE.replace(b"ACME           ", b"ACME").replace(b"BOLT           ", b"BOLT"),
        WHOLE.replace(b"*T*>~", b"*T*~"),
        b"\n".join(WHOLE.replace(b"\n", b"")[at : at + 80] for at in range(0, len(WHOLE), 80)),
    ],
    ids=["plain", "one line", "lines", "ellipsis", "other marks", "byte order mark", "narrow ISA", "no component mark", "80 characters"],
)
def test_an_interchange_of_x12_is_read_however_it_is_written(data: bytes) -> None:
    found = read(data)
    assert (found.sender, found.receiver, found.control, found.stamp) == ("ACME", "BOLT", "000000007", "2603021400")
    (document,) = found.documents
    assert (document.kind, document.control, len(document.segments)) == ("850", "0001", 7)
    assert document.segments[3].value(7) == "GEAR-100"
    assert problems(data) == []


@pytest.mark.parametrize(
    "data",
    [
        edifact("ORDERS", *ORDERS),
        edifact("ORDERS", *ORDERS).removeprefix(b"UNA:+.? '\n"),
        edifact("ORDERS", *ORDERS).removeprefix(b"UNA:+.? '\n").replace(b"'\n", b"\r\n"),
        edifact("ORDERS", *ORDERS).replace(b":", b"^").replace(b"+", b"|"),
        edifact("ORDERS", *ORDERS).replace(b"UNA:+.? '\nUNB+", b"UNB\x1d").translate(bytes.maketrans(b":+'", b"\x1f\x1d\x1c")),
    ],
    ids=["UNA", "no UNA", "lines", "other marks", "level B"],
)
def test_an_interchange_of_edifact_is_read_however_it_is_written(data: bytes) -> None:
    found = read(data)
    assert (found.sender, found.receiver, found.control, found.stamp) == ("ACME", "BOLT", "7", "2603021400")
    assert found.documents[0].segments[2].value(1, 2) == "20260309"
    assert problems(data) == []


def test_a_released_character_is_an_ordinary_one() -> None:
    (document,) = read(edifact("ORDERS", "FTX+AAI+++50?+ pieces, 5?:1, Bolt?'s ??", "BGM+220+1??+9")).documents
    assert document.segments[1].value(4) == "50+ pieces, 5:1, Bolt's ?"
    assert (document.segments[2].value(2), document.segments[2].value(3)) == ("1?", "9")


def test_binary_data_may_hold_what_separates() -> None:
    (document,) = read(x12("275", "BIN*9*a~b*c~IEA", "LX*1")).documents
    assert [each.tag for each in document.segments] == ["ST", "BIN", "LX", "SE"]


def test_texts_are_read_in_the_encoding_that_the_syntax_level_names() -> None:
    (document,) = read(edifact("ORDERS", "FTX+AAI+++Łożysko").decode().replace("UNOC", "UNOD").encode("iso8859-2")).documents
    assert document.segments[1].value(4) == "Łożysko"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (WHOLE.replace(b"SE*7*", b"SE*9*"), "SE says 9, but there are 7 segments"),
        (WHOLE.replace(b"SE*7*0001", b"SE*7*0002"), "SE has the control number '0002', ST has '0001'"),
        (WHOLE.replace(b"SE*7*0001~\n", b""), "850 0001 has no SE: it may be cut off"),
        (WHOLE.replace(b"GE*1*7~\n", b""), "group 7 has no GE"),
        (WHOLE.replace(b"GE*1*7~", b"GE*3*8~"), "GE says 3, but there are 1 documents in the group"),
        (WHOLE.replace(b"IEA*1*000000007~\n", b""), "the interchange has no IEA: it may be cut off"),
        (WHOLE.replace(b"IEA*1*000000007", b"IEA*2*7"), "IEA says 2, but there are 1 groups"),
        (WHOLE.replace(b"ST*850", b"XX*1~ST*850"), "1 segments stand outside of any document"),
        (edifact("ORDERS", *ORDERS).replace(b"UNZ+1+7", b"UNZ+1+8"), "UNZ has the control number '8', UNB has '7'"),
        (edifact("ORDERS", *ORDERS).replace(b"UNT+8", b"UNT+x"), "UNT says x, but there are 8 segments"),
    ],
)
def test_what_is_wrong_with_an_envelope_is_told_and_the_document_is_read(data: bytes, told: str) -> None:
    assert told in problems(data)
    assert [document.kind in ("850", "ORDERS") for document in read(data).documents] == [True]


def test_interchanges_of_one_file_are_told_apart_whatever_lies_between() -> None:
    order, orders = x12("850", *ORDER), edifact("ORDERS", "FTX+AAI+++Müller", *ORDERS)
    torn = order[: order.index(b"GE*")]
    data = b"garbage\n" + orders + torn + order + b"\n\n" + orders[:-4]
    found = list(interchanges(data))
    assert [type(each) for each in found] == [Junk, Interchange, Interchange, Interchange, Interchange]
    parts = [data[start:end] for start, end, _ in cuts(data)]
    assert [part[:3] for part in parts] == [b"gar", b"UNA", b"ISA", b"ISA", b"UNA"]
    assert [is_whole for *_, is_whole in cuts(data)] == [True, True, True, True, False]


def test_what_is_no_interchange_is_told_with_what_was_found() -> None:
    (junk,) = interchanges(b"STX=ANA:1+5000000000000'")
    assert isinstance(junk, Junk)
    assert 'no interchange of X12 (ISA) or EDIFACT (UNB) begins here (found "STX=ANA:1+5000000000000\'")' in junk.reason


def test_an_interchange_without_end_is_read_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collectors.edi.envelope.MOST_SEGMENTS", 100)
    found = read(WHOLE.replace(b"CTT*2~", b"CTT*2~" * 200))
    assert len(found.documents[0].segments) == 98
    assert "it has more than 100 segments, and only these were read" in found.problems


PIECES = st.sampled_from(
    [
        b"ISA*",
        b"UNA:+.? '",
        b"UNB+",
        b"GS*SH*",
        b"ST*856*1~",
        b"HL*1**O~",
        b"BIN*9*",
        b"~",
        b"'",
        b"?",
        b"*",
        b"\n",
        WHOLE,
        b"AK2*850*1~",
        b"UCI+1'",
    ]
)


@given(st.lists(PIECES | st.binary(max_size=30), max_size=40).map(b"".join))
def test_any_bytes_are_read_or_told(data: bytes) -> None:
    stretches = list(cuts(data))
    assert all(start < end for start, end, _ in stretches)
    assert all(before[1] <= after[0] for before, after in pairwise(stretches))
    assert list(Edi(None, {}).said(Message(data, default_ns=1)))


@given(st.data())
def test_a_damaged_document_is_read_or_told(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([WHOLE, edifact("ORDERS", *ORDERS)]))
    at = data.draw(st.integers(0, len(whole)))
    damaged = whole[:at] + data.draw(st.binary(max_size=3)) + whole[at + data.draw(st.integers(0, 5)) :]
    for said in Edi(None, {}).said(Message(damaged, default_ns=1)):
        assert said.reason if isinstance(said, Unsaid) else said.attributes is not None
