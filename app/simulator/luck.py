"""How much goes wrong: hardly anything, most of it heals by itself, and some places have more of it than others."""

from __future__ import annotations

from random import Random

from app.simulator.company import Plant
from app.simulator.fates import Fate
from app.simulator.flows import Flow

USUAL = {"retried": 0.014, "repeated": 0.012, "mended": 0.004, "slow": 0.002, "cancelled": 0.006}
WORSE = {  # sore spots: where somebody should look into it
    ("stock_movement_sync", "monterrey"): {"slow": 0.028},
    ("order_to_production", "augsburg"): {"slow": 0.012},
    ("shipment_to_invoice", "kulim"): {"mended": 0.02},
    ("production_to_inventory", "augsburg"): {"retried": 0.03},
}


def fate_of(flow: Flow, plant: Plant, random: Random, times: float = 1.0) -> Fate | None:
    """What befalls an episode; None for nearly all of them. `times` multiplies every likelihood."""
    drawn = random.random() / times
    for kind, likelihood in {**USUAL, **WORSE.get((flow.name, plant.name), {})}.items():
        drawn -= likelihood
        if drawn < 0:
            return _strikes(kind, flow, random)
    return None


def _strikes(kind: str, flow: Flow, random: Random) -> Fate | None:
    if kind == "cancelled":
        return Fate(kind, flow.cancels_at) if flow.cancels_at else None
    return Fate(kind, random.choice(flow.hops))
