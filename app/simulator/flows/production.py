"""The shop floor: orders released to the MES, confirmations back into stock, and machines that stop."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import NamedTuple

from app.simulator.act import Act, Fields
from app.simulator.documents import ORDERS_PER_SALES_ORDER, ProductionOrder, production_order, value
from app.simulator.episode import Episode
from app.simulator.numbers import batch, number
from app.simulator.rhythm import DAY, HOUR, MINUTE, local, to_ns

SHARES = (0.01, 0.015, 0.02)  # of an order that runs on, in one confirmation: it has dozens of them
RUNNING_ON = 24  # every fourth order below this serial runs on for weeks, and no day is named for it; the others are made by their day
FINAL_LOTS = 3000  # numbers of lots that no other flow gives
END_OF_DAY = time(22)
FRIDAY = 4


def order_to_production(episode: Episode) -> None:
    """A sales order becomes one to three production orders, each released, received and scheduled by itself."""
    lines = range(episode.random.choice((1, 1, 1, 2, 3)))
    orders = [production_order(episode.plant, episode.day, episode.serial, line) for line in lines]
    _book(episode, orders)
    for line, order in enumerate(orders):
        _produce(episode, order, line)
    if share := episode.wishes.get("confirms"):
        _report(episode, orders[0], round(orders[0].quantity * share), episode.start_ns + 5 * HOUR, _papers(episode))


def _book(episode: Episode, orders: list[ProductionOrder]) -> None:
    """The customer's order; no transaction of its own, it belongs to those of its production orders."""
    total = sum(order.item.price * order.quantity for order in orders) * episode.plant.rate
    says: Fields = {"customer": orders[0].customer, "value": round(total, 2), "currency": episode.plant.currency}
    if not _runs_on(episode):
        says["due_time"] = episode.start_ns + episode.random.randrange(6, 21) * DAY
    key = f"erp:order.created:{orders[0].sales_order}"
    episode.acts.append(Act(episode.start_ns, "erp", "order.created", {"sales_order": (orders[0].sales_order,)}, key, episode.took(), says))


def _runs_on(episode: Episode) -> bool:
    return episode.serial < RUNNING_ON and episode.serial % 4 == 0


class Plan(NamedTuple):
    """By when an order is wanted, by when the MES plans to have it, and when it is done."""

    wanted_ns: int
    planned_ns: int
    done_ns: int


def _produce(episode: Episode, order: ProductionOrder, line: int) -> None:
    walk = episode.walk("order_to_production", order.number, **_details(order))
    release = episode.start_ns + int(episode.random.randrange(10, 110) * MINUTE * episode.haste)
    to_mes = episode.message("erp.production-order.released", "LOIPRO03 → B2MML ProductionSchedule", order.number)
    goods = {**_goods(order, order.quantity), "work_center": order.work_center}
    names = {**walk.object, "sales_order": (order.sales_order,)}
    worth = value(order.item, order.quantity, episode.plant)
    plan = _plan(episode, release)
    wanted: Fields = {"ordered_quantity": order.quantity, "customer": order.customer}
    if plan:
        wanted["due_time"] = plan.wanted_ns
    released = walk.step("released", release, {**goods, **worth, **wanted}, objects=names, sends=(to_mes,))
    received = walk.step("received", released, goods, receives=to_mes)
    lapsed = episode.wishes.get("planned_end") if line == 0 else None
    planned_ns = lapsed or (plan and plan.planned_ns)
    planned: Fields = {"promised_time": planned_ns} if planned_ns else {}
    scheduled = walk.step("scheduled", received, {"work_center": order.work_center, **planned})
    is_told_otherwise = line == 0 and not {"planned_end", "confirms"}.isdisjoint(episode.wishes)
    if scheduled and plan and not is_told_otherwise:
        _report(episode, order, order.quantity, plan.done_ns, _last_papers(episode, line))


def _plan(episode: Episode, release_ns: int) -> Plan | None:
    """Wanted by the end of one of the next days. What the MES cannot fit in is planned for later than that, and done by then."""
    if _runs_on(episode):
        return None
    random, released = episode.random, local(episode.plant, release_ns)
    day = released.date() + timedelta(days=random.choice((1, 1, 2)))
    wanted_ns = to_ns(datetime.combine(day, END_OF_DAY, released.tzinfo))
    is_behind = random.random() < episode.plant.behind and not episode.is_calm
    planned_ns = wanted_ns + int((random.uniform(3, 20) if is_behind else -random.uniform(2, 9)) * HOUR)
    return Plan(wanted_ns, planned_ns, planned_ns - int(random.uniform(0.3, 2) * HOUR))


def production_to_inventory(episode: Episode) -> None:
    """The MES reports what was made; the ERP confirms and posts it; planning may use it."""
    order = _an_order_before(episode)
    _report(episode, order, max(1, round(order.quantity * episode.random.choice(SHARES))), episode.start_ns, _papers(episode))


class Papers(NamedTuple):
    """The numbers of one confirmation: its own, that of what it posts, and the lot."""

    confirmation: str
    document: str
    lot: str


def _papers(episode: Episode) -> Papers:
    plant, day, serial = episode.plant, episode.day, episode.serial
    return Papers(number("confirmation", plant, day, serial), number("material_document", plant, day, serial), batch(plant, day, serial))


def _last_papers(episode: Episode, line: int) -> Papers:
    """Of the one confirmation with which an order is done."""
    plant, day, serial = episode.plant, episode.day, episode.serial * ORDERS_PER_SALES_ORDER + line
    lot = batch(plant, day, FINAL_LOTS + serial % 4000)
    return Papers(number("final_confirmation", plant, day, serial), number("final_document", plant, day, serial), lot)


def _report(episode: Episode, order: ProductionOrder, quantity: int, start_ns: int, papers: Papers) -> None:
    plant, document = episode.plant, papers.document
    walk = episode.walk("production_to_inventory", papers.confirmation, **_details(order))
    goods = {**_goods(order, quantity), "batch": papers.lot}
    stock: Fields = {**goods, "location": "FG01"}
    made = {**walk.object, "production_order": (order.number,)}
    to_erp = episode.message("mes.production.completed", "B2MML ProductionPerformance → CONF11", order.number)
    to_scm = episode.message("erp.material-document.posted", "MATDOC → APS StockSignal", document)
    completed = walk.step("completed", start_ns, {**goods, "work_center": order.work_center}, objects=made, sends=(to_erp,))
    confirmed = walk.step("confirmed", completed, goods, objects=made, receives=to_erp)
    posting = {**stock, **value(order.item, quantity, plant)}
    posted = walk.step("posted", confirmed, posting, objects={**walk.object, "material_document": (document,)}, sends=(to_scm,))
    walk.step("available", posted, stock, objects={"material_document": (document,)}, receives=to_scm)


def downtime_to_capacity(episode: Episode) -> None:
    """A machine stops; the MES records it; planning takes its capacity away."""
    machine = episode.random.choice(episode.plant.work_centers)
    walk = episode.walk("downtime_to_capacity", number("downtime", episode.plant, episode.day, episode.serial), work_center=machine)
    to_mes = episode.message("iiot.machine.down", "Sparkplug NDATA → MES DowntimeEvent", walk.transaction)
    to_scm = episode.message("mes.downtime.recorded", "DowntimeEvent → APS CapacityChange", walk.transaction)
    down = walk.step("down", episode.start_ns, {"work_center": machine}, sends=(to_mes,))
    recorded = walk.step("recorded", down, {"work_center": machine}, receives=to_mes, sends=(to_scm,))
    walk.step("planned", recorded, {"work_center": machine}, receives=to_scm)


def order_change(episode: Episode) -> None:
    """Somebody changes a released order in the ERP; the plant must hear of it."""
    order = _an_order_before(episode)
    walk = episode.walk("order_change", number("order_change", episode.plant, episode.day, episode.serial), **_details(order))
    names = {**walk.object, "production_order": (order.number,)}
    goods = _goods(order, max(1, round(order.quantity * episode.random.choice((0.8, 0.9, 1.2, 1.5)))))
    wanted: Fields = {"customer": order.customer, "due_time": episode.start_ns + episode.random.randrange(2, 9) * DAY}
    to_mes = episode.message("erp.production-order.changed", "LOIPRO03 → B2MML ChangeProductionSchedule", order.number)
    changed = walk.step("changed", episode.start_ns, {**goods, **wanted}, objects=names, sends=(to_mes,))
    received = walk.step("received", changed, goods, objects=names, receives=to_mes)
    walk.step("resequenced", received, {"work_center": order.work_center}, objects=names)


def _an_order_before(episode: Episode) -> ProductionOrder:
    """An order of the last days; every fourth serial is in the history at any density."""
    day = episode.day - timedelta(days=episode.random.choice((1, 1, 2)))
    day -= timedelta(days=max(0, day.weekday() - FRIDAY))  # offices are closed, and few orders begin
    wished = episode.wishes.get("item")
    for serial in range(episode.random.randrange(6) * 4, 400, 4):
        order = production_order(episode.plant, day, serial)
        if wished is None or order.item == wished:
            return order
    raise ValueError(f"no order at {episode.plant.name} makes {wished}; wish for one of {', '.join(episode.plant.makes)}")


def _goods(order: ProductionOrder, quantity: int) -> Fields:
    return {"item": order.item.number, "quantity": quantity, "uom": order.item.uom}


def _details(order: ProductionOrder) -> dict[str, str]:
    return {"item": order.item.number, "order": order.number, "work_center": order.work_center, "customer": order.customer}
