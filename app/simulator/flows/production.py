"""The shop floor: orders released to the MES, confirmations back into stock, and machines that stop."""

from __future__ import annotations

from datetime import timedelta

from app.simulator.act import Act, Fields
from app.simulator.documents import ProductionOrder, production_order, value
from app.simulator.episode import Episode
from app.simulator.numbers import batch, number
from app.simulator.rhythm import DAY, HOUR, MINUTE

SHARES = (0.01, 0.015, 0.02)  # of an order, in one confirmation: an order has dozens of them


def order_to_production(episode: Episode) -> None:
    """A sales order becomes one to three production orders, each released, received and scheduled by itself."""
    lines = range(episode.random.choice((1, 1, 1, 2, 3)))
    orders = [production_order(episode.plant, episode.day, episode.serial, line) for line in lines]
    _book(episode, orders)
    for order in orders:
        _produce(episode, order)
    if share := episode.wishes.get("confirms"):
        _report(episode, orders[0], round(orders[0].quantity * share), episode.start_ns + 5 * HOUR)


def _book(episode: Episode, orders: list[ProductionOrder]) -> None:
    """The customer's order; no transaction of its own, it belongs to those of its production orders."""
    total = sum(order.item.price * order.quantity for order in orders) * episode.plant.rate
    says: Fields = {"customer": orders[0].customer, "value": round(total, 2), "currency": episode.plant.currency}
    says["due_time"] = episode.start_ns + episode.random.randrange(6, 21) * DAY
    key = f"erp:order.created:{orders[0].sales_order}"
    episode.acts.append(Act(episode.start_ns, "erp", "order.created", {"sales_order": (orders[0].sales_order,)}, key, episode.took(), says))


def _produce(episode: Episode, order: ProductionOrder) -> None:
    walk = episode.walk("order_to_production", order.number, **_details(order))
    release = episode.start_ns + int(episode.random.randrange(10, 110) * MINUTE * episode.haste)
    to_mes = episode.message("erp.production-order.released", "LOIPRO03 → B2MML ProductionSchedule", order.number)
    goods = {**_goods(order, order.quantity), "work_center": order.work_center}
    names = {**walk.object, "sales_order": (order.sales_order,)}
    worth = value(order.item, order.quantity, episode.plant)
    wanted: Fields = {"ordered_quantity": order.quantity, "customer": order.customer}
    released = walk.step("released", release, {**goods, **worth, **wanted}, objects=names, sends=(to_mes,))
    received = walk.step("received", released, goods, receives=to_mes)
    has_plan = "planned_end" in episode.wishes and walk is episode.walks[0]
    plan: Fields = {"due_time": episode.wishes["planned_end"]} if has_plan else {}
    walk.step("scheduled", received, {"work_center": order.work_center, **plan})


def production_to_inventory(episode: Episode) -> None:
    """The MES reports what was made; the ERP confirms and posts it; planning may use it."""
    order = _an_order_before(episode)
    _report(episode, order, max(1, round(order.quantity * episode.random.choice(SHARES))), episode.start_ns)


def _report(episode: Episode, order: ProductionOrder, quantity: int, start_ns: int) -> None:
    plant, day, serial = episode.plant, episode.day, episode.serial
    document = number("material_document", plant, day, serial)
    walk = episode.walk("production_to_inventory", number("confirmation", plant, day, serial), **_details(order))
    goods = {**_goods(order, quantity), "batch": batch(plant, day, serial)}
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
