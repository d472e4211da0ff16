"""Sections whose rules belong to the collectors: what they find wrong becomes problems with a place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from metrics.keys import Place, Problem, Read

STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
Check = Callable[[Any], Iterable[tuple[str, str]]]  # the path inside the section, and the sentence


def checked_by(check: Check, make: Callable[[Any], Any]) -> Read:
    """Reads with `make` what `check` finds nothing wrong with."""

    def read(value: Any, place: Place, problems: list[Problem]) -> Any:
        found = located(check(value), place)
        problems += found
        return None if found else make(value)

    return read


def located(findings: Iterable[tuple[str, str]], place: Place) -> list[Problem]:
    """The findings of a collector as problems; their sentences end with a full stop."""
    return [Problem((*place, *_steps(path)), f"{sentence.rstrip('.')}.") for path, sentence in findings]


def _steps(path: str) -> Place:
    return tuple(int(number) if number else name for number, name in STEP.findall(path))
