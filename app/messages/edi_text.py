"""EDI laid out, one segment a line as it was written, and what must not be seen hidden."""

from __future__ import annotations

from collections.abc import Iterator

from app.messages.fields import HIDDEN, Fields
from collectors.edi.envelope import extents
from collectors.edi.tokens import BEGIN, Marks, Segment, marks_at, stretches, unwrapped

PRICE, AMOUNT = ("price", "unit_price"), ("amount", "monetary_amount", "value")
NAME, STREET, TOWN, POSTCODE = (
    ("name", "party_name", "customer_name", "partner_name"),
    ("street", "address"),
    ("city", "address"),
    ("postal_code", "address"),
)
CONTACT, REACHED, ACCOUNT, WORDS = (
    ("contact", "contact_name"),
    ("phone", "email", "contact"),
    ("iban", "bank_account"),
    ("text", "note", "description"),
)
# Elements have numbers, not names: the names under which people look for them. (tag, element, component; 0 where there is only one)
KNOWN: dict[tuple[str, int, int], tuple[str, ...]] = {
    ("PO1", 4, 0): PRICE, ("POC", 6, 0): PRICE, ("IT1", 4, 0): PRICE, ("CTP", 3, 0): PRICE, ("SAC", 8, 0): PRICE,
    ("SAC", 5, 0): AMOUNT, ("AMT", 2, 0): AMOUNT, ("TDS", 1, 0): AMOUNT, ("BAL", 3, 0): AMOUNT,
    ("N1", 2, 0): NAME, ("N2", 1, 0): NAME, ("N2", 2, 0): NAME, ("N3", 1, 0): STREET, ("N3", 2, 0): STREET,
    ("N4", 1, 0): TOWN, ("N4", 3, 0): POSTCODE, ("PER", 2, 0): CONTACT, ("PER", 4, 0): REACHED, ("PER", 6, 0): REACHED,
    ("PER", 8, 0): REACHED, ("MSG", 1, 0): WORDS, ("NTE", 2, 0): WORDS, ("PID", 5, 0): WORDS,
    ("PRI", 1, 2): PRICE, ("MOA", 1, 2): AMOUNT, ("NAD", 3, 0): ("address",), ("NAD", 4, 0): NAME, ("NAD", 5, 0): STREET,
    ("NAD", 6, 0): TOWN, ("NAD", 8, 0): POSTCODE, ("CTA", 2, 0): CONTACT, ("COM", 1, 1): REACHED, ("FII", 2, 0): ACCOUNT,
    ("FTX", 4, 0): WORDS, ("IMD", 3, 4): WORDS, ("IMD", 3, 5): WORDS,
}  # fmt: skip


def is_edi(text: str) -> bool:
    """Whether the text begins with an interchange."""
    begin = text.lstrip("\ufeff \t\r\n")
    return BEGIN.match(begin) is not None and marks_at(begin, 0)[0] is not None


def lines(text: str, fields: Fields, hidden: dict[str, None]) -> Iterator[str]:
    """Segment by segment. What stands between interchanges is shown where nothing must be hidden; `hidden` as of JSON."""
    for extent in extents(text):
        marks, begin = marks_at(text, extent.start) if BEGIN.match(text, extent.start) else (None, 0)
        if marks is None:
            yield HIDDEN if fields.hides else text[extent.start : extent.end].strip()
            continue
        if begin > extent.start:
            yield text[extent.start : begin].strip()  # UNA
        for start, end, behind in stretches(text[: extent.end], begin, marks):
            yield _masked(text[start:end], marks, fields, hidden).strip() + text[end:behind].strip("\r\n")


def _masked(segment: str, marks: Marks, fields: Fields, hidden: dict[str, None]) -> str:
    if not fields:
        return unwrapped(segment)
    read = Segment(segment, marks)
    elements = [read.elements[0], *(_element(read, number, marks, fields, hidden) for number in range(1, len(read.elements)))]
    return marks.element.join(elements)


def _element(segment: Segment, number: int, marks: Marks, fields: Fields, hidden: dict[str, None]) -> str:
    """One element. Of EDIFACT, whose elements have components, each of these."""
    raw = segment.elements[number]
    if not raw:
        return raw
    whole = fields.in_segment(segment, number, 0, KNOWN.get((segment.tag, number, 0), ()))
    if whole:
        hidden[whole] = None
        return raw if fields.is_open else HIDDEN
    if marks.component not in raw:
        found = fields.in_segment(segment, number, 1, KNOWN.get((segment.tag, number, 1), ()))
        if found:
            hidden[found] = None
        return HIDDEN if found and not fields.is_open else raw
    count = len(raw.split(marks.component)) if not marks.release or marks.release not in raw else _many(segment, number)
    parts = [_part(segment, number, component, fields, hidden) for component in range(1, count + 1)]
    return marks.component.join(parts) if any(part == HIDDEN for part in parts) else raw


def _many(segment: Segment, number: int) -> int:
    """How many components an element has at most, where some of its separators may be ordinary characters."""
    return segment.elements[number].count(segment.marks.component) + 1


def _part(segment: Segment, number: int, component: int, fields: Fields, hidden: dict[str, None]) -> str:
    found = fields.in_segment(segment, number, component, KNOWN.get((segment.tag, number, component), ()))
    value = segment.value(number, component)
    if found and value:
        hidden[found] = None
        return HIDDEN if not fields.is_open else value
    return value
