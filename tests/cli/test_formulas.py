"""No cell of a CSV is a formula, however a spreadsheet cuts it; and whoever reads it with a program has every text back to the letter."""

from __future__ import annotations

import csv
import io
import random

import pytest

from app.exports import Asked, written
from app.formulas import harmless, original

BEGINS = tuple("=+-@＝＋－＠\t\r\n\0")
TEXTS = (
    "=1+1",
    "+49 40 123",
    "-5",
    "@SUM(A1)",
    "\t=1",
    "\r\n=1",
    "＝1",
    "\0=1",
    "'=1",
    "''=1",
    "'plain",
    "plain",
    "a;=HYPERLINK(1)",
    'a;"=1+1"',
    "a;'=1",
    "a;;=1",
    "a\n=cmd|' /C calc'!A0",
    "a\t@x",
    "a;b",
    "a=b;c-d",
    ";-",
    "'",
    "",
    '{"a": ";=1"}',
)


@pytest.mark.parametrize("text", TEXTS)
def test_every_text_can_be_had_back(text: str) -> None:
    assert original(harmless(text)) == text


def test_that_holds_for_whatever_somebody_puts_together() -> None:
    dice = random.Random(7)
    for _ in range(30_000):
        text = "".join(dice.choices("=+-@'\"; \t\r\na，＝,", k=dice.randrange(9)))
        assert original(harmless(text)) == text


def test_harmless_texts_stay_as_they_are() -> None:
    assert [harmless(text) for text in ("plain", "a-b", "3 = 4", "x; y", "it's", "'quoted'", "a;b", "2026-03-01")] == [
        "plain", "a-b", "3 = 4", "x; y", "it's", "'quoted'", "a;b", "2026-03-01",
    ]  # fmt: skip


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_cell_is_a_formula_whatever_a_spreadsheet_takes_for_the_end_of_one(separator: str) -> None:
    rows = [{"transaction_id": text, "workflow": f"w{text}"} for text in TEXTS]
    file = b"".join(written(rows, Asked("failures", "csv"), ["transaction_id", "workflow"])).decode()
    cells = [cell for line in csv.reader(io.StringIO(file, newline=""), delimiter=separator) for cell in line]
    assert [cell for cell in cells if cell.lstrip("\"'").startswith(BEGINS) and not cell.startswith("'")] == []


def test_a_program_reads_what_was_sent_and_numbers_stay_numbers() -> None:
    rows = [{"transaction_id": text, "quantity": -5, "list": ["=1"]} for text in TEXTS]
    file = b"".join(written(rows, Asked("failures", "csv"), ["transaction_id", "quantity", "list"])).decode()
    read = list(csv.DictReader(io.StringIO(file, newline="")))
    assert [original(row["transaction_id"]) for row in read] == list(TEXTS)
    assert {(row["quantity"], row["list"]) for row in read} == {("-5", '["=1"]')}
