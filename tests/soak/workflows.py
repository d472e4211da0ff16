"""Large plants of the three workflow files, seed after seed: truth, second implementation and product agree at many moments."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from random import Random

from tests.workflows.agreement import agrees, arrives
from tests.workflows.made import FILES, plant
from tests.workflows.plant import END

RUNS, PARTS, MOMENTS = 60, 5, 6  # of each plant: runs of its first workflow, parts it comes in, moments beside the end


def run(minutes: float, first_seed: int) -> Iterator[str]:
    """A line for every workflow file; the first disagreement ends it with an AssertionError."""
    ends = time.monotonic() + minutes * 60
    told = dict.fromkeys(FILES, 0)
    for seed in itertools.count(first_seed):
        for file in FILES:
            random, made = Random(f"order {file} {seed}"), plant(file, seed, RUNS)
            with arrives(made, PARTS, random) as store:
                for moment in (END, *made.moments(MOMENTS)):
                    agrees(store, made, moment)
            told[file] += len(made.told)
        if time.monotonic() > ends:
            break
    for file, transactions in told.items():
        plants = f"{seed - first_seed + 1} plants, {transactions:,} transactions"
        yield f"workflow file {file}: {plants}, each in {PARTS} parts in any order, as of {MOMENTS + 1} moments: all agree"
