"""What else hangs on a transaction: goods and value; and the transactions that a trace is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.components import links
from app.components.status import badge
from app.figures.rows import rows_of
from app.figures.words import amount, with_unit
from metrics.path import Path
from metrics.texts import _

Row = Mapping[str, Any]


def goods_words(path: Path) -> list[tuple[str, str]]:
    """(name, text) of what is affected, as last stated: ordered quantity, quantity that came, value, item, batch, partner, customer."""
    events = [event for event in rows_of(path.events) if not event["is_redelivery"]]

    def last(name: str) -> object | None:
        return next((event[name] for event in reversed(events) if event[name] is not None), None)

    unit, currency = last("uom"), last("currency")
    came = [event["quantity"] for event in events if event["quantity"] is not None and not event["is_error"]]
    facts = [
        (_("Ordered"), with_unit(last("ordered_quantity"), str(unit or ""))),
        (_("Quantity"), with_unit(came[-1], str(unit or "")) if came else ""),
        (_("Value"), f"{amount(last('value'))} {currency or ''}".strip()),
        (_("Item"), last("item")),
        (_("Batch"), last("batch")),
        (_("Partner"), last("partner")),
        (_("Customer"), last("customer")),
    ]
    return [(name, str(value)) for name, value in facts if value]


def named_list(transactions: Sequence[Row], moment: Mapping[str, Any]) -> Component:
    """Transactions that a trace's events name, each with its path at that moment."""
    rows = [
        html.Li(
            [
                badge(row["status"]),
                html.A(row["transaction_id"], href=links.path(row["workflow"], row["transaction_id"], **moment), dir="auto"),
                html.Span(row["title"], className="muted"),
            ]
        )
        for row in transactions
    ]
    return (
        html.Ul(rows, className="plain-list") if rows else html.P(_("Its events name no transaction that you may see."), className="muted")
    )
