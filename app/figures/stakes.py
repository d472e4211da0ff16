"""What waits for something that is in trouble: orders, quantities, money and dates, in words and lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.components import links
from app.figures import times, words
from app.figures.rows import rows_of
from metrics.impact import Impact, Summary, money
from metrics.impact_settings import Costs
from metrics.texts import _, _later, _n, language

Row = Mapping[str, Any]
MOST_CUSTOMERS = 3
ORIGINS = {
    "stated": _later("as its own events say"),
    "orders": _later("as the nearest orders say"),
    "items": _later("what is open, at the values of the items"),
}


def money_words(worths: Mapping[str, Decimal], costs: Costs) -> str:
    """`12,400 EUR`; of several currencies one sum where there are rates for all of them, else each by itself."""
    found = money(worths, costs) if len(worths) > 1 else None
    parts = [(found[1], found[0])] if found else sorted(worths.items())
    return language().listed([f"{words.number(round(value))} {currency or _('without a currency')}" for currency, value in parts])


def quantity_words(lines: Sequence[Row]) -> str:
    """`40 PC`, `40 PC and 5 KG`: units are never added."""
    units: dict[str, Decimal] = {}
    for line in lines:
        unit = line["uom"] or ""
        units[unit] = units.get(unit, Decimal(0)) + Decimal(str(line["ordered_quantity"])) - Decimal(str(line["done_quantity"]))
    return language().listed([words.with_unit(quantity, unit) for unit, quantity in sorted(units.items())])


def needed_words(need_ns: int, zone: str, as_of_ns: int) -> Component:
    """The day, and how much is left until then or how much too late it is."""
    look = "mark-overdue" if need_ns < as_of_ns else "muted"
    left = html.Div(span_words(need_ns, as_of_ns), className=f"{look} stakes-left")
    return html.Span([times.brief(need_ns, zone, as_of_ns), left], className="num")


def span_words(need_ns: int, as_of_ns: int) -> str:
    """`in 3 d 13 h`, `7 h late`"""
    return (
        _("{duration} late", duration=words.span_of(need_ns, as_of_ns))
        if need_ns < as_of_ns
        else _("in {duration}", duration=words.span_of(as_of_ns, need_ns))
    )


def order_link(row: Row, workflows: Mapping[str, str], past: Mapping[str, Any]) -> Component:
    """To its path where a workflow is about such orders (`workflows`: by object type), else to the transactions that name it."""
    workflow, name = workflows.get(row["object_type"]), row["object_id"]
    href = links.path(workflow, name, **past) if workflow else links.with_object(row["object_type"], name, **past)
    return html.A(name, href=href, dir="auto")


def workflows_of(rows: Sequence[Row]) -> dict[str, str]:
    """The first workflow about each type of object, from the rows of Reader.workflows()."""
    return {row["object_type"]: row["workflow"] for row in reversed(rows)}


def group_words(summary: Summary, zone: str, as_of_ns: int, costs: Costs) -> str:
    """`3 orders of 2 customers, 12,400 EUR, needed first 24 Mar 08:00 CET`."""
    parts, named = [], customer_words(summary.customers)
    if summary.orders and named:
        parts.append(_n("{number} order of {customers}", "{number} orders of {customers}", summary.orders, customers=named))
    elif summary.orders:
        parts.append(_n("{number} order", "{number} orders", summary.orders))
    if summary.worths:
        worth, valued, all_ = money_words(summary.worths, costs), summary.valued, summary.transactions
        parts.append(worth if valued == all_ else _("{worth}, said by {valued} of {all}", worth=worth, valued=valued, all=all_))
    if summary.need_ns is not None:
        time = times.brief(summary.need_ns, zone, as_of_ns)
        parts.append(_("needed first {time} (past)", time=time) if summary.need_ns < as_of_ns else _("needed first {time}", time=time))
    return ", ".join(parts)


def customer_words(customers: Sequence[str]) -> str:
    shown = ", ".join(customers[:MOST_CUSTOMERS])
    more = len(customers) - MOST_CUSTOMERS
    return _n("{shown} and {number} other", "{shown} and {number} others", more, shown=shown) if more > 0 else shown


def waiting_list(
    impact: Impact, zone: str, as_of_ns: int, workflows: Mapping[str, str], costs: Costs, past: Mapping[str, Any]
) -> Component:
    """What waits for one transaction: the sum in words, then its orders, the nearest first."""
    rows = rows_of(impact.orders)
    said = group_words(impact.summary, zone, as_of_ns, costs)
    sentences = [_sentence(said)] if said else []
    if impact.origin and impact.origin != "stated":
        sentences.append(_("Worth: {origin}.", origin=_(ORIGINS[impact.origin])))
    if not rows:
        return html.P(" ".join([*sentences, _("No order is named with it.")]), className="muted stakes-sum")
    shown = [_waiting(row, zone, as_of_ns, workflows, past) for row in rows]
    return html.Div([html.P(" ".join(sentences), className="stakes-sum"), html.Ul(shown, className="plain-list stakes-list")])


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _waiting(row: Row, zone: str, as_of_ns: int, workflows: Mapping[str, str], past: Mapping[str, Any]) -> Component:
    about = [words.type_words(str(row["object_type"])), _state(row), str(row["customer"] or "")]
    need = [int(ns) for ns in (row["due_ns"], row["promised_ns"]) if ns is not None]
    if need:
        time = times.brief(min(need), zone, as_of_ns)
        about.append(_("needed {time} (past)", time=time) if min(need) < as_of_ns else _("needed {time}", time=time))
    return html.Li([order_link(row, workflows, past), html.Span(", ".join(part for part in about if part), className="muted", dir="auto")])


def _state(row: Row) -> str:
    if row["is_cancelled"]:
        return _("called off")
    if row["is_done"]:
        return _("nothing open")
    lines = [line for line in row["lines"] if line["ordered_quantity"] is not None]
    left = [line for line in lines if line["ordered_quantity"] > line["done_quantity"]]
    if not left:
        return ""
    ordered = language().listed([words.with_unit(line["ordered_quantity"], line["uom"]) for line in left])
    return _("{open} open of {ordered}", open=quantity_words(left), ordered=ordered)
