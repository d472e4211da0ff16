"""The section `retention`: how long what is kept beside the business data stays."""

from __future__ import annotations

import re
from typing import Any

from app.retention.settings import DAY, FOREVER, YEAR, Retention
from metrics.keys import Key, Place, Problem, Read, record_of, shown

WRITTEN = re.compile(r"([1-9]\d{0,3})([dy])")
UNITS = {"d": DAY, "y": YEAR}


def _age(shortest_days: int) -> Read:
    """`90d`, `7y` or `forever`, as seconds."""

    def read(value: Any, place: Place, problems: list[Problem]) -> int | None:
        if value == "forever":
            return FOREVER
        found = WRITTEN.fullmatch(value) if isinstance(value, str) else None
        seconds = int(found[1]) * UNITS[found[2]] if found else 0
        if shortest_days * DAY <= seconds <= 100 * YEAR:
            return seconds
        problems.append(
            Problem(place, f"must be days or years such as 90d or 7y, from {shortest_days}d, or forever (found {shown(value)}).")
        )
        return None

    return read


def age(seconds: int) -> str:
    """As it is written."""
    if seconds == FOREVER:
        return "forever"
    return f"{seconds // YEAR}y" if seconds % YEAR == 0 else f"{seconds // DAY}d"


USUAL = Retention()
RETENTION = (
    Key(
        "audit",
        _age(30),
        "age",
        "Entries of the audit; older ones leave the database as files that verify with what stays.",
        default=USUAL.audit,
    ),
    Key("alerts", _age(1), "age", "Alerts, since they ended.", default=USUAL.alerts),
    Key(
        "messages", _age(30), "age", "What people were told, by every way and in their inbox, since it was settled.", default=USUAL.messages
    ),
    Key("notes", _age(1), "age", "Notes about a group of failures, since it was marked as fixed.", default=USUAL.notes),
    Key("failed_logins", _age(1), "age", "Wrong passwords with the names and addresses they came with.", default=USUAL.failed_logins),
)
retention = record_of(RETENTION, Retention)
