"""What planning gets wrong by stock that is not what a system says: promised and not there, there and not promised."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.components.page import card, scrolling
from app.components.tiles import name_of
from app.figures import stock, words

Row = Mapping[str, Any]
HEADS = (
    ("Item", None),
    ("Class", None),
    ("Where", None),
    ("Promised, and not there", "right"),
    ("There, and not promised", "right"),
    ("Worth", "right"),
)


def planning(rows: Sequence[Row], systems: tuple[str, str], currency: str | None, address: Callable[[str], str]) -> Component | None:
    """From the rows of Stock.misstated(); `systems` are the names of the other one and the reference, `address` opens an item."""
    if not rows:
        return None
    heads = html.Tr([html.Th(text, className=kind) for text, kind in HEADS])
    lines = [_line(row, currency, address(row["item"])) for row in rows]
    more = rows[0]["items"] - len(rows)
    rest = html.P(f"The {len(rows)} that matter most; {words.count(more, 'item')} more.", className="muted") if more > 0 else None
    table = html.Table([html.Thead(heads), html.Tbody(lines)], className="table")
    sentence = html.P(_words(rows[0], systems, currency))
    return card("What planning gets wrong", sentence, scrolling(table, "Items whose available stock is misstated"), rest)


def _words(first: Row, systems: tuple[str, str], currency: str | None) -> str:
    other, reference = systems
    over = _side(first["items_overstated"], first["overstated_value_in_all"], currency)
    under = _side(first["items_understated"], first["understated_value_in_all"], currency)
    told = []
    if over:
        told.append(
            f"Available-to-promise is overstated by {over}: the {other} has unrestricted stock that the {reference} has not, so it is "
            "promised to customers and orders, and is not there."
        )
    if under:
        subject = "It" if over else "Available-to-promise"
        told.append(f"{subject} is understated by {under}: what the {other} does not know of is bought or made once more.")
    if unknown := first["items"] - first["items_valued"]:
        told.append(f"Of {words.count(unknown, 'item')} the value is not known.")
    return " ".join(told)


def _side(items: int, value: float | None, currency: str | None) -> str:
    return "" if not items else words.count(items, "item") + (f", worth {stock.money(value, currency)}" if value else "")


def _line(row: Row, currency: str | None, href: str) -> Component:
    worth = None if row["overstated_value"] is None else row["overstated_value"] + row["understated_value"]
    return html.Tr(
        [
            html.Th(html.A(row["item"], href=href), scope="row"),
            html.Td(row["abc_class"] or ""),
            html.Td(", ".join(map(name_of, row["sites"]))),
            html.Td(words.with_unit(row["overstated"], row["uom"]) if row["overstated"] else "", className="right"),
            html.Td(words.with_unit(row["understated"], row["uom"]) if row["understated"] else "", className="right"),
            html.Td(stock.money(worth, currency), className="right nowrap"),
        ]
    )
