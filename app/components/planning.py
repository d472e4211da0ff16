"""What planning gets wrong by stock that is not what a system says: promised and not there, there and not promised."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.components.page import card, scrolling
from app.components.tiles import name_of
from app.figures import stock, words
from metrics.texts import _, _later, _n

Row = Mapping[str, Any]
HEADS = (
    (_later("Item"), None),
    (_later("Class"), None),
    (_later("Where"), None),
    (_later("Promised, and not there"), "right"),
    (_later("There, and not promised"), "right"),
    (_later("Worth"), "right"),
)


def planning(rows: Sequence[Row], systems: tuple[str, str], currency: str | None, address: Callable[[str], str]) -> Component | None:
    """From the rows of Stock.misstated(); `systems` are the names of the other one and the reference, `address` opens an item."""
    if not rows:
        return None
    heads = html.Tr([html.Th(_(text), className=kind) for text, kind in HEADS])
    lines = [_line(row, currency, address(row["item"])) for row in rows]
    more = rows[0]["items"] - len(rows)
    rest = (
        html.P(
            _n(
                "The {count} that matter most; {number} item more.",
                "The {count} that matter most; {number} items more.",
                more,
                count=len(rows),
            ),
            className="muted",
        )
        if more > 0
        else None
    )
    table = html.Table([html.Thead(heads), html.Tbody(lines)], className="table")
    sentence = html.P(_words(rows[0], systems, currency))
    return card(_("What planning gets wrong"), sentence, scrolling(table, _("Items whose available stock is misstated")), rest)


def _words(first: Row, systems: tuple[str, str], currency: str | None) -> str:
    other, reference = systems
    over = _side(first["items_overstated"], first["overstated_value_in_all"], currency)
    under = _side(first["items_understated"], first["understated_value_in_all"], currency)
    told = []
    if over:
        told.append(
            _(
                "Available-to-promise is overstated by {over}: the {other} has unrestricted stock that the "
                "{reference} has not, so it is promised to customers and orders, and is not there.",
                over=over,
                other=other,
                reference=reference,
            )
        )
    if under:
        told.append(
            _("It is understated by {under}: what the {other} does not know of is bought or made once more.", under=under, other=other)
            if over
            else _(
                "Available-to-promise is understated by {under}: what the {other} does not know of is bought or made once more.",
                under=under,
                other=other,
            )
        )
    if unknown := first["items"] - first["items_valued"]:
        told.append(_n("Of {number} item the value is not known.", "Of {number} items the value is not known.", unknown))
    return " ".join(told)


def _side(items: int, value: float | None, currency: str | None) -> str:
    if not items:
        return ""
    if not value:
        return _n("{number} item", "{number} items", items)
    return _n("{number} item, worth {money}", "{number} items, worth {money}", items, money=stock.money(value, currency))


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
