"""What the data segments of an IDoc say beside the step it takes: goods, plant, partners, dates, in standard names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from collectors import instants
from collectors.event import Refused
from collectors.formats.idoc_codes import IN, OUT, Step
from collectors.formats.xml_document import elements_at, text_at, value_at
from collectors.mapping import NUMBER

SELF = ("erp", "fin")  # systems that are the SAP system itself, whoever the partner is


class Goods(NamedTuple):
    """Where a kind of line says its goods; paths below the line."""

    line: str
    item: tuple[str, ...]
    quantity: str
    uom: str
    site: str = "WERKS"
    location: str = "LGORT"
    batch: str = "CHARG"


ALL_GOODS = (
    Goods("E1EDP01", ("E1EDP19[QUALF=001]/IDTNR", "E1EDP19[QUALF=002]/IDTNR"), "MENGE", "MENEE"),
    Goods("E1EDL20/E1EDL24", ("MATNR",), "LFIMG", "VRKME"),
    Goods("E1AFKOL", ("MATNR",), "BMENGE", "BMEINS"),
    Goods("E1BP2017_GM_ITEM_CREATE", ("MATERIAL",), "ENTRY_QNT", "ENTRY_UOM", "PLANT", "STGE_LOC", "BATCH"),
    Goods("E1MBXYH/E1MBXYI", ("MATNR",), "ERFMG", "ERFME"),
)
ORDERED = ("ORDERS", "ORDCHG", "LOIPRO")  # their quantities are what is to come, not what has come


def content_of(idoc: Element, control: dict[str, str], step: Step | None, zone: tzinfo) -> dict[str, Any]:
    """Raises Refused."""
    direction, kind = control["DIRECT"], control["MESTYP"]
    own, other = (control["SNDPRN"], control["RCVPRN"]) if direction == OUT else (control["RCVPRN"], control["SNDPRN"])
    system = step.system if step else "erp"
    found: dict[str, Any] = {
        "mfg.system": system,
        "mfg.system.name": own if system in SELF or direction == OUT else other,
        "mfg.schema.version": control["CIMTYP"] or control["IDOCTYP"],
        "mfg.currency": text_at(idoc, "E1EDK01/CURCY"),
        **_partners(idoc, kind, direction, other),
        **_goods(idoc, kind),
        **_dates(idoc, kind, zone),
    }
    for object_type, paths in step.objects if step else ():
        ids = next((value for path in paths if (value := value_at(idoc, path))), None)
        found[f"mfg.object.{object_type}"] = list(dict.fromkeys(ids)) if isinstance(ids, list) else ids
    return {name: value for name, value in found.items() if value}


def _partners(idoc: Element, kind: str, direction: str, other: str) -> dict[str, Any]:
    """Who the other side is: the supplier where we buy, the customer where we sell."""
    supplier = text_at(idoc, "E1EDKA1[PARVW=LF]/LIFNR") or text_at(idoc, "E1EDKA1[PARVW=LF]/PARTN")
    customer = text_at(idoc, "E1EDKA1[PARVW=AG]/PARTN") or text_at(idoc, "E1EDL20/KUNNR")
    bought = {("ORDERS", OUT), ("ORDCHG", OUT), ("ORDRSP", IN), ("DESADV", IN), ("DELVRY", IN), ("INVOIC", IN)}
    if (kind, direction) in bought:
        return {"mfg.partner": supplier or other}
    return {"mfg.customer": customer}


def _goods(idoc: Element, kind: str) -> dict[str, Any]:
    """What all lines agree on; the sum where they share a unit. A line that differs is told by the whole document only."""
    for goods in ALL_GOODS:
        if lines := elements_at(idoc, goods.line):
            same = {
                "mfg.item": _same(lines, *goods.item),
                "mfg.uom": _same(lines, goods.uom),
                "mfg.site": _same(lines, goods.site),
                "mfg.location": _same(lines, goods.location),
                "mfg.batch": _same(lines, goods.batch),
            }
            total = _sum(lines, goods.quantity) if same["mfg.uom"] else ""
            return {**same, "mfg.ordered_quantity" if kind in ORDERED else "mfg.quantity": total}
    return {}


def _same(lines: list[Element], *paths: str) -> str:
    """What stands at the first path that says something, when it is the same in every line."""
    texts = {next((text for path in paths if (text := text_at(line, path))), "") for line in lines}
    return texts.pop() if len(texts) == 1 else ""


def _sum(lines: list[Element], path: str) -> str:
    numbers = [number_of(text_at(line, path)) for line in lines]
    if any(number is None for number in numbers):
        return ""
    return f"{sum((n for n in numbers if n is not None), Decimal(0)):f}"


def number_of(text: str) -> Decimal | None:
    """SAP writes the minus behind the number."""
    if text.endswith("-"):
        text = "-" + text[:-1].strip()
    return Decimal(text) if NUMBER.fullmatch(text) and len(text) < 40 else None


def _dates(idoc: Element, kind: str, zone: tzinfo) -> dict[str, Any]:
    """By when: wanted by our orders, promised by the answers. A day means until its end, and of several the last."""
    paths = {"ORDERS": "E1EDP01[]/E1EDP20[]/EDATU", "ORDRSP": "E1EDP01[]/E1EDP20[]/EDATU", "LOIPRO": "E1AFKOL[]/GLTRP"}
    days = value_at(idoc, paths[kind]) if kind in paths else None
    latest = max((day for day in days or () if day.strip("0")), default="")
    return {"mfg.promised_time" if kind == "ORDRSP" else "mfg.due_time": sap_time(latest, "240000", zone) if latest else None}


def sap_time(day: str, time: str, zone: tzinfo) -> int | None:
    """The instant of a date and a time as SAP writes them; None where the date is initial. Raises Refused."""
    if not day.strip("0"):
        return None
    ends = time == "240000"
    try:
        when = datetime.strptime(day + ("000000" if ends else time or "000000"), "%Y%m%d%H%M%S") + timedelta(days=ends)  # noqa: DTZ007
        return instants.of_format(when.strftime("%Y%m%d%H%M%S"), "%Y%m%d%H%M%S", zone)
    except (ValueError, OverflowError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(f"{day!r} {time!r} is no date and time of SAP; allowed: 20260323 and 134558") from error


def texts_of(element: Element) -> dict[str, str]:
    """The fields of a segment, without the segments below it."""
    return {child.tag: (child.text or "").strip() for child in element if not len(child)}


def fields_of(element: Element, names: str) -> dict[str, str]:
    """The named fields of a segment; "" where one is absent."""
    found = texts_of(element)
    return {name: found.get(name, "") for name in names.split()}


def segments(element: Element, *names: str) -> Iterator[Element]:
    """The segments below with one of these names, however deep."""
    return (each for each in element.iter() if each.tag in names)
