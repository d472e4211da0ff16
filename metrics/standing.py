"""Groups of failures and of what is missing without the cases that a person parked or closed."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from metrics.read import Reader

Settled = Mapping[str, int]  # id of a case → until when what happened to it is settled (ns)


def failures(reader: Reader, site: str | None, settled: Settled) -> pd.DataFrame:
    """As Reader.failures."""
    return reader.frame("queries/failure_groups", {"site": site}, settled=_map(settled))


def attention(reader: Reader, limit: int, site: str | None, settled: Settled) -> pd.DataFrame:
    """As Reader.attention."""
    return reader.frame("queries/attention", {"limit": limit, "site": site}, settled=_map(settled))


def _map(settled: Settled) -> dict[str, list[str] | list[int]]:
    """As DuckDB takes a map."""
    return {"key": list(settled), "value": list(settled.values())}
