"""How far the clocks of each time zone are from UTC, as stretches that SQL can join to tell local days and weeks."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pandas as pd

from metrics.calendars import SECOND_NS
from metrics.workflows import Definitions

WEEK = 7 * 86_400  # no zone has changed its clocks twice within one


def zone_offsets(definitions: Definitions, first_ns: int, last_ns: int) -> pd.DataFrame:
    """Rows of `zone_offsets` for every zone of the definitions: from `first_ns` on, and at each change until `last_ns`."""
    zones = {definitions.timezone, *(site.timezone for site in definitions.sites)}
    rows = [
        (name, at * SECOND_NS, offset * SECOND_NS)
        for name in sorted(zones)
        for at, offset in _changes(ZoneInfo(name), first_ns // SECOND_NS, last_ns // SECOND_NS)
    ]
    return pd.DataFrame(rows, columns=["timezone", "from_ns", "offset_ns"])


def offset_seconds(zone: ZoneInfo, at: int) -> int:
    """Local time less UTC at `at`, in seconds since 1970 UTC."""
    offset = datetime.fromtimestamp(at, UTC).astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def _changes(zone: ZoneInfo, first: int, last: int) -> list[tuple[int, int]]:
    changes = [(first, offset_seconds(zone, first))]
    for start in range(first, last + 1, WEEK):
        if offset_seconds(zone, start + WEEK) != changes[-1][1]:
            changes.append(_change(zone, start, start + WEEK))
    return changes


def _change(zone: ZoneInfo, before: int, after: int) -> tuple[int, int]:
    """The first second at which the offset is no longer what it was `before`."""
    old = offset_seconds(zone, before)
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (middle, after) if offset_seconds(zone, middle) == old else (before, middle)
    return after, offset_seconds(zone, after)
