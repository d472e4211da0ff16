"""Hand-made paths: what the reader would return for a transaction, written in a line an event."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pandas as pd

from metrics.path import Path, Step

EVENT = {
    "attempt": 1,
    "dead_letter": False,
    "is_redelivery": False,
    "error_class": None,
    "error_code": None,
    "error_type": None,
    "error_text": None,
    "quantity": None,
    "uom": None,
    "ordered_quantity": None,
    "item": None,
    "location": None,
    "batch": None,
    "value": None,
    "currency": None,
    "partner": None,
    "customer": None,
    "promised_ns": None,
    "due_ns": None,
    "recovery_id": None,
    "idempotency_key": None,
    "trace_id": None,
    "span_id": None,
    "source": "erp",
    "site": "hamburg",
}
HOPS = [
    "from_system",
    "to_system",
    "sent_ns",
    "received_ns",
    "seconds",
    "destination",
    "sending_span_id",
    "receiving_span_id",
    "is_error",
    "event_id",
]
SPANS = [
    "span_id",
    "parent_id",
    "trace_id",
    "name",
    "kind",
    "service",
    "system",
    "start_ns",
    "end_ns",
    "is_error",
    "status_message",
    "is_event",
    "event_type",
    "depth",
    "destination",
    "operation",
    "attributes",
    "links",
]


def ns(text: str) -> int:
    """`2026-03-23 14:05:12.5` UTC."""
    moment = datetime.fromisoformat(text + "+00:00")
    return int(moment.timestamp()) * 10**9 + moment.microsecond * 1000


def step(name: str, event: str, system: str, after: str | None = None, **more: Any) -> Step:
    given = {
        "required": True,
        "within": None,
        "working": False,
        "open_ended": None,
        "opened_ns": None,
        "reached_ns": None,
        "due_ns": None,
        "is_missing": False,
        "is_unjudged": False,
        "is_late": False,
        "is_failed": False,
        "is_retrying": False,
        "error_class": None,
        "attempts": 0,
    }
    return Step(name=name, event=event, system=system, after=after, **{**given, **more})


def event(number: int, when: int | str, milestone: str | None, event_type: str, system: str, **more: Any) -> dict[str, Any]:
    at = ns(when) if isinstance(when, str) else when
    return {
        **EVENT,
        "event_id": f"{number:048x}",
        "event_ns": at,
        "event_type": event_type,
        "system": system,
        "system_name": system.upper() + "-1",
        "milestone": milestone,
        "is_error": "error_class" in more,
        "position": f"traces/{system}.jsonl:{number}",
        "recorded_ns": at + 10**9,
        "objects": ["production_order PO-1"],
        **more,
    }


def path(steps: list[Step], events: list[dict[str, Any]], as_of: str, **more: Any) -> Path:
    times = [e["event_ns"] for e in events]
    made = Path(
        workflow="order_to_production",
        title="Order-to-production release",
        object_type="production_order",
        transaction_id="PO-1",
        site="hamburg",
        timezone="Europe/Berlin",
        owner="plant-it",
        criticality="critical",
        state="in_progress",
        status="in_progress",
        start_ns=min(times, default=0),
        last_event_ns=max(times, default=0),
        next_due_ns=None,
        failed_milestone=None,
        error_class=None,
        failed_attempts=sum(e["is_error"] for e in events),
        variant="",
        as_of_ns=ns(as_of),
        steps=tuple(steps),
        events=pd.DataFrame(events, columns=list(event(0, 0, None, "x", "erp"))),
        hops=pd.DataFrame(columns=HOPS),
        spans=pd.DataFrame(columns=SPANS),
    )
    return replace(made, **more)


def failed_purchase() -> Path:
    """Confirmed and shipped after long waits; the receipt was refused three times, so nothing was posted."""
    rest = {"partner": "ACME", "item": "M-0042", "uom": "PC", "site": "hamburg", "objects": ["purchase_order 4500017788"]}
    refused = {
        "error_class": "business",
        "error_code": "idoc:51",
        "error_type": "IDoc",
        "error_text": "Material M-0042 not maintained in plant 1000",
        **rest,
    }
    t = {
        name: ns(text)
        for name, text in {
            "created": "2026-03-23 08:00:00",
            "sent": "2026-03-23 08:00:00.4",
            "confirmed": "2026-03-24 09:12:00",
            "shipped": "2026-03-26 11:00:00",
            "received": "2026-03-27 08:30:00",
        }.items()
    }
    steps = [
        step("created", "purchase_order.created", "erp", reached_ns=t["created"]),
        step(
            "sent",
            "purchase_order.sent",
            "erp",
            "created",
            within="1h",
            opened_ns=t["created"],
            reached_ns=t["sent"],
            due_ns=ns("2026-03-23 09:00:00"),
        ),
        step(
            "confirmed",
            "purchase_order.confirmed",
            "supplier",
            "sent",
            within="2d",
            working=True,
            opened_ns=t["sent"],
            reached_ns=t["confirmed"],
            due_ns=ns("2026-03-25 08:00:00"),
        ),
        step(
            "shipped",
            "asn.received",
            "supplier",
            "confirmed",
            within="10d",
            opened_ns=t["confirmed"],
            reached_ns=t["shipped"],
            due_ns=ns("2026-03-26 09:00:00"),
            is_late=True,
        ),
        step(
            "received",
            "goods.received",
            "wms",
            "shipped",
            within="5d",
            opened_ns=t["shipped"],
            reached_ns=t["received"],
            due_ns=ns("2026-03-31 11:00:00"),
        ),
        step(
            "posted",
            "receipt.posted",
            "erp",
            "received",
            within="30m",
            opened_ns=t["received"],
            due_ns=ns("2026-03-27 09:00:00"),
            is_missing=True,
            is_failed=True,
            error_class="business",
            attempts=3,
        ),
    ]
    events = [
        event(1, t["created"], "created", "purchase_order.created", "erp", ordered_quantity=480, value=12960, currency="EUR", **rest),
        event(2, t["sent"], "sent", "purchase_order.sent", "erp", idempotency_key="K-1", **rest),
        event(3, "2026-03-23 08:00:31", "sent", "purchase_order.sent", "erp", idempotency_key="K-1", is_redelivery=True, attempt=2, **rest),
        event(4, t["confirmed"], "confirmed", "purchase_order.confirmed", "supplier", promised_ns=ns("2026-03-26 09:00:00"), **rest),
        event(5, t["shipped"], "shipped", "asn.received", "supplier", **{**rest, "objects": ["purchase_order 4500017788", "asn ASN-771"]}),
        event(6, t["received"], "received", "goods.received", "wms", quantity=480, **{**rest, "objects": ["asn ASN-771"]}),
        event(7, "2026-03-27 08:31:02", "posted", "receipt.posted", "erp", **refused),
        event(8, "2026-03-27 08:41:02", "posted", "receipt.posted", "erp", attempt=2, **refused),
        event(9, "2026-03-27 10:02:40", "posted", "receipt.posted", "erp", attempt=3, dead_letter=True, **refused),
    ]
    return path(
        steps,
        events,
        "2026-03-27 12:51:00",
        workflow="procure_to_receipt",
        title="Procure-to-receipt synchronization",
        object_type="purchase_order",
        transaction_id="4500017788",
        owner="supply-chain",
        criticality="important",
        state="failed",
        status="failed",
        next_due_ns=ns("2026-03-27 09:00:00"),
        failed_milestone="posted",
        error_class="business",
    )


def waiting_order() -> Path:
    """Released and received; the schedule is due in five minutes, and the warehouse's step opens only after it."""
    steps = [
        step("created", "order.created", "erp", required=False),
        step("released", "order.released", "erp", reached_ns=ns("2026-03-23 08:00:00")),
        step(
            "received",
            "work_order.received",
            "mes",
            "released",
            within="5m",
            opened_ns=ns("2026-03-23 08:00:00"),
            reached_ns=ns("2026-03-23 08:01:30"),
            due_ns=ns("2026-03-23 08:05:00"),
        ),
        step(
            "scheduled",
            "work_order.scheduled",
            "mes",
            "received",
            within="30m",
            opened_ns=ns("2026-03-23 08:01:30"),
            due_ns=ns("2026-03-23 08:31:30"),
        ),
        step("staged", "stock.moved", "wms", "scheduled", within="1h"),
    ]
    events = [
        event(1, "2026-03-23 08:00:00", "released", "order.released", "erp"),
        event(2, "2026-03-23 08:01:30", "received", "work_order.received", "mes", quantity=480, uom="PC"),
    ]
    return path(steps, events, "2026-03-23 08:26:30", next_due_ns=ns("2026-03-23 08:31:30"))
