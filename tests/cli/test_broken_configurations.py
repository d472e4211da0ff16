"""Every mistake in a configuration gets its sentence: where, what was found, what is allowed. The cases are a text beside this file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.configurations import problems_of

CASES = re.split(r"\n=== ", (Path(__file__).parent / "broken_configurations.txt").read_text(encoding="utf-8"))[1:]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.partition("\n")[0]) for case in CASES])
def test_a_broken_configuration_says_what_is_wrong_with_it(tmp_path: Path, case: str) -> None:
    files, _, said = case.partition("\n--- ")[2].partition(">>>\n")
    texts = dict(part.split("\n", 1) for part in files.split("--- "))
    packs = {name.removesuffix(".yaml"): text for name, text in texts.items() if name != "syncline.yaml"}
    assert problems_of(tmp_path, texts["syncline.yaml"], **packs) == said.rstrip("\n")


def test_there_are_at_least_forty_kinds_of_mistakes() -> None:
    assert len(CASES) >= 40
