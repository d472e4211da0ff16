"""Waiting for what another thread or process does: asked again and again until it is so, never a fixed time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

SECONDS = 60  # far more than anything takes; a busy machine is no failure
PAUSE_SECONDS = 0.02

Answer = TypeVar("Answer")


def until(
    question: Callable[[], Answer], seconds: float = SECONDS, otherwise: Callable[[], str] = lambda: "it did not come true"
) -> Answer:
    """The first answer that counts as true. Fails with `otherwise` when there is none in time."""
    end = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < end, f"{otherwise()} (within {seconds:.0f} s)"
        time.sleep(PAUSE_SECONDS)
    return answer
