"""Finds what stands at a place in segments: `BEG03`, `BGM01.1`, `REF[DP]02`, `DTM[137]01.2`, `PRF01[]` (each).

The tag, in brackets what the first element says, the element by number, behind a point the component, and [] for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from collectors.edi.tokens import Segment
from collectors.paths import NoPath, lookup_in, steps_of

PLACE = re.compile(r"([A-Z][A-Z0-9]{1,2})(?:\[([^\]]+)\])?(\d\d)(?:\.(\d{1,2}))?(\[\])?")


class Place(NamedTuple):
    tag: str
    qualifier: str | None
    element: int
    component: int
    is_each: bool

    def all_in(self, segments: Sequence[Segment]) -> list[str]:
        """What stands at the place in each segment that has something there."""
        return [
            value
            for segment in segments
            if segment.tag == self.tag
            and (self.qualifier is None or segment.value(1, 1) == self.qualifier)
            and (value := segment.value(self.element, self.component))
        ]

    def first_in(self, segments: Sequence[Segment]) -> str | None:
        for segment in segments:
            if segment.tag == self.tag and (self.qualifier is None or segment.value(1, 1) == self.qualifier):
                value = segment.value(self.element, self.component)
                if value:
                    return value
        return None


@lru_cache(maxsize=4096)
def place_of(text: str) -> Place:
    """The place that is written so. Raises NoPath."""
    match = PLACE.fullmatch(text)
    if not match or match[3] == "00":
        raise NoPath(f"{text!r} is no place in a segment; write it as in BEG03, REF[DP]02, DTM[137]01.2, PRF01[] or @file")
    tag, qualifier, element, component, each = match.groups()
    return Place(tag, qualifier, int(element), int(component or 0), each is not None)


def checked_place(name: str) -> None:
    """Raises NoPath for what is neither a place in a segment nor one in a head."""
    if name.startswith("@"):
        steps_of(name[1:])
    else:
        place_of(name)


def lookup_among(segments: Sequence[Segment], head: dict[str, Any]) -> Callable[[str], Any]:
    """What a mapping asks: what stands at a place in `segments`, or in `head` behind an @; None where nothing does."""
    of_head = lookup_in(None, head)

    def find(name: str) -> Any:
        if name.startswith("@"):
            return of_head(name)
        place = place_of(name)
        return (place.all_in(segments) or None) if place.is_each else place.first_in(segments)

    return find
