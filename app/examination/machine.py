"""Versions, clock and zone data of the machine."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from zoneinfo import available_timezones

from app.examination.finding import Finding, fail, ok, warn

OLDEST_DUCKDB = (1, 5, 5)
FIRST_DUCKDB_UNKNOWN = (3,)
ZONES = 400  # the IANA data has about 600 names
BUILT = datetime(2026, 11, 1, tzinfo=UTC)  # no clock is right that is before this version was made


def look_at_machine(now: datetime) -> Iterator[Finding]:
    """Whether this Python can run Syncline and knows the time."""
    duckdb = version("duckdb")
    number = tuple(int(part) for part in duckdb.split(".")[:3] if part.isdigit())
    yield ok(f"Syncline {version('syncline')}, Python {platform.python_version()}, DuckDB {duckdb} on {platform.system()}.")
    if not OLDEST_DUCKDB <= number < FIRST_DUCKDB_UNKNOWN:
        yield warn(f"DuckDB {duckdb} is not tested.", "Use 1.5.5 or newer, below 3: install from requirements.lock.")
    if len(available_timezones()) < ZONES:
        yield fail("The time zone data is not complete.", "Install the package tzdata.")
    if now < BUILT:
        yield fail(f"The clock says {now:%Y-%m-%d %H:%M} UTC, which is before this version was made.", "Set the clock; use NTP.")
