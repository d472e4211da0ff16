"""The path of one transaction: what a person needs to see to know where it is and what holds it up."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True, slots=True)
class Step:
    """One milestone of one transaction as of a moment. Instants in ns since 1970 UTC, None when there is none."""

    name: str
    event: str
    system: str
    after: str | None
    required: bool
    within: str | None
    working: bool
    open_ended: str | None
    opened_ns: int | None  # its `after` was reached (None: no expectation is open yet)
    reached_ns: int | None
    due_ns: int | None
    is_missing: bool
    is_unjudged: bool
    is_late: bool
    is_failed: bool
    is_retrying: bool
    error_class: str | None  # of its latest error
    attempts: int  # error events


@dataclass(frozen=True, slots=True)
class Path:
    """One transaction end to end.

    events: event_id, event_ns, event_type, system, system_name, site, milestone (None for a cancel event), is_error, attempt,
            dead_letter, is_redelivery, error_class, error_code, error_type, error_text, quantity, uom, ordered_quantity, item,
            location, batch, value, currency, partner, customer, promised_ns, due_ns, recovery_id, idempotency_key, trace_id,
            span_id, source, position, recorded_ns, objects (list of "type id")
    hops:   from_system, to_system, sent_ns, received_ns, seconds, destination, sending_span_id, receiving_span_id, is_error, event_id
    spans:  span_id, parent_id, trace_id, name, kind, service, system, start_ns, end_ns, is_error, status_message, is_event,
            event_type, depth, destination, operation, attributes (JSON text), links (list of span ids)
    violations: rule, sentence, severity, detail, from_ns; the most severe first
    """

    workflow: str
    title: str
    object_type: str
    transaction_id: str
    site: str | None
    timezone: str
    owner: str | None
    criticality: str
    state: str
    status: str
    start_ns: int
    last_event_ns: int
    next_due_ns: int | None
    failed_milestone: str | None
    error_class: str | None
    failed_attempts: int
    variant: str  # its steps as they were taken: sent > received! > received
    as_of_ns: int
    steps: tuple[Step, ...]
    events: pd.DataFrame
    hops: pd.DataFrame
    spans: pd.DataFrame
    violations: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["rule", "sentence", "severity", "detail", "from_ns"]))
