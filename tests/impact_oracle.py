"""What `app/docs/impact.md` defines, as plain loops: orders with what is open of them, and what trouble holds up."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from collectors.event import Event
from metrics.impact import Group, Summary
from metrics.inventory_settings import Inventory
from metrics.scope import EVERYTHING, Scope
from metrics.workflows import Definitions
from tests import belonging_oracle, oracle, scope_oracle
from tests.belonging_oracle import Member, Object
from tests.oracle import Course, World

MOST_ORDERS = 20  # of an object named together with more of them, none is affected through it


@dataclass(slots=True)
class Line:
    """What is open of one line; `line` is '' where no event names one."""

    line: str
    item: str | None
    uom: str | None
    ordered: Decimal | None
    done: Decimal
    done_ns: int | None = None

    @property
    def is_done(self) -> bool:
        return self.ordered is not None and self.done >= self.ordered

    @property
    def open(self) -> Decimal | None:
        return None if self.ordered is None else max(self.ordered - self.done, Decimal(0))


@dataclass(slots=True)
class Order:
    """What was last said of one object that is an order."""

    name: Object
    site: str | None
    customer: str | None
    partner: str | None
    work_center: str | None
    value: Decimal | None
    currency: str | None
    promised_ns: int | None
    due_ns: int | None
    is_cancelled: bool
    lines: list[Line]

    @property
    def is_done(self) -> bool:
        return bool(self.lines) and all(line.is_done for line in self.lines)

    @property
    def need_ns(self) -> int | None:
        return earliest(self.promised_ns, self.due_ns)


@dataclass(slots=True)
class Case:
    """One transaction and what it holds up: the orders with how many steps away they are."""

    course: Course
    row: dict
    affected: dict[Object, int]
    worths: dict[Object, tuple[Decimal, str | None]]

    @property
    def troubles(self) -> list[tuple[str, str, str | None]]:
        """(kind, milestone or rule, error class)"""
        row = self.row
        if row["state"] in ("cancelled", "abandoned"):
            return []
        failed = [("failed", row["failed_milestone"], row["error_class"])] if row["state"] == "failed" else []
        return failed + [(kind, m, None) for kind in ("missing", "unjudged") for m in row[kind] if m != row["failed_milestone"]]


def orders_of(world: World, as_of_ns: int, known_ns: int) -> dict[Object, Order]:
    """Every order that anybody named by then."""
    _, members, complete_to = oracle.known_world(world, as_of_ns, known_ns)
    courses = oracle.judged_courses(world, members, complete_to, as_of_ns)
    types = world.definitions.impact.orders
    named = {o for member in members for o in member.objects if o[0] in types}
    return {name: order_of(name, members, courses, world.definitions) for name in sorted(named)}


def order_of(name: Object, members: list[Member], courses: list[Course], told: Definitions) -> Order:
    naming = sorted((member for member in members if name in member.objects), key=lambda member: oracle.order(member.event))
    mine = [course for course in courses if (course.workflow.object, course.transaction_id) == name]
    about = [member for member in naming if speaks_of(name, member, told)]
    for course in mine:
        about += [member for member in course.members if member not in naming and member not in about]
    return Order(name, *said_of(name, naming, mine, told), lines_of(name, about, told))


def speaks_of(name: Object, member: Member, told: Definitions) -> bool:
    """Of several kinds of orders that an event names it speaks of the one nearest to the work."""
    places = told.impact.orders
    return places.index(name[0]) == min(places.index(o[0]) for o in member.objects if o[0] in places)


def said_of(name: Object, naming: list[Member], mine: list[Course], told: Definitions) -> tuple:
    """Site, customer, partner, work center, value, currency, promised, due, cancelled: in its transactions, else where it is named."""
    spoken = [[member.event for member in course.members] for course in mine]
    spoken = spoken or [[member.event for member in naming if speaks_of(name, member, told)]]
    sites = [course.site for course in mine] if mine else [member.event.site for member in naming]
    worths = [[(Decimal(event.value), event.currency) for event in events if event.value is not None][-1:] for events in spoken]
    cancels = {kind for workflow in told.workflows if workflow.object == name[0] for kind in workflow.cancel}
    value, currency = next((worth[0] for worth in worths if worth), (None, None))

    def first(field: str):
        return next((said for events in spoken if (said := oracle.last_stated(events, field)) is not None), None)

    return (
        next((site for site in sites if site is not None), None),
        *(first(field) for field in ("customer", "partner", "work_center")),
        value,
        currency,
        first("promised_ns"),
        first("due_ns"),
        any(course.is_cancelled for course in mine)
        if mine
        else any(belonging_oracle.kind(event) in cancels and not event.is_error for event in spoken[0]),
    )


def lines_of(name: Object, about: list[Member], told: Definitions) -> list[Line]:
    fulfilling = {(f.event, f.system) for f in told.impact.fulfilments if f.object == name[0]}

    def says_quantities(event: Event) -> bool:
        return event.ordered_quantity is not None or (not event.is_error and belonging_oracle.kind(event) in fulfilling)

    saying = sorted((member for member in about if says_quantities(member.event)), key=lambda member: oracle.order(member.event))
    names = sorted({line for member in saying for line in member.ids(f"{name[0]}_line")})
    by_line = {line: [m.event for m in saying if line in m.ids(f"{name[0]}_line")] for line in names}
    if saying and not names:
        by_line = {"": [member.event for member in saying]}
    return [line_of(line, events, fulfilling) for line, events in by_line.items()]


def line_of(name: str, events: list[Event], fulfilling: set[tuple[str, str]]) -> Line:
    stating = [event for event in events if event.ordered_quantity is not None]
    last = stating[-1] if stating else None
    line = Line(name, last and last.item, last and last.uom, last and Decimal(last.ordered_quantity), Decimal(0))
    seen, covered = set(), None
    for event in events:
        if event.is_error or belonging_oracle.kind(event) not in fulfilling:
            continue
        effect = (belonging_oracle.kind(event), event.idempotency_key)
        if event.idempotency_key is None or effect not in seen:
            seen.add(effect)
            line.done += oracle.exactly(event.quantity)
        if covered is None and line.ordered is not None and line.done >= line.ordered:
            covered = event.event_ns
    line.done_ns = covered if line.is_done else None
    return line


def cases_of(world: World, moment: tuple[int, int], sees: Scope = EVERYTHING) -> list[Case]:
    """Every transaction that may be seen, with what it holds up."""
    _, members, complete_to = oracle.known_world(world, *moment)
    orders = orders_seen(world, moment, sees)
    beside = together(members)
    cases = []
    for course in oracle.judged_courses(world, members, complete_to, moment[0]):
        if scope_oracle.sees_course(sees, course):
            affected = affected_by((course.workflow.object, course.transaction_id), beside, orders, world.definitions.impact.orders)
            worths = worths_of(course, affected, orders, world.definitions)
            cases.append(Case(course, oracle.transaction_row(course, moment[0]), affected, worths))
    return cases


def orders_seen(world: World, moment: tuple[int, int], sees: Scope) -> dict[Object, Order]:
    """Those of the sites, and, where not all workflows and suppliers are seen, of transactions that are."""
    mine = {(course.workflow.object, course.transaction_id) for course in scope_oracle.courses(world, moment, sees)}
    found = orders_of(world, *moment)
    return {name: order for name, order in found.items() if sees.has_site(order.site) and (not sees.is_narrow or name in mine)}


def together(members: list[Member]) -> dict[Object, set[Object]]:
    """What some event names together with what."""
    found: dict[Object, set[Object]] = defaultdict(set)
    for member in members:
        for one in member.objects:
            found[one] |= member.objects - {one}
    return found


def affected_by(own: Object, beside: dict[Object, set[Object]], orders: dict[Object, Order], types: tuple[str, ...]) -> dict[Object, int]:
    near = {o for o in beside[own] if o[0] != own[0]}
    steps = {own: 0} | dict.fromkeys(near, 1)
    for stop in sorted(near):
        reached = [o for o in beside[stop] if o[0] in types]
        if len(reached) <= MOST_ORDERS:
            for o in reached:
                if o[0] != own[0]:
                    steps.setdefault(o, 2)
    return {
        o: distance for o, distance in steps.items() if o in orders and (distance == 0 or not (orders[o].is_cancelled or orders[o].is_done))
    }


def worths_of(
    course: Course, affected: dict[Object, int], orders: dict[Object, Order], told: Definitions
) -> dict[Object, tuple[Decimal, str | None]]:
    types, stock = told.impact.orders, told.inventory
    own = (course.workflow.object, course.transaction_id)
    if own in affected and orders[own].value is not None:
        return {own: (orders[own].value, orders[own].currency)}
    valued = [m.event for m in course.members if m.event.value is not None]
    if valued:
        return {own: (Decimal(valued[-1].value), valued[-1].currency)}
    stated = {o: (orders[o].value, orders[o].currency) for o in affected if orders[o].value is not None}
    priced = {o: (worth, stock.currency) for o in affected if (worth := priced_at(orders[o], stock)) is not None}
    found = stated or priced
    nearest = min(((affected[o], types.index(o[0])) for o in found), default=None)
    return {o: worth for o, worth in found.items() if (affected[o], types.index(o[0])) == nearest}


def priced_at(order: Order, stock: Inventory) -> Decimal | None:
    """What is open of its lines at the values of their items, where the unit is the item's or leads to it."""
    if order.is_cancelled:
        return None
    items = {item.name: item for item in stock.items if item.value is not None}
    factors = {(unit.item, unit.uom, unit.base_uom): unit.factor for unit in stock.units}
    known = []
    for line in order.lines:
        item = items.get(line.item or "")
        if item is None or not line.open:
            continue
        is_base = line.uom is None or item.base_uom is None or line.uom == item.base_uom
        factor = Decimal(1) if is_base else factors.get((item.name, line.uom, item.base_uom))
        known += [line.open * item.value * factor] if factor is not None else []
    return sum(known, Decimal(0)) if known else None


def summary_of(cases: list[Case], orders: dict[Object, Order], places: tuple[str, ...], as_of_ns: int) -> Summary:
    """All of them together, each order and each value once."""
    waiting = {o for case in cases for o in case.affected}
    worths: dict[Object, list[tuple[Decimal, str | None]]] = defaultdict(list)
    for case in cases:
        for name, worth in case.worths.items():
            worths[name].append(worth)
    by_currency: dict[str, Decimal] = defaultdict(Decimal)
    for said in worths.values():
        value, currency = max(said, key=lambda worth: (worth[0], worth[1] is None, worth[1] or ""))
        by_currency[currency or ""] += value
    lines = [(o, line) for o in waiting if not orders[o].is_cancelled for line in orders[o].lines if line.open]
    quantities: dict[tuple[str, str | None], Decimal] = defaultdict(Decimal)
    for o, line in lines:
        quantities[o[0], line.uom] += line.open
    types = {o[0] for o in waiting}
    said = [needs_of(case, orders, places) for case in cases]
    return Summary(
        transactions=len(cases),
        orders=len(waiting),
        orders_by_type={kind: sum(o[0] == kind for o in waiting) for kind in sorted(types)},
        open_lines=len(lines),
        open_quantities=tuple(
            {"order_type": kind, "uom": uom, "quantity": quantities[kind, uom]}
            for kind, uom in sorted(quantities, key=lambda key: (key[0], key[1] is None, key[1] or ""))
        ),
        late_orders=sum(orders[o].need_ns is not None and orders[o].need_ns < as_of_ns for o in waiting),
        worths=dict(by_currency),
        valued=sum(bool(case.worths) for case in cases),
        customers=tuple(sorted({customer for need in said for customer in need["customers"]})),
        work_centers=tuple(sorted({need["work_center"] for need in said if need["work_center"] is not None})),
        promised_ns=earliest(*(need["promised_ns"] for need in said)),
        due_ns=earliest(*(need["due_ns"] for need in said)),
        need_ns=earliest(*(earliest(need["promised_ns"], need["due_ns"]) for need in said)),
    )


def needs_of(case: Case, orders: dict[Object, Order], places: tuple[str, ...]) -> dict:
    events = [member.event for member in case.course.members]
    customer, work_center = oracle.last_stated(events, "customer"), oracle.last_stated(events, "work_center")
    types = sorted(case.affected, key=lambda o: (case.affected[o], places.index(o[0]), o[1]))
    theirs = [orders[o].work_center for o in types if orders[o].work_center is not None]
    return {
        "customers": {customer} if customer is not None else {orders[o].customer for o in types} - {None},
        "work_center": work_center if work_center is not None else theirs[0] if theirs else None,
        "promised_ns": earliest(oracle.last_stated(events, "promised_ns"), *(orders[o].promised_ns for o in types)),
        "due_ns": earliest(oracle.last_stated(events, "due_ns"), *(orders[o].due_ns for o in types)),
    }


def groups_of(cases: list[Case]) -> dict[Group, list[Case]]:
    """By what is wrong; what failed by class, everything else by site. `Group()`: all that are in trouble."""
    found: dict[Group, list[Case]] = {Group(): [case for case in cases if case.troubles]}
    for case in cases:
        for kind, milestone, error_class in case.troubles:
            if kind == "missing" and case.row["state"] == "failed":
                continue
            site = None if kind == "failed" else case.course.site
            group = Group(kind, case.course.workflow.name, milestone, error_class, site)
            found.setdefault(group, []).append(case)
    return found


def earliest(*instants: int | None) -> int | None:
    return min((ns for ns in instants if ns is not None), default=None)
