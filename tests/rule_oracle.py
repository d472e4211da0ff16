"""The second implementation of the integrity rules: plain loops over lists, to be checked by eye.

Rows are what the export `violations` must say, instants in ns, evidence as a set of event ids; nothing is shared with the SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from collectors.event import Event
from tests.belonging_oracle import Member, kind
from tests.oracle import Course, Mark, World, exactly, judged_courses, known_world, order
from tests.working_time_oracle import SECOND

MINUTE, HOUR = 60 * SECOND, 3600 * SECOND
COLUMNS = ("item", "batch", "partner", "customer", "work_center")
Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Known:
    """What had been told at the moment."""

    world: World
    members: list[Member]  # in order
    courses: list[Course]

    def of(self, workflow: str) -> list[Course]:
        return [course for course in self.courses if course.workflow.name == workflow]

    def about(self, object_type: str, *kinds: str) -> dict[str, list[Member]]:
        """For everything of a type the ok events of these kinds that name it, in order."""
        found: dict[str, list[Member]] = {}
        for member in self.members:
            if not member.event.is_error and is_one_of(member.event, kinds):
                for name in things(member, object_type):
                    found.setdefault(name, []).append(member)
        return found

    def workflow_of(self, object_type: str) -> str | None:
        return next((w.name for w in self.world.definitions.workflows if w.object == object_type), None)


def violations(world: World, as_of_ns: int, known_ns: int) -> list[Row]:
    """What is violated at the moment, and what had been told of each rule."""
    _, members, mark = known_world(world, as_of_ns, known_ns)
    members = sorted(members, key=lambda member: order(member.event))
    known = Known(world, members, judged_courses(world, members, mark, as_of_ns))
    checked = {rule.name for rule in world.definitions.rules if is_checked(rule, world, as_of_ns, known_ns)}
    rows = [row for name, find in RULES.items() if name in checked for row in find(known, name)]
    placed = [{**row, "site": row["site"] or site_of(known, row)} for row in rows]
    return sorted((row for row in placed if applies(row, as_of_ns, mark)), key=place)


def place(row: Row) -> tuple[str, ...]:
    return tuple(str(row[column] or "") for column in ("rule", "kind", "key", "workflow", "transaction_id", "from_ns", "site", "evidence"))


def is_checked(rule, world: World, as_of_ns: int, known_ns: int) -> bool:
    """Every event type it needs has told something before; of one that needs none, any of those it reads."""

    def is_told(wanted: tuple[str, str | None]) -> bool:
        mine = [e for e in world.events if wanted[0] in ("*", e.event_type) and wanted[1] in (None, e.system)]
        groups = [[e for e in mine if kind(e) == each] for each in {kind(e) for e in mine}]
        return any(min(e.event_ns for e in g) <= as_of_ns and min(e.recorded_ns for e in g) <= known_ns for g in groups)

    return all(map(is_told, rule.needs)) and any(map(is_told, (*rule.needs, *rule.reads)))


def applies(row: Row, as_of_ns: int, mark: Mark) -> bool:
    if not row["from_ns"] < as_of_ns or (row["until_ns"] is not None and row["until_ns"] <= as_of_ns):
        return False
    return row["waits_for"] is None or row["from_ns"] <= mark(row["waits_for"], row["site"])


def site_of(known: Known, row: Row) -> str | None:
    mine = (c.site for c in known.courses if (c.workflow.name, c.transaction_id) == (row["workflow"], row["transaction_id"]))
    return next(mine, None)


def violation(rule: str, what: str, key: str, from_ns: int, evidence: list[Event], **more: object) -> Row:
    row = {"rule": rule, "kind": what, "key": key, "workflow": None, "transaction_id": None, "site": None, "from_ns": from_ns}
    return {**row, "until_ns": None, "waits_for": None, "quantity": None, "value": None, "currency": None, **more,
            "evidence": sorted({e.event_id for e in evidence})}  # fmt: skip


def of_course(rule: str, course: Course, from_ns: int, evidence: list[Event], **more: object) -> Row:
    named = {"workflow": course.workflow.name, "transaction_id": course.transaction_id, "site": course.site}
    return violation(rule, course.workflow.name, course.transaction_id, from_ns, evidence, **{**named, **more})


def is_one_of(event: Event, kinds: tuple[str, ...]) -> bool:
    """`type` at any system, `type@system` at that one."""
    return event.event_type in kinds or f"{event.event_type}@{event.system}" in kinds


def things(member: Member, object_type: str) -> set[str]:
    column = getattr(member.event, object_type) if object_type in COLUMNS else None
    return member.ids(object_type) | ({column} if column else set())


def done(course: Course, *milestones: str) -> list[Event]:
    """The ok events of its milestones, in order."""
    wanted = [(m.event, m.system) for m in course.workflow.milestones if m.name in milestones]
    return [m.event for m in course.members if kind(m.event) in wanted and not m.event.is_error]


def late(course: Course, milestone: str) -> tuple[int, int | None] | None:
    """(due, reached) of a step that was not reached by the time it was due."""
    step = course.steps[milestone]
    if course.is_cancelled or step.due_ns is None or (step.reached_ns is not None and step.reached_ns <= step.due_ns):
        return None
    return step.due_ns, step.reached_ns


def first_effects(events: list[Event]) -> list[Event]:
    """Equal keys are one effect, the first; without a key each is its own."""
    firsts: dict[str, Event] = {}
    for event in events:
        firsts.setdefault(event.idempotency_key or event.event_id, event)
    return list(firsts.values())


def biggest(values) -> Decimal | None:
    return max((exactly(value) for value in values if value is not None), default=None)


def amount(text: str | None) -> Decimal | None:
    return None if text is None else exactly(text)


# -- the rules ---------------------------------------------------------------------------------------------------------


def blocked_stock_shipped(known: Known, rule: str) -> Iterator[Row]:
    holding = {"quality.hold_placed@qms": True, "quality.scrapped@qms": True, "stock.blocked@wms": True, "quality.released@qms": False,
               "stock.unblocked@wms": False}  # fmt: skip
    naming = ("delivery.created@erp", "delivery.picked@wms", "goods_issue.posted@erp", "shipment.dispatched@tms")
    status = known.about("batch", *holding)
    for course in known.of("shipment_to_invoice"):
        shipped_ns = course.steps["dispatched"].reached_ns
        if shipped_ns is None:
            continue
        lots = sorted({lot for m in course.members if is_one_of(m.event, naming) for lot in things(m, "batch")})
        for lot in lots:
            last: dict[tuple[str | None, str | None], Event] = {}
            for member in status.get(lot, []):
                if member.event.event_ns <= shipped_ns:
                    for notice in member.ids("quality_notice") or {None}:
                        last[notice, member.event.system] = member.event
            for notice in sorted({n for n, _ in last}, key=str):
                holds = [e for (n, _), e in last.items() if n == notice and holding[f"{e.event_type}@{e.system}"]]
                if holds:
                    evidence = [*holds, *done(course, "dispatched")]
                    yield of_course(rule, course, shipped_ns, evidence)
                    if notice and (workflow := known.workflow_of("quality_notice")):
                        other = {"workflow": workflow, "transaction_id": notice, "site": None}
                        yield of_course(rule, course, shipped_ns, evidence, **other)


def shipped_without_goods_issue(known: Known, rule: str) -> Iterator[Row]:
    for course in known.of("shipment_to_invoice"):
        if course.steps["dispatched"].reached_ns is not None and (missed := late(course, "issued")):
            yield of_course(
                rule, course, missed[0], done(course, "dispatched", "issued"), until_ns=missed[1], waits_for="erp", **worth(course)
            )


def invoiced_without_shipment(known: Known, rule: str) -> Iterator[Row]:
    for course in known.of("shipment_to_invoice"):
        invoiced, dispatched = (course.steps[name].reached_ns for name in ("invoiced", "dispatched"))
        if invoiced is not None and not course.is_cancelled and (dispatched is None or dispatched - invoiced > MINUTE):
            evidence = done(course, "dispatched", "invoiced")
            yield of_course(rule, course, invoiced, evidence, until_ns=dispatched, waits_for="tms", **worth(course))


def worth(course: Course) -> dict[str, object]:
    """What was last said of its worth."""
    said = [m.event for m in course.members if m.event.value is not None]
    return {"value": amount(said[-1].value), "currency": said[-1].currency} if said else {}


def confirmed_more_than_ordered(known: Known, rule: str) -> Iterator[Row]:
    ordering = {"production_order": ("order.created@erp", "order.released@erp", "order.changed@erp"),
                "purchase_order": ("purchase_order.created@erp", "purchase_order.changed@erp")}  # fmt: skip
    confirming = {"production_order": "production.confirmed@erp", "purchase_order": "purchase_order.confirmed@supplier"}
    for what, kinds in ordering.items():
        confirmed = known.about(what, confirming[what])
        for key, told in known.about(what, *kinds).items():
            said = [m.event for m in told if len(m.ids(what)) == 1 and (m.event.ordered_quantity or m.event.quantity) is not None]
            events = [m.event for m in confirmed.get(key, []) if len(m.ids(what)) == 1 and m.event.quantity is not None]
            events = events[-1:] if what == "purchase_order" else first_effects(events)
            if not said:
                continue
            last, most = said[-1], exactly(said[-1].ordered_quantity or said[-1].quantity)
            events = [e for e in events if None in (e.uom, last.uom) or e.uom == last.uom]
            total, crossed_ns = Decimal(0), 0
            for event in events:
                before, total = total, total + exactly(event.quantity)
                if before <= most < total:
                    crossed_ns = event.event_ns
            if events and total > most:
                crossed_ns = crossed_ns or last.event_ns
                workflow = known.workflow_of(what)
                yield violation(
                    rule, what, key, max(crossed_ns, last.event_ns), [*events, last], workflow=workflow,
                    transaction_id=key if workflow else None, quantity=total - most,
                    site=next((e.site for e in events if e.site), None),
                )  # fmt: skip


def order_without_completion(known: Known, rule: str) -> Iterator[Row]:
    planning = ("work_order.scheduled@mes", "work_order.changed@mes", "work_order.resequenced@mes")
    ended = known.about("production_order", "production.completed@mes", "order.cancelled@erp")
    for key, told in known.about("production_order", *planning).items():
        said = [m.event for m in told if (m.event.promised_ns, m.event.due_ns) != (None, None)]
        if not said:
            continue
        planned_ns = said[-1].due_ns if said[-1].promised_ns is None else said[-1].promised_ns
        ends = [m.event for m in ended.get(key, [])]
        if not ends or ends[0].event_ns > planned_ns:
            workflow = known.workflow_of("production_order")
            yield violation(
                rule, "production_order", key, planned_ns, [said[-1], *ends], until_ns=ends[0].event_ns if ends else None, waits_for="mes",
                workflow=workflow, transaction_id=key if workflow else None, quantity=amount(said[-1].quantity),
                site=next((e.site for e in said if e.site), None),
            )  # fmt: skip


def production_not_posted(known: Known, rule: str) -> Iterator[Row]:
    for course in known.of("production_to_inventory"):
        if course.steps["confirmed"].reached_ns is not None and (missed := late(course, "posted")):
            quantity = biggest(e.quantity for e in done(course, "confirmed"))
            evidence = done(course, "confirmed", "posted")
            yield of_course(rule, course, missed[0], evidence, until_ns=missed[1], waits_for="erp", quantity=quantity)


def scrap_not_posted(known: Known, rule: str) -> Iterator[Row]:
    posted = known.about("batch", "inventory.posted@erp")
    for key, told in known.about("batch", "quality.scrapped@qms").items():
        for member in told:
            scrapped = member.event
            postings = [m.event for m in posted.get(key, []) if m.event.event_ns >= scrapped.event_ns - MINUTE]
            due_ns = scrapped.event_ns + 4 * HOUR
            if postings and postings[0].event_ns <= due_ns:
                continue
            for notice in sorted(member.ids("quality_notice")) or [None]:
                workflow = known.workflow_of("quality_notice") if notice else None
                yield violation(
                    rule, "batch", key, due_ns, [scrapped, *postings[:1]], until_ns=postings[0].event_ns if postings else None,
                    waits_for="erp", workflow=workflow, transaction_id=notice if workflow else None, site=scrapped.site,
                    quantity=amount(scrapped.quantity),
                )  # fmt: skip


def usable_stock_stranded(known: Known, rule: str) -> Iterator[Row]:
    for course in known.of("quality_to_shipment"):
        for system in ("wms", "erp"):
            missed = late(course, f"unblocked_{system}")
            if course.steps["released"].reached_ns is not None and course.steps[f"blocked_{system}"].reached_ns is not None and missed:
                quantity = biggest(e.quantity for e in done(course, "released"))
                evidence = done(course, "released", "unblocked_wms", "unblocked_erp")
                yield of_course(rule, course, missed[0], evidence, until_ns=missed[1], waits_for=system, quantity=quantity)


def receipt_without_order(known: Known, rule: str) -> Iterator[Row]:
    goods = ("goods.received@wms", "receipt.posted@erp")
    for what, kinds, system in (("purchase_order", (*goods, "asn.received@supplier"), "erp"), ("asn", goods, "supplier")):
        for key, told in known.about(what, *kinds).items():
            receipt = told[0].event
            naming = [m.event for m in told_of_order(known, what, key)]
            if naming and naming[0].event_ns - receipt.event_ns <= MINUTE:
                continue
            workflow = known.workflow_of(what)
            yield violation(
                rule, what, key, receipt.event_ns, [receipt, *naming[:1]], until_ns=naming[0].event_ns if naming else None,
                waits_for=system, workflow=workflow, transaction_id=key if workflow else None,
                site=first_site(told), quantity=first_quantity(told),
            )  # fmt: skip


def told_of_order(known: Known, what: str, key: str) -> list[Member]:
    """What says that there is an order: its creation, or whatever names the ASN together with one."""
    if what == "purchase_order":
        return known.about(what, "purchase_order.created@erp").get(key, [])
    kinds = ("purchase_order.created@erp", "goods.received@wms", "asn.received@supplier", "receipt.posted@erp")
    return [m for m in known.members if is_one_of(m.event, kinds) and key in m.ids("asn") and m.ids("purchase_order")]


def first_site(told: list[Member]) -> str | None:
    return next((m.event.site for m in told if m.event.site is not None), None)


def first_quantity(told: list[Member]) -> Decimal | None:
    return next((amount(m.event.quantity) for m in told if m.event.quantity is not None), None)


def invoice_differs_from_order(known: Known, rule: str) -> Iterator[Row]:
    alone = {m.event.event_id for m in known.members if len(m.ids("delivery")) == 1}
    for course in known.of("shipment_to_invoice"):
        created, invoices = (
            [e for e in done(course, name) if e.value is not None and e.event_id in alone] for name in ("created", "invoiced")
        )
        invoices = first_effects(invoices)
        if course.is_cancelled or not created or not invoices:
            continue
        ordered, total = exactly(created[-1].value), sum(exactly(e.value) for e in invoices)
        currencies = {e.currency for e in (*invoices, created[-1]) if e.currency is not None}
        is_other = created[-1].currency is not None and len(currencies) > 1
        if abs(total - ordered) > abs(ordered) * Decimal("0.01") or is_other:
            more = {"value": total - ordered, "currency": created[-1].currency}
            yield of_course(rule, course, invoices[-1].event_ns, [*invoices, created[-1]], **more)


def duplicate_posting(known: Known, rule: str) -> Iterator[Row]:
    posting = (
        "production.confirmed",
        "inventory.posted",
        "goods.received",
        "receipt.posted",
        "goods_issue.posted",
        "invoice.issued",
        "stock.moved",
    )
    for course in known.courses:
        ordered = [m.event.ordered_quantity for m in course.members if m.event.ordered_quantity is not None]
        for milestone in course.workflow.milestones:
            if milestone.event not in posting:
                continue
            effects = first_effects(done(course, milestone.name))
            quantities = [exactly(e.quantity) for e in effects if e.quantity is not None]
            if ordered and quantities and sum(quantities) <= exactly(ordered[-1]):
                continue
            groups: dict[tuple[object, ...], list[Event]] = {}
            for e in effects:
                groups.setdefault((amount(e.quantity), amount(e.value), e.currency, e.item, e.batch, e.location), []).append(e)
            for same in groups.values():
                if len(same) > 1:
                    times = len(same) - 1
                    more = {"quantity": same[0].quantity and exactly(same[0].quantity) * times, "currency": same[0].currency,
                            "value": same[0].value and exactly(same[0].value) * times}  # fmt: skip
                    yield of_course(rule, course, same[1].event_ns, same, **more)


def step_before_its_cause(known: Known, rule: str) -> Iterator[Row]:
    for course in known.courses:
        for step in course.steps.values():
            cause = course.steps[step.milestone.after].reached_ns if step.milestone.after else None
            if step.reached_ns is not None and cause is not None and cause - step.reached_ns > MINUTE:
                yield of_course(rule, course, cause, done(course, step.name, step.milestone.after))


def master_data_differs(known: Known, rule: str) -> Iterator[Row]:
    for what in ("item", "bom", "supplier"):
        took = known.about(what, f"{what}.synced")
        for key, told in known.about(what, f"{what}.changed").items():
            changes = {i: [m.event for m in told if i in m.ids(f"{what}_change")] for m in told for i in m.ids(f"{what}_change")}
            taken: dict[tuple[str | None, str | None], list[tuple[Event, str]]] = {}
            for member in took.get(key, []):
                for change in sorted(member.ids(f"{what}_change") & changes.keys()):
                    taken.setdefault((member.event.system, member.event.site), []).append((member.event, change))
            for each in taken.values():
                event, change = each[-1]
                begun_ns = changes[change][0].event_ns
                newest_ns = max(changes[c][0].event_ns for _, c in each)
                last = changes[change][-1]
                differs = None not in (event.payload_digest, last.payload_digest) and event.payload_digest != last.payload_digest
                if begun_ns < newest_ns or differs:
                    workflow = known.workflow_of(f"{what}_change")
                    named = {"workflow": workflow, "transaction_id": change if workflow else None, "site": event.site}
                    yield violation(rule, what, key, event.event_ns, [event, last], **named)


RULES: dict[str, Callable[[Known, str], Iterator[Row]]] = {
    rule.__name__: rule
    for rule in (
        blocked_stock_shipped, shipped_without_goods_issue, invoiced_without_shipment, confirmed_more_than_ordered,
        order_without_completion, production_not_posted, scrap_not_posted, usable_stock_stranded, receipt_without_order,
        invoice_differs_from_order, duplicate_posting, step_before_its_cause, master_data_differs,
    )
}  # fmt: skip
