"""Working time as stretches that SQL can count: of each plant and supplier, when it opens and closes, and how much came before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from metrics.calendars import SECOND_NS, Calendar, day_seconds
from metrics.catalog import Metric
from metrics.keys import seconds
from metrics.stretches import Instants, stretches
from metrics.workflows import Definitions, Workflow

LAST_DAY = date(2262, 1, 1)  # nanoseconds in 64 bits end in that year
FIRST_REACH = timedelta(days=62)  # how far before and after the events is looked first


def keepers(definitions: Definitions) -> list[tuple[str, str, Calendar]]:
    """Whose working time there is: (keeper, time zone, calendar) of the enterprise (''), of each site and of each partner with its own."""
    calendars = {c.name: c for c in definitions.calendars}
    return [
        ("", definitions.timezone, calendars["default"]),
        *((f"site {s.name}", s.timezone, calendars[s.calendar]) for s in definitions.sites),
        *((f"partner {p.name}", p.timezone, calendars[p.calendar]) for p in definitions.partners),
    ]


def working_time(definitions: Definitions, spans: Sequence[tuple[int, int]]) -> pd.DataFrame:
    """Rows of `working_time` for every keeper: enough to say when any deadline is due that opens within the spans (from_ns, to_ns), however
    sparse the calendar, and how much was worked between any two moments within them."""
    counted: dict[tuple[str, str], pd.DataFrame] = {}
    rows = []
    for keeper, timezone, calendar in keepers(definitions):
        alike = timezone, calendar.name
        if alike not in counted:
            longest = longest_seconds(calendar, definitions.workflows, definitions.metrics)
            counted[alike] = _counted(calendar, ZoneInfo(timezone), spans, longest * SECOND_NS)
        rows.append(counted[alike].assign(keeper=keeper))
    return pd.concat(rows)[["keeper", "opens_ns", "closes_ns", "before_ns"]]


def longest_seconds(calendar: Calendar, workflows: Iterable[Workflow], metrics: Iterable[Metric]) -> int:
    """The longest deadline in working time, as long as it is in this calendar."""
    waits = [m.within for w in workflows for m in w.milestones if m.working and m.within]
    waits += [m.target for m in metrics if m.working and m.target]
    return max((int(w[:-1]) * day_seconds(calendar) if w.endswith("d") else seconds(w) for w in waits), default=0)


def _counted(calendar: Calendar, zone: ZoneInfo, spans: Sequence[tuple[int, int]], longest_ns: int) -> pd.DataFrame:
    """All stretches are counted, and those kept at which a deadline can open or be due."""
    at_least = max(longest_ns, 1)
    opens, closes = _far_enough(calendar, zone, spans[0][0], spans[-1][1], at_least)
    before = np.cumsum(closes - opens) - (closes - opens)
    is_kept = np.zeros(len(opens), bool)
    for from_ns, to_ns in spans:
        first, last = (int(np.searchsorted(opens, ns, side="right")) - 1 for ns in (from_ns, to_ns))
        worked = before[last] + (min(to_ns, closes[last]) - opens[last])
        is_kept[first : int(np.searchsorted(before, worked + at_least))] = True
    return pd.DataFrame({"opens_ns": opens[is_kept], "closes_ns": closes[is_kept], "before_ns": before[is_kept]})


def _far_enough(calendar: Calendar, zone: ZoneInfo, from_ns: int, to_ns: int, at_least: int) -> tuple[Instants, Instants]:
    """Stretches from one before `from_ns` on, until so much is worked after `to_ns`."""
    back = ahead = FIRST_REACH
    while True:
        first, until = _day(from_ns) - back, _day(to_ns) + ahead
        if until > LAST_DAY:
            raise ValueError(f"calendar {calendar.name} works too seldom for deadlines as long as {at_least // SECOND_NS} s")
        opens, closes = stretches(calendar, zone, first, until)
        is_begun = len(opens) and opens[0] <= from_ns
        if is_begun and (np.maximum(closes, to_ns) - np.maximum(opens, to_ns)).sum() >= at_least:
            return opens, closes
        back, ahead = (back, ahead * 2) if is_begun else (back * 2, ahead)


def _day(ns: int) -> date:
    return datetime.fromtimestamp(ns // SECOND_NS, UTC).date()
