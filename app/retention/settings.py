"""What the section `retention` says: how long each kind of what is kept beside the business data stays."""

from __future__ import annotations

from dataclasses import dataclass

DAY, YEAR = 86_400, 365 * 86_400
FOREVER = 0


@dataclass(frozen=True, slots=True)
class Retention:
    """In seconds; 0: for good. Published reports stay for good, whatever is said here."""

    audit: int = 7 * YEAR
    alerts: int = 2 * YEAR
    messages: int = YEAR
    notes: int = 2 * YEAR
    failed_logins: int = DAY
