"""The words for what happened in a workflow: a step, a variant, how it is not as defined."""

from __future__ import annotations

from app.figures import words
from metrics.discovery import CANCELLED, DEVIATIONS, END, START
from metrics.texts import _, _later

OPEN = "(open)"
_ENDS = {START: _later("start"), END: _later("end"), OPEN: _later("still running"), CANCELLED: _later("cancelled")}
ARROW = " → "


def step(name: str) -> str:
    """`blocked_wms` → blocked WMS; `received!` → received failed; `received+` → received several times."""
    bare = name.rstrip("!+")
    said = _(_ENDS[bare]) if bare in _ENDS else words.type_words(bare)
    if name.endswith("!"):
        return _("{step} failed", step=said)
    return _("{step} several times", step=said) if name.endswith("+") else said


def steps_of(variant: str) -> list[str]:
    """Its steps as they are written, marks and all."""
    return variant.split(" > ") if variant else []


def spoken(variant: str) -> str:
    """`sent > received!` → sent → received failed."""
    return ARROW.join(map(step, steps_of(variant)))


def deviation(kind: str, milestone: str) -> str:
    """`skipped`, `shipped` → shipped never succeeded, though a step that depends on it did."""
    said = step(milestone)
    return _(DEVIATIONS[kind], step=said) if kind in DEVIATIONS else f"{said} {kind}"
