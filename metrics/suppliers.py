"""How each supplier or carrier does: what is open with it, how fast it answers, whether it keeps what it promised."""

from __future__ import annotations

import pandas as pd

from metrics.read import Reader


def suppliers(reader: Reader, from_ns: int, partner: str | None = None) -> pd.DataFrame:
    """Per partner, or of the one, named since `from_ns` or in what is open, the most overdue first: open, failed, overdue, unjudged,
    started (since then), newest_event_ns; of its answers since then good, bad, waiting, p50 and p90 in seconds of its working time; of
    the times it had promised for since then kept and broken, and with all that was ordered whole and not_whole; receipts since then, which
    are no answers, and unread: those of what it could not read. Of what it alone can say: unanswered (missing), said_ns (when it last said
    anything; only where something is unanswered) and is_quiet (nothing since what is unanswered was asked)."""
    return reader.frame("queries/suppliers", {"partner": partner}, from_ns=from_ns)


def promises(reader: Reader, partner: str, from_ns: int, stop: int = 200) -> pd.DataFrame:
    """One by one what was promised for a time since then, what was not kept first: workflow, transaction_id, site, timezone, promised_ns,
    sent_ns, full_due_ns, full_ns, on_time and in_full (kept, late, missing, open, unjudged), and `promises`, how many there are in all."""
    return reader.frame("queries/supplier_promises", {"partner": partner, "stop": stop}, from_ns=from_ns)


def waits(reader: Reader, partner: str) -> pd.DataFrame:
    """What this partner should have said and has not: workflow, title, transaction_id, milestone, event_type, system, opened_ns, due_ns,
    state."""
    return reader.frame("queries/supplier_waits", {"partner": partner})


def receipts(reader: Reader, partner: str, from_ns: int, stop: int = 10) -> pd.DataFrame:
    """Its receipts (997, CONTRL) since then, what it could not read first, then the newest: event_ns, timezone, is_error, error_code,
    error_text, workflow, transaction_id, and `receipts`, how many there are in all."""
    return reader.frame("queries/supplier_receipts", {"partner": partner, "stop": stop}, from_ns=from_ns)


def orders(reader: Reader, partner: str, stop: int = 20) -> pd.DataFrame:
    """What is open with it, the earliest due first: workflow, title, transaction_id, site, timezone, status, next_due_ns, and `orders`, how
    many there are in all."""
    return reader.frame("queries/supplier_orders", {"partner": partner, "stop": stop})


def weeks(reader: Reader, partner: str, from_ns: int) -> pd.DataFrame:
    """Its answers week by week since then, the newest first: week, good, bad, waiting, p50 in seconds of its working time."""
    return reader.frame("queries/supplier_weeks", {"partner": partner}, from_ns=from_ns)
