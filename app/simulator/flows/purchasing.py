"""Buying: purchase orders until the goods are posted, and changes to them."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum, auto

from app.simulator import provider
from app.simulator.act import Fields, Objects
from app.simulator.company import HABITS
from app.simulator.documents import PurchaseOrder, purchase_order, value
from app.simulator.episode import Episode, Walk
from app.simulator.numbers import batch, number
from app.simulator.rhythm import DAY, HOUR, working_later

AGREED_HOURS = 18  # two working days
JUST_HOURS = 0.1  # what runs out as the day closes is due then, not the next morning
UNHEARD_NS = 2 * HOUR  # what comes late may come by a provider that is silent just then


class Habit(Enum):
    """What a supplier does otherwise than agreed."""

    ANSWERS_LATE = auto()
    SHIPS_LATE = auto()


def procure_to_receipt(episode: Episode) -> None:
    """Ordered, confirmed with a promise, announced, received in one or several parts, posted."""
    order = purchase_order(episode.plant, episode.day, episode.serial)
    walk = episode.walk("procure_to_receipt", order.number, **_details(order))
    habit = _habit(walk, order.partner)
    confirmed, promised = _until_confirmed(walk, order, habit)
    asn = {"asn": (number("asn", episode.plant, episode.day, episode.serial),)}
    early = _ships(walk, promised, habit) - (confirmed or 0)
    goods: Fields = {**_goods(order), "partner": order.partner, "quantity": order.quantity}
    shipped = walk.step("shipped", confirmed, goods, lag=early, objects={**walk.object, **asn})
    _receive(walk, order, asn, shipped)


def _habit(walk: Walk, partner: str) -> Habit | None:
    drawn, (answers, ships) = walk.random.random(), HABITS[partner]
    if walk.fate or walk.episode.is_calm or drawn >= answers + ships:
        return None
    return Habit.ANSWERS_LATE if drawn < answers else Habit.SHIPS_LATE


def _ships(walk: Walk, promised: int, habit: Habit | None) -> int:
    """When the shipping notice comes: some time before the promised one, by habit after it."""
    if habit is Habit.SHIPS_LATE:
        shipped = promised + int(walk.random.uniform(0.2, 2.5) * DAY)
        walk.is_troubled(promised, shipped + UNHEARD_NS)
        return shipped
    ahead = walk.episode.wishes.get("shipped_ahead")
    return promised - (ahead or int(walk.random.uniform(0.03, 0.3) * 2 * DAY))


def _until_confirmed(walk: Walk, order: PurchaseOrder, habit: Habit | None) -> tuple[int | None, int]:
    """When the supplier answered, and what he promised."""
    episode, partner = walk.episode, {"partner": order.partner}
    wanted: Fields = {**_goods(order), "ordered_quantity": order.quantity, **value(order.item, order.quantity, episode.plant)}
    to_supplier = episode.message(provider.ORDERS, "ORDERS05 → X12 850", order.number)
    to_supplier.id = provider.known_as(episode.plant, order.partner, order.number) or to_supplier.id
    created = walk.step("created", episode.start_ns, {**wanted, **partner})
    sent = walk.step("sent", created, {**partner}, sends=(to_supplier,))
    walk.takes_in("supplier", to_supplier, sent)
    answer = _answer_time(episode, sent)
    if habit is Habit.ANSWERS_LATE and sent:
        answer = working_later(episode.plant, sent, episode.random.uniform(AGREED_HOURS + 0.5, AGREED_HOURS * 1.9))
        walk.is_troubled(working_later(episode.plant, sent, AGREED_HOURS - JUST_HOURS), answer + UNHEARD_NS)
    promised = episode.wishes.get("promised") or answer + episode.random.randrange(2 * 24, 7 * 24) * HOUR
    says: Fields = {**_goods(order), **partner, "ordered_quantity": order.quantity, "promised_time": promised}
    confirmed = walk.step("confirmed", sent, says, lag=answer - (sent or 0), answers=to_supplier)
    return confirmed, promised


def _receive(walk: Walk, order: PurchaseOrder, asn: Objects, shipped: int | None) -> None:
    """Now and then in three trucks. Each receipt is one effect of its own."""
    episode = walk.episode
    goods: Fields = {**_goods(order), "location": "RM01", "batch": batch(episode.plant, episode.day, episode.serial)}
    received, to_erp = shipped, None
    for part, amount in enumerate(_amounts(walk, order)):
        to_erp = episode.message("wms.goods.received", "WMS GoodsReceipt → WMMBXY", order.number)
        lag = int(episode.random.uniform(5, 26) * HOUR * episode.haste)
        received = walk.step("received", received, {**goods, "quantity": amount}, lag=lag, objects=asn, sends=(to_erp,), part=part)
    posting: Fields = {**goods, "quantity": order.quantity, **value(order.item, order.quantity, episode.plant)}
    walk.step("posted", received, posting, receives=to_erp)


def _amounts(walk: Walk, order: PurchaseOrder) -> list[int]:
    if walk.fate or walk.random.random() > 0.2:
        return [order.quantity]
    first, second = order.quantity // 2, order.quantity * 3 // 10
    return [first, second, order.quantity - first - second]


def purchase_order_change(episode: Episode) -> None:
    """A date or quantity of a sent order changes; the supplier has to agree."""
    plant, random = episode.plant, episode.random
    order = purchase_order(plant, episode.day - timedelta(days=random.choice((1, 2, 3))), random.randrange(4) * 4)
    change = f"{order.number}-{number('order_change', plant, episode.day, episode.serial)[-5:]}"
    walk = episode.walk("purchase_order_change", change, **_details(order))
    names = {**walk.object, "purchase_order": (order.number,)}
    goods: Fields = {**_goods(order), "quantity": max(1, round(order.quantity * random.choice((0.6, 0.8, 1.25))))}
    partner: Fields = {"partner": order.partner}
    to_supplier = episode.message("erp.purchase-order.changed", "ORDCHG → X12 860", order.number)
    changed = walk.step("changed", episode.start_ns, {**goods, **partner}, objects=names)
    sent = walk.step("sent", changed, partner, objects=names, sends=(to_supplier,))
    walk.takes_in("supplier", to_supplier, sent)
    walk.step("confirmed", sent, partner, lag=_answer_time(episode, sent) - (sent or 0), objects=names, answers=to_supplier)


def _answer_time(episode: Episode, sent: int | None) -> int:
    """A supplier answers in opening hours, well within two working days."""
    return working_later(episode.plant, sent or episode.start_ns, episode.random.uniform(1.5, 12) * episode.haste)


def _goods(order: PurchaseOrder) -> Fields:
    return {"item": order.item.number, "uom": order.item.uom}


def _details(order: PurchaseOrder) -> dict[str, str]:
    return {"item": order.item.number, "order": order.number, "partner": order.partner.split()[0], "location": "RM01"}
