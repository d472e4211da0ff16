"""How far the clocks of each time zone are from UTC, as stretches that SQL can join to tell local days and weeks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pandas as pd

from metrics.calendars import SECOND_NS
from metrics.workflows import Definitions

WEEK = 7 * 86_400  # no zone has changed its clocks twice within one


def zone_offsets(definitions: Definitions, spans: Sequence[tuple[int, int]]) -> pd.DataFrame:
    """Rows of `zone_offsets` for every zone of the definitions: from the beginning of every span (from_ns, to_ns) on, and at each change
    within it."""
    zones = {definitions.timezone, *(site.timezone for site in definitions.sites)}
    rows = [
        (name, at * SECOND_NS, offset * SECOND_NS)
        for name in sorted(zones)
        for from_ns, to_ns in spans
        for at, offset in changes(ZoneInfo(name), from_ns // SECOND_NS, to_ns // SECOND_NS)
    ]
    return pd.DataFrame(rows, columns=["timezone", "from_ns", "offset_ns"])


def offset_seconds(zone: ZoneInfo, at: int) -> int:
    """Local time less UTC at `at`, in seconds since 1970 UTC."""
    offset = datetime.fromtimestamp(at, UTC).astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def changes(zone: ZoneInfo, first: int, last: int) -> list[tuple[int, int]]:
    """(at, offset) in seconds at `first`, and at each change until `last`, or soon after."""
    found = [(first, offset_seconds(zone, first))]
    for start in range(first, last + 1, WEEK):
        if offset_seconds(zone, start + WEEK) != found[-1][1]:
            found.append(_change(zone, start, start + WEEK))
    return found


def _change(zone: ZoneInfo, before: int, after: int) -> tuple[int, int]:
    """The first second at which the offset is no longer what it was `before`."""
    old = offset_seconds(zone, before)
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (middle, after) if offset_seconds(zone, middle) == old else (before, middle)
    return after, offset_seconds(zone, after)
