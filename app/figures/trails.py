"""The words for what happened in a workflow: a step, a variant, how it is not as defined."""

from __future__ import annotations

from app.figures import words
from metrics.discovery import CANCELLED, DEVIATIONS, END, START

OPEN = "(open)"
_ENDS = {START: "start", END: "end", OPEN: "still running", CANCELLED: "cancelled"}
ARROW = " → "


def step(name: str) -> str:
    """`blocked_wms` → blocked WMS; `received!` → received failed; `received+` → received several times."""
    bare = name.rstrip("!+")
    mark = " failed" if name.endswith("!") else " several times" if name.endswith("+") else ""
    return _ENDS.get(bare, words.type_words(bare)) + mark


def steps_of(variant: str) -> list[str]:
    """Its steps as they are written, marks and all."""
    return variant.split(" > ") if variant else []


def spoken(variant: str) -> str:
    """`sent > received!` → sent → received failed."""
    return ARROW.join(map(step, steps_of(variant)))


def deviation(kind: str, milestone: str) -> str:
    """`skipped`, `shipped` → shipped never succeeded, though a step that depends on it did."""
    return f"{step(milestone)} {DEVIATIONS.get(kind, kind)}"
