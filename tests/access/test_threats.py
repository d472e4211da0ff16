"""The threat model names a test for each threat, or says why it is accepted; and each test exists."""

from __future__ import annotations

import re

from tests.repository import ROOT

ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in (ROOT / "app" / "docs" / "threats.md").read_text(encoding="utf-8").split("## Between a browser")[1].splitlines()
    if line.startswith("| ") and not line.startswith(("| threat", "| what"))
]
NAMED = re.compile(r"`([a-z_]+/test_\w+\.py)::(test_\w+)`")


def test_each_threat_names_a_test_or_is_accepted() -> None:
    assert len(ROWS) > 60
    assert [row[0] for row in ROWS if len(row) != 3] == []
    assert [row[0] for row in ROWS if not NAMED.search(row[-1]) and "*accepted*" not in row[1].lower()] == []


def test_every_test_that_is_named_exists() -> None:
    missing = []
    for file, name in NAMED.findall(" ".join(row[-1] for row in ROWS)):
        path = ROOT / "tests" / file
        if not path.is_file() or f"def {name}(" not in path.read_text(encoding="utf-8"):
            missing.append(f"{file}::{name}")
    assert missing == []
