"""Everything that can be asked × everybody who may ask: each answer is the one that stands in the matrix."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from flask import Flask

from tests.access.asking import questions
from tests.access.callers import Caller

MATRIX = Path(__file__).parent / "matrix.csv"


@pytest.fixture(scope="module")
def expected() -> dict[str, dict[str, str]]:
    """By what is asked and who asks it."""
    with MATRIX.open(newline="") as file:
        return {row.pop("what"): row for row in csv.DictReader(file)}


def test_all_that_can_be_asked_has_its_row_and_nothing_else_has(server: Flask, expected: dict[str, dict[str, str]]):
    assert sorted(expected) == sorted({question.name for question in questions(server)})


def test_everybody_who_asks_has_a_column(callers: dict[str, Caller], expected: dict[str, dict[str, str]]):
    assert {tuple(row) for row in expected.values()} == {tuple(callers)}


def test_everybody_is_answered_as_the_matrix_says(server: Flask, callers: dict[str, Caller], expected: dict[str, dict[str, str]]):
    wrong = []
    for question in questions(server):
        for who, caller in callers.items():
            answer, wanted = question.answered(caller), expected.get(question.name, {}).get(who)
            if answer != wanted:
                wrong.append(f"{question.name}, {who}: {answer} instead of {wanted}")
    assert wrong == []
