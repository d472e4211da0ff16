"""How each supplier or carrier does: what is open with it, how fast it answers, whether it keeps what it promised."""

from __future__ import annotations

import pandas as pd

from metrics.read import Reader


def suppliers(reader: Reader, from_ns: int) -> pd.DataFrame:
    """Per partner named since `from_ns` or in what is open, the most overdue first: open, failed, overdue, unjudged, started (since then),
    newest_event_ns; of its answers since then good, bad, waiting, p50 and p90 in seconds of its working time; of the times it had promised
    for since then kept and broken."""
    return reader.frame("queries/suppliers", from_ns=from_ns)
