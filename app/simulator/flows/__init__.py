"""The eleven flows of business: how often each begins, by whose hours, and what may befall it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.simulator.episode import Episode
from app.simulator.flows.planning import demand_to_supply, master_data_sync, quality_to_shipment
from app.simulator.flows.production import downtime_to_capacity, order_change, order_to_production, production_to_inventory
from app.simulator.flows.purchasing import procure_to_receipt, purchase_order_change
from app.simulator.flows.shipping import shipment_to_invoice, stock_movement_sync


@dataclass(frozen=True, slots=True)
class Flow:
    """One kind of episode. `per_day` begin on a weekday in all plants together; `hops` are the milestones that trouble may strike."""

    name: str
    play: Callable[[Episode], None]
    per_day: float
    hours: str  # shop, dock, office
    hops: tuple[str, ...]
    cancels_at: str | None = None


FLOWS = {
    flow.name: flow
    for flow in (
        Flow("order_to_production", order_to_production, 56, "office", ("received", "scheduled"), "received"),
        Flow("production_to_inventory", production_to_inventory, 90, "shop", ("confirmed", "posted", "available")),
        Flow("procure_to_receipt", procure_to_receipt, 40, "office", ("sent", "posted"), "sent"),
        Flow(
            "quality_to_shipment",
            quality_to_shipment,
            30,
            "shop",
            ("blocked_wms", "blocked_erp", "unblocked_wms", "unblocked_erp"),
            "released",
        ),
        Flow("shipment_to_invoice", shipment_to_invoice, 42, "dock", ("picked", "issued", "invoiced"), "picked"),
        Flow("demand_to_supply", demand_to_supply, 30, "office", ("planned", "resequenced")),
        Flow("order_change", order_change, 36, "office", ("received", "resequenced")),
        Flow("purchase_order_change", purchase_order_change, 20, "office", ("sent",)),
        Flow("stock_movement_sync", stock_movement_sync, 150, "shop", ("moved_erp",)),
        Flow("master_data_sync", master_data_sync, 5, "office", ("synced_mes", "synced_wms", "synced_scm")),
        Flow("downtime_to_capacity", downtime_to_capacity, 26, "shop", ("recorded", "planned")),
    )
}
