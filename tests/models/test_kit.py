"""The kit's plants, whose truth is known: the whole way from files through the command line to exports, scored by the kit itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit import Trial, once, plant


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_transaction_and_failure_of_a_plant_is_concluded_as_its_truth_says(seed: int, tmp_path: Path, kit: Path) -> None:
    trial = Trial(seed, tmp_path / "plant", per_day=8)
    plant(trial)
    assert once(trial).endswith(" agree")
