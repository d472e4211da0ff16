"""What trouble holds up: orders, open quantities, values, customers and dates behind transactions and groups of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from metrics.impact_settings import Costs
from metrics.read import Reader

KINDS = ("failed", "missing", "violation", "unjudged")


@dataclass(frozen=True, slots=True)
class Group:
    """Which trouble: None narrows nothing. `milestone` is the one that failed or is missing, or the rule that is violated."""

    kind: str | None = None
    workflow: str | None = None
    milestone: str | None = None
    error_class: str | None = None
    site: str | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """What is affected, each order and each value once. `worths`: by currency ('' where nobody said which); `valued`: how many of the
    transactions say what is at stake."""

    transactions: int
    orders: int
    orders_by_type: dict[str, int]
    open_lines: int
    open_quantities: tuple[dict[str, Any], ...]  # order_type, uom, quantity: never added across types or units
    late_orders: int  # their need date is past
    worths: dict[str, Decimal]
    valued: int
    customers: tuple[str, ...]
    work_centers: tuple[str, ...]
    promised_ns: int | None
    due_ns: int | None
    need_ns: int | None  # the earlier of the two


@dataclass(frozen=True, slots=True)
class Impact:
    """The summary of one transaction and its orders: object_type, object_id, distance, site, customer, partner, work_center, value,
    currency, promised_ns, due_ns, is_cancelled, is_done, lines (line, item, uom, ordered_quantity, done_quantity, done_ns)."""

    summary: Summary
    orders: pd.DataFrame
    origin: str | None  # of the value: stated, orders, items


def of_transaction(reader: Reader, workflow: str, transaction_id: str) -> Impact | None:
    """None when there is no such transaction, or it may not be seen."""
    reader.follow_transaction(workflow, transaction_id)
    summary = _summaries(reader, by_group=False)[0][1]
    if not summary.transactions:
        return None
    worth = reader.frame("impact/worth_of")
    return Impact(summary, reader.frame("impact/orders_of"), None if worth.empty else str(worth["origin"][0]))


def of_groups(reader: Reader, group: Group) -> dict[Group, Summary]:
    """Each group apart: of what failed by workflow, milestone and error class; of everything else by site as well. `Group()` is all
    together."""
    _find(reader, group)
    return dict(_summaries(reader, by_group=True))


def at_risk(
    reader: Reader,
    group: Group,
    order_type: str | None = None,
    needed: tuple[int | None, int | None] = (None, None),
    rows: tuple[int, int] = (0, 200),
) -> pd.DataFrame:
    """Open orders that trouble of `group` holds up, the earliest needed first, of those needed from … until before `needed` (ns):
    object_type, object_id, site, timezone, customer, partner, work_center, value, currency, promised_ns, due_ns, need_ns, lines,
    open_lines, is_measured (every line says what was ordered), holds (kind, workflow, title, transaction_id, milestone, error_class,
    since_ns, distance), and in every row `orders`, how many there are in all."""
    _find(reader, group)
    reader.choose_orders(order_type, needed, rows)
    return reader.frame("impact/risks")


def open_orders(reader: Reader, order_type: str | None = None, needed: tuple[int | None, int | None] = (None, None)) -> int:
    """Of what was asked last: how many open orders of that type are needed in that time."""
    reader.choose_orders(order_type, needed, (0, 1))
    found = reader.frame("impact/risks")
    return 0 if found.empty else int(found["orders"][0])


def signatures(reader: Reader) -> list[dict[str, Any]]:
    """Of what was asked last what is failed, one row per signature and site: signature, site, workflow, milestone, error_class, error_code,
    transactions, first_ns, last_ns."""
    reader.rows("recovering/failing", transaction_id=None, signature=None)
    return reader.rows("impact/signatures")


def summed(reader: Reader) -> Summary:
    """Of what was asked last, all together."""
    return _summaries(reader, by_group=False)[0][1]


def summaries(reader: Reader) -> list[tuple[Group, str | None, Summary]]:
    """Of what was left to be followed, each group with the key that whoever left it gave it; without the one of all together."""
    found = reader.frame("impact/summed", by_group=True).to_dict("records")
    return [(_group(row), row["group_key"] or None, _summary(row)) for row in found if row["group_no"]]


def money(worths: Mapping[str, Decimal], costs: Costs) -> tuple[Decimal, str] | None:
    """The sum in the currency of the costs; None unless there is a rate for each of them. Currencies are never added silently."""
    rates = costs.all_rates
    if not worths or not rates or any(currency not in rates for currency in worths):
        return None
    return sum((value * rates[currency] for currency, value in worths.items()), Decimal(0)), str(costs.currency)


def _find(reader: Reader, group: Group) -> None:
    reader.follow_trouble(
        kind=group.kind, workflow=group.workflow, milestone=group.milestone, error_class=group.error_class, site=group.site
    )


def _summaries(reader: Reader, by_group: bool) -> list[tuple[Group, Summary]]:
    found = reader.frame("impact/summed", by_group=by_group).to_dict("records")
    return [(_group(row), _summary(row)) for row in found]


def _group(row: Mapping[Any, Any]) -> Group:
    return Group(*(row[name] if isinstance(row[name], str) else None for name in ("kind", "workflow", "milestone", "error_class", "site")))


def _summary(row: Mapping[Any, Any]) -> Summary:
    def instant(name: str) -> int | None:
        return None if pd.isna(row[name]) else int(row[name])

    return Summary(
        transactions=int(row["transactions"]),
        orders=int(row["orders"]),
        orders_by_type={name: int(count) for name, count in _pairs(row["orders_by_type"])},
        open_lines=int(row["open_lines"]),
        open_quantities=tuple(dict(each) for each in row["open_quantities"]),
        late_orders=int(row["late_orders"]),
        worths={currency: Decimal(value) for currency, value in _pairs(row["worths"])},
        valued=int(row["valued"]),
        customers=tuple(row["customers"]),
        work_centers=tuple(row["work_centers"]),
        promised_ns=instant("promised_ns"),
        due_ns=instant("due_ns"),
        need_ns=instant("need_ns"),
    )


def _pairs(found: Mapping[Any, Any]) -> Iterable[tuple[Any, Any]]:
    """Of a map as DuckDB hands it to pandas."""
    return found.items()
