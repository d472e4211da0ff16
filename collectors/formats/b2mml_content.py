"""What the parts of a B2MML message say: ids, states, times, goods and places of requests, responses, segments and lots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from collectors.formats.b2mml_words import DEFINITION, DISPATCH, JOBS, PERFORMANCE, PRODUCTION, REQUESTS, RESPONSES, SCHEDULE, STOCK
from collectors.formats.xml_document import elements_at, text_at
from collectors.mapping import FIELDS, NUMBER

MADE = ("produced", "material produced", "yield produced")
STATED = ("RequestState", "ResponseState", "DispatchStatus", "JobState", "WorkState", "ScheduleState")
JOB_TAGS = ("JobOrder", "JobResponse", "JobResponset")  # the schema itself writes the last
WORK_TAGS = ("WorkSchedule", "WorkScheduleChild", "WorkRequest", "WorkRequestChild", "WorkPerformance", "WorkResponse", *JOB_TAGS)
ONE_WORK = ("WorkRequest", "WorkRequestChild", "WorkResponse")
SEGMENTS = ("SegmentResponse", "SegmentResponseChild")
ENDS = ("ActualEndTime", "EndTime", "Endtime", "LatestEndTime")  # the schema itself has `Endtime` once
MADE_TAGS = ("MaterialRequirement", "MaterialActual", "MaterialProducedRequirement", "MaterialProducedActual")
CENTERS = ("WorkCenter", "WorkCell", "ProductionLine", "ProcessCell", "ProductionUnit")
UNRESTRICTED = ("", "unrestricted", "valid", "released")


class Part(NamedTuple):
    element: Element
    id: str
    state: str = ""
    request: str = ""  # of a response: the request it answers; of a job: the order it is part of
    work_request: str = ""  # of a job: what it was handed out with
    job: str = ""
    work_type: str = ""
    ended: str = ""
    site: str = ""
    work_center: str = ""
    stock: Mapping[str, Any] = MappingProxyType({})  # of a lot: fields of a stock snapshot

    def attributes(self, kind: str) -> dict[str, Any]:
        """What it names and moves, in standard names; empty ones are nothing."""
        is_production = self.work_type in PRODUCTION
        if kind in (DISPATCH, JOBS):
            return self._of_job(is_production, "mfg.ordered_quantity" if kind == DISPATCH else "mfg.quantity")
        if kind == SCHEDULE:
            order = "production_order" if is_production else "operations_request"
            return {f"mfg.object.{order}": self.id, "mfg.work_center": self.work_center, **made(self.element, "mfg.ordered_quantity")}
        if kind == PERFORMANCE:
            done, order = ("confirmation", "production_order") if is_production else ("operations_response", "operations_request")
            named = {f"mfg.object.{done}": self.id, f"mfg.object.{order}": self.request, "mfg.work_center": self.work_center}
            return {**named, **made(self.element, "mfg.quantity")}
        if kind == DEFINITION:
            return {"mfg.object.item": self.id, "mfg.item": self.id}
        return {"mfg.object.batch": self.id, **{FIELDS[name]: value for name, value in self.stock.items()}}

    def _of_job(self, is_production: bool, quantity: str) -> dict[str, Any]:
        return {
            "mfg.object.job_order": self.job,
            "mfg.object.work_request": self.work_request,
            f"mfg.object.{'production_order' if is_production else 'operations_request'}": self.request,
            "mfg.work_center": self.work_center,
            **made(self.element, quantity),
        }


def parts_of(root: Element, noun: str, kind: str) -> list[Part]:
    """The things that a message is about; of an answer that repeats none of them, the answer itself."""
    nouns = [root] if root.tag == noun else elements_at(root, f"DataArea/{noun}")
    if kind == STOCK:
        parts = list(lots_of(root))
    elif kind == DEFINITION:
        parts = [part_of(each) for each in nouns]
    elif kind in (DISPATCH, JOBS):
        parts = [job for each in nouns for job in _jobs(each, None)]
    else:
        tags, state = (REQUESTS, "ScheduleState") if kind == SCHEDULE else (RESPONSES, "PerformanceState")
        parts = [_inner(each, outer, state) for outer in nouns for each in outer if each.tag in tags]
    return parts or [Part(root, "")]


def _inner(element: Element, outer: Element, state: str) -> Part:
    part, around = part_of(element), part_of(outer)
    return part._replace(
        state=part.state or text_at(outer, state),
        site=part.site or around.site,
        work_center=part.work_center or around.work_center,
        work_type=part.work_type or around.work_type,
    )


def _jobs(element: Element, around: Part | None) -> Iterator[Part]:
    """The jobs within a schedule or performance of work, and work without jobs; what is said around a job holds for it as well."""
    part = _job(element, around)
    inner = [each for each in element if each.tag in WORK_TAGS]
    if element.tag in JOB_TAGS or (not inner and element.tag in ONE_WORK):
        yield part
    for each in inner:
        yield from _jobs(each, part)


def _job(element: Element, around: Part | None) -> Part:
    part, is_job = part_of(element), element.tag in JOB_TAGS
    named = {"JobOrder": part.id}.get(element.tag, text_at(element, "JobOrderID"))
    own = text_at(element, "WorkRequestID") or (part.id if element.tag in ("WorkRequest", "WorkRequestChild") else "")
    equipment = next((text for name in ("Requirement", "Actual") if (text := text_at(element, f"Equipment{name}/EquipmentID"))), "")
    part = part._replace(job=named if is_job else "", work_request=own, work_center=part.work_center or (equipment if is_job else ""))
    if around is None:
        return part
    kept = {name: getattr(part, name) or getattr(around, name) for name in ("state", "request", "work_request", "site", "work_center")}
    return part._replace(**kept, work_type=part.work_type or around.work_type)


def part_of(element: Element) -> Part:
    levels = dict(_levels(element))
    ends = [text for each in (element, *_segments(element)) for path in ENDS if (text := text_at(each, path))]
    return Part(
        element,
        text_at(element, "ID"),
        next((text for name in STATED if (text := text_at(element, name))), ""),
        next((text for name in REQUESTS if (text := text_at(element, f"{name}ID"))), ""),
        ended=next((text for path in ENDS if (text := text_at(element, path))), "") or (max(ends) if ends else ""),
        site=levels.get("Site", ""),
        work_center=next((levels[name] for name in CENTERS if name in levels), ""),
        work_type=text_at(element, "OperationsType") or text_at(element, "WorkType"),
    )


def _levels(element: Element) -> Iterator[tuple[str, str]]:
    """(level, equipment) of its place in the hierarchy, from the outside in."""
    for outer in element:
        scope: Element | None = outer if outer.tag in ("HierarchyScope", "Location") else None
        while scope is not None:
            level = text_at(scope, "EquipmentElementLevel") or text_at(scope, "EquipmentLevel")
            yield level, text_at(scope, "EquipmentID")
            scope = next((child for child in scope if child.tag == outer.tag), None)


def _segments(element: Element) -> Iterator[Element]:
    return (each for each in element.iter() if each.tag in SEGMENTS and each is not element)


def segments_of(element: Element) -> Iterator[Part]:
    """The segments of a response, each with its own times and goods."""
    for each in _segments(element):
        own = next((text for path in ENDS if (text := text_at(each, path))), "")
        equipment = text_at(each, "EquipmentActual/EquipmentID")
        part = part_of(each)
        yield part._replace(ended=own, work_center=part.work_center or equipment)


def made(element: Element, field: str) -> dict[str, Any]:
    """What is produced, where all of it is one item in one unit; its sum in `field`."""
    goods = [each for each in element.iter() if each.tag in MADE_TAGS and _is_made(each)]
    items = {text_at(each, "MaterialDefinitionID") for each in goods}
    units = {text_at(each, "Quantity/UnitOfMeasure") for each in goods}
    if len(items) != 1:
        return {}
    lots = {text_at(each, "MaterialLotID") for each in goods}
    found = {"mfg.item": items.pop(), "mfg.batch": lots.pop() if len(lots) == 1 else ""}
    numbers = [_number(text_at(each, "Quantity/QuantityString")) for each in goods]
    if len(units) == 1 and all(number is not None for number in numbers):
        found |= {field: f"{sum((n for n in numbers if n is not None), Decimal(0)):f}", "mfg.uom": units.pop()}
    return found


def _is_made(element: Element) -> bool:
    return "Produced" in element.tag or text_at(element, "MaterialUse").lower() in MADE


def _number(text: str) -> Decimal | None:
    return Decimal(text) if NUMBER.fullmatch(text) and len(text) < 40 else None


def lots_of(root: Element) -> Iterator[Part]:
    """Lots and sublots; a lot that states no quantity and holds sublots is said by these."""
    named = ((info, text_at(info, "MaterialDefinition/ID") or text_at(info, "ID")) for info in root.iter("MaterialInformation"))
    materials = {id(child): name for info, name in named for child in info}  # V0401 names the material around the lot
    inner: set[int] = set()
    for lot in root.iter("MaterialLot"):
        item, name, status = text_at(lot, "MaterialDefinitionID") or materials.get(id(lot), ""), text_at(lot, "ID"), text_at(lot, "Status")
        sublots = elements_at(lot, "MaterialSubLot")
        inner.update(id(each) for each in sublots)
        if not sublots or elements_at(lot, "Quantity"):
            yield _lot(lot, item, name, status)
        for sublot in sublots:
            yield _lot(sublot, item, f"{name}/{text_at(sublot, 'ID')}", status)
    for sublot in root.iter("MaterialSubLot"):
        if id(sublot) not in inner:
            outer = text_at(sublot, "MaterialLotID")
            yield _lot(sublot, materials.get(id(sublot), ""), f"{outer}/{text_at(sublot, 'ID')}".strip("/"), "")


def _lot(element: Element, item: str, batch: str, lots_status: str) -> Part:
    status = (text_at(element, "Disposition") or text_at(element, "Status") or lots_status).lower()
    places = ("StorageLocation/EquipmentID", "StorageLocation", "Location/EquipmentID")
    stock = {
        "location": next((text for path in places if (text := text_at(element, path))), ""),
        "item": item,
        "batch": batch,
        "stock_status": "unrestricted" if status in UNRESTRICTED else status,
        "quantity": text_at(element, "Quantity/QuantityString"),
        "uom": text_at(element, "Quantity/UnitOfMeasure"),
    }
    return Part(element, batch, site=dict(_levels(element)).get("Site", ""), stock=stock)
