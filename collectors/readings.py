"""What the rows of a table are: events, told by a mapping, or lines of a stock snapshot."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from collectors import instants
from collectors.event import Record, Refused
from collectors.mapping import Mapped, RowMapping
from collectors.meaning import FINE, Failing, Meaning, quantity_of
from collectors.message import Message
from collectors.rows import Row, Rows, excerpt_of
from collectors.said import NO_MESSAGE, Said, Unsaid, add_said

STOCK_FIELDS = ("snapshot_time", "system", "site", "location", "item", "batch", "stock_status", "quantity", "uom")
NEEDED = ("snapshot_time", "system", "site", "item", "quantity")
Lookup = Callable[[str], Any]


class EventReading:
    """Reads rows as events under the section `map`, whose places are called `word`."""

    def __init__(self, data: dict[str, Any], word: str = "column") -> None:
        self.mapping = RowMapping(data, word)

    def said(self, lookup: Lookup, part: str = "") -> Said:
        """What a row says. Raises Refused."""
        return said_by(self.mapping.apply(lookup), part)

    def add(
        self,
        record: Record,
        lookup: Lookup,
        position: str,
        meaning: Meaning,
        rows: Rows,
        message: Message = NO_MESSAGE,
        has: Callable[[str], bool] | None = None,
    ) -> None:
        """The event of one row into `rows`, or the reason why it is none. A row without an event type is none; one that does not even
        have the column for it (`has`), because its table has changed, is kept to be tried again."""
        add_said(record, self._one(lookup, has), meaning, rows, position, message)

    def _one(self, lookup: Lookup, has: Callable[[str], bool] | None) -> Iterable[Said | Unsaid]:
        try:
            if has and (lost := self.mapping.lost(has)):
                raise Refused(f"the row has no column {lost}: its table has changed, or `map` means another")
            yield self.said(lookup)
        except Refused as error:
            yield Unsaid(str(error), what="row")


class StockReading:
    """Reads rows as lines of stock snapshots; fields the section `map` does not name stand under their own names."""

    def __init__(self, data: dict[str, Any] | None, word: str = "column") -> None:
        own = data or {}
        self.mapping = RowMapping({field: own.get(field, {word: field}) for field in STOCK_FIELDS}, word)

    def add(self, record: Record, lookup: Lookup, position: str, meaning: Meaning, rows: Rows, message: Message = NO_MESSAGE) -> None:
        try:
            found = {field.name: value for field in self.mapping.fields if (value := field.find(lookup))}
            stock = _stock({name: value for name, (value, _) in found.items()}, record, position)
            if rows.is_new(f"{record.source}:{position}"):
                rows.stock.append(stock)
                if rows.origins is not None:
                    rows.origins[position] = {name: origin for name, (_, origin) in found.items()}
        except Refused as error:
            if rows.is_new(f"{record.source}:{position}\n{error}"):
                rows.reject(record, position, "row", str(error), excerpt_of(record))


def said_by(mapped: Mapped, part: str = "") -> Said:
    """What a mapped row says."""
    attributes = mapped.attributes
    failing = Failing(True, attributes.get("error.type"), attributes.get("exception.message")) if mapped.is_error else FINE
    return Said(attributes, failing, part, None, mapped.trace_id, mapped.span_id, origins=mapped.origins)


def _stock(found: dict[str, Any], record: Record, position: str) -> Row:
    """The row of the table stock_snapshots. Raises Refused."""
    absent = [name for name in NEEDED if name not in found]
    if absent:
        raise Refused(f"{', '.join(absent)}: empty, and a stock snapshot says nothing without it")
    return (
        found["snapshot_time"] if found["snapshot_time"].__class__ is int else instants.of_text(found["snapshot_time"]),
        str(found["system"]),
        str(found["site"]),
        str(found.get("location", "")),
        str(found["item"]),
        str(found.get("batch", "")),
        str(found.get("stock_status", "unrestricted")),
        quantity_of(found["quantity"], "quantity"),
        found.get("uom"),
        record.source,
        position,
        record.recorded_ns,
    )
