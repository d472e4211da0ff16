"""Ids of one object are one text, however a system writes them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.event import Refused
from collectors.identifiers import Identifiers, check_objects

FIELDS = {"site": "hamburg", "item": "M-1"}


def canonical(keys: list[Any], text: str) -> str:
    data = {"lot": {"keys": keys}}
    assert check_objects(data) == []
    return Identifiers(data).canonical("lot", text, FIELDS.get)


@pytest.mark.parametrize(
    ("keys", "text", "expected"),
    [
        ([], "0042a", "0042a"),
        (["strip_leading_zeros"], "00004711", "4711"),
        (["strip_leading_zeros"], "4711", "4711"),
        (["strip_leading_zeros"], "00AB", "AB"),
        (["strip_leading_zeros"], "000", "0"),
        (["strip_leading_zeros"], "0", "0"),
        (["upper"], "ab-1ß", "AB-1SS"),
        ([{"prefix": "PO-"}], "4711", "PO-4711"),
        ([{"prefix": "PO-"}], "PO-4711", "PO-4711"),
        ([{"composite": ["site"]}], "4711", "hamburg/4711"),
        ([{"composite": ["site", "item"]}], "4711", "hamburg/M-1/4711"),
        (["strip_leading_zeros", "upper", {"prefix": "L"}, {"composite": ["site"]}], "00ab", "hamburg/LAB"),
        ([{"prefix": "0"}, "strip_leading_zeros"], "12", "12"),
    ],
)
def test_steps_are_done_in_the_order_listed(keys: list[Any], text: str, expected: str) -> None:
    assert canonical(keys, text) == expected


@pytest.mark.parametrize("text", ["", " ", "\t"])
def test_an_empty_id_is_refused(text: str) -> None:
    with pytest.raises(Refused, match=r"^the id of the lot is empty$"):
        canonical([], text)


def test_a_composite_id_needs_its_fields() -> None:
    with pytest.raises(Refused, match=r"^the id is made of partner and more, and the event has no partner$"):
        canonical([{"composite": ["partner"]}], "4711")


def test_a_composite_id_is_not_remembered_for_another_site() -> None:
    identifiers = Identifiers({"lot": {"keys": [{"composite": ["site"]}]}})
    assert identifiers.canonical("lot", "1", {"site": "a"}.get) == "a/1"
    assert identifiers.canonical("lot", "1", {"site": "b"}.get) == "b/1"


def test_types_without_rules_keep_their_ids() -> None:
    assert Identifiers({"lot": {"keys": ["upper"]}, "asn": None}).canonical("asn", "00a", FIELDS.get) == "00a"


@given(st.text(min_size=1).filter(str.strip))
def test_canonical_ids_are_their_own_canonical_form(text: str) -> None:
    identifiers = Identifiers({"lot": {"keys": ["strip_leading_zeros", {"prefix": "L"}]}})
    once = identifiers.canonical("lot", text, FIELDS.get)
    assert identifiers.canonical("lot", once, FIELDS.get) == once


def test_every_problem_of_the_section_is_told_at_once() -> None:
    assert check_objects(
        {
            "a": {"keys": ["strip_leading_zero"]},
            "b": {"keys": [{"prefix": ""}, {"composite": ["plant"]}, 5], "alias": True},
            "c": {"keys": "upper", "aliases": "yes"},
            "d": 1,
            "e": None,
        }
    ) == [
        (
            "a.keys[0]",
            "no step is called 'strip_leading_zero'. Did you mean 'strip_leading_zeros'? "
            "Known: strip_leading_zeros, upper, prefix, composite",
        ),
        ("b.alias", "no key is called 'alias'. Did you mean 'aliases'? Known: keys, aliases"),
        ("b.keys[0]", "prefix must be a text that is not empty (found '')"),
        (
            "b.keys[1]",
            "no field is called 'plant'. Known: site, system, system_name, item, location, batch, partner, customer, work_center",
        ),
        ("b.keys[2]", "a step is one of strip_leading_zeros, upper, prefix, composite (found 5)"),
        ("c.aliases", "must be true or false (found 'yes')"),
        ("c.keys", "must be a list of steps (found 'upper'); known steps: strip_leading_zeros, upper, prefix, composite"),
        ("d", "must be a mapping with `keys` and `aliases` (found 1)"),
    ]
