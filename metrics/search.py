"""Finds what somebody typed: objects by their number, messages and traces by their id; and where nothing is called so, the nearest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from metrics.read import Reader
from metrics.texts import _n

SPAN_ID = re.compile("[0-9a-fA-F]{16}")
SHORTEST_PART = 3  # signs: what is shorter is held by everything
SHORTEST_NEAR = 5  # signs: of shorter ones two others are another number
ALIKE = 3  # signs at the beginning or end that the nearest share: without them all ids are measured, which takes three times as long

# Objects looked at for the transactions that are shown: some are of none, and of those who see some sites only, many are of others.
LOOKED_AT, LOOKED_AT_BY_FEW = 200, 5_000

Found = list[tuple[str, str, int, int, bool]]  # object_type, object_id, object_key, first_event_no, whether it is called exactly so


@dataclass(frozen=True, slots=True)
class Hit:
    """Something a search found: a transaction (`workflow` and `transaction_id` given) or a trace (`trace_id` given)."""

    kind: str
    title: str
    workflow: str | None = None
    transaction_id: str | None = None
    object_type: str | None = None
    object_id: str | None = None
    trace_id: str | None = None
    status: str | None = None
    site: str | None = None


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found, best first; `is_near`: nothing is called so, these are the nearest."""

    hits: list[Hit]
    is_near: bool = False


def find(reader: Reader, forms: Sequence[str], limit: int = 20) -> Hits:
    """What one of these forms of a number is, or begins: transactions by the id of their object or of one linked to it, those of a message,
    and traces by their id or that of a span. Where there is none, what holds it, and then what differs in one or two signs.

    Capitals make no difference; what is called exactly as one of the forms stands first."""
    wanted = [form.strip() for form in forms if form.strip()]
    if not wanted:
        return Hits([])
    most = LOOKED_AT if reader.sees.is_all else LOOKED_AT_BY_FEW
    objects = _called(reader, wanted, most)
    if not any(is_it for *_, is_it in objects):
        objects = _messages(reader, wanted, most) + objects
    if hits := [*_transactions(reader, objects, limit), *_traces(reader, wanted)]:
        return Hits(hits)
    parts, longer = ([form for form in wanted if len(form) >= least] for least in (SHORTEST_PART, SHORTEST_NEAR))
    hits = _transactions(reader, _called(reader, parts, most, "contains") if parts else [], limit)
    return Hits(hits or _transactions(reader, _nearest(reader, longer, most) if longer else [], limit), is_near=True)


def _called(reader: Reader, forms: Sequence[str], limit: int, function: str = "starts_with") -> Found:
    """Objects whose id begins with, or `contains`, one of the forms."""
    values = _named(sorted({form.lower() for form in forms}))
    called = " or ".join(f"{function}(lower(object_id), ${name})" for name in values)
    return reader.asked("queries/found_objects", {"forms": list(forms), "limit": limit, **values}, called=called)


def _messages(reader: Reader, forms: Sequence[str], limit: int) -> Found:
    return reader.asked("queries/found_messages", {"forms": list(forms), "limit": limit})


def _nearest(reader: Reader, forms: Sequence[str], limit: int) -> Found:
    """Objects whose id is as long as one of the forms, or longer or shorter by one, and begins or ends like it."""
    values = _named(sorted({form.lower() for form in forms}))
    alike = " or ".join(
        f"(abs(len(object_id) - len(${name})) <= 1 and "
        f"(starts_with(lower(object_id), left(${name}, {ALIKE})) or ends_with(lower(object_id), right(${name}, {ALIKE}))))"
        for name in values
    )
    signs = ", ".join(f"damerau_levenshtein(lower(object_id), ${name})" for name in values)
    rows = reader.asked("queries/nearest_objects", {"limit": limit, **values}, alike=alike, signs=f"least({signs})")
    return [row[:-1] for row in rows]


def _named(texts: Sequence[str]) -> dict[str, str]:
    return {f"p{place}": text for place, text in enumerate(texts)}


def _transactions(reader: Reader, objects: Found, limit: int) -> list[Hit]:
    if not objects:
        return []
    reader.set(names_from=min(first for *_, first, _ in objects))
    values = {"types": [o[0] for o in objects], "ids": [o[1] for o in objects], "keys": [o[2] for o in objects], "limit": limit}
    rows = reader.asked("queries/found_transactions", values)
    statuses = reader.statuses(number for *_, number, _ in rows)
    return [
        Hit("transaction", title, workflow, name, kind, object_id, None, statuses[number], site)
        for workflow, title, name, kind, object_id, number, site in rows
    ]


def _traces(reader: Reader, forms: Sequence[str]) -> list[Hit]:
    hashes = [int(form, 16) for form in forms if SPAN_ID.fullmatch(form)]
    traces = reader.asked("queries/found_traces", {"forms": list(forms), "span_hashes": hashes})
    return [Hit("trace", _n("{number} span", "{number} spans", spans), trace_id=trace_id) for trace_id, spans in traces]
