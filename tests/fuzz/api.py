"""Requests that schemathesis makes of the description of our API, as everybody who may ask, for as long as there is time."""

from __future__ import annotations

import random
import time
from collections import Counter
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

from schemathesis.core.failures import FailureGroup

from tests.access.driven import NEGATIVE, POSITIVE, Driven
from tests.access.existing import Existing, ask_for_what_is_there, driven_plant

NAME = "api"
WRONG, RIGHT, CALLERS = 20, 5, 4  # examples of each kind for an operation in its turn, each asked by so many of everybody
SLOW = ("POST /api/v1/rebuild", "GET /api/v1/report")  # a second for each answer


class Found(Exception):
    """An answer for which something does not hold; the text says which operation, drawn how, and by what it can be had again."""


def asked(minutes: float) -> str:
    """What was asked and answered in that time, in a sentence. Raises Found."""
    end, first = time.monotonic() + 60 * minutes, random.randrange(1 << 32)
    with TemporaryDirectory(prefix="fuzz-api-") as folder, driven_plant(Path(folder)) as (driven, existing):
        for turn, label in enumerate(cycle(driven.operations)):
            if time.monotonic() > end:
                return _figures(driven, turn)
            _one(driven, existing, label, first + turn)
    raise AssertionError("the operations do not end")


def _one(driven: Driven, existing: Existing, label: str, seed: int) -> None:
    share = 5 if label in SLOW else 1
    try:
        there = ask_for_what_is_there(driven, existing, label)
        if driven.may_be_wrong(label):
            driven.draw(label, NEGATIVE, WRONG // share, driven.in_turn(CALLERS), seed)
        driven.draw(label, POSITIVE, RIGHT // share, driven.in_turn(CALLERS), seed)
        if there:
            driven.draw(label, NEGATIVE, WRONG // share, driven.in_turn(CALLERS), seed, **there)
            driven.draw(label, POSITIVE, RIGHT // share, driven.in_turn(CALLERS), seed, **there)
    except (Exception, FailureGroup) as error:  # whatever it is, it is the finding
        raise Found(f"FAILED: {label}, seed {seed}: {type(error).__name__}: {str(error)[:1500]}") from error


def _figures(driven: Driven, turns: int) -> str:
    statuses: Counter[int] = Counter()
    for said in driven.said.values():
        for (_, status), often in said.items():
            statuses[status] += often
    told = ", ".join(f"{often:,} × {status}" for status, often in sorted(statuses.items()))
    who = f"{len(driven.callers)} callers to {len(driven.operations)} operations"
    return f"{statuses.total():,} requests of {who}, {turns / len(driven.operations):.1f} rounds: {told}"
