"""What the section `recovery` says: targets, approved paths, closed posting periods, and where payloads may come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path as Folder
from typing import Any
from zoneinfo import ZoneInfo

from app.recovery.model import Path

SECOND_NS = 10**9


@dataclass(frozen=True, slots=True)
class Closing:
    """From the beginning of `day` of a month on, the month before is closed."""

    day: int
    timezone: str


@dataclass(frozen=True, slots=True)
class Period:
    """Which postings can no longer be made. `sites` empty: anywhere. `last_day`: closed with it, by the clocks of `timezone`."""

    sites: tuple[str, ...] = ()
    last_day: date | None = None
    timezone: str = "UTC"
    closing: Closing | None = None

    def closed_until_ns(self, now_ns: int) -> int | None:
        """What is before this moment is closed."""
        known = [_midnight_ns(self.last_day + timedelta(days=1), self.timezone)] if self.last_day else []
        if self.closing:
            today = datetime.fromtimestamp(now_ns // SECOND_NS, ZoneInfo(self.closing.timezone)).date()
            first = today.replace(day=1)
            open_month = first if today.day >= self.closing.day else (first - timedelta(days=1)).replace(day=1)
            known.append(_midnight_ns(open_month, self.closing.timezone))
        return max(known, default=None)


@dataclass(frozen=True, slots=True)
class PayloadRules:
    """Where payloads may be fetched from, and how long edited ones are kept."""

    folders: tuple[Folder, ...] = ()
    hosts: tuple[str, ...] = ()
    masks: tuple[str, ...] = ()  # what was named here before there was `masking`, and counts there
    most_bytes: int = 16 * 2**20
    timeout_seconds: int = 10
    keep_seconds: int = 90 * 86400  # what was edited, in the database, after its case has ended
    keys: tuple[str, ...] = ()  # what was edited is sealed with the first; all of them open it


@dataclass(frozen=True, slots=True)
class Recovery:
    """The section. `targets`: by name, as their own kind reads them."""

    targets: Mapping[str, Any] = field(default_factory=dict)
    paths: tuple[Path, ...] = ()
    periods: tuple[Period, ...] = ()
    payloads: PayloadRules = PayloadRules()

    def closed_until_ns(self, site: str | None, now_ns: int) -> int | None:
        """Until when postings at a site are closed, by whichever period closes most; None: no period says so."""
        mine = (period.closed_until_ns(now_ns) for period in self.periods if not period.sites or site in period.sites)
        return max((until for until in mine if until is not None), default=None)


def _midnight_ns(day: date, timezone: str) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(timezone)).timestamp()) * SECOND_NS
