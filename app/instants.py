"""Instants in the words of people: RFC 3339 in, RFC 3339 out. Inside they are nanoseconds since 1970 UTC."""

from __future__ import annotations

from datetime import UTC, datetime

from collectors import instants
from collectors.event import Refused

SECOND_NS = 1_000_000_000
EXAMPLE = "2026-03-24T20:43:00Z or 2026-03-24T21:43:00+01:00"


def instant_ns(text: str) -> int:
    """The instant that `text` names. Raises ValueError with a sentence, also when there is no offset."""
    try:
        return instants.of_text(text)
    except Refused:
        raise ValueError(_refusal(text)) from None


def instant_text(instant_ns: int) -> str:
    """2026-03-24T20:43:00.000Z; digits below a millisecond only where there are some."""
    seconds, rest = divmod(instant_ns, SECOND_NS)
    digits = f"{rest:09d}"
    kept = max(3, len(digits.rstrip("0")))
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{digits[:kept]}Z"


def _refusal(text: str) -> str:
    try:
        instants.of_text(text, UTC)
    except instants.Outside:
        return f"'{text}' lies outside the years {instants.YEARS.start} to {instants.YEARS.stop - 1}, of which times are known."
    except Refused:
        return f"'{text}' is no time. Write it with its offset from UTC, such as {EXAMPLE}."
    return f"'{text}' has no offset from UTC, so it could be any zone's time. Write {EXAMPLE}."
