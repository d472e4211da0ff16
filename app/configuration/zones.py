"""Time zones as people write them."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from metrics.keys import Place, Problem, nearest, shown

ZONES = available_timezones()


def zone(value: Any, place: Place, problems: list[Problem]) -> str | None:
    """An IANA time zone."""
    if not isinstance(value, str):
        problems.append(Problem(place, f"must be the name of a time zone, such as Europe/Berlin or UTC (found {shown(value)})."))
        return None
    if value in ZONES:
        return value
    close = nearest(value, lowered := {known.lower(): known for known in ZONES})
    near = f" Did you mean '{lowered[close[0]]}'?" if close else ""
    problems.append(
        Problem(place, f"no time zone is called {shown(value)}.{near} Names are those of the IANA data, such as Europe/Berlin or UTC.")
    )
    return None
