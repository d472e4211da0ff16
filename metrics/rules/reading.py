"""What the rules find as of the moment: the list of rules with their counts, and the violations of one."""

from __future__ import annotations

import pandas as pd

from metrics.read import Reader

DAYS = 14


def rules(reader: Reader, site: str | None = None, days: int = DAYS) -> pd.DataFrame:
    """Per rule, those that find something first: rule, sentence, why, severity, owner, unchecked (why it is not; None: it is), untold
    (event types that never came), violations, transactions, sites, first_ns, last_ns, days (violations a day, the last now)."""
    return reader.frame("queries/rules", {"site": site, "days": days})


def violations(reader: Reader, rule: str, site: str | None = None, start: int = 0, stop: int = 200) -> pd.DataFrame:
    """Rows start … stop (excluded), the newest first: kind, key, from_ns, detail, site, timezone, quantity, value, currency,
    transactions (workflow, transaction_id), events (event_type, system, event_ns, event_id, trace_id), and in every row `violations`, how
    many there are."""
    return reader.frame("queries/violations", {"rule": rule, "site": site, "start": start, "stop": stop})
