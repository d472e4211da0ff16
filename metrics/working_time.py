"""Working time as stretches that SQL can count: of each plant and supplier, when it opens and closes, and how much came before."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pandas as pd

from metrics.calendars import SECOND_NS, Calendar, day_seconds, look_back, stretches
from metrics.keys import seconds
from metrics.workflows import Definitions


def keepers(definitions: Definitions) -> list[tuple[str, str, Calendar]]:
    """Whose working time there is: (keeper, time zone, calendar) of the enterprise (''), of each site and of each partner with its own."""
    calendars = {c.name: c for c in definitions.calendars}
    return [
        ("", definitions.timezone, calendars["default"]),
        *((f"site {s.name}", s.timezone, calendars[s.calendar]) for s in definitions.sites),
        *((f"partner {p.name}", p.timezone, calendars[p.calendar]) for p in definitions.partners),
    ]


def working_time(definitions: Definitions, first_ns: int, last_ns: int) -> pd.DataFrame:
    """Rows of `working_time` for every keeper: enough to say when any deadline is due that opens from first_ns to last_ns, however sparse
    the calendar."""
    rows = []
    for keeper, timezone, calendar in keepers(definitions):
        before, left = 0, longest_seconds(definitions, calendar) * SECOND_NS
        for opens, closes in stretches(calendar, ZoneInfo(timezone), _day(first_ns) - look_back(calendar)):
            rows.append((keeper, opens, closes, before))
            before += closes - opens
            left -= closes - opens if opens > last_ns else 0
            if opens > last_ns and left <= 0:
                break
    return pd.DataFrame(rows, columns=["keeper", "opens_ns", "closes_ns", "before_ns"])


def longest_seconds(definitions: Definitions, calendar: Calendar) -> int:
    """The longest deadline in working time of this calendar."""
    waits = [m.within for w in definitions.workflows for m in w.milestones if m.working and m.within]
    waits += [m.target for m in definitions.metrics if m.working and m.target]
    return max((int(w[:-1]) * day_seconds(calendar) if w.endswith("d") else seconds(w) for w in waits), default=0)


def _day(ns: int) -> date:
    return datetime.fromtimestamp(ns // SECOND_NS, UTC).date()
