"""Three workflow files as users write them: what was done to orders on purpose is what is concluded, as of any moment, in any order."""

from __future__ import annotations

from random import Random

import pytest

from tests.workflows.agreement import agrees, arrives
from tests.workflows.made import FILES, plant
from tests.workflows.plant import END


@pytest.mark.parametrize("file", FILES)
def test_what_was_withheld_late_failed_or_said_twice_is_what_is_concluded(file: str) -> None:
    made = plant(file, seed=1, count=12)
    with arrives(made, parts=2, random=Random(1)) as store:
        for moment in (END, *made.moments(1)):
            agrees(store, made, moment)
