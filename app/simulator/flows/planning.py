"""Offices: demand that changes, quality that stops stock, items whose master data changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from app.simulator.act import Act, Fields
from app.simulator.company import ITEMS, Item
from app.simulator.documents import production_order
from app.simulator.episode import Episode, Walk
from app.simulator.numbers import LIVE_SERIALS, STORY_SERIALS, batch, number
from app.simulator.rhythm import DAY, HOUR, MINUTE, working_later

NEXT_CHANGE = 60  # serials after the change that it overtakes
STORY = range(STORY_SERIALS, LIVE_SERIALS)


def demand_to_supply(episode: Episode) -> None:
    """A customer wants more, less or sooner: the plan follows, then the supplier and the sequence on the shop floor."""
    plant, random = episode.plant, episode.random
    order = production_order(plant, episode.day - timedelta(days=random.choice((1, 2, 3))), random.randrange(6) * 4)
    change = number("demand_change", plant, episode.day, episode.serial)
    walk = episode.walk("demand_to_supply", change, item=order.item.number, order=order.sales_order, customer=order.customer)
    quantity = max(1, round(order.quantity * random.choice((0.5, 1.3, 2))))
    goods: Fields = {"item": order.item.number, "quantity": quantity, "uom": order.item.uom}
    wanted: Fields = {"customer": order.customer, "due_time": episode.start_ns + random.randrange(3, 15) * DAY}
    names = {**walk.object, "sales_order": (order.sales_order,)}
    to_scm = episode.message("erp.demand.changed", "ORDERS change → APS DemandSignal", change)
    to_supplier = episode.message("scm.plan.updated", "APS SupplyPlan → X12 830", change)
    to_mes = episode.message("scm.sequence.updated", "APS Sequence → B2MML OperationsSchedule", change)
    changed = walk.step("changed", episode.start_ns, {**goods, **wanted}, objects=names, sends=(to_scm,))
    planned = walk.step("planned", changed, goods, receives=to_scm, sends=(to_supplier, to_mes))
    walk.step("resequenced", planned, {"work_center": order.work_center}, receives=to_mes)
    walk.takes_in("supplier", to_supplier, planned)
    answer = working_later(plant, planned or episode.start_ns, random.uniform(1, 12) * episode.haste)
    partner: Fields = {"partner": random.choice(plant.suppliers)}
    walk.step("committed", planned, partner, lag=answer - (planned or 0), answers=to_supplier)


def quality_to_shipment(episode: Episode) -> None:
    """A lot is put on hold: warehouse and ERP block it, until it is released or scrapped."""
    plant, random, day, serial = episode.plant, episode.random, episode.day, episode.serial
    item, lot = ITEMS[random.choice((*plant.makes, *plant.buys))], batch(plant, day, serial)
    walk = episode.walk("quality_to_shipment", number("quality_notice", plant, day, serial), item=item.number, location="QI01")
    names = {**walk.object, "batch": (lot,)}
    goods: Fields = {"item": item.number, "batch": lot, "quantity": max(1, item.lot // 2), "uom": item.uom, "location": "QI01"}
    hold_wms = episode.message("qms.hold.placed.wms", "QMS Hold → WMS StockStatus", walk.transaction)
    hold_erp = episode.message("qms.hold.placed.erp", "QMS Hold → MBGMCR 344", walk.transaction)
    free_wms = episode.message("qms.hold.released.wms", "QMS Release → WMS StockStatus", walk.transaction)
    free_erp = episode.message("qms.hold.released.erp", "QMS Release → MBGMCR 343", walk.transaction)
    held = walk.step("hold_placed", episode.start_ns, goods, objects=names, sends=(hold_wms, hold_erp))
    walk.step("blocked_wms", held, goods, receives=hold_wms)
    walk.step("blocked_erp", held, goods, receives=hold_erp)
    inspection = int(random.lognormvariate(1.9, 0.7) * HOUR)
    released = walk.step("released", held, goods, lag=inspection, objects=names, sends=(free_wms, free_erp))
    if walk.is_cancelled and not episode.wishes.get("unposted"):
        _post_scrap(walk, goods)
    walk.step("unblocked_wms", released, goods, receives=free_wms)
    walk.step("unblocked_erp", released, goods, receives=free_erp)


def _post_scrap(walk: Walk, goods: Fields) -> None:
    """The loss goes into the books."""
    scrapped = walk.episode.acts[-1]
    key = f"erp:inventory.posted:{walk.transaction}"
    walk.does(Act(scrapped.time_ns + walk.episode.lag(HOUR), "erp", "inventory.posted", scrapped.objects, key, walk.episode.took(), goods))


def master_data_sync(episode: Episode) -> None:
    """An item changes in PLM; plant, warehouse and planning take it over within the day."""
    item, lags = _item(episode), {to: episode.lag(4 * HOUR) for to in ("mes", "wms", "scm")}
    if episode.wishes.get("overtaken"):  # the next change is everywhere before this one reaches the warehouse
        lags["wms"] = 3 * HOUR
    _change(episode, item, episode.serial, episode.start_ns, lags)
    if episode.wishes.get("overtaken"):
        _change(episode, item, episode.serial + NEXT_CHANGE, episode.start_ns + HOUR, dict.fromkeys(lags, 20 * MINUTE))


def _item(episode: Episode) -> Item:
    """Another one with every serial, so that of one item no two changes are under way; the script has two for itself."""
    usual, scripted = (*episode.plant.makes, *episode.plant.buys[:-2]), episode.plant.buys[-2:]
    mine = scripted if episode.serial in STORY else usual
    return ITEMS[mine[episode.serial % len(mine)]]


def _change(episode: Episode, item: Item, serial: int, start_ns: int, lags: Mapping[str, int]) -> None:
    walk = episode.walk("master_data_sync", number("item_change", episode.plant, episode.day, serial), item=item.number)
    names, says = {**walk.object, "item": (item.number,)}, {"item": item.number}
    forms = {"mes": "B2MML MaterialInformation", "wms": "WMS Article", "scm": "APS Product"}
    messages = {to: episode.message(f"plm.item.changed.{to}", f"PLM ItemChange → {form}", walk.transaction) for to, form in forms.items()}
    changed = walk.step("changed", start_ns, {**says}, objects=names, sends=tuple(messages.values()))
    for to, message in messages.items():
        walk.step(f"synced_{to}", changed, {**says}, lag=lags[to], receives=message)
