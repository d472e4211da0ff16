"""What was noted while a transaction ran, on its swim lanes: a faint band behind the boxes, and its number in the strip below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from app.figures import marks
from app.figures.lanes import HEAD, TITLE, Drawing
from app.figures.marks import Around, Mark, Noted

STRIP, BADGE = 20, 20  # height of the strip below the lanes, and how wide a number is
BEFORE = 10  # how far left of the next box something stands that happened before it
NARROWEST = 3


@dataclass(frozen=True, slots=True)
class Stretch:
    """One annotation on the lanes: from which place and how wide, and where its number stands."""

    mark: Mark
    x: int
    width: int
    badge_x: int


def stretches_of(drawing: Drawing, noted: Noted) -> list[Stretch]:
    """Time is not to scale here: something stands between the last box before it and the first one after it."""
    found: list[Stretch] = []
    for mark in noted.marks:
        x = _x(drawing, mark.annotation.given.from_ns)
        width = max(_x(drawing, mark.annotation.end_ns) - x, NARROWEST)
        free = max([x, *(each.badge_x + BADGE + 2 for each in found if each.badge_x + BADGE + 2 > x)])
        found.append(Stretch(mark, x, width, free))
    return found


def _x(drawing: Drawing, ns: int) -> int:
    taken = [(box.ns, rect) for box, rect in drawing.boxes if box.ns is not None]
    later = [rect.x for box_ns, rect in taken if box_ns > ns]
    if later:
        return max(min(later) - BEFORE, TITLE + 4)
    return max((rect.right for _, rect in taken), default=TITLE) + BEFORE


def bands(drawing: Drawing, stretches: Sequence[Stretch]) -> list[Component]:
    """Behind everything else."""
    height = drawing.height - HEAD - STRIP
    return [
        html.Div(className="swim-noted", style={"left": each.x, "top": HEAD, "width": each.width, "height": height + 4})
        for each in stretches
    ]


def badges(drawing: Drawing, stretches: Sequence[Stretch], around: Around) -> list[Component]:
    """Each opens its annotation; the list below the lanes is what the keyboard reaches."""
    return [
        html.A(
            html.B(each.mark.number),
            href=marks.address(each.mark.annotation, around.past),
            className="note-mark swim-mark",
            style={"left": each.badge_x, "top": drawing.height - STRIP},
            title=(said := marks.sentence(each.mark.annotation, around)),
            tabIndex=-1,
            **{"aria-label": f"{each.mark.number}: {said}"},
        )
        for each in stretches
    ]
