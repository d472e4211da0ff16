"""Most of what the simulated plants make and buy is in time, some of it is not, and of no two plants or suppliers it is the same."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from app.simulator.company import PLANTS
from app.simulator.episode import Episode
from app.simulator.rhythm import to_ns
from app.simulator.timeline import history

END = datetime(2026, 11, 18, 13, 30, tzinfo=UTC)  # a Wednesday


@pytest.fixture(scope="module")
def told() -> list[Episode]:
    return list(history(1, to_ns(END - timedelta(days=14)), to_ns(END), 0.6))


def of_plants(told: list[Episode], event: str, field: str) -> dict[str, list[tuple[int, int]]]:
    """Plant → when each order was promised or wanted for, and when it was done."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for episode in told:
        wanted = {
            act.objects["production_order"]: int(act.fields[field]) for act in episode.acts if act.event == event and field in act.fields
        }
        for act in episode.acts:
            if act.event == "production.confirmed" and not act.trouble and act.objects["production_order"] in wanted:
                found[episode.plant.name].append((wanted[act.objects["production_order"]], act.time_ns))
    return found


def test_most_orders_are_made_by_their_day_and_the_plants_differ(told: list[Episode]) -> None:
    found = of_plants(told, "order.released", "due_time")
    late = {plant: sum(done > wanted for wanted, done in days) / len(days) for plant, days in found.items()}
    assert late["augsburg"] < late["kulim"] < late["monterrey"] < 0.15
    assert all(len(days) > 50 for days in found.values())


def test_an_order_is_done_before_its_planned_end_even_when_it_is_late(told: list[Episode]) -> None:
    """So the rule that looks for orders without a completion finds only what is scripted."""
    found = of_plants(told, "work_order.scheduled", "promised_time")
    assert set(found) == {plant.name for plant in PLANTS}
    assert all(done <= planned for days in found.values() for planned, done in days)


def test_some_suppliers_keep_less_of_what_they_promise_than_others(told: list[Episode]) -> None:
    kept: dict[str, list[bool]] = defaultdict(list)
    for episode in told:
        said = {act.event: act for act in episode.acts}
        if {"asn.received", "purchase_order.confirmed"} <= said.keys():
            confirmed, shipped = said["purchase_order.confirmed"], said["asn.received"]
            kept[str(confirmed.fields["partner"])].append(shipped.time_ns <= int(confirmed.fields["promised_time"]))
    shares = {partner: sum(days) / len(days) for partner, days in kept.items()}
    assert len(shares) == 9
    assert min(shares, key=lambda partner: shares[partner]) in ("20210 Penang Passives", "20063 Vellinghaus Steel")
    assert sum(share > 0.9 for share in shares.values()) > 4


def test_nothing_but_the_script_is_open_at_the_end(told: list[Episode]) -> None:
    assert not [episode for episode in told if episode.is_troubled_at(to_ns(END))]
