"""In which order types of objects usually come to be: those that are linked by when they were first named, the others by the workflows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

Key = tuple[str, str]  # object_type, object_id
NO_PLACE = 1_000_000


def in_columns(
    types: Sequence[str], pairs: Sequence[tuple[Key, Key]], first_ns: Mapping[Key, int], places: Mapping[str, int]
) -> tuple[str, ...]:
    """Each type once. Of every two that are linked the one comes first whose objects were, in most of the pairs, named earlier; where that
    leads in a circle, and of those that are not linked, the one whose first object was named first; then the place of the first workflow
    that is about it decides, and its name."""
    before: Counter[tuple[str, str]] = Counter()
    for one, other in pairs:
        early, late = sorted((one, other), key=lambda key: first_ns.get(key, 0))
        if one[0] != other[0] and first_ns.get(early) != first_ns.get(late):
            before[early[0], late[0]] += 1
            before[late[0], early[0]] -= 1
    begun: dict[str, int] = {}
    for (kind, _), ns in first_ns.items():
        begun[kind] = min(begun.get(kind, ns), ns)
    open_types, order = list(dict.fromkeys(types)), []
    while open_types:
        first = min(open_types, key=lambda kind: (_held_up(kind, open_types, before), begun.get(kind, 0), places.get(kind, NO_PLACE), kind))
        order.append(first)
        open_types.remove(first)
    return tuple(order)


def _held_up(kind: str, others: Sequence[str], before: Mapping[tuple[str, str], int]) -> int:
    """How many pairs say that something else comes before it."""
    return sum(max(before.get((other, kind), 0), 0) for other in others)
