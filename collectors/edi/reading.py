"""What a document states, read by its layout: for each order it is about the fields of an event, with where each of them stood."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from decimal import Decimal
from typing import Any, NamedTuple

from collectors.edi.dates import by_ns
from collectors.edi.envelope import Document
from collectors.edi.layouts import EDIFACT_CHANGE_RESPONSE, EDIFACT_LAYOUTS, X12_LAYOUTS, Layout, Lines
from collectors.edi.places import place_of
from collectors.edi.tokens import X12, Segment
from collectors.event import Refused
from collectors.mapping import NUMBER

NOTES = ("MSG01", "NTE02", "REF[ZZ]03", "FTX04.1", "ERC01.1")  # where a partner says in words why
LONGEST_NOTE = 300
LONGEST_HEAD = 100  # segments that hold for all orders of a document, and are looked through for each of them
PRODUCTS = ("BP", "IN", "PI", "SK", "SA", "VP", "VN", "UP", "EN")  # whose number of an item counts first: ours, else theirs
Segments = Sequence[Segment]


class Rejection(NamedTuple):
    code: str  # the partner's own: RD, IR, RE
    text: str


@dataclass(slots=True)
class Stated:
    """One order of a document. `fields` have the names of the vocabulary; `scope` is where a mapping looks."""

    layout: Layout
    order: str | None
    scope: Segments
    fields: dict[str, Any] = field(default_factory=dict)
    objects: dict[str, str] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    rejection: Rejection | None = None
    is_cancelled: bool = False


def layout_of(dialect: str, kind: str, segments: Segments = ()) -> Layout | None:
    """The layout of a kind of document. An ORDRSP answers an order, or the change of one that its `segments` name."""
    if dialect != X12 and kind == "ORDRSP" and place_of("RFF[POC]01.2").first_in(segments):
        return EDIFACT_CHANGE_RESPONSE
    return (X12_LAYOUTS if dialect == X12 else EDIFACT_LAYOUTS).get(kind)


def stated_in(document: Document, layout: Layout, zone: tzinfo) -> Iterator[Stated]:
    """What the document states, order by order."""
    for order, scope in _parts(document.segments, layout):
        stated = Stated(layout, order or None, scope)
        if layout.order and order:
            stated.origins["order"] = f"segment {layout.order[0]}"
        _name_objects(stated, layout.objects, stated.objects)
        _name_objects(stated, layout.own, stated.own)
        _answer(stated)
        _goods(stated)
        _dates(stated, zone)
        _worth(stated)
        yield stated


def _parts(segments: Segments, layout: Layout) -> Iterator[tuple[str, Segments]]:
    """The orders of a document, each with its segments and those that hold for all."""
    begins = [i for i, each in enumerate(segments) if each.tag == layout.parts and (each.tag != "HL" or each.value(3) == "O")]
    if not begins:
        yield _first(layout.order, segments), segments
        return
    head, parts = segments[: min(begins[0], LONGEST_HEAD)], dict[str, list[Segment]]()
    general = _first(layout.order, head)
    for begin, end in zip(begins, [*begins[1:], len(segments)], strict=True):
        part = segments[begin:end]
        parts.setdefault(_first(layout.order, part) or general, []).extend(part)
    for order, part in parts.items():
        yield order, [*head, *part]


def _first(places: Sequence[str], scope: Segments) -> str:
    return next((value for place in places if (value := place_of(place).first_in(scope))), "")


def _taken(places: Sequence[str], scope: Segments) -> tuple[str, str] | None:
    """The first value that stands at one of the places, and which place that is."""
    return next(((value, f"segment {place}") for place in places if (value := place_of(place).first_in(scope))), None)


def _name_objects(stated: Stated, places: dict[str, tuple[str, ...]], found: dict[str, str]) -> None:
    for kind, of_kind in places.items():
        if taken := _taken(of_kind, stated.scope):
            found[kind], stated.origins[f"object {kind}"] = taken


def _answer(stated: Stated) -> None:
    """Whether it cancels, and whether it rejects: as a whole, or line by line all of them."""
    layout, scope = stated.layout, stated.scope
    if layout.cancels:
        place, codes = layout.cancels
        stated.is_cancelled = place_of(place).first_in(scope) in codes
    for place in layout.answers:
        answer = place_of(place).first_in(scope)
        if answer in layout.rejects:
            stated.rejection = Rejection(answer or "", _why(f"{place} is {answer}", scope))
            return
    if layout.line_answer:
        answers = place_of(layout.line_answer).all_in(scope)
        if answers and all(each in layout.line_rejects for each in answers):
            stated.rejection = Rejection(answers[0], _why(f"{layout.line_answer} is {answers[0]} in every line", scope))


def _why(reason: str, scope: Segments) -> str:
    notes = dict.fromkeys(note for place in NOTES for note in place_of(place).all_in(scope))
    return f"rejected, {reason}{': ' if notes else ''}{'; '.join(notes)}"[:LONGEST_NOTE]


def _goods(stated: Stated) -> None:
    """The item, when it is only one, and the sum of the quantities in its unit."""
    layout = stated.layout
    if layout.lines is None:
        return
    total, units, items, is_any = Decimal(0), set[str](), set[str](), False
    for line in _lines(stated.scope, layout.lines):
        items.add(_item(line, layout.lines))
        quantity = _line_quantity(line, stated)
        if quantity is not None:
            total, is_any = total + quantity, True
        units.add(_first(layout.lines.uom, line))
    if len(items) == 1 and (item := items.pop()):
        stated.fields["item"], stated.origins["item"] = item, f"segment {layout.lines.items_in or layout.lines.tag}"
    if layout.quantity and is_any and not stated.rejection:
        stated.fields[layout.quantity] = format(total, "f")
        stated.origins[layout.quantity] = f"the sum of {' or '.join(layout.lines.quantity)}"
        if len(units) == 1 and (unit := units.pop()):
            stated.fields["uom"], stated.origins["uom"] = unit, f"segment {layout.lines.uom[0]}"


def _lines(scope: Segments, lines: Lines) -> Iterator[Segments]:
    begins = [i for i, segment in enumerate(scope) if segment.tag == lines.tag]
    for begin, end in zip(begins, [*begins[1:], len(scope)], strict=True) if begins else ():
        yield scope[begin:end]


def _item(line: Segments, lines: Lines) -> str:
    named: dict[str, str] = {}
    if lines.items:
        bearer = next((each for each in line if each.tag == (lines.items_in or lines.tag)), line[0])
        for at in range(lines.items, len(bearer.elements) - 1, 2):
            named.setdefault(bearer.value(at), bearer.value(at + 1))
    else:
        named[line[0].value(3, 2) or "EN"] = line[0].value(3, 1)
        for segment in line:
            if segment.tag == "PIA":
                named.setdefault(segment.value(2, 2), segment.value(2, 1))
    return next((named[kind] for kind in PRODUCTS if named.get(kind)), "")


def _line_quantity(line: Segments, stated: Stated) -> Decimal | None:
    """How much of a line is meant; what is rejected is nothing, and a line answered in several parts is their sum."""
    layout = stated.layout
    answer = place_of(layout.line_answer) if layout.line_answer else None
    for name in layout.lines.quantity if layout.lines else ():
        place = place_of(name)
        bearers = [each for each in line if place.first_in([each])]
        if not bearers:
            continue
        if answer and place.tag == answer.tag:
            kept = [each for each in bearers if each.value(answer.element) not in layout.line_rejects]
            found = [_number(place.first_in([each]), name, stated) for each in kept]
            return sum((each for each in found if each is not None), Decimal(0))
        if answer and answer.first_in(line[:1]) in layout.line_rejects:
            return Decimal(0)
        return _number(place.first_in(bearers), name, stated)
    return None


def _number(text: str | None, place: str, stated: Stated) -> Decimal | None:
    if text is None:
        return None
    plain = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
    if NUMBER.fullmatch(plain) and len(plain) <= 40 and "e" not in plain.lower():
        return Decimal(plain)
    stated.problems.append(f"{place}: {text[:40]!r} is no number, so it does not count")
    return None


def _dates(stated: Stated, zone: tzinfo) -> None:
    """The latest date of each field: an order is due, or promised, when the last of its lines is."""
    for name, places in stated.layout.dates.items():
        for place in places:
            found = place_of(place)
            moments = []
            for segment in stated.scope:
                value = found.first_in([segment])
                if value:
                    moments += _moment(value, segment, place, stated, zone)
            if moments:
                stated.fields[name], stated.origins[name] = max(moments), f"segment {place.removesuffix('[]')}, the end of that day"
                break


def _moment(value: str, segment: Segment, place: str, stated: Stated, zone: tzinfo) -> list[int]:
    try:
        return [by_ns(value, zone, segment.value(1, 3) if segment.tag == "DTM" and segment.marks.dialect != X12 else "")]
    except Refused as error:
        stated.problems.append(f"{place}: {error}, so it does not count")
        return []


def _worth(stated: Stated) -> None:
    """The total as the document states it, else the sum over its lines where each has a price."""
    layout = stated.layout
    for place in layout.total:
        text = place_of(place).first_in(stated.scope)
        number = _number(text, place, stated)
        if number is not None:
            factor = Decimal(1) if "." in (text or "") else Decimal(layout.total_factor)
            stated.fields["value"], stated.origins["value"] = format(number * factor, "f"), f"segment {place}"
            break
    else:
        _sum_of_prices(stated)
    if "value" in stated.fields and (taken := _taken(layout.currency, stated.scope)):
        stated.fields["currency"], stated.origins["currency"] = taken


def _sum_of_prices(stated: Stated) -> None:
    lines = stated.layout.lines
    if not lines or not lines.price or stated.layout.quantity != "ordered_quantity" or stated.rejection:
        return
    total = Decimal(0)
    for line in _lines(stated.scope, lines):
        price, quantity = _number(_first(lines.price, line) or None, lines.price[0], stated), _line_quantity(line, stated)
        if price is None or quantity is None:
            return
        total += price * quantity
    if total:
        stated.fields["value"], stated.origins["value"] = format(total, "f"), f"the sum of {lines.quantity[0]} times {lines.price[0]}"
