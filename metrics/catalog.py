"""The metrics: what each asks, from which milestone to which, and what is promised. One card each, after ISO 22400-1."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.keys import SECONDS
from metrics.workflows import Workflow

PEOPLE = ("supply-chain manager", "plant IT", "executive")


@dataclass(frozen=True, slots=True)
class Metric:
    """A card of the catalogue. A metric with `workflow` runs from the milestone `start` to `end`; the others look at whole transactions,
    at what had to be acted on, or at stock."""

    name: str
    title: str
    question: str
    unit: str  # s: durations in seconds; ratio: shares only
    goal: float  # the attainment promised, 0..1
    formula: str
    audience: tuple[str, ...] = PEOPLE
    target: str | None = None  # as written: 5m, 2d
    workflow: str | None = None
    start: str | None = None
    end: str | None = None
    working: bool = False  # durations in working time, a supplier's in the supplier's own
    standard: str | None = None
    direction: str = "lower"  # which way a good value goes: lower or higher

    @property
    def target_days(self) -> int | None:
        """Working days, where the target is written in them."""
        return int(self.target[:-1]) if self.target and self.working and self.target.endswith("d") else None

    @property
    def target_seconds(self) -> int | None:
        """The target by the clock; None where it is counted in working days, or there is none."""
        return int(self.target[:-1]) * SECONDS[self.target[-1]] if self.target and self.target_days is None else None


def lag(name: str, title: str, question: str, path: tuple[str, str, str], promise: tuple[str, float], **more: object) -> Metric:
    """A card of a metric that runs along `path` (workflow, milestone, milestone) under a `promise` (target, goal)."""
    workflow, start, end = path
    return Metric(
        name,
        title,
        question,
        "s",
        promise[1],
        f"time of '{end}' − time of '{start}'; good when not above the target",
        target=promise[0],
        workflow=workflow,
        start=start,
        end=end,
        **more,  # type: ignore[arg-type]
    )


CATALOG = (
    lag(
        "order_release_latency",
        "Order release latency",
        "How long after its release does a production order stand in the plant's system?",
        ("order_to_production", "released", "received"),
        ("5m", 0.99),
        standard="no metric of its own in SCOR; a part of RS.2.2, make cycle time",
    ),
    lag(
        "production_confirmation_lag",
        "Production confirmation lag",
        "How long after completion does the ERP know what was produced?",
        ("production_to_inventory", "completed", "confirmed"),
        ("10m", 0.98),
    ),
    lag(
        "supplier_response_cycle_time",
        "Supplier response cycle time",
        "How much working time does a supplier take to answer a purchase order?",
        ("procure_to_receipt", "sent", "confirmed"),
        ("2d", 0.95),
        working=True,
        standard="SCOR 11/12 RS.2.1, source cycle time: its first part",
    ),
    lag(
        "quality_hold_propagation",
        "Quality hold propagation",
        "How long can stock on hold still be shipped, because the warehouse does not know?",
        ("quality_to_shipment", "hold_placed", "blocked_wms"),
        ("2m", 0.995),
    ),
    lag(
        "shipment_to_invoice_lag",
        "Shipment-to-invoice lag",
        "How long after dispatch does the invoice go out?",
        ("shipment_to_invoice", "dispatched", "invoiced"),
        ("24h", 0.97),
        standard="no metric of its own in SCOR; a part of cash-to-cash cycle time",
    ),
    lag(
        "demand_change_propagation",
        "Demand change propagation",
        "How long after a change of demand does the plan follow?",
        ("demand_to_supply", "changed", "planned"),
        ("15m", 0.97),
    ),
    lag(
        "stock_posting_lag",
        "Stock posting lag",
        "How long after a movement in the warehouse does the ERP post it?",
        ("stock_movement_sync", "moved_wms", "moved_erp"),
        ("5m", 0.99),
    ),
    Metric(
        "inventory_sync_accuracy",
        "Inventory synchronization accuracy",
        "For how much of the stock do the systems agree on the quantity?",
        "ratio",
        0.98,
        "keys with equal quantity ÷ keys compared, over the comparable pairs of snapshots",
        direction="higher",
        standard="inventory accuracy as usual, between two systems instead of a system and a count",
    ),
    Metric(
        "first_pass_yield",
        "First pass yield",
        "How many transactions got through at the first attempt?",
        "ratio",
        0.97,
        "complete without a failed attempt ÷ (these + failed, overdue, or complete with failed attempts)",
        direction="higher",
        standard="the word is that of production; here of messages, not of parts",
    ),
    Metric(
        "transaction_success",
        "Transaction success",
        "How many transactions ended well and in time?",
        "ratio",
        0.99,
        "complete and not late ÷ (these + failed, overdue or late)",
        direction="higher",
    ),
    Metric(
        "time_to_recover",
        "Time to recover",
        "How long does it take until what failed has got through after all?",
        "s",
        0.9,
        "time reached − time of the first failed attempt, of milestones somebody or a rule had to act on",
        target="4h",
        standard="the word is that of maintenance; here of messages, not of machines",
    ),
)


def applicable(metrics: tuple[Metric, ...], workflows: tuple[Workflow, ...]) -> tuple[Metric, ...]:
    """Those that can be computed: a metric of a workflow needs it and both its milestones."""
    milestones = {(w.name, m.name) for w in workflows for m in w.milestones}
    return tuple(m for m in metrics if m.workflow is None or {(m.workflow, m.start), (m.workflow, m.end)} <= milestones)
