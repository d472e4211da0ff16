"""Out of the door: deliveries picked, shipped together, posted and invoiced; and stock moved in the warehouse."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from app.simulator.act import Fields, Message
from app.simulator.company import ITEMS
from app.simulator.documents import ProductionOrder, production_order, value
from app.simulator.episode import Episode, Walk
from app.simulator.numbers import batch, number, stock_lot
from app.simulator.rhythm import DAY, HOUR, MINUTE, SECOND

DELIVERIES_PER_SHIPMENT = 3
USUAL_NS, RUSH_NS = 4 * DAY, 7 * HOUR  # by when a delivery is wanted
FINISHED_LOTS = 8000  # numbers of lots that no other flow gives


class Load(NamedTuple):
    """One delivery that was picked, and the message that will tell the ERP it left."""

    walk: Walk
    order: ProductionOrder
    picked: int
    to_erp: Message
    lot: str


def shipment_to_invoice(episode: Episode) -> None:
    """One to three deliveries are picked, leave on one truck, and are invoiced one by one."""
    count = episode.random.choice((1, 1, 2, 3))
    loads = [load for line in range(count) if (load := _load(episode, line))]
    if not loads:
        return
    shipment = {"shipment": (number("shipment", episode.plant, episode.day, episode.serial),)}
    together = {**shipment, "delivery": tuple(load.walk.transaction for load in loads)}
    carrier: Fields = {"partner": episode.random.choice(episode.plant.carriers)}
    first, last_picked = loads[0].walk, max(load.picked for load in loads)
    leaving, travelling = episode.lag(14 * HOUR), int(episode.random.uniform(20, 90) * HOUR)
    messages = tuple(load.to_erp for load in loads)
    dispatched = first.step("dispatched", last_picked, carrier, lag=leaving, objects=together, sends=messages)
    first.step("delivered", dispatched, carrier, lag=travelling, objects=shipment)
    for load in loads:
        _invoice(load, dispatched)
    if episode.wishes.get("held"):
        _hold(loads[0])


def _load(episode: Episode, line: int) -> Load | None:
    plant, random = episode.plant, episode.random
    order = production_order(plant, episode.day - timedelta(days=random.choice((2, 3, 4))), random.randrange(6) * 4)
    delivery = number("delivery", plant, episode.day, episode.serial * DELIVERIES_PER_SHIPMENT + line)
    walk = episode.walk("shipment_to_invoice", delivery, item=order.item.number, order=order.number, customer=order.customer)
    to_wms = episode.message("erp.delivery.created", "DELVRY07 → WMS PickRequest", delivery)
    to_erp = episode.message("tms.shipment.dispatched", "TMS Departure → SHPCON", delivery)
    goods: Fields = {"item": order.item.number, "quantity": order.quantity, "uom": order.item.uom}
    is_rush = random.random() < 2 * plant.behind and not episode.is_calm
    due = episode.start_ns + (RUSH_NS if is_rush else USUAL_NS)
    wanted: Fields = {"customer": order.customer, "due_time": due, "ordered_quantity": order.quantity}
    worth = value(order.item, order.quantity, plant)
    names = {**walk.object, "sales_order": (order.sales_order,)}
    created = walk.step("created", episode.start_ns + line * 3 * MINUTE, {**goods, **wanted, **worth}, objects=names, sends=(to_wms,))
    walk.takes_in("wms", to_wms, created)
    lot = batch(plant, episode.day, FINISHED_LOTS + (episode.serial * DELIVERIES_PER_SHIPMENT + line) % 1000)
    picked = walk.step("picked", created, {**goods, "location": "FG01", "batch": lot}, answers=to_wms)
    return None if picked is None else Load(walk, order, picked, to_erp, lot)


def _hold(load: Load) -> None:
    """Quality holds the lot before the truck leaves, and nobody stops the truck."""
    episode = load.walk.episode
    walk = episode.walk(
        "quality_to_shipment", number("quality_notice", episode.plant, episode.day, episode.serial), item=load.order.item.number
    )
    goods: Fields = {"item": load.order.item.number, "batch": load.lot, "quantity": load.order.quantity, "uom": load.order.item.uom}
    hold_erp = episode.message("qms.hold.placed.erp", "QMS Hold → MBGMCR 344", walk.transaction)
    hold_wms = episode.message("qms.hold.placed.wms", "QMS Hold → WMS StockStatus", walk.transaction)
    names = {**walk.object, "batch": (load.lot,)}
    held = walk.step("hold_placed", load.picked + 20 * SECOND, goods, objects=names, sends=(hold_wms, hold_erp))
    walk.step("blocked_wms", held, goods, receives=hold_wms)
    walk.step("blocked_erp", held, goods, receives=hold_erp)


def _invoice(load: Load, dispatched: int | None) -> None:
    walk, order = load.walk, load.order
    to_fin = walk.episode.message("erp.goods-issue.posted", "GI posting → billing due list", walk.transaction)
    worth = value(order.item, order.quantity, walk.episode.plant)
    goods: Fields = {"item": order.item.number, "quantity": order.quantity, "uom": order.item.uom, "location": "FG01"}
    issued = walk.step("issued", dispatched, {**goods, **worth}, receives=load.to_erp, sends=(to_fin,))
    walk.takes_in("fin", to_fin, issued)
    if walk is walk.episode.walks[0]:
        worth = value(order.item, order.quantity * walk.episode.wishes.get("invoices", 1), walk.episode.plant)
    walk.step("invoiced", dispatched, {"customer": order.customer, **worth}, answers=to_fin)


def stock_movement_sync(episode: Episode) -> None:
    """Something is moved in the warehouse; the ERP books the same."""
    plant, random, day, serial = episode.plant, episode.random, episode.day, episode.serial
    is_inbound = random.random() < 0.5
    item = ITEMS[random.choice(plant.buys if is_inbound else plant.makes)]
    location = "RM01" if is_inbound else "FG01"
    walk = episode.walk("stock_movement_sync", number("movement", plant, day, serial), item=item.number, location=location)
    names = {**walk.object, "handling_unit": (number("handling_unit", plant, day, serial),)}
    quantity = random.choice((-1, 1)) * max(1, item.lot // random.choice((4, 8, 10)))
    goods: Fields = {"item": item.number, "location": location, "quantity": quantity, "uom": item.uom}
    goods["batch"] = stock_lot(plant, item.number, day)
    to_erp = episode.message("wms.stock.moved", "WMS TransferOrder → WMMBXY", walk.transaction)
    moved = walk.step("moved_wms", episode.start_ns, goods, objects=names, sends=(to_erp,))
    walk.step("moved_erp", moved, goods, objects=names, receives=to_erp)
