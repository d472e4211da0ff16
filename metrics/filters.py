"""What a list of transactions may be narrowed and sorted by, as SQL over the `transactions` view; names come from a fixed list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

COLUMNS = (
    "workflow",
    "title",
    "transaction_id",
    "site",
    "status",
    "state",
    "start_ns",
    "last_event_ns",
    "next_due_ns",
    "failed_milestone",
    "error_class",
    "failed_attempts",
)
OPEN_STATUSES = frozenset({"failed", "unjudged", "overdue", "retrying", "in_progress"})
OPEN_STATES = frozenset({"failed", "in_progress"})
OF_OPEN_ONES = ("milestone", "missing", "error_class")
CONDITIONS = {
    "workflow": "list_contains({value}, workflow)",
    "site": "list_contains({value}, site)",
    "status": "list_contains({value}, status)",
    "state": "list_contains({value}, state)",
    "text": "contains(lower(transaction_id), lower({value}))",
    # the id by itself is looked for while rows are read, the pair is not: 30 ms against 110 of a million transactions
    "about": "transaction_id in (select transaction_id from transactions_naming({value})) "
    "and (workflow, transaction_id) in (select (workflow, transaction_id) from transactions_naming({value}))",
    "from_ns": "start_ns >= {value}",
    "to_ns": "start_ns < {value}",
    "open_or_from_ns": "(is_open or start_ns >= {value})",
    # what has failed hangs there, whatever else has not come
    "milestone": "case when state = 'failed' then failed_milestone = {value} else list_contains(missing, {value}) end",
    "missing": "list_contains(missing, {value})",
    "error_class": "error_class = {value}",
    "partner": "partner = {value}",
    "variant": "variant = {value}",
    "went": "has_gone(variant, is_over, {value})",
    "deviation": "(workflow, variant) in (select (workflow, variant) from deviations where kind || ' ' || milestone = {value})",
}


def where(filters: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """A condition and its values; an empty filter lets everything through. Raises ValueError for a filter nobody knows."""
    known = {name: value for name, value in filters.items() if value not in (None, "", [], ())}
    if unknown := known.keys() - CONDITIONS.keys():
        raise ValueError(f"transactions cannot be filtered by {', '.join(sorted(unknown))}; allowed: {', '.join(CONDITIONS)}")
    conditions = [CONDITIONS[name].replace("{value}", f"${name}") for name in known]
    return " and ".join(conditions) or "true", {name: _value(name, value) for name, value in known.items()}


def is_of_open_ones(filters: Mapping[str, Any]) -> bool:
    """Whether only transactions that time alone may still change can match: then the others need not be looked through."""

    def within(name: str, names: frozenset[str]) -> bool:
        asked = filters.get(name) or []
        return bool(asked) and names.issuperset([asked] if isinstance(asked, str) else asked)

    return within("status", OPEN_STATUSES) or within("state", OPEN_STATES) or any(filters.get(name) for name in OF_OPEN_ONES)


def order_by(sort: Sequence[tuple[str, str]]) -> str:
    """An order that is the same on every page: what was asked for, then newest first, then by name."""
    for column, direction in sort:
        if column not in COLUMNS or direction not in ("asc", "desc"):
            raise ValueError(f"transactions cannot be sorted by {column} {direction}; allowed: {', '.join(COLUMNS)}, asc or desc")
    asked = [f"{column} {direction} nulls last" for column, direction in sort]
    return ", ".join([*asked, "start_ns desc", "workflow", "transaction_id"])


def _value(name: str, value: Any) -> Any:
    return [value] if CONDITIONS[name].startswith("list_contains({value}") and isinstance(value, str) else value
