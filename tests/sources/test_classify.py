"""The class of an error is the first rule that matches: codes before words, a site's own before ours."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.classify import ErrorRules, check_error_rules

RULES = ErrorRules()


@pytest.mark.parametrize(
    ("code", "error_type", "text", "expected"),
    [
        ("http:401", "", "", "configuration"),
        ("http:400", "", "timed out", "contract"),  # codes before words
        ("x12.997:R", None, None, "contract"),
        ("http:424", "", "", "dependency"),
        ("idoc:51", "", "Vendor 20017 is blocked", "business"),
        ("idoc:51", "", "Order 4711 is Locked by user MILLER", "transient"),  # the one exception
        ("idoc:51", "", "unlocked by MILLER", "business"),
        ("http:503", "", "", "transient"),
        ("http:500", "", "", "transient"),
        ("http:500", "", "Vendor does not exist", "business"),  # decides only when no words do
        ("sap:RU/494", "", "posting period 04 closed", "business"),
        (None, "java.net.SocketTimeoutException", "", "transient"),
        (None, "ReadTimeout", "", "transient"),
        (None, "", "Parsing failed, and then a timeout", "contract"),  # the order of the table decides, not that of the words
        (None, "SchemaViolation", "", "contract"),
        (None, "", "the schematic", "contract"),
        (None, "", "blockchain", "unknown"),
        (None, "", "clockwork", "unknown"),  # whole words
        (None, "", "certificates", "unknown"),
        ("51", "", "", "unknown"),  # a bare number is no code
        (None, None, None, "unknown"),
    ],
)
def test_the_first_rule_that_matches_decides(code: str | None, error_type: str | None, text: str | None, expected: str) -> None:
    assert RULES.class_of(code, error_type, text) == expected


def test_a_sites_own_rules_come_first() -> None:
    rules = ErrorRules(
        [
            {"class": "business", "codes": ["http:503", "idoc:51"]},
            {"class": "transient", "words": ["gesperrt", "spät*"]},
        ]
    )
    assert rules.class_of("http:503", "", "") == "business"
    assert rules.class_of("idoc:51", "", "locked by MILLER") == "business"
    assert rules.class_of(None, "", "Material ist GESPERRT") == "transient"
    assert rules.class_of(None, "", "bitte spätestens morgen") == "transient"
    assert rules.class_of(None, "", "ungesperrt") == "unknown"
    assert rules.class_of("http:400", "", "gesperrt") == "contract"  # all codes, ours too, before all words


def test_every_problem_of_the_rules_is_told_at_once() -> None:
    assert check_error_rules(
        [
            {"class": "buisness", "words": ["x"]},
            {"class": "business", "word": ["x"]},
            {"class": "business", "codes": "http:500"},
            5,
        ]
    ) == [
        (
            "[0].class",
            "no class is called 'buisness'. Did you mean 'business'? "
            "Known: configuration, contract, dependency, business, transient, unknown",
        ),
        ("[1].word", "no key is called 'word'. Did you mean 'words'? Known: class, codes, words"),
        ("[1]", "names neither codes nor words, so it would never match"),
        ("[2].codes", "must be a list of texts (found 'http:500')"),
        ("[3]", "must be a mapping with class, codes and words (found 5)"),
    ]
    assert check_error_rules({"class": "x"})[0][0] == ""
    assert check_error_rules([{"class": "business", "codes": ["a:1"], "words": ["b"]}]) == check_error_rules(None) == []


CODES = st.sampled_from([None, "http:500", "http:503", "idoc:51", "idoc:63", "x12.855:RD", "edifact.contrl:4", "http:418", "51"])
WORDS = st.lists(
    st.sampled_from(
        [
            "locked",
            "by",
            "timeout",
            "ReadTimeout",
            "lock",
            "unlocked",
            "schema",
            "parse",
            "parsed",
            "certificate",
            "does",
            "not",
            "exist",
            "validation",
            "validated",
            "deadlock",
            "x.SocketException",
            "partner",
            "profile",
            "waiting",
            "for",
            "mandatory",
            "_lock",
            "lock_",
            "é",
            "timed",
            "out",
            "exceeds",
        ]
    ),
    max_size=6,
).map(" ".join)


@pytest.fixture(scope="module")
def judge(kit: Path) -> Any:
    spec = importlib.util.spec_from_file_location("judge", kit / "judge.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@given(CODES, WORDS, WORDS)
def test_the_kit_judges_the_same(judge: Any, code: str | None, error_type: str, text: str) -> None:
    assert RULES.class_of(code, error_type, text) == judge.error_class((code, error_type, text))
