"""What the rules find as of the moment: the list of rules with their counts, and the violations of one."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from metrics.read import Reader

DAYS = 14


def rules(reader: Reader, site: str | None = None, days: int = DAYS) -> pd.DataFrame:
    """Per rule, those that find something first: rule, sentence, why, severity, owner, unchecked (why it is not; None: it is), untold
    (event types that never came), violations, transactions, sites, first_ns, last_ns, days (how many violations began on each of the days
    of `edges_of`, also what is over since)."""
    return reader.frame("queries/rules", {"site": site, "edges": edges_of(reader, days)})


def edges_of(reader: Reader, days: int = DAYS) -> list[int]:
    """When the last days began, in the enterprise's zone, and when the present one ends; the oldest first, in ns."""
    zone = ZoneInfo(reader.timezone())
    today = datetime.fromtimestamp(reader.moment.as_of_ns // 10**9, UTC).astimezone(zone).date()
    midnights = (datetime.combine(today - timedelta(days=ago), time(), zone) for ago in range(days - 1, -2, -1))
    return [int(midnight.timestamp()) * 10**9 for midnight in midnights]


def violations(
    reader: Reader,
    rule: str,
    site: str | None = None,
    start: int = 0,
    stop: int = 200,
    begun: tuple[int, int] | None = None,
) -> pd.DataFrame:
    """Rows start … stop (excluded), the newest first: kind, key, from_ns, until_ns (null: it stands), detail, site, timezone, quantity,
    value, currency, transactions (workflow, transaction_id), events (event_type, system, event_ns, event_id, trace_id), and in every row
    `violations`, how many there are. `begun`: those that began from … until before …, also what is over since."""
    from_ns, to_ns = begun or (None, None)
    return reader.frame(
        "queries/violations", {"rule": rule, "site": site, "start": start, "stop": stop, "from_ns": from_ns, "to_ns": to_ns}
    )
